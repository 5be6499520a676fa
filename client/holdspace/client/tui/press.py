"""Something to press: its words, a sign when it has the focus, Enter or a click."""

from typing import ClassVar

from rich.cells import cell_len
from textual.binding import BindingType
from textual.geometry import Size
from textual.message import Message
from typing_extensions import override

from holdspace.client.tui import marks
from holdspace.client.tui.painted import Painted
from holdspace.client.tui.rows import Row, row


class Press(Painted, can_focus=True):
    """A button without ornament."""

    BINDINGS: ClassVar[list[BindingType]] = [("enter,space", "press", "press")]

    class Pressed(Message):
        """It was pressed; `control` says which."""

        def __init__(self, control: "Press") -> None:
            super().__init__()
            self._control = control

        @property
        @override
        def control(self) -> "Press":
            """Return what was pressed."""
            return self._control

    def __init__(self, words: str, short: str = "", *, id: str) -> None:  # noqa: A002  Textual's name
        super().__init__(id=id)
        self._full, self._short = words, short or words

    @property
    def _words(self) -> str:
        """Return the words, or the few of them that fit beside others in a narrow window."""
        is_narrow = self.screen.has_class("-narrow") or (
            self.parent is not None and self.parent.has_class("-few")
        )
        return self._short if is_narrow else self._full

    def width(self, *, is_short: bool) -> int:
        """Return how wide it is, with all its words or with few."""
        return cell_len(self._short if is_short else self._full) + 2

    @override
    def get_content_width(self, container: Size, viewport: Size) -> int:
        """Return the room for the sign and the words."""
        return cell_len(self._words) + 2

    @override
    def draw(self, width: int, height: int) -> list[Row]:
        """Return the words, with a sign before them while Enter would press it."""
        if self.has_focus:
            return [row((f"{marks.CHOSEN} ", "amber-strong"), (self._words, "amber-strong"))]
        return [row("  ", (self._words, "text"))]

    def on_focus(self) -> None:
        """Show the sign."""
        self.redraw()

    def on_blur(self) -> None:
        """Take the sign away."""
        self.redraw()

    def on_click(self) -> None:
        """Press it."""
        self.action_press()

    def action_press(self) -> None:
        """Tell the screen."""
        self.post_message(self.Pressed(self))
