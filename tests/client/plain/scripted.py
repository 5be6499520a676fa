"""A scripted meeting and a scripted person at the terminal, for tests of the plain line mode."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace

from holdspace.client.seat.intents import Accept, Intent
from holdspace.client.seat.view import Notice, Place, Refusal, RoomView
from holdspace.protocol.text import last_stage


class ScriptedMeeting:
    """Stands where an attendance stands: the test says what changes, and reads what was wanted."""

    def __init__(self, view: RoomView) -> None:
        self.view = view
        self.wanted: list[Intent] = []
        self.refuse: Callable[[Intent], Refusal | None] = lambda _: None
        self.goodbyes: list[bool] = []
        self.closed = False
        self._changes: asyncio.Queue[tuple[Notice, ...]] = asyncio.Queue()

    def become(self, view: RoomView, *notices: Notice) -> None:
        """Change the picture."""
        self.view = view
        self._changes.put_nowait(notices)

    def do(self, intent: Intent) -> Refusal | None:
        """Note what was wanted."""
        refusal = self.refuse(intent)
        if refusal is None:
            self.wanted.append(intent)
            if isinstance(intent, Accept):
                self.become(replace(self.view, place=Place.WAITING))
        return refusal

    async def changes(self) -> AsyncIterator[tuple[RoomView, tuple[Notice, ...]]]:
        """Yield each change until the meeting is over."""
        while True:
            notices = await self._changes.get()
            yield self.view, notices
            if self.view.place in {Place.REMOVED, Place.CLOSED, Place.DECLINED, Place.ENDED}:
                return

    async def leave(self, *, fine: bool = False) -> None:
        """Note the goodbye."""
        self.goodbyes.append(fine)

    async def aclose(self) -> None:
        """Note the end."""
        self.closed = True


class ScriptedTerminal:
    """A person whose lines are given, and who remembers everything that was said."""

    echoes = False
    is_asked = False
    typing = ""

    def __init__(self) -> None:
        self.said: list[str] = []
        self.bells = 0
        self.is_concealed = False
        self.has_terminal = True
        self.is_lent = False
        self.handed_over: list[str] = []
        self._typed: asyncio.Queue[str | None] = asyncio.Queue()

    def type(self, *lines: str | None) -> None:
        """Type lines; None is the end of input."""
        for line in lines:
            self._typed.put_nowait(line)

    def say(self, lines: Iterable[str]) -> None:
        """Remember what was said."""
        self.said.extend(map(last_stage, lines))

    def conceal(self, is_on: bool) -> None:
        """Remember."""
        self.is_concealed = is_on

    def bell(self) -> None:
        """Count."""
        self.bells += 1

    def entered(self) -> int:
        """Return how many lines nobody has read yet."""
        return self._typed.qsize()

    async def read(self) -> str | None:
        """Return the next line typed."""
        return await self._typed.get()

    @contextmanager
    def lend(self) -> Iterator[bool]:
        """Be away for a while."""
        self.is_lent = self.has_terminal
        yield self.has_terminal
        self.is_lent = False

    def hand_over(self, sequence: str) -> bool:
        """Remember what the clipboard was given."""
        if self.has_terminal:
            self.handed_over.append(sequence)
        return self.has_terminal

    def close(self) -> None:
        """Nothing to put back."""

    def wipe(self) -> None:
        """Forget what was said, as a window does that is emptied."""
        self.said.clear()

    def last(self, number: int = 1) -> list[str]:
        """Return the newest lines."""
        return self.said[-number:]
