"""Where the floor goes: given, used, passed, kept, moved on, and what an empty floor does.

Whoever has the floor has no hand up, so nobody is in line twice. What facilitators write never
takes anybody's turn.
"""

from msgspec.structs import replace

from holdspace.protocol.meeting import gathering, offering, pairing, waiting
from holdspace.protocol.meeting.kinds import TurnMode
from holdspace.protocol.meeting.modes import MODES
from holdspace.protocol.meeting.round_order import in_turn
from holdspace.protocol.meeting.values import (
    LONGEST_PAUSE,
    MAX_RESPONSES,
    SHORTEST_PAUSE,
    Floor,
    FloorKind,
    Hand,
    MeetingState,
    Pairing,
    Round,
)

READ_PER_MINUTE = 200


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
            again=going.again if is_new else (*_without(going.again, identity), identity),
        ),
    )


def give_floor(state: MeetingState, identity: bytes) -> MeetingState:
    """Return the state with the floor here; who held it without having spoken keeps the place."""
    state = put_back(state)
    going = state.round
    is_round_turn = going is not None and identity in (*going.to_come, *going.passed)
    if going is not None:
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
        waiting.lower_hand(state, identity),
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


def come_back_next(state: MeetingState) -> MeetingState:
    """Return the state in which the next one has the floor, and its holder is first after them (T5).

    Where nobody else waits, a turn of a round is offered at its end, and any other one just waits.
    """
    floor, going = state.floor, state.round
    # Where facilitators call people, nobody else is called because somebody is away.
    if floor is None or MODES[state.mode].next_by_itself == "nobody":
        return state
    if going is not None and floor.kind == "turn" and floor.identity in going.order:
        if not going.to_come:
            return next_floor(pass_turn(state))
        moved = next_floor(replace(state, floor=None))
        left = moved.round or going
        return replace(moved, round=replace(left, to_come=(floor.identity, *left.to_come)))
    if not state.queue:
        return state
    kind = "share" if floor.kind == "turn" else floor.kind
    hand = Hand(floor.identity, kind, floor.note, stepped_over=True)
    moved = next_floor(replace(state, floor=None))
    return replace(moved, queue=(hand, *moved.queue))


def next_floor(state: MeetingState) -> MeetingState:
    """Return the state with an empty floor given to whoever is next; unchanged if nobody is."""
    going = state.round
    if going is not None:
        going = _with_passers(going)
        state = replace(state, round=going)
        if not going.to_come:
            return state
        return give_floor(state, gathering.who_is_next(going, state.gather))
    if not state.queue:
        return state
    return give_floor(state, state.queue[0].identity)


def settle(state: MeetingState) -> MeetingState:
    """Return the state in which no floor is empty that should go to somebody by itself.

    The one rule by which turns move without a facilitator; it rests while the room is held.
    """
    state = waiting.with_queue(state, state.queue)
    if state.floor is not None or state.is_held:
        return state
    by_itself = MODES[state.mode].next_by_itself
    if by_itself == "queue":
        return next_floor(state)
    if by_itself == "round" and state.round is not None:
        state = next_floor(state)
        return state if state.floor else replace(state, round=None, gather=None)
    return state


def begin_mode(state: MeetingState, mode: TurnMode) -> MeetingState:
    """Return the state with turns taken in another way; raised hands keep their places."""
    state = put_back(replace(state, gather=None, pause_seconds=0))
    state = replace(state, is_queue_closed=False, lowered=(), invited=(), offers=())
    if mode == "gather":
        state = gathering.begin(state)
    taking_part = tuple(p.identity for p in state.people if p.identity not in state.resting)
    order = in_turn(state, taking_part)
    going = Round(order, to_come=order) if mode == "round" else None
    pairs = Pairing() if mode == "pairs" else None
    return replace(state, mode=mode, round=going, responses=0, pairs=pairs)


def pause_after(text: str) -> int:
    """Return for how many seconds people read a share before the next one comes (T8)."""
    # Counted in ASCII, so that no two clients ever disagree (R12); long lines without spaces count.
    words = max(text.count(" ") + text.count("\n") + 1, len(text) // 10)
    return min(max(words * 60 // READ_PER_MINUTE, SHORTEST_PAUSE), LONGEST_PAUSE)


def has_reading_pause(state: MeetingState) -> bool:
    """Tell whether shares are given time to be read here."""
    flow = state.flow
    is_on = flow is None or state.stage < 0 or flow.stages[state.stage].reading_pause
    return is_on and MODES[state.mode].next_by_itself != "nobody"


def is_waiting(state: MeetingState, identity: bytes) -> bool:
    """Tell whether this person has the floor, or will have it."""
    to_come = state.round.to_come if state.round else ()
    return bool(state.has_floor(identity) or state.place_of(identity) or identity in to_come)


def go_later(state: MeetingState, identity: bytes, places: int) -> MeetingState:
    """Return the state in which so many others come first; unchanged if nobody waits behind."""
    back = put_back(state) if state.has_floor(identity) else state
    going = back.round
    if going is not None and identity in going.to_come:
        at = going.to_come.index(identity)
        others = list(_without(going.to_come, identity))
        others.insert(at + places, identity)
        changed = replace(back, round=replace(going, to_come=tuple(others)))
        is_last = changed.round == going
    else:
        changed = waiting.go_later(back, identity, places)
        is_last = changed.queue == back.queue
    return state if is_last else changed


def come_first(state: MeetingState, identity: bytes) -> MeetingState:
    """Return the state in which this person is next: they were asked, and said yes (T12)."""
    if state.has_floor(identity):
        return state
    going = state.round
    if going is not None:
        state = state if identity in going.to_come else join_round(state, identity)
        joined = state.round or going
        to_come = (identity, *_without(joined.to_come, identity))
        return replace(state, round=replace(joined, to_come=to_come))
    place = state.place_of(identity)
    hand = state.queue[place - 1] if place else Hand(identity)
    return waiting.to_front(state, hand)


def come_last(state: MeetingState, identity: bytes) -> MeetingState:
    """Return the state in which this person comes after everybody who waits."""
    if state.round is None:
        state = waiting.lower_hand(state, identity)
        return replace(state, queue=(*state.queue, Hand(identity)))
    if identity in state.round.to_come:
        return go_later(state, identity, len(state.people))
    return join_round(state, identity)


def drop_turns(state: MeetingState, identity: bytes) -> MeetingState:
    """Return the state without this person's hand, floor, pair and place in the round."""
    state = pairing.drop(state, identity)
    state = waiting.lower_hand(state, identity)
    if state.has_floor(identity):
        state = replace(state, floor=None)
    going = state.round
    if going is None:
        return state
    parts = (going.order, going.to_come, going.passed, going.again)
    return replace(state, round=Round(*(_without(part, identity) for part in parts)))


def drop(state: MeetingState, identity: bytes) -> MeetingState:
    """Return the state that does not know of this person any more."""
    state = gathering.drop(drop_turns(state, identity), identity)
    state = offering.drop(state, identity)
    return replace(
        state,
        lowered=tuple(hand for hand in state.lowered if hand.identity != identity),
        invited=_without(state.invited, identity),
        quiet=_without(state.quiet, identity),
        resting=_without(state.resting, identity),
        leading=b"" if state.leading == identity else state.leading,
    )


def _with_passers(going: Round) -> Round:
    if going.to_come:
        return going
    return replace(going, to_come=going.passed, passed=(), again=(*going.again, *going.passed))


def _without(identities: tuple[bytes, ...], identity: bytes) -> tuple[bytes, ...]:
    return tuple(other for other in identities if other != identity)
