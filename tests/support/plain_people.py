"""People in plain lines, all real but their keyboards and the clock: seats, links, sockets, a relay process.

What somebody types is given line by line, and what they hear is kept line by line, as a program in
a pipe would have it. They live in one process, so that eight of them come in within a second; time
passes for all of them only when a test says so, and then as fast as they can follow.
"""

import asyncio
import re
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from typing_extensions import override

from holdspace.client.attend import Attendance
from holdspace.client.clock import Clock
from holdspace.client.keeping import Keeper
from holdspace.client.library import read_agreements, read_flow
from holdspace.client.link import Link, Lost
from holdspace.client.plain.session import Session
from holdspace.client.seat.host import Opening
from holdspace.client.seat.seat import Seat
from holdspace.client.seat.sitting import Sitting
from holdspace.client.seat.view import Connection, Line, RoomView
from holdspace.protocol.text import last_stage

PATIENCE = 30.0
ROOM = "Kestrelgarden evening circle"
STANDING = "A peer, not a professional."
# A beat wakes whoever waits for it; what they then do takes a few turns of the loop.
TURNS_OF_A_BEAT = 3


class SteppedClock(Clock):
    """A clock that tests move on, a second at a time."""

    def __init__(self) -> None:
        # The relay's clock is the computer's, and invitations end by it.
        self._now = time.time()
        self._next = asyncio.Event()

    @override
    def now(self) -> float:
        return self._now

    @override
    async def beat(self) -> None:
        await self._next.wait()

    async def step(self) -> None:
        """Let a second pass, and everybody notice."""
        self._now += 1
        passed, self._next = self._next, asyncio.Event()
        passed.set()
        for _ in range(TURNS_OF_A_BEAT):
            await asyncio.sleep(0)


class Keyboard:
    """A terminal whose lines a test types, and that remembers everything it was told."""

    echoes = False
    is_asked = False
    typing = ""

    def __init__(self) -> None:
        self.said: list[str] = []
        self.bells = 0
        self.typed: asyncio.Queue[str | None] = asyncio.Queue()

    def say(self, lines: Iterable[str]) -> None:
        """Remember lines, as they would be written."""
        self.said.extend(map(last_stage, lines))

    def conceal(self, is_on: bool) -> None:
        """Do nothing: nothing that is typed is shown here."""

    def bell(self) -> None:
        """Count."""
        self.bells += 1

    def entered(self) -> int:
        """Return how many lines nobody has read yet."""
        return self.typed.qsize()

    async def read(self) -> str | None:
        """Return the next line typed."""
        return await self.typed.get()

    @contextmanager
    def lend(self) -> Iterator[bool]:
        """Have no terminal to give away."""
        yield False

    def hand_over(self, sequence: str) -> bool:
        """Have no clipboard."""
        del sequence
        return False

    def close(self) -> None:
        """Leave everything as it is."""

    def wipe(self) -> None:
        """Have no window to empty."""


class Person:
    """Somebody in plain lines."""

    def __init__(
        self, name: str, attendance: Attendance, clock: Clock, keeper: Keeper | None = None
    ) -> None:
        self.name = name
        self.attendance = attendance
        self.keyboard = Keyboard()
        self._lines = Session(attendance, self.keyboard, clock, keeper=keeper)
        self.session = asyncio.create_task(self._lines.run(), name=f"{name} in plain lines")
        self._seen = 0
        self._line = asyncio.Event()
        self._line.set()
        self._let_line_be_cut(attendance._link)

    @property
    def view(self) -> RoomView:
        """Return their picture of the room."""
        return self.attendance.view

    @property
    def said(self) -> list[str]:
        """Return every line they were told."""
        return self.keyboard.said

    @property
    def seat(self) -> Seat | None:
        """Return their seat, if they are in the room."""
        machine = self.attendance._machine
        return machine.seat if isinstance(machine, Sitting) else None

    @property
    def is_told(self) -> bool:
        """Tell whether they were told everything there is to tell, and all they typed was heard."""
        is_heard = self.keyboard.typed.empty() and not self.attendance._changed.is_set()
        return self.session.done() or (is_heard and self._lines._told is self.view)

    def type(self, *lines: str) -> None:
        """Type lines, each with Enter."""
        for line in lines:
            self.keyboard.typed.put_nowait(line)

    async def expect(self, pattern: str) -> re.Match[str]:
        """Wait for a line that matches, after the last expected one; return the match."""
        found: list[tuple[int, re.Match[str]]] = []

        def is_there() -> bool:
            found[:] = [
                (at, match)
                for at in range(self._seen, len(self.said))
                if (match := re.search(pattern, self.said[at]))
            ][:1]
            return bool(found)

        await self._wait(is_there, f"{self.name} never heard {pattern!r}")
        self._seen = found[0][0] + 1
        return found[0][1]

    async def until(self, holds: Callable[[RoomView], object], what: str) -> None:
        """Wait until something is so in their picture of the room."""
        await self._wait(lambda: bool(holds(self.view)), f"{self.name}: never came: {what}")

    def matching(self, pattern: str) -> list[str]:
        """Return all lines so far that match."""
        return [line for line in self.said if re.search(pattern, line)]

    def shares(self, pattern: str = "") -> list[str]:
        """Return who said what, in the order it came."""
        said = (p for p in self.view.transcript if p.line is Line.SHARE and p.author)
        arrived = (p for p in said if not (p.is_ready or p.is_sending))
        return [
            f"{p.author.name}: {p.text}" for p in arrived if p.author and re.search(pattern, p.text)
        ]

    async def ask(self, command: str, label: str) -> list[str]:
        """Type a question to the program; return the lines of its answer that begin with this label."""
        before = len(self.said)
        self.type(command, "/draft")
        await self._wait(
            lambda: any(line.startswith("draft:") for line in self.said[before:]), command
        )
        self._seen = len(self.said)
        return [line for line in self.said[before:] if line.startswith(label)]

    async def ends(self) -> int:
        """Wait until their program ended; return its exit code."""
        async with asyncio.timeout(PATIENCE):
            return await self.session

    def cut(self) -> None:
        """Cut their line to the relay, until it is mended."""
        self._line.clear()
        self.attendance._link._drop_connection()

    def mend(self) -> None:
        """Mend their line; their program finds the relay again by itself."""
        self._line.set()

    async def vanish(self) -> None:
        """Let their program be gone from one moment to the next, without a goodbye."""
        self.session.cancel()
        await asyncio.gather(self.session, return_exceptions=True)
        self.attendance._link._drop_connection()
        await self.attendance.aclose()

    def _let_line_be_cut(self, link: Link) -> None:
        connect = link._one_connection

        async def connect_when_mended() -> Lost:
            await self._line.wait()
            return await connect()

        link._one_connection = connect_when_mended  # type: ignore[method-assign]

    async def _wait(self, holds: Callable[[], bool], what: str) -> None:
        try:
            async with asyncio.timeout(PATIENCE):
                while not holds():
                    await asyncio.sleep(0.002)
        except TimeoutError:
            heard = "\n".join(f"  {self.name}| {line}" for line in self.said[-40:])
            pytest.fail(f"{what}\n{heard}")


