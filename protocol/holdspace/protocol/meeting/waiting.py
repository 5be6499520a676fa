"""The line of raised hands: who is where in it, and what lets people change places.

A hand keeps its place until its owner or a facilitator changes it. Three orders: as the hands came,
who spoke least first, or as the facilitators arrange them; the line is always kept in its order,
so that a place is the same number for everybody (T1, T3).
"""

from msgspec.structs import replace

from holdspace.protocol.meeting.kinds import HandKind, HandOrder
from holdspace.protocol.meeting.values import Hand, MeetingState

Queue = tuple[Hand, ...]


def raise_hand(state: MeetingState, identity: bytes, kind: HandKind, note: str) -> MeetingState:
    """Return the state with this hand up once; one that is up keeps its place."""
    hand = Hand(identity, kind, note)
    place = state.place_of(identity)
    if place:
        changed = replace(state.queue[place - 1], kind=kind, note=note)
        return with_queue(state, (*state.queue[: place - 1], changed, *state.queue[place:]))
    if kind != "respond":
        return with_queue(state, (*state.queue, hand))
    after = max((p for p, other in enumerate(state.queue, 1) if other.kind == "respond"), default=0)
    return with_queue(state, (*state.queue[:after], hand, *state.queue[after:]))


def lower_hand(state: MeetingState, identity: bytes) -> MeetingState:
    """Return the state without this person's hand."""
    if not state.place_of(identity):
        return state
    return replace(state, queue=tuple(h for h in state.queue if h.identity != identity))


def lower_all(state: MeetingState) -> MeetingState:
    """Return the state with every hand down, so that it can be undone."""
    return replace(state, queue=(), lowered=state.queue)


def restore(state: MeetingState) -> MeetingState:
    """Return the state with the hands of the last "lower all" up again, in front of newer ones."""
    waits = {hand.identity for hand in state.queue}
    waits |= {state.floor.identity} if state.floor else set()
    waits |= set(state.round.to_come) if state.round else set()
    back = tuple(hand for hand in state.lowered if hand.identity not in waits)
    return with_queue(replace(state, lowered=()), (*back, *state.queue))


def move(state: MeetingState, identity: bytes, place: int) -> MeetingState:
    """Return the state with a hand at this place from 1; from now on facilitators arrange the line."""
    hand = state.queue[state.place_of(identity) - 1]
    others = [other for other in state.queue if other.identity != identity]
    others.insert(place - 1, hand)
    return replace(state, queue=tuple(others), order="facilitator")


def to_front(state: MeetingState, hand: Hand) -> MeetingState:
    """Return the state with this hand first."""
    state = lower_hand(state, hand.identity)
    return replace(state, queue=(hand, *state.queue))


def go_later(state: MeetingState, identity: bytes, places: int) -> MeetingState:
    """Return the state with a hand so many places further back, at most at the end."""
    at = state.place_of(identity) - 1
    # Where nobody waits in line, a floor that is put back leaves no hand.
    if at < 0:
        return state
    hand = state.queue[at]
    others = [other for other in state.queue if other.identity != identity]
    others.insert(at + places, hand)
    return replace(state, queue=tuple(others))


def set_order(state: MeetingState, order: HandOrder) -> MeetingState:
    """Return the state in which hands are called in this order."""
    return with_queue(replace(state, order=order), state.queue)


def with_queue(state: MeetingState, queue: Queue) -> MeetingState:
    """Return the state with this line, in its order."""
    if state.order == "not-yet-heard":
        spoken = {person.identity: person.spoken for person in state.people}
        # Stable: of two who spoke as often, the hand that came first is first. Responses belong
        # right after the speaker (T2), and a turn that was stepped over comes back next (T5).
        queue = tuple(sorted(queue, key=lambda hand: _rank(hand, spoken)))
    return state if queue == state.queue else replace(state, queue=queue)


def _rank(hand: Hand, spoken: dict[bytes, int]) -> tuple[bool, bool, int]:
    return (hand.kind != "respond", not hand.stepped_over, spoken.get(hand.identity, 0))
