"""How a relay ends: patiently when asked once, at once when asked again. Nothing acked is lost either way."""

import asyncio
from collections.abc import Callable, Coroutine

# A line that broke for a moment is back by then.
DESERTED_SECONDS = 60.0
_LOOK_SECONDS = 0.5


class Stop:
    """Hold how often the relay was asked to stop."""

    def __init__(self) -> None:
        self.asked = asyncio.Event()
        # The relay was somebody's own, for one meeting: nobody finds it again, so nobody need wait.
        self.is_for_good = False
        self._asked_again = asyncio.Event()

    def ask(self) -> None:
        """Ask for the end; whoever asks twice does not want to wait."""
        (self._asked_again if self.asked.is_set() else self.asked).set()

    def ask_for_good(self) -> None:
        """Ask for an end after which this relay does not come back."""
        self.is_for_good = True
        self.ask()

    async def when_deserted(
        self, is_deserted: Callable[[], bool], *, patience: float = DESERTED_SECONDS
    ) -> None:
        """Ask for an end for good once nobody is there any more: whoever ran the relay has died."""
        # If nobody was there to begin with, nobody is waited for.
        deserted = patience
        await asyncio.sleep(_LOOK_SECONDS)
        while not is_deserted() or deserted < patience:
            deserted = deserted + _LOOK_SECONDS if is_deserted() else 0.0
            await asyncio.sleep(_LOOK_SECONDS)
        self.ask_for_good()

    async def patiently(self, work: Coroutine[None, None, None], seconds: float) -> None:
        """Wait for something for so long, but no longer than until somebody asks again."""
        tasks = (asyncio.create_task(work), asyncio.create_task(self._again()))
        await asyncio.wait(tasks, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
        for task in tasks:
            task.cancel()
        await asyncio.wait(tasks)

    async def _again(self) -> None:
        await self._asked_again.wait()
