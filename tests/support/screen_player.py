"""A scripted attendance for the screen: a test says what changes, and reads what was wanted."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace

from textual.pilot import Pilot

import screen_samples
from holdspace.client.seat.intents import Intent
from holdspace.client.seat.view import Notice, Refusal, RoomView
from holdspace.client.settings_book import SettingsBook
from holdspace.client.tui.app import Ending, HoldspaceApp

SIZES = ((80, 24), (120, 36))
PATIENCE = 20.0


class Player:
    """Stands where an attendance stands, with time under the test's control."""

    def __init__(self, view: RoomView) -> None:
        self.view = view
        self.wanted: list[Intent] = []
        self.refuse: Callable[[Intent], Refusal | None] = lambda _: None
        self._changes: asyncio.Queue[tuple[RoomView, tuple[Notice, ...]]] = asyncio.Queue()

    def become(self, view: RoomView, *notices: Notice) -> None:
        """Change the picture."""
        self.view = view
        self._changes.put_nowait((view, notices))

    def change(self, *notices: Notice, **facts: object) -> None:
        """Change some facts of the picture."""
        self.become(replace(self.view, **facts), *notices)  # type: ignore[arg-type]

    def do(self, intent: Intent) -> Refusal | None:
        """Note what was wanted, unless the script refuses it."""
        refusal = self.refuse(intent)
        if refusal is None:
            self.wanted.append(intent)
        return refusal

    async def changes(self) -> AsyncIterator[tuple[RoomView, tuple[Notice, ...]]]:
        """Yield each change, for ever."""
        while True:
            yield await self._changes.get()


async def until(pilot: Pilot[Ending], condition: Callable[[], bool], what: str) -> None:
    """Wait until something is so, in a bounded loop; `what` says what was waited for."""
    # Bounded by time, not by turns of the loop: on a busy machine a timer needs many of them.
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        await pilot.pause()
        if condition():
            return
    raise AssertionError(f"never came: {what}\n{screen_text(pilot.app)}")


def screen_text(app: object) -> str:
    """Return what the screen shows, line by line, as the terminal would get it."""
    assert isinstance(app, HoldspaceApp)
    lines = app.screen._compositor.render_strips()
    return "\n".join("".join(segment.text for segment in line).rstrip() for line in lines)


@asynccontextmanager
async def shown(
    view: RoomView,
    size: tuple[int, int] = SIZES[0],
    *,
    now: float = screen_samples.NOW,
    book: SettingsBook | None = None,
) -> AsyncIterator[tuple[Pilot[Ending], Player]]:
    """Open the app on a scripted attendance, with the clock standing still."""
    player = Player(view)
    app = HoldspaceApp(player, clock=lambda: now, book=book)
    async with app.run_test(size=size) as pilot:
        await pilot.pause()
        yield pilot, player
