"""Between a program and the relay that it runs for itself: a small program of its own (see here.py).

It loads next to nothing: whoever waits for the relay waits for it first.
"""

import os
import signal
import subprocess
import sys
import threading
import time
from tempfile import TemporaryDirectory

_RELAY = "holdspace.server"
READY = "listening on "
DATA = "--data"
GOODBYE = b"."
_SETTING = "HOLDSPACE_RELAY_"
RESTART_SECONDS = 0.5
GOODBYE_SECONDS = 5.0


def keep(arguments: list[str]) -> int:
    """Keep a relay running until standard input closes; return the exit code of its last run."""
    if DATA in arguments:
        return _Keeper().keep(arguments)
    # Made and removed here and not by who starts us, who may be killed.
    with TemporaryDirectory(prefix="holdspace-") as folder:
        return _Keeper().keep([*arguments, DATA, folder])


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
        is_ready = line.startswith(READY)
        return relay.wait(), line.removeprefix(READY).strip() if is_ready else ""

    def _end_with_us(self) -> None:
        said = os.read(sys.stdin.fileno(), len(GOODBYE))
        self._is_ending = True
        relay = self._relay
        if relay is None:
            return
        if said != GOODBYE:
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
