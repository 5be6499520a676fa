"""Real processes to play whole stories with: a relay, people in plain line mode, the demo.

A `Program` is a child process whose lines are collected as they come. Stories wait for lines, in
loops with an end, and never for time; when a line does not come, the failure shows what did.
"""

import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest

PATIENCE = 30.0
BIN = Path(sys.executable).parent


class Program:
    """A child process: what it says, line by line, and a way to type to it."""

    def __init__(self, name: str, argv: list[str], env: dict[str, str]) -> None:
        self.name = name
        self._lines: list[str] = []
        self._seen = 0
        self._is_silent = False
        self._arrived = threading.Condition()
        self.process = subprocess.Popen(
            argv,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            env=env,
            start_new_session=True,
        )
        self._reader = threading.Thread(target=self._collect, daemon=True)
        self._reader.start()

    @property
    def lines(self) -> list[str]:
        """Return every line so far."""
        with self._arrived:
            return list(self._lines)

    def type(self, *lines: str) -> None:
        """Type lines, each with Enter."""
        assert self.process.stdin
        self.process.stdin.write("".join(line + "\n" for line in lines).encode())
        self.process.stdin.flush()

    def hang_up(self) -> None:
        """End its standard input."""
        assert self.process.stdin
        self.process.stdin.close()

    def expect(self, pattern: str, *, patience: float = PATIENCE) -> re.Match[str]:
        """Wait for a line that matches, after the last expected one; return the match."""
        at, found = self._wait_for(pattern, self._seen, patience)
        self._seen = at + 1
        return found

    def has_said(self, pattern: str, *, patience: float = PATIENCE) -> re.Match[str]:
        """Wait until any line so far matches, whatever was expected since; return the match."""
        return self._wait_for(pattern, 0, patience)[1]

    def matching(self, pattern: str) -> list[str]:
        """Return all lines so far that match."""
        return [line for line in self.lines if re.search(pattern, line)]

    def ends(self, *, patience: float = PATIENCE) -> int:
        """Wait until it ended and all it said was read; return its exit code."""
        try:
            code = self.process.wait(patience)
        except subprocess.TimeoutExpired:
            pytest.fail(f"{self.name} did not end.\n{self._tail()}")
        self._reader.join(patience)
        return code

    def signal(self, number: signal.Signals) -> None:
        """Send it a signal, if it still runs."""
        with suppress(ProcessLookupError):
            self.process.send_signal(number)

    def kill(self) -> None:
        """End it at once, as a crash would (kill -9)."""
        self.signal(signal.SIGKILL)
        self.process.wait(PATIENCE)
        self._reader.join(PATIENCE)
        for end in (self.process.stdin, self.process.stdout):
            with suppress(OSError):
                if end:
                    end.close()

    def _wait_for(self, pattern: str, begin: int, patience: float) -> tuple[int, re.Match[str]]:
        until = time.monotonic() + patience
        with self._arrived:
            while True:
                for at in range(begin, len(self._lines)):
                    if found := re.search(pattern, self._lines[at]):
                        return at, found
                begin = max(begin, len(self._lines))
                left = until - time.monotonic()
                if left <= 0 or self._is_silent or not self._arrived.wait(left):
                    pytest.fail(f"{self.name} never said {pattern!r}.\n{self._tail()}")

    def _tail(self, count: int = 60) -> str:
        return "\n".join(f"  {self.name}| {line}" for line in self._lines[-count:])

    def _collect(self) -> None:
        assert self.process.stdout
        for line in self.process.stdout:
            with self._arrived:
                self._lines.append(line.decode(errors="replace").rstrip("\r\n"))
                self._arrived.notify_all()
        with self._arrived:
            self._is_silent = True
            self._arrived.notify_all()


