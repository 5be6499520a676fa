"""A program on a terminal for `screen.py` to drive: the room, or a bare Textual app beside it.

Run as: screen_app.py room|bare FD. What is to happen comes in lines through that file descriptor.
"""

import asyncio
import os
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent / "tests" / "support"))

from textual.app import App, ComposeResult
from textual.widgets import Static, TextArea
from typing_extensions import override

import screen_samples as sample
from holdspace.client.seat.view import Line, Passage
from holdspace.client.tui.app import HoldspaceApp
from screen_player import Player

_WORDS = "Some days I plan a whole morning around the stairs, and then nobody sees that I managed. "


def passages(first: int, count: int) -> tuple[Passage, ...]:
    """Return so many shares of one to three sentences; the last word of each is its number."""
    return tuple(
        sample.passage(
            number,
            Line.SHARE,
            f"{_WORDS * (1 + number % 3)}zq{number:06}",
            author=sample.CIRCLE[number % 7],
            nods=sample.nods(heard=number % 4),
        )
        for number in range(first, first + count)
    )


class Bare(App[None]):
    """What Textual itself takes for a text field below some text."""

    @override
    def compose(self) -> ComposeResult:
        """Show both."""
        yield Static("bare Textual")
        yield TextArea()


class Driven:
    """The room, doing what the bench asks for."""

    def __init__(self, player: Player) -> None:
        self._player = player
        self._next = 100
        self._stream: asyncio.Task[None] | None = None

    def fill(self, count: int) -> None:
        """Show so many passages."""
        self._player.change(transcript=passages(self._next, count))
        self._next += count

    def say(self, count: int) -> None:
        """Add so many at once."""
        before = self._player.view.transcript
        self._player.change(transcript=(*before, *passages(self._next, count)))
        self._next += count

    def stream(self, rate: int) -> None:
        """Add so many a second from now on; 0 ends it."""
        if self._stream is not None:
            self._stream.cancel()
            self._stream = None
        if rate:
            self._stream = asyncio.create_task(self._go_on(1 / rate))

    async def _go_on(self, pause: float) -> None:
        while True:
            await asyncio.sleep(pause)
            self.say(1)


def hear(descriptor: int, acts: dict[str, Callable[[int], None]]) -> None:
    """Do what comes through the pipe."""
    for line in os.read(descriptor, 4096).decode().splitlines():
        word, _, count = line.partition(" ")
        acts[word](int(count))


def main(kind: str, descriptor: int) -> None:
    """Run one of the two until it is closed."""
    if kind == "bare":
        Bare().run()
        return
    player = Player(replace(sample.ROOM, transcript=()))
    driven = Driven(player)
    app = HoldspaceApp(player)
    acts = {"fill": driven.fill, "say": driven.say, "stream": driven.stream}
    acts["modules"] = lambda _: app.tell(f"modules:{len(sys.modules)}:")

    async def run() -> None:
        asyncio.get_running_loop().add_reader(descriptor, hear, descriptor, acts)
        await app.run_async()

    asyncio.run(run())


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
