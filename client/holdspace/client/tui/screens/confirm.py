"""A question before something that cannot be taken back, and small choices, by one key."""

from collections.abc import Sequence
from itertools import chain

from textual import events
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.screen import ModalScreen
from typing_extensions import override

from holdspace.client.seat.intents import Intent
from holdspace.client.tui.painted import Drawing
from holdspace.client.tui.rows import BLANK, Piece, Row, indent, paragraph, row
from holdspace.client.tui.screens.base import SMALLEST, HoldScreen, too_small
from holdspace.client.yes_or_no import NO, YES
from holdspace.protocol.translation import _
from holdspace.protocol.values import value

# A long question can be read in a small window, too.
_SCROLLS = {"down": 1, "up": -1, "pagedown": 8, "pageup": -8}


@value()
class Option:
    """A key, its words, and what it wants; None wants nothing."""

    key: str
    words: str
    intent: Intent | None


class ConfirmScreen(ModalScreen[Intent | None], inherit_bindings=False):
    """A question with a few answers; Esc is always "no"."""

    CSS_PATH = "confirm.tcss"
    ALLOW_SELECT = False
    HORIZONTAL_BREAKPOINTS = HoldScreen.HORIZONTAL_BREAKPOINTS
    VERTICAL_BREAKPOINTS = HoldScreen.VERTICAL_BREAKPOINTS

    def __init__(self, question: str, options: Sequence[Option]) -> None:
        super().__init__()
        self._question = question
        self._options = tuple(options)

    @override
    def compose(self) -> ComposeResult:
        """Put the question in a quiet box."""
        with Vertical(id="box"):
            yield Drawing(self._rows, id="question")
        yield too_small()

    def _rows(self, width: int, height: int) -> list[Row]:
        del height
        answers = [line for option in self._options for line in _answer(option, width)]
        return [
            *paragraph(self._question, width, "strong"),
            BLANK,
            *answers,
            row(("Esc", "amber-strong"), _("  no, go back")),
        ]

    def on_key(self, event: events.Key) -> None:
        """Answer with the option of this key; every other key does nothing."""
        event.stop()
        # Nobody answers a question that they cannot read.
        if self.size.width < SMALLEST[0] or self.size.height < SMALLEST[1]:
            return
        if event.key in _SCROLLS:
            self.scroll_relative(y=_SCROLLS[event.key], animate=False)
        chosen = self._option(event)
        if chosen is not None:
            self.dismiss(chosen.intent)
        elif self._asks_yes_or_no and event.character in NO:
            self.dismiss(None)

    def _option(self, event: events.Key) -> Option | None:
        """Return the option of this key, or the yes for a yes in any language."""
        pressed = {event.character, event.key}
        own = (one for one in self._options if one.key and one.key in pressed)
        is_yes = self._asks_yes_or_no and event.character in YES
        yes = (one for one in self._options if is_yes and one.key == "y")
        return next(chain(own, yes), None)

    @property
    def _asks_yes_or_no(self) -> bool:
        return any(one.key == "y" for one in self._options)

    def on_mount(self) -> None:
        """Let the terminal's cursor stand at the question."""
        self.screen_layout_refresh_signal.subscribe(
            self, lambda _: self.call_after_refresh(self._place_cursor)
        )
        self.call_after_refresh(self._place_cursor)

    def _place_cursor(self) -> None:
        if self.is_current:
            self.app.cursor_position = self.query_one("#question", Drawing).cursor

    def step_back(self) -> None:
        """Answer no."""
        self.dismiss(None)


def _answer(option: Option, width: int) -> list[Row]:
    """Return the key and its words; they go on in the next row when one is too short."""
    key = f"  {option.key}  "
    first, *rest = paragraph(option.words, max(1, width - len(key)))
    return [(Piece(key, "amber-strong"), *first), *indent(rest, len(key))]
