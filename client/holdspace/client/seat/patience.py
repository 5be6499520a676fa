"""Waiting at the door: how long it has been, what is said about it, and that it has an end.

The relay lets a knock go after a quarter of an hour, and a key package is good for half an hour (R9):
whoever waits longer than that, over however many connections, could not be let in any more.
"""

from __future__ import annotations

from holdspace.protocol.translation import N_
from holdspace.protocol.values import value

from .cut_off import words_after
from .host import PACKAGE_SECONDS
from .replacing import replace

NOT_YET_SECONDS = 300.0
# So long a relay keeps a knock, and its answer for somebody whose connection was lost.
ANSWER_SECONDS = 15 * 60.0
NOT_YET = N_(
    "Nobody has answered yet. Those who lead read that you are here when they look at the door. Wait as "
    "long as you like: a knock stands for a quarter of an hour, and its end is told. Leaving is fine too."
)


@value()
class Patience:
    """Since when somebody waits, since when without a relay, and what they were told of it."""

    since: float = 0.0
    told: bool = False
    lost_since: float = 0.0
    lost_told: float = 0.0

    def is_over(self, now: float) -> bool:
        """Tell whether nobody could let them in any more."""
        return bool(self.since) and now - self.since >= PACKAGE_SECONDS

    def is_late(self, now: float) -> bool:
        """Tell whether an answer may have come and gone, for who has a connection again only now."""
        return bool(self.since) and now - self.since >= ANSWER_SECONDS

    def waits(self, *, is_waiting: bool, now: float) -> tuple[Patience, tuple[str, ...]]:
        """Count on, and return what is to be said."""
        if not is_waiting:
            return replace(self, since=0.0, told=False), ()
        since = self.since or now
        is_late = not self.told and now - since >= NOT_YET_SECONDS
        return replace(self, since=since, told=self.told or is_late), (NOT_YET,) if is_late else ()

    def misses(self, *, is_lost: bool, now: float) -> tuple[Patience, tuple[str, ...]]:
        """Count for how long no relay answers, and return what is to be said."""
        if not is_lost:
            return replace(self, lost_since=0.0, lost_told=0.0), ()
        since = self.lost_since or now
        said = words_after(self.lost_told, now - since)
        told = now - since if said else self.lost_told
        return replace(self, lost_since=since, lost_told=told), said
