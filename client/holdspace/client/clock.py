"""Local time as the edges use it: what time it is, and a beat about once a second.

One value in one place, so that tests bring their own and an evening passes in a moment. Beats are
of uneven length: what goes out with one would otherwise show to the millisecond whether the program
was busy then, and so who types (R16). Now and then one is much longer, for the longest show most: were
there a longest one, whatever is longer still would be a program that was busy.
"""

import asyncio
import math
import os
import time

SHORTEST, LONGER, LONGEST = 0.7, 0.3, 2.0


def beat_seconds(chance: float) -> float:
    """Return how long to wait for the next beat, a second on average; `chance` is in [0, 1)."""
    return min(LONGEST, SHORTEST - LONGER * math.log(1 - chance))


class Clock:
    """The clock of this computer."""

    def now(self) -> float:
        """Return local seconds since 1970."""
        return time.time()

    async def beat(self) -> None:
        """Wait until about a second has passed."""
        await asyncio.sleep(beat_seconds(int.from_bytes(os.urandom(2)) / 2**16))


CLOCK = Clock()
