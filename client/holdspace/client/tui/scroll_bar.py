"""The bar beside the transcript, painted only when it looks different.

In a long meeting a new line moves the bar by less than can be drawn. Textual would paint it all the
same, every time, which took as long as painting the lines.
"""

from math import ceil
from typing import Self

from textual.scrollbar import ScrollBar
from typing_extensions import override

# A cell of the bar is drawn in eighths.
_EIGHTHS = 8


class StillBar(ScrollBar):
    """A vertical bar that stays as it is while nobody could see a difference."""

    _painted: object = None

    @override
    def refresh(
        self, *regions: object, repaint: bool = True, layout: bool = False, recompose: bool = False
    ) -> Self:
        """Paint anew, if it would look different."""
        look = self._look()
        if repaint and not layout and look == self._painted:
            return self
        self._painted = look
        return super().refresh(repaint=repaint, layout=layout, recompose=recompose)

    def _look(self) -> object:
        """Return all that its picture is made of; see Textual's `ScrollBarRender.render_bar`."""
        styles = self.parent.styles if self.parent else self.styles
        colours = (
            (styles.scrollbar_background_active, styles.scrollbar_color_active)
            if self.grabbed
            else (styles.scrollbar_background_hover, styles.scrollbar_color_hover)
            if self.mouse_over
            else (styles.scrollbar_background, styles.scrollbar_color)
        )
        return self.size, colours, *self._thumb()

    def _thumb(self) -> tuple[int, int]:
        """Return where the thumb begins and how long it is, in eighths of a cell."""
        height, whole = self.size.height, self.window_virtual_size
        if not (height and self.window_size and whole > self.window_size):
            return 0, 0
        length = max(1.0, self.window_size * height / whole)
        begins = (height - length) * self.position / (whole - self.window_size)
        # Rounded: between two settings it stands a hair off, and that is not worth a picture.
        return round(begins * _EIGHTHS), ceil(length * _EIGHTHS)
