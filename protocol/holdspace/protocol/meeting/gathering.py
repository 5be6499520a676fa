"""Gather: everybody writes at the same time, for themselves; then the shares are released.

Who types slowly loses nothing here, and who types fast is not heard first. The words themselves
never come this way before they are released: all that travels is "ready", "not ready", "I read".
"""

from msgspec.structs import replace

from holdspace.protocol.meeting.kinds import ReleaseHow
from holdspace.protocol.meeting.roles import MEMBER
from holdspace.protocol.meeting.round_order import in_turn
from holdspace.protocol.meeting.values import Gather, MeetingState, Round
from holdspace.protocol.translation import N_

WRITE_FOR_YOURSELF = N_(
    "Everybody writes for themselves now. Mark your words ready when they are; they stay on this "
    "device until all are released."
)
ALREADY_SHARED = N_("Your words have been read. You can nod.")
NOT_GATHERING = N_("There is nothing to be ready for in this stage.")
READY_ALREADY = N_("Your words are marked ready already.")
NOT_READY_YET = N_("Your words are not marked ready.")
RELEASED_ALREADY = N_("The words are released already.")


def is_writing(state: MeetingState) -> bool:
    """Tell whether everybody writes and nothing is released yet."""
    return state.gather is not None and not state.gather.is_released


def why_not_write(state: MeetingState, identity: bytes) -> str:
    """Return why a member cannot share in gather mode just now, or nothing."""
    gather = state.gather
    if gather is None or not gather.is_released:
        return WRITE_FOR_YOURSELF
    return ALREADY_SHARED if identity in gather.shared else ""


def why_not_ready(state: MeetingState, identity: bytes) -> str:
    """Return why there is nothing to mark ready or to take back, or nothing."""
    gather, going = state.gather, state.round
    if gather is None:
        return NOT_GATHERING
    if identity in gather.shared:
        return ALREADY_SHARED
    if going is None:
        return ""
    is_to_come = state.has_floor(identity) or identity in (*going.to_come, *going.passed)
    return "" if is_to_come else ALREADY_SHARED


def why_not_pass(state: MeetingState, identity: bytes) -> str:
    """Return why there is nothing to pass in gather, or nothing."""
    gather = state.gather
    return ALREADY_SHARED if gather is not None and identity in gather.shared else ""


def mark(state: MeetingState, identity: bytes, *, is_ready: bool) -> MeetingState:
    """Return the state with this person ready, or writing again."""
    gather = state.gather or Gather()
    ready = _without(gather.ready, identity)
    return replace(
        state,
        gather=replace(
            gather,
            ready=(*ready, identity) if is_ready else ready,
            reading=_without(gather.reading, identity),
        ),
    )


def read_only(state: MeetingState, identity: bytes) -> MeetingState:
    """Return the state with this person here and reading: a pass, before anything is released."""
    gather = state.gather or Gather()
    return replace(
        state,
        gather=replace(
            gather,
            ready=_without(gather.ready, identity),
            reading=(*_without(gather.reading, identity), identity),
        ),
    )


def count_shared(state: MeetingState, identity: bytes) -> MeetingState:
    """Return the state in which this person's words are out; in gather everybody shares once."""
    gather = state.gather
    if gather is None or identity in gather.shared:
        return state
    # Whoever only wanted to read may still share once the words are released.
    gather = replace(
        gather,
        ready=_without(gather.ready, identity),
        reading=_without(gather.reading, identity),
        shared=(*gather.shared, identity),
    )
    return replace(state, gather=gather)


def writing(state: MeetingState) -> tuple[bytes, ...]:
    """Return who is still writing; a facilitator counts only once they mark something ready."""
    gather = state.gather
    if gather is None:
        return ()
    done = {*gather.ready, *gather.reading, *gather.shared, *state.resting}
    people = (person for person in state.people if person.role == MEMBER)
    return tuple(person.identity for person in people if person.identity not in done)


def begin(state: MeetingState) -> MeetingState:
    """Return the state in which everybody writes."""
    return replace(state, gather=Gather())


def release(state: MeetingState, how: ReleaseHow) -> MeetingState:
    """Return the state with the words released: all at once, by seats, or by raised hands."""
    gather = state.gather or Gather()
    if how == "together":
        return replace(state, gather=replace(gather, is_released=True))
    if how == "hands":
        return replace(state, mode="hands", gather=None)
    taking_part = {*gather.ready, *writing(state)}.difference(state.resting)
    seats = tuple(p.identity for p in state.people if p.identity in taking_part)
    order = in_turn(state, seats)
    gather = replace(gather, is_released=True)
    return replace(state, mode="round", gather=gather, round=Round(order, to_come=order))


def who_is_next(going: Round, gather: Gather | None) -> bytes:
    """Return whose turn comes: who is ready comes before who is still writing."""
    ready = gather.ready if gather else ()
    return next((who for who in going.to_come if who in ready), going.to_come[0])


def drop(state: MeetingState, identity: bytes) -> MeetingState:
    """Return the state in which this person is not waited for."""
    gather = state.gather
    if gather is None:
        return state
    parts = (gather.ready, gather.reading, gather.shared)
    ready, reading, shared = (_without(part, identity) for part in parts)
    return replace(state, gather=replace(gather, ready=ready, reading=reading, shared=shared))


def _without(identities: tuple[bytes, ...], identity: bytes) -> tuple[bytes, ...]:
    return tuple(other for other in identities if other != identity)
