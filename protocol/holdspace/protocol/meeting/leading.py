"""What facilitators can do: lead through the stages, see to the turns, and hold the room."""

from msgspec.structs import replace

from holdspace.protocol.meeting import counting, gathering, pairing, speaking, turns, waiting
from holdspace.protocol.meeting import events as ev
from holdspace.protocol.meeting.acting import Author, holder
from holdspace.protocol.meeting.effects import (
    ClockTold,
    FlowOpened,
    HandMoved,
    HandsLowered,
    HandsRestored,
    Held,
    Invited,
    LastWordGiven,
    ModeChanged,
    OrderSet,
    Outcome,
    PauseSkipped,
    QueueClosed,
    Released,
    Replanned,
    Resumed,
    SentBack,
    StageBegan,
    SteppedOver,
    TimeAdded,
    WritingPaused,
    WritingResumed,
)
from holdspace.protocol.meeting.flow import MAX_FLOW_BYTES, FlowError, read_flow
from holdspace.protocol.meeting.rights import ON_HOLD
from holdspace.protocol.meeting.roles import MEMBER
from holdspace.protocol.meeting.values import MAX_EXTRA_SECONDS, MeetingState
from holdspace.protocol.translation import N_

# Kinds of stages that nobody shortens or leaves out.
NEVER_SHORTENED = ("agreement", "closing")
NOT_IN_THE_ROOM = N_("That person is not in the room.")
HAS_FLOOR = N_("That person has the floor already.")
NO_HAND = N_("That hand is not up.")
NO_HANDS = N_("No hand is up.")
NOTHING_TO_RESTORE = N_("No hands were taken down just now.")
NO_PAUSE = N_("There is no reading pause just now.")


def open_flow(state: MeetingState, event: ev.OpenFlow, by: Author) -> Outcome:
    """Lay out the agenda."""
    if len(event.toml.encode()) > MAX_FLOW_BYTES:
        return by.may_not(state, N_("That flow is too long."))
    try:
        flow = read_flow(event.toml)
    except FlowError as error:
        return by.may_not(state, str(error))
    opened = replace(
        state,
        flow_toml=event.toml,
        stage=-1,
        stage_entered=state.stage_entered + 1,
        extra_seconds=0,
        replanned=(),
    )
    opened, ended = counting.forget_stages(waiting.set_order(opened, flow.policy.order))
    return Outcome(opened, (FlowOpened(by.identity), *ended))


def go_to_stage(state: MeetingState, event: ev.GoToStage, by: Author) -> Outcome:
    """Begin a stage, with its way of taking turns and its order of hands."""
    flow = state.flow
    if flow is None or event.stage >= len(flow.stages):
        return by.may_not(state, N_("The flow has no such stage."))
    entered = replace(
        state, stage=event.stage, stage_entered=state.stage_entered + 1, extra_seconds=0
    )
    stage = flow.stages[event.stage]
    begun = turns.begin_mode(entered, stage.turn)
    begun = waiting.set_order(begun, stage.order or flow.policy.order)
    counted, effects = counting.enter_stage(begun, by.identity)
    return Outcome(counted, (StageBegan(event.stage, by.identity), *effects))


def set_turn_mode(state: MeetingState, event: ev.SetTurnMode, by: Author) -> Outcome:
    """Take turns in another way within this stage."""
    mode = event.mode
    is_over = (mode == "round" and state.round is None) or (
        mode == "gather" and not gathering.is_writing(state)
    )
    if mode == state.mode and not is_over:
        return by.may_not(state, N_("Turns are taken that way already."))
    return Outcome(turns.begin_mode(state, mode), (ModeChanged(mode),))


def give_floor(state: MeetingState, event: ev.GiveFloor, by: Author) -> Outcome:
    """Give the floor to somebody, whatever the line says."""
    why_not = _why_no_floor(state)
    if state.has_floor(event.to):
        why_not = HAS_FLOOR
    if state.person(event.to) is None:
        why_not = NOT_IN_THE_ROOM
    if why_not:
        return by.may_not(state, why_not)
    return Outcome(turns.give_floor(state, event.to))


