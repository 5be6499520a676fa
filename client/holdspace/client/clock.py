"""Local time as the edges use it: what time it is, and a beat about once a second.

One value in one place, so that tests bring their own and an evening passes in a moment. Beats are
of uneven length: what goes out with one would otherwise show to the millisecond whether the program
was busy then, and so who types (R16).
"""

import asyncio
import os
import time

BEAT_SECONDS = 1.0
UNEVEN = 0.5


def beat_seconds(chance: float) -> float:
    """Return how long to wait for the next beat; `chance` is in [0, 1)."""
    return BEAT_SECONDS * (1 + UNEVEN * (chance - 0.5))


class Clock:
    """The clock of this computer."""

    def now(self) -> float:
        """Return local seconds since 1970."""
        return time.time()

    async def beat(self) -> None:
        """Wait until about a second has passed."""
        await asyncio.sleep(beat_seconds(int.from_bytes(os.urandom(2)) / 2**16))


CLOCK = Clock()
