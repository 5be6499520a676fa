"""A turn that reaches somebody whose connection is gone: it moves on once, and comes back first (T5).

A meeting has no clock, so somebody must say it: the facilitators' clients do, about whoever they
have not heard. What follows is the same for everybody.
"""

from holdspace.protocol.meeting import events as ev
from holdspace.protocol.meeting import pairing, turns
from holdspace.protocol.meeting.acting import Author
from holdspace.protocol.meeting.effects import Outcome, SteppedOverAway
from holdspace.protocol.meeting.rights import ON_HOLD
from holdspace.protocol.meeting.values import MeetingState
from holdspace.protocol.translation import N_

NOT_THEIR_TURN = N_("It is not their turn any more.")
NOBODY_ELSE = N_("Nobody else waits, so their turn waits for them.")
NO_PLACE = N_("No place was kept for them.")


def step_over_away(state: MeetingState, event: ev.StepOverAway, by: Author) -> Outcome:
    """Let the next one speak first, or keep the place no longer."""
    changed, why_not = (_give_up if event.is_over else _move_on)(state, event)
    if why_not:
        return by.may_not(state, why_not)
    effect = SteppedOverAway(event.who, event.is_over, by.identity)
    return Outcome(changed, (effect,))


def _move_on(state: MeetingState, event: ev.StepOverAway) -> tuple[MeetingState, str]:
    floor = state.floor
    if state.is_held:
        return state, ON_HOLD
    if floor is None or (floor.identity, floor.number) != (event.who, event.floor):
        return state, NOT_THEIR_TURN
    moved = turns.come_back_next(state)
    return moved, NOBODY_ELSE if moved == state else ""


def _give_up(state: MeetingState, event: ev.StepOverAway) -> tuple[MeetingState, str]:
    is_kept = has_place(state, event.who)
    return turns.drop_turns(state, event.who), "" if is_kept else NO_PLACE


def has_place(state: MeetingState, identity: bytes) -> bool:
    """Tell whether a turn, a hand or a pair waits for this person."""
    passed = state.round.passed if state.round else ()
    is_paired = pairing.pair_of(state, identity) is not None
    return turns.is_waiting(state, identity) or identity in passed or is_paired
