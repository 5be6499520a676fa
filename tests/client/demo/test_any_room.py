"""Whatever the room does, simulated people only do what the room allows, and never fall over."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from holdspace.client.demo import facilitating, moves
from holdspace.client.demo.cast import load_cast
from holdspace.client.demo.memory import Memory, Move, after, remember
from holdspace.client.demo.moves import Moment
from holdspace.client.demo.pace import dice_of
from holdspace.client.seat.intents import NodTo, PassTurn, Raise, Say
from holdspace.client.seat.view import (
    KnockView,
    Line,
    Passage,
    PersonView,
    Place,
    Role,
    RoomView,
    StageView,
)
from holdspace.protocol.meeting.kinds import TurnMode

CAST = load_cast()
CHARACTERS = (CAST.facilitator, *CAST.members)
TITLES = ("Welcome", "Try the room", "Who we are", "What helps a little", "Something else", "")
MODES: tuple[TurnMode, ...] = ("listen", "open", "hands", "round", "gather", "silent")

people = st.lists(
    st.sampled_from([*sorted(CAST.names), "Sam", "Zoe {name}", "Ben"]), min_size=1, max_size=9
).map(
    lambda names: tuple(
        PersonView(identity=bytes([at]) * 32, name=name, tag="", role=Role.MEMBER)
        for at, name in enumerate(names)
    )
)


@st.composite
def rooms(draw: st.DrawFn) -> RoomView:
    """Return any picture of a room, also ones that no meeting comes to."""
    everybody = draw(people)
    me = replace(draw(st.sampled_from(everybody)), is_me=True)
    everybody = tuple(me if one.identity == me.identity else one for one in everybody)
    titles = draw(st.lists(st.sampled_from(TITLES), max_size=3))
    authors = draw(st.lists(st.sampled_from(everybody), max_size=3))
    return RoomView(
        place=draw(st.sampled_from([Place.ROOM] * 6 + list(Place))),
        people=everybody,
        me=draw(st.sampled_from([me, None])),
        stages=tuple(
            StageView(title, 5, is_done=False, is_current=at == len(titles) - 1)
            for at, title in enumerate(titles)
        ),
        mode=draw(st.sampled_from(MODES)),
        is_held=draw(st.booleans()),
        floor=draw(st.sampled_from([None, *everybody])),
        transcript=tuple(
            Passage(bytes([at]) * 16, Line.SHARE, "words " * 9, 0.0, one, is_mine=one.is_me)
            for at, one in enumerate(authors)
        ),
        can_write=draw(st.booleans()),
        can_raise=draw(st.booleans()),
        can_pass=draw(st.booleans()),
        can_nod=draw(st.booleans()),
        knocks=draw(st.sampled_from([(), (KnockView(b"k" * 16, "Sam", "", 0.0),)])),
        sending=draw(st.integers(0, 1)),
    )


def is_allowed(move: Move, view: RoomView) -> bool:
    """Tell whether the picture of the room said that a member may do this."""
    has_floor = bool(view.floor and view.floor.is_me)
    match move.intent:
        case Say(text):
            return 1 <= len(text) <= 4000 and (has_floor or view.can_write)
        case Raise():
            return view.can_raise
        case PassTurn():
            return view.can_pass or has_floor
        case NodTo():
            return view.can_nod
        case _:
            return True


@given(st.lists(rooms(), max_size=6), st.sampled_from(range(7)), st.binary(max_size=4))
def test_members_stay_within_what_the_room_allows(
    views: list[RoomView], which: int, seed: bytes
) -> None:
    who = CHARACTERS[which]
    memory, now = Memory(), 0.0
    for view in views:
        for _ in range(12):
            now += 3.0
            memory = remember(memory, view, now)
            moment = Moment(who, view, memory, now, dice_of(seed), CAST.names)
            move = moves.next_move(moment)
            if move is None:
                continue
            assert is_allowed(move, view)
            assert not view.is_held
            memory = after(memory, move, now)


@given(st.lists(rooms(), max_size=6), st.binary(max_size=4))
def test_the_facilitator_answers_any_room(views: list[RoomView], seed: bytes) -> None:
    memory, now = Memory(), 0.0
    for view in views:
        for _ in range(12):
            now += 9.0
            memory = remember(memory, view, now)
            moment = Moment(CAST.facilitator, view, memory, now, dice_of(seed), CAST.names)
            move = facilitating.next_move(moment, CAST.facilitating)
            if move is None:
                continue
            assert view.place is Place.ROOM
            assert not isinstance(move.intent, Say) or 1 <= len(move.intent.text) <= 4000
            memory = after(memory, move, now)
