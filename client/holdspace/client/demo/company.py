"""The simulated people's process, seen from the demo that starts it.

They live in a process of their own, so that the work of seven clients never makes the person's
screen stutter. The pipe to it is its lease of life: closed, also by a crash, it ends.
"""

import asyncio
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from tempfile import TemporaryFile
from typing import BinaryIO

from holdspace.client.demo.orders import LONGEST_ORDER, News, Order, read_news, write_line
from holdspace.protocol.refusals import LocalError
from holdspace.protocol.text import clean_line
from holdspace.protocol.translation import _

GOODBYE_SECONDS = 3.0


class NobodyCameError(Exception):
    """The simulated people could not start; the text is for the person."""


class Company:
    """The running process, and what it tells."""

    def __init__(
        self, told: asyncio.StreamReader, orders: asyncio.StreamWriter, errors: BinaryIO
    ) -> None:
        self._told = told
        self._orders = orders
        self._errors = errors

    def begin(self, order: Order) -> None:
        """Let the people meet; until now they were only made ready."""
        self._orders.write(write_line(order))

    async def news(self) -> News:
        """Return the next thing it tells; raise NobodyCameError when it has ended."""
        line = await self._told.readline()
        if not line:
            raise NobodyCameError(
                _("The simulated people could not come in, so there is no demo.")
                + self._last_words()
            )
        return read_news(line)

    async def listen(self) -> None:
        """Read on without doing anything about it, so that it is never kept waiting."""
        with suppress(NobodyCameError):
            while True:
                await self.news()

    def _last_words(self) -> str:
        self._errors.seek(0)
        lines = self._errors.read().decode(errors="replace").split("\n")
        last = next((line for line in reversed(lines) if line.strip()), "")
        return " " + _("It said: {words}").format(words=clean_line(last, 200)) if last else ""


@asynccontextmanager
async def company() -> AsyncIterator[Company]:
    """Start the people, who wait for their order; and see to it that they are gone afterwards."""
    # A file without a name: nothing of it can stay behind, whoever is killed.
    with TemporaryFile() as errors:
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-P", "-m", "holdspace.client.demo.people",
            stdin=PIPE, stdout=PIPE, stderr=errors, limit=LONGEST_ORDER,
            start_new_session=True,
        )  # fmt: skip
        told, orders = _pipes(process)
        try:
            yield Company(told, orders, errors)
        finally:
            orders.close()
            await _see_off(process)


def _pipes(process: Process) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    if process.stdout is None or process.stdin is None:
        raise LocalError("The people's process was started without pipes.")
    return process.stdout, process.stdin


async def _see_off(process: Process) -> None:
    try:
        async with asyncio.timeout(GOODBYE_SECONDS):
            await process.wait()
    except TimeoutError:
        with suppress(ProcessLookupError):
            process.kill()
        await process.wait()
