"""What everybody in the room can do: share, ask for the floor, wait, pass, nod, rest, leave."""

from msgspec.structs import replace

from holdspace.protocol.meeting import events as ev
from holdspace.protocol.meeting import gathering, turns, waiting
from holdspace.protocol.meeting.acting import Author
from holdspace.protocol.meeting.effects import (
    Folded,
    HandLowered,
    HandRaised,
    InviteAnswered,
    JoinedRound,
    MarkedReady,
    Nodded,
    Outcome,
    Passed,
    Reads,
    Rested,
    SaidGoodbye,
    Spoke,
    TakenBack,
    WentLater,
)
from holdspace.protocol.meeting.rights import may_join_round, rights, why_not_respond
from holdspace.protocol.meeting.roles import MEMBER
from holdspace.protocol.meeting.values import MeetingState
from holdspace.protocol.translation import N_

NOT_INVITED = N_("Nobody asked you to speak just now. You can raise a hand.")
NOT_WAITING = N_("You are not waiting for a turn.")
NOBODY_BEHIND = N_("Nobody is waiting behind you.")
AS_BEFORE = N_("That is how it is already.")


def share(state: MeetingState, event: ev.Share, by: Author) -> Outcome:
    """Let somebody be heard; with the floor it is their turn, and ends it."""
    why_not = rights(state, by.identity).why_not
    if why_not:
        return by.may_not(state, why_not)
    gather = state.gather
    is_released = gather is not None and gather.is_released and state.mode == "gather"
    # A facilitator may write while the room is held; that uses up nobody's turn, not even theirs.
    has_turn = state.has_floor(by.identity) and not state.is_held
    if has_turn:
        state = turns.end_turn(state)
        pause = turns.pause_after(event.text) if turns.has_reading_pause(state) else 0
        state = replace(state, pause_seconds=pause)
    if has_turn or is_released:
        state = gathering.count_shared(state, by.identity)
    state = state.with_one_more_spoken(by.identity)
    return Outcome(state, (Spoke(by.identity, event.text, by.message_id),))


def raise_hand(state: MeetingState, event: ev.RaiseHand, by: Author) -> Outcome:
    """Put somebody in line, once."""
    why_not = rights(state, by.identity).why_not_raise
    if event.kind == "respond":
        why_not = why_not or why_not_respond(state, by.identity)
    if why_not:
        return by.may_not(state, why_not)
    if may_join_round(state, by.identity):
        return Outcome(
            turns.join_round(state, by.identity), (JoinedRound(by.identity, event.note),)
        )
    state = waiting.raise_hand(state, by.identity, event.kind, event.note)
    effect = HandRaised(by.identity, event.kind, event.note, state.place_of(by.identity))
    return Outcome(state, (effect,))


def lower_hand(state: MeetingState, _event: ev.LowerHand, by: Author) -> Outcome:
    """Take the own hand down."""
    floor = state.floor
    # The floor may have come while the hand was going down: what was meant is "not me now".
    if floor and floor.identity == by.identity and floor.kind != "turn":
        return Outcome(turns.end_turn(state), (HandLowered(by.identity, by.identity),))
    return take_down(state, by.identity, by)


def take_down(state: MeetingState, who: bytes, by: Author) -> Outcome:
    """Take somebody's hand down."""
    if not state.place_of(who):
        return by.may_not(state, N_("That hand is not up."))
    return Outcome(waiting.lower_hand(state, who), (HandLowered(who, by.identity),))


def pass_turn(state: MeetingState, _event: ev.Pass, by: Author) -> Outcome:
    """Let a turn go by; in gather it means: I am here and read."""
    why_not = rights(state, by.identity).why_not_pass
    if why_not:
        return by.may_not(state, why_not)
    if state.gather is not None and not state.has_floor(by.identity):
        return Outcome(gathering.read_only(state, by.identity), (Reads(by.identity),))
    return Outcome(turns.pass_turn(state), (Passed(by.identity),))


def later(state: MeetingState, _event: ev.Later, by: Author) -> Outcome:
    """Let everybody who waits go first."""
    return _further_back(state, by, places=len(state.people))


def step_back(state: MeetingState, _event: ev.StepBack, by: Author) -> Outcome:
    """Let the next in line go first."""
    return _further_back(state, by, places=1)


def _further_back(state: MeetingState, by: Author, *, places: int) -> Outcome:
    if not turns.is_waiting(state, by.identity):
        return by.may_not(state, NOT_WAITING)
    moved = turns.go_later(state, by.identity, places)
    if moved == state:
        return by.may_not(state, NOBODY_BEHIND)
    return Outcome(moved, (WentLater(by.identity),))


def ready(state: MeetingState, event: ev.Ready, by: Author) -> Outcome:
    """Mark words ready to be released, or take that back."""
    why_not = rights(state, by.identity).why_not_ready
    is_marked = state.gather is not None and by.identity in state.gather.ready
    if not why_not and is_marked == event.is_ready:
        why_not = gathering.READY_ALREADY if is_marked else gathering.NOT_READY_YET
    if why_not:
        return by.may_not(state, why_not)
    marked = gathering.mark(state, by.identity, is_ready=event.is_ready)
    return Outcome(marked, (MarkedReady(by.identity, event.is_ready),))


def nod(state: MeetingState, event: ev.Nod, by: Author) -> Outcome:
    """Answer a share without words."""
    why_not = rights(state, by.identity).why_not_nod
    if why_not:
        return by.may_not(state, why_not)
    return Outcome(state, (Nodded(by.identity, event.to, event.kind),))


def answer_invite(state: MeetingState, event: ev.AnswerInvite, by: Author) -> Outcome:
    """Say yes or no to speaking (T12)."""
    if by.identity not in state.invited:
        return by.may_not(state, NOT_INVITED)
    invited = tuple(who for who in state.invited if who != by.identity)
    state = replace(state, invited=invited)
    if event.is_yes:
        state = turns.come_first(state, by.identity)
    return Outcome(state, (InviteAnswered(by.identity, event.is_yes),))


def take_back(state: MeetingState, event: ev.TakeBack, by: Author) -> Outcome:
    """Take an own share back; whose it is, everybody's transcript knows."""
    return Outcome(state, (TakenBack(by.identity, event.message_id),))


def fold(state: MeetingState, event: ev.Fold, by: Author) -> Outcome:
    """Put a share behind a label."""
    person = state.person(by.identity)
    is_facilitator = person is not None and person.role != MEMBER
    return Outcome(state, (Folded(by.identity, event.message_id, event.label, is_facilitator),))


def rest(state: MeetingState, event: ev.Rest, by: Author) -> Outcome:
    """Be passed over for a while, or be back."""
    if (by.identity in state.resting) == event.is_resting:
        return by.may_not(state, AS_BEFORE)
    resting = tuple(who for who in state.resting if who != by.identity)
    if event.is_resting:
        state = turns.drop_turns(state, by.identity)
        resting = (*resting, by.identity)
    return Outcome(replace(state, resting=resting), (Rested(by.identity, event.is_resting),))


def leave(state: MeetingState, event: ev.Leaving, by: Author) -> Outcome:
    """Say goodbye; the place is given up at once, the keys with the next commit."""
    return Outcome(turns.drop(state, by.identity), (SaidGoodbye(by.identity, event.fine),))


def nothing(state: MeetingState, _event: ev.Event, _by: Author) -> Outcome:
    """Change nothing: the event speaks to clients, not to the meeting."""
    return Outcome(state)
