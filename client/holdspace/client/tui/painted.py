"""The widgets that show rows: ink names become the theme's colours, and text is never markup."""

from collections.abc import Callable
from functools import lru_cache

from rich.segment import Segment
from rich.style import Style
from textual.color import Color
from textual.geometry import Offset, Size
from textual.strip import Strip
from textual.widget import Widget
from typing_extensions import override

from holdspace.client.tui.rows import Ink, Row, cells, clip

# Which colour of the theme an ink has, and whether it is bold.
_LOOKS: dict[Ink, tuple[str, bool]] = {
    "text": ("ink-text", False),
    "strong": ("ink-strong", True),
    "muted": ("ink-muted", False),
    "faint": ("ink-faint", False),
    "sage": ("ink-sage", False),
    "sage-strong": ("ink-sage", True),
    "amber": ("ink-amber", False),
    "amber-strong": ("ink-amber", True),
    "hand": ("ink-hand", False),
    "me": ("ink-me", False),
    "me-strong": ("ink-me", True),
}


# Looked up in the theme rather than through component classes: Textual would match thirteen of
# these against every rule for every widget, which was half of the time to the first picture.
@lru_cache(256)
def _look(colour: str, *, bold: bool) -> Style:
    return Style(color=Color.parse(colour).rich_color, bold=bold or None)


def strip(widget: Widget, line: Row, width: int) -> Strip:
    """Return a row in the theme's colours, exactly this wide."""
    line = clip(line, width)
    colours = widget.app.theme_variables
    ground = Style(bgcolor=widget.rich_style.bgcolor)
    segments = []
    for piece in line:
        name, bold = _LOOKS[piece.ink]
        segments.append(Segment(piece.text, ground + _look(colours[name], bold=bold)))
    return Strip(segments, cells(line)).adjust_cell_length(width, ground)


class Painted(Widget):
    """Rows drawn by `draw`; `redraw` asks again and repaints only what really changed."""

    DEFAULT_CSS = "Painted { height: auto; width: 1fr; }"
    ALLOW_SELECT = False

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:  # noqa: A002  Textual's name
        super().__init__(id=id, classes=classes)
        self._rows: list[Row] = []
        self._drawn_for: tuple[int, int] | None = None

    def draw(self, width: int, height: int) -> list[Row]:
        """Return the rows for this size; height 0 asks how many rows are wanted."""
        raise NotImplementedError

    def redraw(self) -> None:
        """Draw again, because what is shown may have changed."""
        size = (self.size.width, self.size.height)
        rows = self.draw(*size) if self._drawn_for == size else None
        if rows is not None and rows == self._rows:
            return
        self._drawn_for = None
        self.refresh(layout=rows is None or len(rows) != len(self._rows))

    @override
    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        """Return how many rows the drawing needs at this width."""
        return len(self.draw(width, 0))

    @override
    def render_line(self, y: int) -> Strip:
        """Return one row of the drawing."""
        size = (self.size.width, self.size.height)
        if self._drawn_for != size:
            self._rows, self._drawn_for = self.draw(*size), size
        return strip(self, self._rows[y] if y < len(self._rows) else (), self.size.width)

    @property
    def cursor(self) -> Offset:
        """Return where the terminal's own cursor belongs while this has the focus."""
        return self.content_region.offset


class Drawing(Painted):
    """Rows drawn by a function of width and height."""

    def __init__(
        self,
        draw: Callable[[int, int], list[Row]],
        *,
        id: str | None = None,  # noqa: A002
        classes: str | None = None,
    ) -> None:
        super().__init__(id=id, classes=classes)
        self._draw = draw

    @override
    def draw(self, width: int, height: int) -> list[Row]:
        """Return what the function draws."""
        return self._draw(width, height)
