"""Practising alone on the screen: the same exercises, no relay, no room, nobody else (D5)."""

import asyncio
from collections.abc import AsyncIterator

from typing_extensions import override

from holdspace.client.seat.intents import Intent
from holdspace.client.seat.view import Connection, Notice, Refusal, RoomView
from holdspace.client.settings import USUAL, Settings
from holdspace.client.settings_book import SettingsBook
from holdspace.client.tui.app import HoldspaceApp
from holdspace.client.tui.screens.base import HoldScreen
from holdspace.client.tui.screens.practice import PracticeScreen
from holdspace.client.tui.screens.solo import SoloScreen
from holdspace.protocol.translation import N_

ALONE = Refusal(N_("You are practising alone: there is nobody to send anything to."))


class Nobody:
    """Stands where an attendance stands, with no connection and nobody in it."""

    view = RoomView(connection=Connection.GONE)

    def do(self, intent: Intent) -> Refusal | None:
        """Send nothing."""
        del intent
        return ALONE

    async def changes(self) -> AsyncIterator[tuple[RoomView, tuple[Notice, ...]]]:
        """Wait for ever: nothing happens by itself."""
        await asyncio.Event().wait()
        yield self.view, ()


class SoloApp(HoldspaceApp):
    """The exercises on the screen."""

    def __init__(
        self, name: str = "", *, settings: Settings = USUAL, book: SettingsBook | None = None
    ) -> None:
        super().__init__(Nobody(), settings=settings, book=book)
        self._first = name

    @override
    def on_mount(self) -> None:
        """Begin the exercise that was named."""
        # Textual calls this after the same method of the class above.
        if self._first:
            self.call_after_refresh(lambda: self.lay_over(PracticeScreen(self._first)))

    @override
    def copy_phrase(self, words: str) -> None:
        """Show the lines to fill in: alone, there is no text field to put them into."""
        self.tell(words.replace("\n", " "))

    @override
    def _screen_for(self, view: RoomView) -> HoldScreen:
        return SoloScreen()


async def practise(name: str, book: SettingsBook) -> None:
    """Show the exercises until the person closes the screen."""
    await SoloApp(name, book=book).run_async()
