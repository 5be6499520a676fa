"""How turns are taken: one table of modes, what a person may do in each, and where the floor goes.

Two laws hold it together. A hand can be raised at any time and keeps its place; the mode only says
whether an empty floor goes to the next hand by itself. And whoever has the floor has no hand up,
so nobody is in line twice. Facilitators may always write, and by that never take anybody's turn.
"""

from dataclasses import dataclass
from typing import Literal

from msgspec.structs import replace

from holdspace.protocol.meeting.events import HandKind
from holdspace.protocol.meeting.flow import PlayedMode
from holdspace.protocol.meeting.roles import MEMBER
from holdspace.protocol.meeting.values import (
    MAX_RESPONSES,
    Floor,
    FloorKind,
    Hand,
    MeetingState,
    Person,
    Round,
)

RESPONSES_ALLOWED = frozenset({"own-experience", "ask-first", "open"})

NOT_HERE = "You are not in this room."
ON_HOLD = "The room is on hold. Your words are kept, and so is your place."
HAS_FLOOR = "You have the floor already."
NO_FLOOR_TO_PASS = "It is not your turn, so there is nothing to pass."
QUIET = "This is a quiet stage; nods rest too."
COMES_BY_ITSELF = "Your turn in this round comes by itself."
NO_RESPONSES = "This stage goes without responses. A nod says a lot."
ENOUGH_RESPONSES = "Two people respond to this already. Raise your hand to share instead."


@dataclass(frozen=True, slots=True)
class ModeRules:
    """What one turn mode lets people do; a floor that somebody was given lets them write in any."""

    writers: Literal["everybody", "floor"]
    next_by_itself: Literal["queue", "round", "nobody"]
    passing: Literal["a turn", "a word"]
    nods: bool
    why_not: str


MODES: dict[PlayedMode, ModeRules] = {
    "open": ModeRules("everybody", "nobody", "a word", True, ""),
    "listen": ModeRules(
        "floor",
        "nobody",
        "a turn",
        True,
        "The facilitators are speaking. You can nod, or raise a hand to be called.",
    ),
    "hands": ModeRules(
        "floor", "queue", "a turn", True, "The floor is free. Raise your hand and it is yours."
    ),
    "round": ModeRules(
        "floor",
        "round",
        "a turn",
        True,
        "The round is over. Raise a hand if you want to add something.",
    ),
    "silent": ModeRules(
        "floor",
        "nobody",
        "a turn",
        False,
        "This is a quiet stage. Raise a hand if you need something.",
    ),
}


@dataclass(frozen=True, slots=True)
class Rights:
    """What one person may do right now: an empty sentence is a yes, any other says why not."""

    why_not: str = ""
    why_not_raise: str = ""
    why_not_pass: str = ""
    why_not_nod: str = ""

    @property
    def can_write(self) -> bool:
        """Tell whether a share would be heard."""
        return not self.why_not

    @property
    def can_raise(self) -> bool:
        """Tell whether raising a hand would do something; it may only change its note."""
        return not self.why_not_raise

    @property
    def can_pass(self) -> bool:
        """Tell whether there is something to pass."""
        return not self.why_not_pass

    @property
    def can_nod(self) -> bool:
        """Tell whether nods are heard."""
        return not self.why_not_nod


def rights(state: MeetingState, identity: bytes) -> Rights:
    """Return what this person may do now; the reducer and the front ends both ask here."""
    person = state.person(identity)
    if person is None:
        return Rights(NOT_HERE, NOT_HERE, NOT_HERE, NOT_HERE)
    return Rights(
        _why_not_write(state, person),
        _why_not_raise(state, identity),
        _why_not_pass(state, identity),
        _why_not_nod(state),
    )


def _why_not_write(state: MeetingState, person: Person) -> str:
    rules = MODES[state.mode]
    if person.role != MEMBER:
        return ""
    if state.is_held:
        return ON_HOLD
    if rules.writers == "everybody" or state.has_floor(person.identity):
        return ""
    return _why_wait(state, person.identity) or rules.why_not


