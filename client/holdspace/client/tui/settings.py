"""Settings on the screen without a meeting: an app of its own, on a page of its own."""

import asyncio

from typing_extensions import override

from holdspace.client.seat.view import RoomView
from holdspace.client.settings_book import SettingsBook
from holdspace.client.tui.app import HoldspaceApp
from holdspace.client.tui.screens.base import HoldScreen
from holdspace.client.tui.screens.settings import SettingsScreen
from holdspace.client.tui.solo import Nobody


class SettingsApp(HoldspaceApp):
    """Nothing but the settings."""

    def __init__(self, book: SettingsBook) -> None:
        super().__init__(Nobody(), book=book)

    @override
    def _screen_for(self, view: RoomView) -> HoldScreen:
        return SettingsScreen(self.book)


def change(book: SettingsBook) -> None:
    """Show them until the person has had enough."""
    asyncio.run(SettingsApp(book).run_async())
