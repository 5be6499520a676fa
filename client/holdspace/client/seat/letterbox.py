"""What comes by letter: which chapter each kind of note belongs to."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from holdspace.protocol.meeting.events import Event, Letter
from holdspace.protocol.meeting.letters import Note, Nudge

from . import ladder
from .sealing import Unsealed, opened, tried
from .seat import Seat
from .step import Moment

# Author of the letter, as MLS proved it, and what they wrote.
Handler = Callable[[Seat, bytes, Any, Moment], Seat]
# Reader of a letter of ours which the log shows: from now on it can be said that they were told.
Arrival = Callable[[Seat, bytes, Any, Moment], Seat]

HANDLERS: dict[type[Note], Handler] = {
    Nudge: ladder.received,
}
ARRIVED: dict[type[Note], Arrival] = {
    Nudge: ladder.arrived,
}


def take(seat: Seat, author: bytes, event: Event, moment: Moment) -> Seat:
    """Take in what somebody sealed for us; everything else, and any bytes by anybody, change nothing."""
    if not isinstance(event, Letter):
        return seat
    seat, is_tried = tried(seat, author, moment.now)
    note = opened(seat, author, event) if is_tried else None
    handler = HANDLERS.get(type(note)) if note is not None else None
    return seat if handler is None else handler(seat, author, note, moment)


def arrived(seat: Seat, letter: Unsealed, moment: Moment) -> Seat:
    """Learn that a letter of ours is in the log, so that its reader has it or will."""
    arrival = ARRIVED.get(type(letter.note))
    return seat if arrival is None else arrival(seat, letter.to, letter.note, moment)
