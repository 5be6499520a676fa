"""A relay on this machine, for `host --here` and the demo: a child process that ends with us.

The client never imports the relay: it starts it as anybody would. Between the two stands a keeper
(this file, run as a program), which ends the relay when we say so, and starts it again when anything
else ended it. Should we die without a word, the relay stays for as long as others sit in the meeting:
somebody else may lead it on (A5), and whoever died may come back to it.
"""

import asyncio
import os
import signal
import subprocess
import sys
import threading
import time
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from tempfile import TemporaryDirectory

from holdspace.protocol.refusals import LocalError
from holdspace.protocol.text import clean_line
from holdspace.protocol.translation import _

_RELAY = "holdspace.server"
_READY = "listening on "
_DATA = "--data"
_SETTING = "HOLDSPACE_RELAY_"
_GOODBYE = b"."
READY_SECONDS = 20.0
RESTART_SECONDS = 0.5
GOODBYE_SECONDS = 5.0


class RelayNotStartedError(Exception):
    """There is no relay on this machine now; the text is for the person."""


@asynccontextmanager
async def relay_here(data: Path | None = None, port: int = 0) -> AsyncIterator[str]:
    """Start a relay on this machine and yield its address; should it die, it is started again.

    Without `data` its log is in a folder of its own, which is gone afterwards.
    """
    log = (_DATA, str(data)) if data else ()
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
        _("No relay could be started on this machine, so no room was opened. {complaint}").format(
            complaint=clean_line(complaint)
        )
    )


async def _see_off(process: Process) -> None:
    if process.stdin is not None:
        # ConnectionError: it has ended already.
        with suppress(ConnectionError):
            process.stdin.write(_GOODBYE)
            await process.stdin.drain()
        process.stdin.close()
    try:
        await asyncio.wait_for(process.wait(), GOODBYE_SECONDS)
    except TimeoutError:
        with suppress(ProcessLookupError):
            process.kill()
        await process.wait()


def keep(arguments: list[str]) -> int:
    """Keep a relay running until standard input closes; return the exit code of its last run."""
    if _DATA in arguments:
        return _Keeper().keep(arguments)
    # Made and removed here and not by who starts us, who may be killed.
    with TemporaryDirectory(prefix="holdspace-") as folder:
        return _Keeper().keep([*arguments, _DATA, folder])


class _Keeper:
    """Whoever ends the relay with us, and starts it again if anything else ended it."""

    def __init__(self) -> None:
        self._relay: subprocess.Popen[bytes] | None = None
        self._is_ending = False
        threading.Thread(target=self._end_with_us, daemon=True).start()

    def keep(self, arguments: list[str]) -> int:
        code, address = self._run(arguments)
        if address:
            # The same port and log: everybody comes back by themselves, and nothing is lost.
            arguments = [*arguments, "--port", address.rpartition(":")[2]]
        while address and not self._is_ending:
            time.sleep(RESTART_SECONDS)
            code, address = self._run(arguments, is_first=False)
        return code

    def _run(self, arguments: list[str], *, is_first: bool = True) -> tuple[int, str]:
        """Run the relay once; return its exit code, and where it listened if it came that far."""
        command = [sys.executable, "-P", "-m", _RELAY, *arguments]
        # These are our own words, not anybody's.
        relay = self._relay = subprocess.Popen(  # noqa: S603
            command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, env=_without_settings()
        )
        if self._is_ending:
            relay.terminate()
        line = relay.stdout.readline().decode(errors="replace") if relay.stdout else ""
        if is_first:
            sys.stdout.write(line)
            sys.stdout.flush()
        is_ready = line.startswith(_READY)
        return relay.wait(), line.removeprefix(_READY).strip() if is_ready else ""

    def _end_with_us(self) -> None:
        said = os.read(sys.stdin.fileno(), len(_GOODBYE))
        self._is_ending = True
        relay = self._relay
        if relay is None:
            return
        if said != _GOODBYE:
            # Killed, or the power of a terminal: who is left may go on, and then it ends by itself.
            relay.send_signal(signal.SIGUSR2)
            return
        # Its log goes with it: people are told that the meeting is over, not to wait for it.
        relay.send_signal(signal.SIGUSR1)
        try:
            relay.wait(GOODBYE_SECONDS / 2)
        except subprocess.TimeoutExpired:
            relay.kill()


def _without_settings() -> dict[str, str]:
    # Settings are for a relay that somebody runs for others, maybe on this very machine.
    return {name: value for name, value in os.environ.items() if not name.startswith(_SETTING)}


if __name__ == "__main__":
    sys.exit(keep(sys.argv[1:]))
