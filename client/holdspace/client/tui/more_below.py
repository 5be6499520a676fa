"""The row under something that is read in pieces: it says in words that there is more below.

A bar at the edge is easily missed, and says nothing to whoever reads by ear.
"""

from textual.containers import VerticalScroll
from typing_extensions import override

from holdspace.client.tui.painted import Painted
from holdspace.client.tui.rows import Row, clip, row
from holdspace.protocol.translation import N_, _

MORE_BELOW = N_("↓ more below: PgDn reads on")


class MoreBelow(Painted):
    """One row for the scrolling part with this id, empty where that is read to its end."""

    DEFAULT_CSS = "MoreBelow { height: 1; }"

    def __init__(self, of: str) -> None:
        super().__init__(id="more")
        self._of = of

    def on_mount(self) -> None:
        """Follow what is read, and what comes to be there."""
        for what in ("scroll_y", "virtual_size"):
            self.watch(self._body, what, self.redraw, init=False)

    @override
    def draw(self, width: int, height: int) -> list[Row]:
        """Return the words, while the end cannot be seen."""
        del height
        is_more = self._body.scroll_offset.y < self._body.max_scroll_y
        return [clip(row((_(MORE_BELOW), "amber")), width) if is_more else ()]

    @property
    def _body(self) -> VerticalScroll:
        return self.screen.query_one(f"#{self._of}", VerticalScroll)
