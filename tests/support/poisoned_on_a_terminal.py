"""Show poisoned pictures in a real terminal: python poisoned_on_a_terminal.py lines|screen TEXTS [SEED]

TEXTS is how many, or which of them, as in 250-500. With `harmless` for it the texts are ordinary
ones, to compare with; `leak` writes one text as it is, so that whoever looks on can see that it would
be noticed.
"""

import asyncio
import sys
from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import replace
from itertools import cycle
from pathlib import Path

from typing_extensions import override

sys.path.insert(0, str(Path(__file__).parent))

import screen_samples as sample
from holdspace.client.plain.session import Session
from holdspace.client.plain.terminal import open_terminal
from holdspace.client.seat.view import Connection, Notice, Place, RoomView
from holdspace.client.settings import Settings
from holdspace.client.settings_book import SettingsBook
from holdspace.client.tui.app import HoldspaceApp
from hostile_text import HOSTILE
from poisoned import pictures, strings
from screen_player import Player

# What is asked at the keyboard while a picture is shown: answers that read what is in it.
COMMANDS = ("/people", "/flow", "/queue", "/agreements", "/door", "/board", "/log", "/privacy")
# Every screen over the room, by the key that opens it; "" is the room itself.
PAGES = ("", "f", "d", "c", "v", "a", "e", "i", "q", "t", "w", "f1", "f2")
PLACES = (*[Place.ROOM] * 6, Place.LOBBY, Place.WAITING, Place.OUTSIDE)
DONE = "all was shown"
PATIENCE, SECOND_ASKING = 30.0, 0.5


def texts(number: str, seed: int) -> list[str]:
    """Return what the pictures say."""
    if number == "harmless":
        return [f"words of somebody, number {one}" for one in range(13)]
    first, _, last = ("0-1" if number == "leak" else number).rpartition("-")
    return strings(int(last), seed)[int(first or 0) :]


class Attended(Player):
    """A player whom one can also leave."""

    def __init__(self, view: RoomView) -> None:
        super().__init__(view)
        self.is_watched = asyncio.Event()

    @override
    async def changes(self) -> AsyncIterator[tuple[RoomView, tuple[Notice, ...]]]:
        """Yield each change, and say that somebody looks."""
        self.is_watched.set()
        async for change in super().changes():
            yield change

    async def leave(self, *, fine: bool = False) -> None:
        """Say nothing."""

    async def aclose(self) -> None:
        """Say nothing."""


async def drawn(app: HoldspaceApp) -> None:
    """Wait until what is asked for is on the screen: twice, for a key changes something first."""
    for _ in range(2):
        done = asyncio.Event()
        async with asyncio.timeout(PATIENCE):
            while not done.is_set():
                # Asked again, for what is to be called goes with a screen that is taken away just then.
                app.call_after_refresh(done.set)
                with suppress(TimeoutError):
                    await asyncio.wait_for(done.wait(), SECOND_ASKING)


async def lines(number: str, seed: int) -> None:
    """Say everything in plain lines."""
    said = texts(number, seed)
    player, terminal = Attended(sample.ROOM), open_terminal()
    session = Session(player, terminal, book=SettingsBook(Settings(bell=False)))
    running = asyncio.create_task(session.run())
    asked = cycle(COMMANDS)
    for (view, notice, refusal), place in zip(pictures(said), cycle(PLACES), strict=False):
        player.refuse = lambda _, refusal=refusal: refusal  # type: ignore[misc]
        player.become(replace(view, place=place, connection=Connection.CONNECTED), notice)
        for _ in range(4):
            await asyncio.sleep(0)
        session._hear(next(asked))
        await asyncio.sleep(0)
    running.cancel()
    with suppress(asyncio.CancelledError):
        await running
    terminal.close()


async def screen(number: str, seed: int) -> None:
    """Show everything on the screen, with one page after another open."""
    said = texts(number, seed)
    player = Attended(sample.FACILITATOR)
    app = HoldspaceApp(player, clock=lambda: sample.NOW)
    running = asyncio.create_task(app.run_async())
    await player.is_watched.wait()
    for (view, notice, refusal), place, page in zip(
        pictures(said), cycle(PLACES), cycle(PAGES), strict=False
    ):
        player.refuse = lambda _, refusal=refusal: refusal  # type: ignore[misc]
        player.become(replace(view, place=place, connection=Connection.CONNECTED), notice)
        if page:
            app.simulate_key(page)
        await drawn(app)
        # Not by Esc: three of them at once are the quick way out.
        if len(app.screen_stack) > 2:
            app.screen.step_back()  # type: ignore[attr-defined]
    app.exit()
    await running


def main(front: str, number: str, seed: str = "1") -> None:
    """Show all there is to show."""
    asyncio.run((lines if front == "lines" else screen)(number, int(seed)))
    if number == "leak":
        sys.stdout.write(HOSTILE[0])
    sys.stdout.write(f"{DONE}\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
