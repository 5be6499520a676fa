"""Saying when the room meets: the one thing of it that a meeting agrees on."""

from msgspec.structs import replace

from holdspace.protocol.meeting.acting import Author
from holdspace.protocol.meeting.effects import Outcome, ScheduleSet
from holdspace.protocol.meeting.events import SetSchedule
from holdspace.protocol.meeting.values import MeetingState


def set_schedule(state: MeetingState, event: SetSchedule, by: Author) -> Outcome:
    """Return the state in which the room meets then; saying the same again changes nothing."""
    if event.schedule == state.schedule:
        return Outcome(state)
    return Outcome(replace(state, schedule=event.schedule), (ScheduleSet(by.identity),))