class House:
    """Starts programs for one test, in a home folder of their own, and leaves none behind."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self._programs: list[Program] = []

    @property
    def env(self) -> dict[str, str]:
        """Return an environment that knows nothing of the one the tests run in."""
        kept = {key: os.environ[key] for key in ("PATH", "PYTHONPATH") if key in os.environ}
        return kept | {"HOME": str(self.home), "TMPDIR": str(self.home), "LANG": "C.UTF-8"}

    def start(self, name: str, *argv: str) -> Program:
        """Start one of our commands, or any other program."""
        command = str(BIN / argv[0]) if (BIN / argv[0]).exists() else argv[0]
        program = Program(name, [command, *argv[1:]], self.env)
        self._programs.append(program)
        return program

    def until_nobody_listens(self, address: str) -> None:
        """Wait until a relay that was said to listen there does so no more."""
        host, _colon, port = address.removeprefix("ws://").rpartition(":")
        deadline = time.monotonic() + PATIENCE
        with suppress(ConnectionRefusedError):
            while time.monotonic() < deadline:
                socket.create_connection((host, int(port)), PATIENCE).close()
                time.sleep(0.1)
            pytest.fail(f"somebody still listens at {address}")

    def close(self) -> None:
        """End everything that still runs."""
        for program in reversed(self._programs):
            program.kill()


class Relay:
    """A relay process that can be killed and started again on the same port and data."""

    def __init__(self, house: House, data: Path) -> None:
        self._house = house
        self.data = data
        self.program = self._serve("0")
        self.port = self.url.rpartition(":")[2]

    @property
    def url(self) -> str:
        """Return the address that it says it listens on."""
        return next(
            line.split()[-1] for line in self.program.lines if line.startswith("listening on")
        )

    def kill(self) -> None:
        """Crash it (kill -9)."""
        self.program.kill()

    def start_again(self) -> None:
        """Start it on the port and the data it had."""
        self.program = self._serve(self.port)

    def _serve(self, port: str) -> Program:
        program = self._house.start(
            "relay", "holdspace-relay", "--port", port, "--data", str(self.data)
        )
        program.expect("^listening on ws://")
        return program


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    house = House(tmp_path)
    yield house
    house.close()


@pytest.fixture
def relay(house: House, tmp_path: Path) -> Relay:
    return Relay(house, tmp_path / "relay-data")


class Somebody:
    """A person in plain line mode, who knows how to come in and what to compare."""

    def __init__(self, program: Program, name: str) -> None:
        self.program = program
        self.name = name

    def knock(self, code: str) -> None:
        """Type the code, accept the agreements, and knock under their name."""
        self.program.expect("[Cc]ode")
        self.program.type(code)
        self.program.expect("Type y to accept")
        self.program.type("y")
        self.program.expect("What shall people here call you")
        self.program.type(self.name)
        self.program.expect("One line about you")
        self.program.type("")

    def type(self, *lines: str) -> None:
        """Type lines."""
        self.program.type(*lines)

    def expect(self, pattern: str) -> re.Match[str]:
        """Wait for a line."""
        return self.program.expect(pattern)

    def queue(self) -> list[str]:
        """Ask for the queue; return what everybody should be told alike."""
        before = len(self.program.matching("^queue: "))
        self.type("/queue", "/time")
        self.expect("^time: ")
        return self.program.matching("^queue: ")[before:]

    def stages(self) -> list[str]:
        """Return the stage lines so far."""
        return self.program.matching(r"^stage: \d+ of \d+, ")

    def shares(self, pattern: str) -> list[str]:
        """Return who said what, of the shares that match; own ones under the own name."""
        said = self.program.matching(rf"^\S+:.*{pattern}")
        return [re.sub("^you:", f"{self.name}:", line) for line in said]


class Meeting:
    """A host, the invitation, and whoever came in."""

    def __init__(self, house: House, relay: str, host: str) -> None:
        self._house = house
        program = house.start("host", *host_command(relay, host))
        self.host = Somebody(program, host)
        self.code = self.host.expect("^holdspace[12]:.*").group()
        self.people = [self.host]

    def admit(self, name: str, *argv: str) -> Somebody:
        """Let somebody new come to the door and in, by another program than ours if given."""
        command = argv or ("holdspace", "join", "--plain")
        guest = Somebody(self._house.start(name, *command), name)
        guest.knock(self.code)
        self.host.expect(f"^door: {name} is at the door")
        self.host.type("/admit")
        guest.expect("^room: This is ")
        for other in self.people:
            other.expect(f"^room: .*{name} is here")
        self.people.append(guest)
        return guest

    def everybody_expects(self, pattern: str) -> None:
        """Wait until everybody was told this."""
        for person in self.people:
            person.expect(pattern)


def host_command(relays: str, name: str) -> tuple[str, ...]:
    """Return the command that hosts a room at this relay, or at several with spaces between."""
    where = (word for relay in relays.split() for word in ("--relay", relay))
    asked = ("--room", ROOM, "--name", name, "--flow", "intro-60.en")
    return ("holdspace", "host", "--plain", *where, *asked)


ROOM = "Kestrelgarden evening circle"


@pytest.fixture
def meet(house: House) -> Callable[[str, str], Meeting]:
    return lambda relay, host: Meeting(house, relay, host)