def next_turn(state: MeetingState, _event: ev.NextTurn, by: Author) -> Outcome:
    """Let the floor move on."""
    why_not = _why_no_floor(state)
    before = holder(state)
    moved = turns.step_over(state)
    if not why_not and moved.floor == state.floor:
        why_not = N_("Nobody is waiting for a turn.")
    if why_not:
        return by.may_not(state, why_not)
    return Outcome(moved, (SteppedOver(before, by.identity),) if before else ())


def _why_no_floor(state: MeetingState) -> str:
    if state.is_held:
        return ON_HOLD
    return N_("Everybody may write now; there are no turns.") if state.mode == "open" else ""


def release(state: MeetingState, event: ev.Release, by: Author) -> Outcome:
    """Let what was written in gather be read."""
    if state.is_held:
        return by.may_not(state, ON_HOLD)
    if not gathering.is_writing(state):
        return by.may_not(state, gathering.RELEASED_ALREADY)
    if event.how != "together":
        # From here on there are turns: whoever was given the floor meanwhile has one like everybody.
        state = turns.put_back(state)
    return Outcome(gathering.release(state, event.how), (Released(event.how, by.identity),))


def skip_pause(state: MeetingState, _event: ev.SkipPause, by: Author) -> Outcome:
    """Let the next share come at once (T8)."""
    if not state.pause_seconds:
        return by.may_not(state, NO_PAUSE)
    return Outcome(replace(state, pause_seconds=0), (PauseSkipped(by.identity),))


def lower_hand_of(state: MeetingState, event: ev.LowerHandOf, by: Author) -> Outcome:
    """Take one hand down."""
    return speaking.take_down(state, event.who, by)


def lower_all(state: MeetingState, _event: ev.LowerAll, by: Author) -> Outcome:
    """Take every hand down; can be undone."""
    if not state.queue:
        return by.may_not(state, NO_HANDS)
    return Outcome(waiting.lower_all(state), (HandsLowered(by.identity),))


def restore_hands(state: MeetingState, _event: ev.RestoreHands, by: Author) -> Outcome:
    """Undo the last lowering of all hands."""
    if not state.lowered:
        return by.may_not(state, NOTHING_TO_RESTORE)
    return Outcome(waiting.restore(state), (HandsRestored(by.identity),))


def close_queue(state: MeetingState, event: ev.CloseQueue, by: Author) -> Outcome:
    """Take no more hands, or take them again."""
    if state.is_queue_closed == event.is_closed:
        return by.may_not(state, speaking.AS_BEFORE)
    closed = replace(state, is_queue_closed=event.is_closed)
    return Outcome(closed, (QueueClosed(event.is_closed, by.identity),))


def move_hand(state: MeetingState, event: ev.MoveHand, by: Author) -> Outcome:
    """Put a hand at another place."""
    if not state.place_of(event.who):
        return by.may_not(state, NO_HAND)
    moved = waiting.move(state, event.who, event.place)
    effect = HandMoved(event.who, moved.place_of(event.who), by.identity)
    return Outcome(moved, (effect,))


def last_word(state: MeetingState, event: ev.LastWord, by: Author) -> Outcome:
    """Let somebody speak last."""
    if state.person(event.who) is None:
        return by.may_not(state, NOT_IN_THE_ROOM)
    if state.has_floor(event.who):
        return by.may_not(state, HAS_FLOOR)
    closed = replace(turns.come_last(state, event.who), is_queue_closed=True)
    return Outcome(closed, (LastWordGiven(event.who, by.identity),))


def invite(state: MeetingState, event: ev.Invite, by: Author) -> Outcome:
    """Ask somebody to speak; their yes or no follows (T12)."""
    why_not = "" if state.person(event.who) else NOT_IN_THE_ROOM
    if state.has_floor(event.who):
        why_not = HAS_FLOOR
    if event.who in state.invited:
        why_not = N_("That person was asked already; give them time.")
    if why_not:
        return by.may_not(state, why_not)
    asked = replace(state, invited=(*state.invited, event.who))
    return Outcome(asked, (Invited(event.who, by.identity),))


