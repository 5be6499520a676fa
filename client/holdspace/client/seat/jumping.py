"""A clock that jumps: the device slept, or somebody set its clock.

All times here are this device's own. After a jump forward everybody would seem to have been silent for
an hour, and a room without a word of its facilitators closes; after one back nothing would be due for
an hour, and others would see somebody silent. So the connection is made anew, and what was heard
counts from then.
"""

from __future__ import annotations

from holdspace.protocol.translation import N_

from . import connecting
from .replacing import replace
from .seat import Seat

# The beat comes every second; a computer may well be busy for longer than that.
JUMP_SECONDS = 30.0
JUMPED = N_("This device slept, or its clock was set. It connects anew; your place is kept.")


def has_jumped(before: float, now: float) -> bool:
    """Tell whether more, or less, time has passed since the last beat than can have."""
    return before > 0 and abs(now - before) > JUMP_SECONDS


def after_jump(seat: Seat, now: float) -> Seat:
    """Return the seat without its connection, in which nothing was heard or said later than now."""
    authors = tuple((who, replace(one, heard=min(one.heard, now))) for who, one in seat.authors)
    waiting = tuple(replace(item, at=min(item.at, now)) for item in seat.outbox.waiting)
    return replace(
        connecting.lost(seat, JUMPED),
        authors=authors,
        outbox=replace(seat.outbox, waiting=waiting),
        last_spoke=min(seat.last_spoke, now),
        cover=replace(seat.cover, due=0.0),
        lost_since=0.0,
        came_at=now if seat.state is None else seat.came_at,
    )
