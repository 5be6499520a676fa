"""A program on a terminal for `screen.py` to drive: the room, or a bare Textual app beside it.

Run as: screen_app.py room|bare FD [PICTURE]. What is to happen comes in lines through that file
descriptor. Nothing is loaded here that the program itself would not load: the picture of the room
comes ready made, in a file.
"""

import asyncio
import os
import pickle
import sys
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from typing_extensions import override

if TYPE_CHECKING:
    from holdspace.client.seat.intents import Intent
    from holdspace.client.seat.view import Notice, Passage, Refusal, RoomView

_WORDS = "Some days I plan a whole morning around the stairs, and then nobody sees that I managed. "


class Attendance:
    """Stands where an attendance stands: shows what it is told to, and takes every wish."""

    def __init__(self, view: "RoomView") -> None:
        self.view = view
        self._changes: asyncio.Queue[tuple[RoomView, tuple[Notice, ...]]] = asyncio.Queue()
        self._next = 100
        self._stream: asyncio.Task[None] | None = None

    def do(self, intent: "Intent") -> "Refusal | None":
        """Take the wish, and do nothing."""
        del intent
        return None

    async def changes(self) -> "AsyncIterator[tuple[RoomView, tuple[Notice, ...]]]":
        """Yield each change, for ever."""
        while True:
            yield await self._changes.get()

    def fill(self, count: int) -> None:
        """Show so many passages and no others."""
        self._show(self._passages(count))

    def say(self, count: int) -> None:
        """Add so many at once."""
        self._show((*self.view.transcript, *self._passages(count)))

    def stream(self, rate: int) -> None:
        """Add so many a second from now on; 0 ends it."""
        if self._stream is not None:
            self._stream.cancel()
            self._stream = None
        if rate:
            self._stream = asyncio.create_task(self._go_on(1 / rate))

    def _show(self, transcript: "tuple[Passage, ...]") -> None:
        self.view = replace(self.view, transcript=transcript)
        self._changes.put_nowait((self.view, ()))

    def _passages(self, count: int) -> "tuple[Passage, ...]":
        """Return so many shares of one to three sentences; the last word of each is its number."""
        from holdspace.client.seat.view import Line, Passage  # noqa: PLC0415 (see above)

        first, self._next = self._next, self._next + count
        return tuple(
            Passage(
                number.to_bytes(16, "big"),
                Line.SHARE,
                f"{_WORDS * (1 + number % 3)}zq{number:06}",
                60.0 * number,
                author=self.view.people[number % 7],
                nods=(("heard", number % 4),) if number % 4 else (),
            )
            for number in range(first, first + count)
        )

    async def _go_on(self, pause: float) -> None:
        while True:
            await asyncio.sleep(pause)
            self.say(1)


def hear(descriptor: int, acts: dict[str, Callable[[int], None]]) -> None:
    """Do what comes through the pipe."""
    for line in os.read(descriptor, 4096).decode().splitlines():
        word, _, count = line.partition(" ")
        acts[word](int(count))


def bare() -> None:
    """Run what Textual itself takes for a text field below some text."""
    from textual.app import App, ComposeResult  # noqa: PLC0415 (see above)
    from textual.widgets import Static, TextArea  # noqa: PLC0415

    class Bare(App[None]):
        @override
        def compose(self) -> ComposeResult:
            """Show both."""
            yield Static("bare Textual")
            yield TextArea()

    Bare().run()


async def room(descriptor: int, picture: bytes) -> None:
    """Run the room until it is closed."""
    from holdspace.client.process import start_quickly  # noqa: PLC0415 (see above)

    # As the command does.
    start_quickly()
    from holdspace.client.tui.app import HoldspaceApp  # noqa: PLC0415 (see above)

    attendance = Attendance(pickle.loads(picture))  # noqa: S301 (our own, made a moment ago)
    app = HoldspaceApp(attendance)
    acts = {"fill": attendance.fill, "say": attendance.say, "stream": attendance.stream}
    acts["modules"] = lambda _: app.tell(f"modules:{len(sys.modules)}:")
    asyncio.get_running_loop().add_reader(descriptor, hear, descriptor, acts)
    await app.run_async()


def main(kind: str, descriptor: int, picture: str = "") -> None:
    """Run one of the two until it is closed."""
    if kind == "bare":
        bare()
    else:
        asyncio.run(room(descriptor, Path(picture).read_bytes()))


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), *sys.argv[3:])
