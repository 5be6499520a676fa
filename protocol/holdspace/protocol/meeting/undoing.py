"""Undo: a pass, a floor moved on and a stage begun can be taken back by who did it (M31).

What is needed for that is one part of the state, so that the same undo means the same on every
client; it is there only until anything about turns changes again. How long somebody may want it
back (ten seconds) is for clients to count: the meeting has no clock.
"""

from collections.abc import Iterable

from msgspec.structs import replace

from holdspace.protocol.meeting import events as ev
from holdspace.protocol.meeting import turns, waiting
from holdspace.protocol.meeting.acting import Author
from holdspace.protocol.meeting.effects import Outcome, Undone
from holdspace.protocol.meeting.values import (
    MeetingState,
    Pairing,
    SeatedGather,
    SeatedRound,
    Undoable,
    UndoKind,
    broken_law,
)
from holdspace.protocol.translation import N_

NOTHING_TO_UNDO = N_("There is nothing to undo: the room has moved on since, or nothing was done.")

_UNDOABLE: dict[type[ev.Event], UndoKind] = {
    ev.Pass: "pass",
    ev.NextTurn: "floor",
    ev.GoToStage: "stage",
}


def noted(before: MeetingState, event: ev.Event, author: bytes, outcome: Outcome) -> Outcome:
    """Return the outcome that remembers how to undo this event, or no earlier one any more."""
    kind, after = _UNDOABLE.get(type(event)), outcome.state
    if kind is not None and after.version != before.version:
        after = replace(after, undo=_remembered(before, kind, author))
    return Outcome(settled(before, after), outcome.effects)


def settled(before: MeetingState, after: MeetingState) -> MeetingState:
    """Return the state after a change, without an undo that no longer fits it."""
    if after.undo is None or after.undo is not before.undo or _steady(before) == _steady(after):
        return after
    return replace(after, undo=None)


def undo(state: MeetingState, _event: ev.Undo, by: Author) -> Outcome:
    """Put back what this person just passed on."""
    kept = state.undo
    if kept is None or kept.by != by.identity:
        return by.may_not(state, NOTHING_TO_UNDO)
    restored = _restored(state, kept)
    # A false snapshot can name an undo that fits no meeting: it has no effect, on any client.
    if broken_law(restored):
        return by.may_not(state, NOTHING_TO_UNDO)
    return Outcome(restored, (Undone(by.identity, kept.kind),))


def _steady(state: MeetingState) -> tuple[object, ...]:
    people = tuple(person.identity for person in state.people)
    return (state.version, state.round, state.gather, state.resting, state.pairs, people)


def _remembered(state: MeetingState, kind: UndoKind, author: bytes) -> Undoable:
    return Undoable(
        kind=kind,
        by=author,
        stage=state.stage,
        extra_seconds=state.extra_seconds,
        mode=state.mode,
        floor=state.floor,
        responses=state.responses,
        round=_seated_round(state),
        gather=_seated_gather(state),
        order=state.order,
        is_queue_closed=state.is_queue_closed,
    )


def _restored(state: MeetingState, kept: Undoable) -> MeetingState:
    # Whoever has the floor meanwhile is first in line again; nobody loses a place.
    state = turns.put_back(replace(state, round=None, pause_seconds=0))
    floor, given = kept.floor, state.floors_given
    if floor is not None:
        state = waiting.lower_hand(state, floor.identity)
        given += 1
        floor = replace(floor, number=given)
    return replace(
        state,
        undo=None,
        stage=kept.stage,
        stage_entered=state.stage_entered + (kept.kind == "stage"),
        extra_seconds=kept.extra_seconds,
        mode=kept.mode,
        floor=floor,
        floors_given=given,
        responses=kept.responses,
        round=kept.round.unseated(state.people) if kept.round else None,
        gather=kept.gather.unseated(state.people) if kept.gather else None,
        order=kept.order,
        is_queue_closed=kept.is_queue_closed,
        pairs=_pairs(state, kept),
    )


def _pairs(state: MeetingState, kept: Undoable) -> Pairing | None:
    if kept.mode == state.mode:
        return state.pairs
    # Pairs that a stage ended are over: for new ones everybody is asked anew.
    return Pairing() if kept.mode == "pairs" else None


# Seats, not identities: a state must stay small, and nobody moves while it can be undone.
def _seated_round(state: MeetingState) -> SeatedRound | None:
    going = state.round
    if going is None:
        return None
    return SeatedRound(
        order=_seats(state, going.order),
        to_come=_seats(state, going.to_come),
        passed=_seats(state, going.passed),
        again=_seats(state, going.again),
    )


def _seated_gather(state: MeetingState) -> SeatedGather | None:
    gather = state.gather
    if gather is None:
        return None
    return SeatedGather(
        ready=_seats(state, gather.ready),
        reading=_seats(state, gather.reading),
        shared=_seats(state, gather.shared),
        is_released=gather.is_released,
    )


def _seats(state: MeetingState, identities: Iterable[bytes]) -> tuple[int, ...]:
    at = {person.identity: seat for seat, person in enumerate(state.people)}
    return tuple(at[identity] for identity in identities)
