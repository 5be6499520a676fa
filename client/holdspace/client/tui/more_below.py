"""Something that is read in pieces, with a row that says in words that there is more below.

A bar at the edge is easily missed, and says nothing to whoever reads by ear.
"""

from typing import cast

from textual.widget import Widget
from typing_extensions import override

from holdspace.client.tui.painted import Painted
from holdspace.client.tui.rows import Row, cells, clip, row
from holdspace.protocol.translation import N_, _

MORE_BELOW = N_("↓ more below: PgDn reads on")
# Where the arrow keys choose, the list follows by itself.
MORE_TO_CHOOSE = N_("↓ more below")

# In fewer rows than these the words would take more away than they give; the bar is there.
FEWEST_ROWS = 7


class MoreBelow(Painted):
    """The last child of a scrolling part: one row at its edge, taken only where not all has a place."""

    DEFAULT_CSS = "MoreBelow { dock: bottom; height: 1; display: none; }"

    def __init__(self, words: str = MORE_BELOW) -> None:
        super().__init__()
        self._words = words

    def on_mount(self) -> None:
        """Follow what is read, and what comes to be there."""
        for what in ("scroll_y", "virtual_size"):
            self.watch(self._body, what, self._follow, init=False)

    def _follow(self) -> None:
        body = self._body
        # Asked about what is read, without this row: else it would come and go in turn.
        rows = body.virtual_size.height - self.display
        self.display = rows > body.size.height >= FEWEST_ROWS
        self.redraw()

    @override
    def draw(self, width: int, height: int) -> list[Row]:
        """Return the words, while the end cannot be seen."""
        del height
        is_more = self._body.scroll_offset.y < self._body.max_scroll_y
        words = row((_(self._words), "amber"))
        fewer = clip(row((_(MORE_TO_CHOOSE), "amber")), width)
        return [(words if cells(words) <= width else fewer) if is_more else ()]

    @property
    def _body(self) -> Widget:
        return cast(Widget, self.parent)
