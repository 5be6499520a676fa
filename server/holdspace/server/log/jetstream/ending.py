"""Ending tasks for sure, because on Python 3.11 a cancellation can be lost.

`asyncio.wait_for`, through which the NATS client asks everything, returns an answer that comes in the
same instant and forgets that it was cancelled. Whoever waits for such a task would wait for ever.
"""

import asyncio
from collections.abc import Iterable
from typing import Any

_AGAIN_SECONDS = 0.5


async def ended(tasks: Iterable[asyncio.Task[Any]]) -> None:
    """Cancel these tasks, again if need be, until all of them are done."""
    left = [task for task in tasks if not task.done()]
    while left:
        for task in left:
            task.cancel()
        await asyncio.wait(left, timeout=_AGAIN_SECONDS)
        left = [task for task in left if not task.done()]
