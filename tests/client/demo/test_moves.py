"""A member answers the state of the room: the same view and memory, the same move."""

from dataclasses import dataclass, field, replace

from holdspace.client.demo.cast import Character, load_cast
from holdspace.client.demo.memory import Memory, Move, after, remember
from holdspace.client.demo.moves import Moment, next_move
from holdspace.client.demo.pace import dice_of
from holdspace.client.seat.intents import (
    Accept,
    AnswerTheInvite,
    BePaired,
    Intent,
    Lower,
    NodTo,
    PassTurn,
    Raise,
    Say,
)
from holdspace.client.seat.intents_apart import BackToRoom, SayAside
from holdspace.client.seat.view import (
    AsideView,
    CardView,
    HandView,
    Line,
    PairsView,
    Passage,
    PersonView,
    Place,
    Role,
    RoomView,
    StageView,
)

CAST = load_cast()
BY_NAME = {member.name: member for member in CAST.members}
PEOPLE = tuple(
    PersonView(identity=name.encode().ljust(32, b"."), name=name, tag="", role=Role.MEMBER)
    for name in ("Ana", "Ben", "Chi", "Dov", "Eli", "Fay", "Gus", "Sam")
)
SAM = PEOPLE[-1]


def person(name: str) -> PersonView:
    """Return somebody of the room by name."""
    return next(one for one in PEOPLE if one.name == name)


def room(me: str, **changes: object) -> RoomView:
    """Return the room as this person sees it."""
    mine = replace(person(me), is_me=True)
    people = tuple(mine if one.name == me else one for one in PEOPLE)
    view = RoomView(place=Place.ROOM, people=people, me=mine, can_nod=True)
    return replace(view, **changes)  # type: ignore[arg-type]


def stage(title: str) -> tuple[StageView, ...]:
    """Return an agenda in which this stage is the current one."""
    return (StageView(title=title, minutes=5, is_done=False, is_current=True),)


def share(author: PersonView, text: str, key: bytes = b"k" * 16, *, mine: bool = False) -> Passage:
    """Return something said."""
    return Passage(key=key, line=Line.SHARE, text=text, at=0.0, author=author, is_mine=mine)


def with_floor(name: str) -> PersonView:
    """Return somebody as they see themselves with the floor."""
    return replace(person(name), is_me=True, has_floor=True)


@dataclass
class Living:
    """A character going on in time: asks for the next move at each quarter of a second."""

    character: Character
    seed: bytes = b"1"
    now: float = 0.0
    memory: Memory = field(default_factory=Memory)

    def live(self, view: RoomView, seconds: float) -> list[tuple[float, Intent]]:
        """Return what they do while the room stays like this, and when."""
        moves: list[tuple[float, Intent]] = []
        end = self.now + seconds
        while self.now < end:
            self.memory = remember(self.memory, view, self.now)
            move = self.look(view)
            if move:
                self.memory = after(self.memory, move, self.now)
                moves.append((self.now, move.intent))
            self.now += 0.25
        return moves

    def look(self, view: RoomView) -> Move | None:
        """Return the next move as it is decided."""
        return next_move(
            Moment(
                self.character,
                view,
                self.memory,
                self.now,
                dice_of(self.seed),
                company=CAST.names,
                everybody=CAST.everybody,
            )
        )


def living(name: str, seed: bytes = b"1") -> Living:
    """Return a member by name, at the beginning of their evening."""
    return Living(BY_NAME[name], seed)


def test_asking_twice_gives_the_same_move() -> None:
    ben = living("Ben")
    view = room("Ben", mode="round", stages=stage("Who we are"), floor=with_floor("Ben"))
    ben.live(view, 0.5)
    ben.now += 60.0
    assert ben.look(view) == ben.look(view)
    assert ben.look(view) is not None


def test_reads_the_agreements_and_then_accepts_under_their_name() -> None:
    card = CardView("Room", "Ana", "peer", ("Be kind.",), "amber fern quilt stone", "wss://relay")
    view = RoomView(place=Place.LOBBY, card=card)
    [(when, intent)] = living("Gus").live(view, 20.0)
    assert when >= 2.0
    assert intent == Accept("Gus", BY_NAME["Gus"].introduction)


def test_waits_at_the_door_without_a_card() -> None:
    assert living("Gus").live(RoomView(place=Place.LOBBY), 20.0) == []


