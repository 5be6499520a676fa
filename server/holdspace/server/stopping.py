"""How a relay ends: patiently when asked once, at once when asked again. Nothing acked is lost either way."""

import asyncio
from collections.abc import Coroutine


class Stop:
    """Hold how often the relay was asked to stop."""

    def __init__(self) -> None:
        self.asked = asyncio.Event()
        self._asked_again = asyncio.Event()

    def ask(self) -> None:
        """Ask for the end; whoever asks twice does not want to wait."""
        (self._asked_again if self.asked.is_set() else self.asked).set()

    async def patiently(self, work: Coroutine[None, None, None], seconds: float) -> None:
        """Wait for something for so long, but no longer than until somebody asks again."""
        tasks = (asyncio.create_task(work), asyncio.create_task(self._again()))
        await asyncio.wait(tasks, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
        for task in tasks:
            task.cancel()
        await asyncio.wait(tasks)

    async def _again(self) -> None:
        await self._asked_again.wait()
