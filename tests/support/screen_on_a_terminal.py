"""Run the screen on a scripted picture in a real terminal: python screen_on_a_terminal.py PICTURE"""

import asyncio
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from typing_extensions import override

import screen_samples as sample
from holdspace.client.home import ways
from holdspace.client.seat.intents import Intent
from holdspace.client.seat.view import Place
from holdspace.client.settings_book import SettingsBook
from holdspace.client.tui.app import HoldspaceApp
from holdspace.client.tui.home import choose
from hostile_text import HOSTILE, hostile_view
from screen_player import Player


class Wrong:
    """An attendance whose picture makes the screen fail."""

    view = sample.ROOM

    def changes(self) -> object:
        """Fail with something that must not be printed."""
        raise RuntimeError("canary-words-of-the-circle")


class AWholeEvening(Player):
    """Begins at the door; whatever is wanted there and in the room leads to what comes next."""

    def __init__(self) -> None:
        super().__init__(sample.LOBBY)
        self._coming = iter((sample.ROOM, sample.HELD, sample.ended(Place.CLOSED)))

    @override
    def do(self, intent: Intent) -> None:
        self.become(next(self._coming))


PICTURES = {
    "evening": AWholeEvening,
    "room": lambda: Player(sample.ROOM),
    "hostile": lambda: Player(hostile_view(*HOSTILE)),
    "crash": Wrong,
}


def main(picture: str) -> None:
    """Show one picture until a key closes it; the evening begins on the first page."""
    if picture == "evening":
        choose(ways(()), "", SettingsBook())
    app = HoldspaceApp(PICTURES[picture](), clock=lambda: sample.NOW)  # type: ignore[arg-type]
    ending = asyncio.run(app.run_async())
    sys.stdout.write(f"ended: {ending.value if ending else None}\n")


if __name__ == "__main__":
    main(sys.argv[1])