def test_writes_only_with_the_floor_and_in_their_own_time() -> None:
    times = {}
    for name in ("Ben", "Eli"):
        me = living(name)
        agenda = stage("Who we are")
        waiting = room(name, mode="round", stages=agenda, floor=person("Chi"))
        assert me.live(waiting, 30.0) == []
        given = me.now
        moves = me.live(replace(waiting, floor=with_floor(name)), 11.9 + 30.0)
        intents = [intent for _, intent in moves if isinstance(intent, Say)]
        assert len(intents) >= 1
        assert intents[0].text in BY_NAME[name].lines["who-we-are"]
        times[name] = moves[0][0] - given
    assert times["Eli"] > times["Ben"] > 5.0


def test_does_not_share_twice_while_the_first_is_on_its_way() -> None:
    ben = living("Ben")
    view = room("Ben", mode="round", stages=stage("Who we are"), floor=with_floor("Ben"))
    assert len(ben.live(replace(view, sending=1), 60.0)) == 1


def test_dov_passes_first_and_speaks_when_asked_again() -> None:
    dov = living("Dov")
    agenda = stage("Who we are")
    mine = room("Dov", mode="round", stages=agenda, floor=with_floor("Dov"), can_pass=True)
    assert [type(intent) for _, intent in dov.live(mine, 7.0)] == [PassTurn]
    dov.live(replace(mine, floor=person("Eli")), 10.0)
    [(_, said)] = dov.live(mine, 16.0)
    assert isinstance(said, Say)
    assert said.text in BY_NAME["Dov"].lines["who-we-are"]


def test_a_turn_that_comes_straight_back_is_noticed() -> None:
    dov = living("Dov")
    mine = room(
        "Dov", mode="round", stages=stage("Who we are"), floor=with_floor("Dov"), can_pass=True
    )
    kinds = [type(intent) for _, intent in dov.live(mine, 40.0)]
    assert kinds[:2] == [PassTurn, Say]


def test_a_nod_while_writing_does_not_begin_the_writing_again() -> None:
    chi = living("Chi")
    heard = share(SAM, "It was a long week.")
    mine = room("Chi", mode="round", stages=stage("Who we are"), floor=with_floor("Chi"))
    kinds = [type(intent) for _, intent in chi.live(replace(mine, transcript=(heard,)), 14.0)]
    assert kinds == [NodTo, Say]


def test_says_nothing_in_a_held_room() -> None:
    for member in CAST.members:
        view = room(
            member.name, mode="round", stages=stage("Who we are"), floor=with_floor(member.name)
        )
        assert Living(member).live(replace(view, is_held=True), 120.0) == []


def test_hands_go_up_at_different_moments_and_once() -> None:
    raised: dict[str, float] = {}
    for member in CAST.members:
        view = room(member.name, mode="hands", stages=stage("What helps a little"), can_raise=True)
        moves = Living(member, b"seed").live(view, 60.0)
        assert len(moves) <= 1
        for when, intent in moves:
            assert isinstance(intent, Raise)
            raised[member.name] = when
    assert len(raised) >= 2
    assert len(set(raised.values())) == len(raised)


def test_nobody_raises_a_hand_that_is_already_up() -> None:
    ben = living("Ben")
    me = replace(person("Ben"), is_me=True, place_in_queue=2)
    view = room("Ben", mode="hands", stages=stage("What helps a little"), can_raise=True)
    view = replace(view, me=me, hands=(HandView(me, "share", "", 2),))
    assert ben.live(view, 60.0) == []


def test_practice_is_a_hand_up_and_down_again() -> None:
    for member in CAST.members:
        me = Living(member)
        view = room(member.name, mode="open", stages=stage("Try the room"), can_raise=True)
        moves = me.live(view, 13.0)
        assert [type(intent) for _, intent in moves] == [Raise]
        up = replace(person(member.name), is_me=True, place_in_queue=1)
        later = [type(intent) for _, intent in me.live(replace(view, me=up), 30.0)]
        assert later == [Lower]


def test_everybody_greets_somebody_new_by_name_or_not_at_all() -> None:
    greetings = []
    for member in CAST.members:
        view = room(member.name, mode="open", can_write=True)
        said = [i.text for _, i in Living(member).live(view, 60.0) if isinstance(i, Say)]
        greetings += [text for text in said if "Sam" in text]
        assert len(said) <= 2
    assert 1 <= len(greetings) <= len(CAST.members)


def test_only_the_real_person_is_greeted() -> None:
    people = tuple(one for one in PEOPLE if one.name != "Sam")
    for member in CAST.members:
        view = room(member.name, mode="open", can_write=True)
        view = replace(view, people=tuple(p for p in view.people if p in people or p.is_me))
        said = [i.text for _, i in Living(member).live(view, 60.0) if isinstance(i, Say)]
        assert all(text in member.lines["arriving"] for text in said)


