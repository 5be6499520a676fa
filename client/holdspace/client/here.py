"""A relay on this machine, for `host --here` and the demo: a child process that ends with us.

The client never imports the relay: it starts it as anybody would. Between the two stands a keeper
(this file, run as a program), which ends the relay when the pipe from us closes, also by a crash.
"""

import asyncio
import os
import subprocess
import sys
import threading
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from tempfile import TemporaryDirectory

from holdspace.protocol.refusals import LocalError
from holdspace.protocol.text import clean_line

_RELAY = "holdspace.server"
_READY = "listening on "
_TEMPORARY = "--temporary"
READY_SECONDS = 20.0
GOODBYE_SECONDS = 5.0


class RelayNotStartedError(Exception):
    """There is no relay on this machine now; the text is for the person."""


@asynccontextmanager
async def relay_here(
    data: Path | None = None, port: int = 0, *, is_temporary: bool = False
) -> AsyncIterator[str]:
    """Start a relay on this machine and yield its address; its log is in memory without `data`.

    With `is_temporary` the log is in a folder of its own, which is gone afterwards.
    """
    log = (_TEMPORARY,) if is_temporary else ("--data", str(data)) if data else ("--memory",)
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-P", "-m", __name__, "--port", str(port), *log,
        stdin=PIPE, stdout=PIPE, stderr=PIPE,
        # Ctrl-C is for us: we say goodbye to the meeting first, and then the relay ends.
        start_new_session=True,
    )  # fmt: skip
    try:
        yield await _address(process)
    finally:
        await _see_off(process)


async def _address(process: Process) -> str:
    if process.stdout is None or process.stderr is None:
        raise LocalError("The relay was started without pipes.")
    try:
        line = await asyncio.wait_for(process.stdout.readline(), READY_SECONDS)
    except (TimeoutError, ValueError):
        line = b""
    words = line.decode(errors="replace").strip()
    if words.startswith(_READY):
        return words.removeprefix(_READY)
    await _see_off(process)
    complaint = (await process.stderr.read(2000)).decode(errors="replace").strip().split("\n")[-1]
    raise RelayNotStartedError(
        f"No relay could be started on this machine, so no room was opened. {clean_line(complaint)}"
    )


async def _see_off(process: Process) -> None:
    if process.stdin is not None:
        process.stdin.close()
    try:
        await asyncio.wait_for(process.wait(), GOODBYE_SECONDS)
    except TimeoutError:
        with suppress(ProcessLookupError):
            process.kill()
        await process.wait()


def keep(arguments: list[str]) -> int:
    """Run a relay until standard input closes or it ends by itself; return its exit code."""
    if _TEMPORARY not in arguments:
        return _run(arguments)
    # Made and removed here and not by who starts us, who may be killed.
    with TemporaryDirectory(prefix="holdspace-") as folder:
        return _run([*(one for one in arguments if one != _TEMPORARY), "--data", folder])


def _run(arguments: list[str]) -> int:
    command = [sys.executable, "-P", "-m", _RELAY, *arguments]
    # These are our own words, not anybody's.
    relay = subprocess.Popen(command, stdin=subprocess.DEVNULL)  # noqa: S603
    threading.Thread(target=_end_with_us, args=(relay,), daemon=True).start()
    return relay.wait()


def _end_with_us(relay: "subprocess.Popen[bytes]") -> None:
    while os.read(sys.stdin.fileno(), 1024):
        pass
    relay.terminate()
    try:
        relay.wait(GOODBYE_SECONDS / 2)
    except subprocess.TimeoutExpired:
        relay.kill()


if __name__ == "__main__":
    sys.exit(keep(sys.argv[1:]))