def _why_wait(state: MeetingState, identity: bytes) -> str:
    going = state.round
    if going is not None and identity in (*going.to_come, *going.passed):
        return "Your turn in this round is still to come. You can write ahead; it waits."
    if state.place_of(identity):
        return "You are in the queue. You can write ahead; it waits with you."
    if going is not None and identity in going.order:
        return "You had your turn in this round. You can nod."
    if going is not None:
        return "This round began before you came. Raise a hand to be offered a turn."
    if state.floor is not None:
        return "Somebody else has the floor. You can nod, or raise a hand to be next."
    return ""


def _why_not_raise(state: MeetingState, identity: bytes) -> str:
    if state.has_floor(identity):
        return HAS_FLOOR
    going = state.round
    return COMES_BY_ITSELF if going is not None and identity in going.to_come else ""


def _why_not_pass(state: MeetingState, identity: bytes) -> str:
    if state.is_held:
        return ON_HOLD
    has_turn = state.has_floor(identity) or MODES[state.mode].passing == "a word"
    return "" if has_turn else NO_FLOOR_TO_PASS


def _why_not_nod(state: MeetingState) -> str:
    if state.is_held:
        return ON_HOLD
    return "" if MODES[state.mode].nods else QUIET


def why_not_respond(state: MeetingState, identity: bytes) -> str:
    """Return why this person cannot ask to respond to the current speaker, or nothing (T2)."""
    flow = state.flow
    has_rule = flow is not None and state.stage >= 0
    if flow and has_rule and flow.response_in(state.stage) not in RESPONSES_ALLOWED:
        return NO_RESPONSES
    others = [hand for hand in state.queue if hand.identity != identity]
    waiting = sum(hand.kind == "respond" for hand in others)
    return ENOUGH_RESPONSES if state.responses + waiting >= MAX_RESPONSES else ""


def raise_hand(state: MeetingState, identity: bytes, kind: HandKind, note: str) -> MeetingState:
    """Return the state with this hand up once; one that is up keeps its place."""
    hand = Hand(identity, kind, note)
    place = state.place_of(identity)
    if place:
        changed = replace(state.queue[place - 1], kind=kind, note=note)
        return replace(state, queue=(*state.queue[: place - 1], changed, *state.queue[place:]))
    if kind != "respond":
        return replace(state, queue=(*state.queue, hand))
    after = max((p for p, other in enumerate(state.queue, 1) if other.kind == "respond"), default=0)
    return replace(state, queue=(*state.queue[:after], hand, *state.queue[after:]))


def lower_hand(state: MeetingState, identity: bytes) -> MeetingState:
    """Return the state without this person's hand."""
    return replace(state, queue=tuple(h for h in state.queue if h.identity != identity))


def may_join_round(state: MeetingState, identity: bytes) -> bool:
    """Tell whether a raised hand means a turn in this round: for who came late, or had passed."""
    going = state.round
    return going is not None and (identity not in going.order or identity in going.passed)


def join_round(state: MeetingState, identity: bytes) -> MeetingState:
    """Return the state with this person at the end of the round; a pass is undone by that (T10)."""
    going = state.round
    if going is None:
        return state
    is_new = identity not in going.order
    return replace(
        state,
        round=Round(
            order=(*going.order, identity) if is_new else going.order,
            to_come=(*going.to_come, identity),
            passed=_without(going.passed, identity),
            again=going.again if is_new else (*going.again, identity),
        ),
    )


def give_floor(state: MeetingState, identity: bytes) -> MeetingState:
    """Return the state with the floor here; who held it without having spoken keeps the place."""
    state = put_back(state)
    going = state.round
    is_round_turn = going is not None and identity in (*going.to_come, *going.passed)
    if going is not None and is_round_turn:
        again = (*going.again, identity) if identity in going.passed else going.again
        going = replace(
            going,
            to_come=_without(going.to_come, identity),
            passed=_without(going.passed, identity),
            again=again,
        )
    place = state.place_of(identity)
    hand = state.queue[place - 1] if place and not is_round_turn else None
    kind: FloorKind = hand.kind if hand else "turn"
    responses = min(state.responses + 1, MAX_RESPONSES) if kind == "respond" else 0
    number = state.floors_given + 1
    floor = Floor(identity, number, kind)
    if hand:
        floor = replace(floor, note=hand.note, stepped_over=hand.stepped_over)
    return replace(
        lower_hand(state, identity),
        floor=floor,
        floors_given=number,
        responses=responses,
        round=going,
    )


