"""Where everybody may write at once, nobody fills the room: a few messages in ten seconds, the rest waits.

A pasted page in the plain line mode is as many messages as it has lines. What is too much is given
back before it is sent, so the author loses nothing and nobody else has to read it (A10, M32).
"""

from __future__ import annotations

from holdspace.protocol.meeting.values import MeetingState
from holdspace.protocol.translation import N_

from .replacing import replace
from .seat import Seat
from .step import Moment

MOST_AT_ONCE = 5
WITHIN_SECONDS = 10.0
TOO_MANY = N_(
    "That is many messages at once, and people read slowly. This one was not sent; it is kept here. "
    "You could send the rest as one, in a moment."
)


def is_flood(seat: Seat, state: MeetingState, moment: Moment) -> bool:
    """Tell whether one more message now would be too many; whoever leads is not asked."""
    is_open = state.mode == "open" and not seat.is_staff
    return is_open and len(_recent(seat, moment)) >= MOST_AT_ONCE


def counted(seat: Seat, moment: Moment) -> Seat:
    """Return the seat that remembers having said something now."""
    return replace(seat, shared_at=(*_recent(seat, moment), moment.now)[-MOST_AT_ONCE:])


def _recent(seat: Seat, moment: Moment) -> tuple[float, ...]:
    return tuple(at for at in seat.shared_at if moment.now - at < WITHIN_SECONDS)