def test_nods_once_to_what_was_said_after_reading_it() -> None:
    chi = living("Chi")
    text = "It was a long week and I am glad to be here with you all tonight. " * 2
    view = room("Chi", mode="listen", transcript=(share(SAM, text),))
    moves = chi.live(view, 60.0)
    assert [intent for _, intent in moves] == [NodTo(moves[0][1].kind, b"k" * 16)]  # type: ignore[attr-defined]
    assert moves[0][0] >= 5.0


def test_nobody_nods_to_themselves_or_where_nods_are_not_possible() -> None:
    for member in CAST.members:
        own = share(person(member.name), "hello", mine=True)
        view = room(member.name, mode="listen", transcript=(own,))
        assert Living(member).live(view, 60.0) == []
        other = replace(view, transcript=(share(SAM, "hello"),), can_nod=False)
        assert Living(member).live(other, 60.0) == []


def test_the_real_person_is_answered_by_name() -> None:
    answered = []
    for member in CAST.members:
        me = Living(member, b"answers")
        said = share(SAM, "Mine is the sea.")
        asked = room(
            member.name,
            mode="hands",
            stages=stage("What helps a little"),
            can_raise=True,
            transcript=(said,),
        )
        hands = [i for _, i in me.live(asked, 5.0) if isinstance(i, Raise)]
        if hands != [Raise("respond")]:
            continue
        turn = replace(asked, floor=with_floor(member.name), can_raise=False)
        answered += [i.text for _, i in me.live(turn, 15.0) if isinstance(i, Say)]
    assert answered
    assert all("Sam" in text for text in answered)


def test_says_each_line_only_once() -> None:
    ben = living("Ben")
    mine = BY_NAME["Ben"].lines
    everything = [*mine["closing-round"], *mine["any"]]
    said = tuple(share(person("Ben"), text, mine=True) for text in everything)
    view = room(
        "Ben", mode="round", stages=stage("Closing round"), floor=with_floor("Ben"), transcript=said
    )
    assert [type(intent) for _, intent in ben.live(view, 10.0)] == [PassTurn]


# ---- in pairs

HANDLE = b"p" * 16


def in_a_pair(*said: str, mine_first: bool = True) -> RoomView:
    """Return Ben's view of a pair with Chi, in which these people have written."""
    ben = replace(person("Ben"), is_me=True)
    people = (ben, person("Chi")) if mine_first else (person("Chi"), ben)
    passages = tuple(
        share(ben if name == "Ben" else person("Chi"), "…", bytes([at]) * 16)
        for at, name in enumerate(said)
    )
    aside = AsideView(HANDLE, "pair", (person("Chi"),), passages, is_open=True, is_chosen=True)
    pairs = PairsView(0, 2, partners=(person("Chi"),), exercise="write-back", speakers=people)
    return room("Ben", mode="pairs", pairs=pairs, asides=(aside,))


def test_most_say_yes_and_nobody_twice() -> None:
    view = room("Ben", mode="pairs", pairs=PairsView(0, 0))
    said = [living("Ben", bytes([seed])).live(view, 20.0) for seed in range(40)]
    yes = [moves for moves in said if moves]
    assert 25 <= len(yes) < 40
    assert all([intent for _, intent in moves] == [BePaired()] for moves in yes)


def test_writes_when_it_is_the_own_step_and_waits_when_it_is_not() -> None:
    [(_, told)] = living("Ben").live(in_a_pair(), 60.0)
    assert isinstance(told, SayAside)
    assert told.text in CAST.everybody.tells
    assert living("Ben").live(in_a_pair("Ben"), 60.0) == []
    [(_, back)] = living("Ben").live(in_a_pair("Chi", mine_first=False), 60.0)
    assert isinstance(back, SayAside)
    assert back.text in CAST.everybody.reflections
    [(_, mark)] = living("Ben").live(in_a_pair("Ben", "Chi"), 60.0)
    assert isinstance(mark, SayAside)
    assert mark.text in CAST.everybody.confirms


def test_goes_back_when_the_pair_is_over() -> None:
    view = in_a_pair()
    over = replace(view.asides[0], is_open=False, is_over=True)
    gone = replace(view, asides=(over,), pairs=None, mode="listen")
    assert [intent for _, intent in living("Ben").live(gone, 10.0)] == [BackToRoom()]


def test_answers_whoever_asks_to_offer_an_idea() -> None:
    view = room("Ben", mode="hands", offered_by=(person("Chi"),))
    answers = {
        intent
        for seed in range(20)
        for _, intent in living("Ben", bytes([seed])).live(view, 5.0)
        if isinstance(intent, AnswerTheInvite)
    }
    assert answers == {AnswerTheInvite(is_yes=True), AnswerTheInvite(is_yes=False)}
