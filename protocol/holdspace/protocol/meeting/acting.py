"""What every handler of an event is given and gives back; the handlers are in speaking and leading."""

from collections.abc import Callable
from typing import Any

from holdspace.protocol.meeting.effects import NoEffect, Outcome
from holdspace.protocol.meeting.values import MeetingState
from holdspace.protocol.values import value


@value()
class Author:
    """Who did it, as MLS proved it, and the message it came in."""

    identity: bytes
    message_id: bytes

    def may_not(self, state: MeetingState, reason: str) -> Outcome:
        """Return the outcome of something that has no effect."""
        return Outcome(state, (NoEffect(self.identity, reason),))


# Each handler takes the one event it stands beside in its table.
Handler = Callable[[MeetingState, Any, Author], Outcome]


def holder(state: MeetingState) -> bytes | None:
    """Return who has the floor."""
    return state.floor.identity if state.floor else None