class Evening:
    """One relay, one room, and whoever came; time passes when `pass_time` says so."""

    def __init__(self, relay: str) -> None:
        self.relay = relay
        self.clock = SteppedClock()
        self.people: list[Person] = []

    async def opens(self, name: str, flow: str = "intro-60.en") -> Person:
        """Let somebody host the room."""
        agreements = read_agreements()
        opening = Opening(
            ROOM,
            name,
            agreements.lines,
            agreements_version=agreements.version,
            standing=STANDING,
            flow_toml=read_flow(flow) if flow else "",
        )
        host = self.sits(name, await Attendance.host([self.relay], opening, clock=self.clock))
        await host.expect("^holdspace[12]:")
        return host

    async def visit(self, code: str = "") -> Attendance:
        """Return somebody in the lobby that a code leads to."""
        return await Attendance.join(code or self.people[0].view.invitation, clock=self.clock)

    async def knocks(
        self, name: str, code: str = "", about: str = "", keeper: Keeper | None = None
    ) -> Person:
        """Let somebody come to the door by a code, accept the agreements and knock."""
        guest = self.sits(name, await self.visit(code), keeper)
        await guest.expect("Type y to accept")
        guest.type("y")
        await guest.expect("What shall people here call you")
        guest.type(name)
        await guest.expect("One line about you")
        guest.type(about)
        return guest

    async def comes(self, name: str, keeper: Keeper | None = None) -> Person:
        """Let somebody knock, with a notebook or without, and be let in by the host."""
        guest, host = await self.knocks(name, keeper=keeper), self.people[0]
        await host.expect(f"^door: {name} is at the door")
        host.type("/admit")
        await guest.expect("^room: This is ")
        await self.settled()
        return guest

    async def circle(self, *names: str, flow: str = "intro-60.en") -> list[Person]:
        """Return everybody of a fresh meeting, the host first."""
        host = await self.opens(names[0], flow)
        return [host, *[await self.comes(name) for name in names[1:]]]

    async def all_hear(self, pattern: str) -> None:
        """Wait until everybody was told this."""
        for person in self.people:
            await person.expect(pattern)

    async def pass_time(self, seconds: int) -> None:
        """Let time pass for everybody; what each second brings is done before the next."""
        for _ in range(seconds):
            await self.clock.step()
            await self.settled()

    async def settled(self) -> None:
        """Wait until everybody who is connected has read all there is, and nothing is on its way."""
        async with asyncio.timeout(PATIENCE):
            while not self._is_settled():
                await asyncio.sleep(0)

    async def until(self, holds: Callable[[], object], what: str) -> None:
        """Wait until something is so, whoever makes it so."""
        try:
            async with asyncio.timeout(PATIENCE):
                while not holds():
                    await asyncio.sleep(0.01)
        except TimeoutError:
            pytest.fail(f"never came: {what}")

    async def close(self) -> None:
        """Let everybody's program end."""
        for person in self.people:
            await person.vanish()

    def sits(self, name: str, attendance: Attendance, keeper: Keeper | None = None) -> Person:
        """Sit somebody down at the keyboard."""
        person = Person(name, attendance, self.clock, keeper)
        self.people.append(person)
        return person

    def _is_settled(self) -> bool:
        seats = [
            person.seat
            for person in self.people
            if person.seat is not None
            and not person.session.done()
            and person.view.connection is Connection.CONNECTED
        ]
        waits = any(seat.outbox.waiting or seat.wire.asked for seat in seats)
        told = all(person.is_told for person in self.people)
        return told and not waits and len({seat.position.seq for seat in seats}) <= 1


def contents(folder: Path) -> dict[str, bytes]:
    """Return what is in every file of a folder."""
    return {file.name: file.read_bytes() for file in folder.rglob("*") if file.is_file()}
