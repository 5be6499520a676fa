"""The first page on the screen: an app of its own that ends with what was chosen."""

import asyncio
from collections.abc import Sequence
from typing import ClassVar

from typing_extensions import override

from holdspace.client.home import Way
from holdspace.client.seat.view import RoomView
from holdspace.client.settings_book import SettingsBook
from holdspace.client.tui.app import HoldspaceApp
from holdspace.client.tui.screens.base import HoldScreen
from holdspace.client.tui.screens.home import HomeScreen
from holdspace.client.tui.solo import Nobody


class HomeApp(HoldspaceApp):
    """Where to begin."""

    CSS_PATH: ClassVar = ["app.tcss", "screens/home.tcss"]

    def __init__(
        self, ways: Sequence[Way], lead: str = "", *, book: SettingsBook | None = None
    ) -> None:
        super().__init__(Nobody(), book=book)
        self._ways, self._lead = tuple(ways), lead
        self.chosen: Way | None = None

    @override
    def _screen_for(self, view: RoomView) -> HoldScreen:
        return HomeScreen(self._ways, self._lead, self._take)

    def _take(self, way: Way) -> None:
        self.chosen = way
        self.finish()


def choose(ways: Sequence[Way], lead: str, book: SettingsBook) -> Way | None:
    """Show the page; return what was chosen, or None when somebody left instead."""
    app = HomeApp(ways, lead, book=book)
    asyncio.run(app.run_async())
    return app.chosen
