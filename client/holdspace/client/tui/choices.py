"""A list to choose from with the arrow keys: one item is chosen, and a sign says which."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import ClassVar

from textual import events
from textual.binding import BindingType
from textual.geometry import Offset, Region
from textual.message import Message
from textual.widget import Widget
from typing_extensions import override

from holdspace.client.tui import marks
from holdspace.client.tui.painted import Painted
from holdspace.client.tui.rows import BLANK, Piece, Row

MARGIN = 2


class Choices(Painted, can_focus=True):
    """Items of one or more rows each."""

    BINDINGS: ClassVar[list[BindingType]] = [
        ("up", "move(-1)", "up"),
        ("down", "move(1)", "down"),
        ("home", "move(-1000)", "first"),
        ("end", "move(1000)", "last"),
    ]

    @dataclass
    class Moved(Message):
        """Another item is chosen now."""

        at: int

    def __init__(
        self,
        items: Callable[[int], Sequence[list[Row]]],
        *,
        spaced: bool = False,
        id: str | None = None,  # noqa: A002
    ) -> None:
        super().__init__(id=id)
        self._items = items
        self._spaced = spaced
        self.at = 0

    @override
    def draw(self, width: int, height: int) -> list[Row]:
        """Return all items, the chosen one with a sign before it."""
        return [line for item in self._drawn_items(width) for line in item]

    def _drawn_items(self, width: int) -> list[list[Row]]:
        drawn = [
            self._item(item, is_chosen=at == self.at)
            for at, item in enumerate(self._items(width - MARGIN))
        ]
        return [[*item, BLANK] for item in drawn] if self._spaced else drawn

    def _item(self, lines: list[Row], *, is_chosen: bool) -> list[Row]:
        sign = Piece(f"{marks.CHOSEN} " if is_chosen else "  ", "amber-strong")
        return [((sign if at == 0 else Piece("  ")), *line) for at, line in enumerate(lines)]

    def action_move(self, by: int) -> None:
        """Choose another item and bring it into sight."""
        last = len(self._items(max(1, self.size.width - MARGIN))) - 1
        self.choose(max(0, min(self.at + by, last)))

    def choose(self, at: int) -> None:
        """Choose this item."""
        if at != self.at:
            self.at = at
            self.redraw()
            self.post_message(self.Moved(at))
            self.call_after_refresh(self._bring_into_sight)

    def on_click(self, event: events.Click) -> None:
        """Choose what was clicked."""
        y = event.y
        for at, item in enumerate(self._drawn_items(self.size.width)):
            if y < len(item):
                self.choose(at)
                return
            y -= len(item)

    def _span(self) -> tuple[int, int]:
        drawn = self._drawn_items(self.size.width)
        top = sum(len(item) for item in drawn[: self.at])
        return top, len(drawn[self.at]) if self.at < len(drawn) else 1

    def _bring_into_sight(self) -> None:
        top, rows = self._span()
        if isinstance(self.parent, Widget):
            # What is docked there, like the row that says that there is more, hides nothing chosen.
            region, beside = Region(0, top, 1, rows), self.dock_gutter
            self.parent.scroll_to_region(region, spacing=beside, animate=False)
        self.app.cursor_position = self.cursor

    @property
    @override
    def cursor(self) -> Offset:
        """Return where the chosen item begins."""
        return self.content_region.offset + Offset(0, self._span()[0])