def put_back(state: MeetingState) -> MeetingState:
    """Return the state with an empty floor; a turn that was not used is first in line again."""
    floor, going = state.floor, state.round
    if floor is None:
        return state
    state = replace(state, floor=None)
    if floor.kind != "turn":
        hand = Hand(floor.identity, floor.kind, floor.note, floor.stepped_over)
        return replace(state, queue=(hand, *state.queue))
    if going is not None and floor.identity in going.order:
        return replace(state, round=replace(going, to_come=(floor.identity, *going.to_come)))
    return state


def end_turn(state: MeetingState) -> MeetingState:
    """Return the state after the turn was used."""
    return replace(state, floor=None)


def pass_turn(state: MeetingState) -> MeetingState:
    """Return the state after a pass; in a round the turn is offered once more at the end (T10)."""
    floor, going = state.floor, state.round
    state = replace(state, floor=None)
    if floor is None or going is None:
        return state
    if floor.identity not in going.order or floor.identity in going.again:
        return state
    return replace(state, round=replace(going, passed=(*going.passed, floor.identity)))


def step_over(state: MeetingState) -> MeetingState:
    """Return the state with the floor moved on by a facilitator.

    T5: who is stepped over is first again after the next person, once; in a round, at its end.
    """
    floor = state.floor
    if floor is None:
        return next_floor(state)
    if floor.kind == "turn":
        return next_floor(pass_turn(state))
    state = replace(state, floor=None)
    if not state.queue or floor.stepped_over:
        return next_floor(state)
    hand = Hand(floor.identity, floor.kind, floor.note, stepped_over=True)
    state = next_floor(state)
    return replace(state, queue=(hand, *state.queue))


def next_floor(state: MeetingState) -> MeetingState:
    """Return the state with an empty floor given to whoever is next; unchanged if nobody is."""
    going = state.round
    if going is not None:
        going = _with_passers(going)
        state = replace(state, round=going)
        return give_floor(state, going.to_come[0]) if going.to_come else state
    if state.mode == "open" or not state.queue:
        return state
    return give_floor(state, state.queue[0].identity)


def settle(state: MeetingState) -> MeetingState:
    """Return the state in which no floor is empty that should go to somebody by itself.

    The one rule by which turns move without a facilitator; it rests while the room is held.
    """
    if state.floor is not None or state.is_held:
        return state
    by_itself = MODES[state.mode].next_by_itself
    if by_itself == "queue":
        return next_floor(state)
    if by_itself == "round" and state.round is not None:
        state = next_floor(state)
        return state if state.floor else replace(state, round=None)
    return state


def begin_mode(state: MeetingState, mode: PlayedMode) -> MeetingState:
    """Return the state with turns taken in another way; raised hands keep their places."""
    state = put_back(replace(state, round=None))
    order = tuple(person.identity for person in state.people)
    going = Round(order, to_come=order) if mode == "round" else None
    return replace(state, mode=mode, round=going, responses=0)


def drop(state: MeetingState, identity: bytes) -> MeetingState:
    """Return the state without this person's hand, floor and place in the round."""
    state = lower_hand(state, identity)
    if state.has_floor(identity):
        state = replace(state, floor=None)
    going = state.round
    if going is None:
        return state
    parts = (going.order, going.to_come, going.passed, going.again)
    return replace(state, round=Round(*(_without(part, identity) for part in parts)))


def _with_passers(going: Round) -> Round:
    if going.to_come or not going.passed:
        return going
    return replace(going, to_come=going.passed, passed=(), again=(*going.again, *going.passed))


def _without(identities: tuple[bytes, ...], identity: bytes) -> tuple[bytes, ...]:
    return tuple(other for other in identities if other != identity)
