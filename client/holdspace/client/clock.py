"""Local time as the edges use it: what time it is, and a beat about once a second.

One value in one place, so that tests bring their own and an evening passes in a moment.
"""

import asyncio
import time

BEAT_SECONDS = 1.0


class Clock:
    """The clock of this computer."""

    def now(self) -> float:
        """Return local seconds since 1970."""
        return time.time()

    async def beat(self) -> None:
        """Wait until about a second has passed."""
        await asyncio.sleep(BEAT_SECONDS)


CLOCK = Clock()
