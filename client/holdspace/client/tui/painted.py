"""The widgets that show rows: ink names become the theme's colours, and text is never markup."""

from abc import abstractmethod
from collections.abc import Callable
from functools import lru_cache

from rich.segment import Segment
from rich.style import Style
from textual.color import Color
from textual.geometry import Offset, Region, Size
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


# The colours that inks can have, in one order.
_COLOURS = tuple(dict.fromkeys(name for name, _ in _LOOKS.values()))


# Looked up in the theme rather than through component classes: Textual would match thirteen of
# these against every rule for every widget, which was half of the time to the first picture.
@lru_cache(64)
def _styles(ground: Style, colours: tuple[str, ...]) -> dict[Ink, Style]:
    found = dict(zip(_COLOURS, colours, strict=True))
    return {ink: ground + _ink(found[name], bold=bold) for ink, (name, bold) in _LOOKS.items()}


@lru_cache(256)
def _ink(colour: str, *, bold: bool) -> Style:
    return Style(color=Color.parse(colour).rich_color, bold=bold or None)


# The same strip for the same row: what Textual works out about a strip, it keeps with the strip, so
# that lines that only move up are not worked out again.
@lru_cache(2048)
def _strip(line: Row, width: int, ground: Style, colours: tuple[str, ...]) -> Strip:
    styles = _styles(ground, colours)
    line = clip(line, width)
    segments = [Segment(piece.text, styles[piece.ink]) for piece in line]
    return Strip(segments, cells(line)).adjust_cell_length(width, ground)


class Inked(Widget):
    """A widget of rows: ink names become the theme's colours, looked up once for each picture."""

    _look: tuple[Style, tuple[str, ...]] | None = None

    @override
    def render_lines(self, crop: Region) -> list[Strip]:
        """Return the lines of a part of it."""
        self._look = None
        return super().render_lines(crop)

    def strip(self, line: Row, width: int) -> Strip:
        """Return a row in the theme's colours, exactly this wide."""
        # Nearly always all lines are there from the last picture, and nothing is looked up.
        if self._look is None:
            colours = tuple(map(self.app.theme_variables.__getitem__, _COLOURS))
            self._look = Style(bgcolor=self.rich_style.bgcolor), colours
        return _strip(line, width, *self._look)


class Painted(Inked):
    """Rows drawn by `draw`; `redraw` asks again and repaints only what really changed."""

    DEFAULT_CSS = "Painted { height: auto; width: 1fr; }"
    ALLOW_SELECT = False

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:  # noqa: A002  Textual's name
        super().__init__(id=id, classes=classes)
        self._rows: list[Row] = []
        self._drawn_for: tuple[int, int] | None = None

    @abstractmethod
    def draw(self, width: int, height: int) -> list[Row]:
        """Return the rows for this size; height 0 asks how many rows are wanted."""

    def redraw(self) -> None:
        """Draw again, because what is shown may have changed."""
        size = (self.size.width, self.size.height)
        if not self.display:
            # Nothing around it has to be laid out again for what nobody sees.
            self._drawn_for = None
            return
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
        return self.strip(self._rows[y] if y < len(self._rows) else (), self.size.width)

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
