"""Writing to one person alone.

`letterbox.py` has the table of what happens with a letter that came (`HANDLERS`), and with one of
ours that the log shows (`ARRIVED`); a chapter that adds a kind of note adds its rows there.
"""

from __future__ import annotations

from holdspace.protocol.meeting.letters import Note

from . import saying
from .sealing import Unsealed
from .seat import Seat
from .step import Moment


def write(seat: Seat, to: bytes, note: Note, moment: Moment) -> Seat:
    """Write to one person; the letter is sealed when it is sent, and again if the keys change."""
    return saying.say(seat, Unsealed(to, note), moment)


def write_to_facilitators(seat: Seat, note: Note, moment: Moment) -> Seat:
    """Write the same to every facilitator but oneself, one letter each."""
    for identity in facilitators(seat):
        seat = write(seat, identity, note, moment)
    return seat


def facilitators(seat: Seat) -> tuple[bytes, ...]:
    """Return who else facilitates, in the order of the list of roles."""
    entries = (entry.identity for entry in seat.roles.entries)
    return tuple(identity for identity in entries if identity != seat.facts.identity)
