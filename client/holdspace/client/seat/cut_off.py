"""Somebody whose relay does not answer for long: told what that may mean, and what is safe (A7).

Nobody here can know whether it will come back, so nobody is sent away: a line that was gone for an
hour goes on where it was. But nobody is left to wait for ever without a word either, above all where
the relay ran in the host's own program and went with it.
"""

from __future__ import annotations

from holdspace.protocol.translation import N_

from .lines import line
from .replacing import replace
from .seat import Seat
from .step import Moment
from .view import Line

TWO_MINUTES = N_(
    "The relay has not answered for two minutes. What you wrote is safe here, and your place is kept "
    "as long as the relay keeps the meeting. It tries again by itself: there is nothing to do. You can "
    "also leave; F2 or /support works without it."
)
TEN_MINUTES = N_(
    "The relay has not answered for ten minutes. If it ran on the host's own computer, the meeting has "
    "ended with it. What you wrote is still here, to read or to copy. You can leave with /leave, "
    "and ask whoever invited you when the group meets again; if you stay, it goes on trying."
)
# Seconds without a relay, and what is said then.
TOLD = ((120.0, TWO_MINUTES), (600.0, TEN_MINUTES))


def words_after(before: float, gone: float) -> tuple[str, ...]:
    """Return what is to be said to somebody cut off for so long, who was told up to `before`."""
    return tuple(words for seconds, words in TOLD if before < seconds <= gone)


def tick(seat: Seat, moment: Moment) -> Seat:
    """Count for how long nothing was heard of the relay, and say so twice."""
    if not seat.wire.is_lost:
        return replace(seat, lost_since=0.0, lost_told=0.0) if seat.lost_since else seat
    if not seat.lost_since:
        return replace(seat, lost_since=moment.now)
    gone = moment.now - seat.lost_since
    for words in words_after(seat.lost_told, gone):
        seat = line(replace(seat, lost_told=gone), Line.NOTICE, words, moment)
    return seat
