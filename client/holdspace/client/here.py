"""A relay on this machine, for `host --here` and the demo: a child process that ends with us.

The client never imports the relay: it starts it as anybody would. Between the two stands a keeper
(relay_keeper.py), which ends the relay when we say so, and starts it again when anything else ended
it. Should we die without a word, the relay stays for as long as others sit in the meeting: somebody
else may lead it on (A5), and whoever died may come back to it.
"""

import asyncio
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from functools import partial
from pathlib import Path

from holdspace.client.relay_keeper import DATA, GOODBYE, GOODBYE_SECONDS, READY
from holdspace.protocol.refusals import LocalError
from holdspace.protocol.text import clean_line
from holdspace.protocol.translation import _

_KEEPER = "holdspace.client.relay_keeper"
READY_SECONDS = 20.0


class RelayNotStartedError(Exception):
    """There is no relay on this machine now; the text is for the person."""


@asynccontextmanager
async def relay_here(data: Path | None = None, port: int = 0) -> AsyncIterator[str]:
    """Start a relay on this machine and yield its address; should it die, it is started again.

    Without `data` its log is in a folder of its own, which is gone afterwards.
    """
    async with relay_starting(data, port) as address:
        yield await address()


@asynccontextmanager
async def relay_starting(
    data: Path | None = None, port: int = 0
) -> AsyncIterator[Callable[[], Awaitable[str]]]:
    """Start a relay as `relay_here` does, and yield what waits for its address: there is time until then."""
    log = (DATA, str(data)) if data else ()
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-P", "-m", _KEEPER, "--port", str(port), *log,
        stdin=PIPE, stdout=PIPE, stderr=PIPE,
        # Ctrl-C is for us: we say goodbye to the meeting first, and then the relay ends.
        start_new_session=True,
    )  # fmt: skip
    try:
        yield partial(_address, process)
    finally:
        await _see_off(process)


async def _address(process: Process) -> str:
    if process.stdout is None or process.stderr is None:
        raise LocalError("The relay was started without pipes.")
    try:
        async with asyncio.timeout(READY_SECONDS):
            line = await process.stdout.readline()
    except (TimeoutError, ValueError):
        line = b""
    words = line.decode(errors="replace").strip()
    if words.startswith(READY):
        return words.removeprefix(READY)
    await _see_off(process)
    complaint = (await process.stderr.read(2000)).decode(errors="replace").strip().split("\n")[-1]
    raise RelayNotStartedError(
        _("No relay could be started on this machine, so no room was opened. {complaint}").format(
            complaint=clean_line(complaint)
        )
    )


async def _see_off(process: Process) -> None:
    if process.stdin is not None:
        # ConnectionError: it has ended already.
        with suppress(ConnectionError):
            process.stdin.write(GOODBYE)
            await process.stdin.drain()
        process.stdin.close()
    try:
        async with asyncio.timeout(GOODBYE_SECONDS):
            await process.wait()
    except TimeoutError:
        with suppress(ProcessLookupError):
            process.kill()
        await process.wait()