def set_order(state: MeetingState, event: ev.SetOrder, by: Author) -> Outcome:
    """Call raised hands in another order."""
    if state.order == event.order:
        return by.may_not(state, speaking.AS_BEFORE)
    return Outcome(waiting.set_order(state, event.order), (OrderSet(event.order, by.identity),))


def pause_writing(state: MeetingState, event: ev.PauseWriting, by: Author) -> Outcome:
    """Let a member write nothing for a while; their draft and their place are kept."""
    person = state.person(event.who)
    why_not = "" if person else NOT_IN_THE_ROOM
    if person and person.role != MEMBER:
        why_not = N_("Facilitators cannot be paused.")
    if event.who in state.quiet:
        why_not = speaking.AS_BEFORE
    if why_not:
        return by.may_not(state, why_not)
    # Whoever is paused comes back from their pair: nobody has to bear them alone meanwhile (A1).
    quiet = replace(pairing.drop(state, event.who), quiet=(*state.quiet, event.who))
    return Outcome(quiet, (WritingPaused(event.who, event.seconds, by.identity),))


def let_write(state: MeetingState, event: ev.LetWrite, by: Author) -> Outcome:
    """Let somebody write again."""
    if event.who not in state.quiet:
        return by.may_not(state, speaking.AS_BEFORE)
    quiet = tuple(who for who in state.quiet if who != event.who)
    return Outcome(replace(state, quiet=quiet), (WritingResumed(event.who, by.identity),))


def send_back(state: MeetingState, event: ev.SendBack, by: Author) -> Outcome:
    """Let everybody know that whoever goes next by this facilitator only goes to the door."""
    if state.person(event.who) is None or event.who == by.identity:
        return by.may_not(state, NOT_IN_THE_ROOM)
    return Outcome(state, (SentBack(event.who, by.identity),))


def add_time(state: MeetingState, event: ev.AddTime, by: Author) -> Outcome:
    """Give the stage more time."""
    seconds = state.extra_seconds + event.seconds
    if seconds > MAX_EXTRA_SECONDS:
        return by.may_not(state, N_("This stage has been given all the time there is."))
    return Outcome(replace(state, extra_seconds=seconds), (TimeAdded(event.seconds, by.identity),))


def replan(state: MeetingState, event: ev.Replan, by: Author) -> Outcome:
    """Give later stages another length; what has begun, and the closing, are never touched (S7)."""
    flow = state.flow
    stages = flow.stages if flow else ()
    numbers = [number for number, _seconds in event.plan]
    is_possible = numbers and len(set(numbers)) == len(numbers)
    for number in numbers:
        is_later = state.stage < number < len(stages)
        is_possible = is_possible and is_later and stages[number].kind not in NEVER_SHORTENED
    if not is_possible:
        return by.may_not(state, N_("That plan does not fit the stages that are still to come."))
    lengths = {**dict(state.replanned), **dict(event.plan)}
    return Outcome(
        replace(state, replanned=tuple(sorted(lengths.items()))), (Replanned(by.identity),)
    )


def tell_the_time(state: MeetingState, event: ev.StageClock, _by: Author) -> Outcome:
    """Change nothing: clients keep the time of a stage, and who came in the middle of it is told."""
    return Outcome(state, (ClockTold(event.entered, event.seconds),))


def hold(state: MeetingState, _event: ev.Hold, by: Author) -> Outcome:
    """Hold the room."""
    if state.is_held:
        return by.may_not(state, N_("The room is on hold already."))
    return Outcome(replace(state, is_held=True), (Held(by.identity),))


def resume(state: MeetingState, _event: ev.Resume, by: Author) -> Outcome:
    """Let the room go on where it was."""
    if not state.is_held:
        return by.may_not(state, N_("The room is not on hold."))
    return Outcome(replace(state, is_held=False), (Resumed(by.identity),))
