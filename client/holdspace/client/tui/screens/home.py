"""The first page: the rooms that are kept with their next meetings, and the ways to begin."""

from collections.abc import Callable, Sequence
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical, VerticalScroll
from typing_extensions import override

from holdspace.client.acts import Spot
from holdspace.client.home import NOT_FOR, WELCOME, Way
from holdspace.client.tui.choices import Choices
from holdspace.client.tui.keyline import ALWAYS, keys
from holdspace.client.tui.more_below import MORE_TO_CHOOSE, MoreBelow
from holdspace.client.tui.painted import Drawing
from holdspace.client.tui.rows import BLANK, Piece, Row, indent, paragraph, row
from holdspace.client.tui.screens.base import act_bindings, notice_rows
from holdspace.client.tui.screens.desk import ListScreen
from holdspace.protocol.translation import N_, _

KEYS = (("Enter", N_("begin")), ("↑ ↓", N_("choose")), ("q", N_("end")))
ROOMY = 30


class HomeScreen(ListScreen):
    """Everything that can be begun, one way a paragraph; a number begins it at once."""

    CSS_PATH = "home.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        *act_bindings(Spot.ANYWHERE),
        ("enter", "begin", "begin"),
        *((str(number), f"begin({number})", "begin") for number in range(1, 10)),
    ]
    TITLE_WORDS = "holdspace"

    def __init__(self, ways: Sequence[Way], lead: str, taken: Callable[[Way], None]) -> None:
        super().__init__()
        self._ways, self._lead, self._taken = tuple(ways), lead, taken

    @override
    def compose(self) -> ComposeResult:
        """Put what this is above, the ways in the middle, the keys below."""
        yield Drawing(lambda width, _height: self._head(width), id="title")
        with VerticalScroll(id="body", can_focus=False):
            yield Choices(self._items_or_none, id="choices")
            yield MoreBelow(MORE_TO_CHOOSE)
        with Vertical(id="foot"):
            yield Drawing(lambda width, _height: notice_rows(self, width), id="notice")
            yield Drawing(
                lambda width, _height: [keys(KEYS, width, last=ALWAYS)],
                id="keys",
            )
        yield self.too_small()

    def _head(self, width: int) -> list[Row]:
        name = row((self.TITLE_WORDS, "strong"))
        if self.has_class("-short"):
            return [name]
        lead = [BLANK, *paragraph(self._lead, width, "sage")] if self._lead else []
        return [name, BLANK, *paragraph(f"{_(WELCOME)} {_(NOT_FOR)}", width, "muted"), *lead]

    @override
    def items(self, width: int) -> Sequence[list[Row]]:
        """Return each way: its number and words, then what it means where there is room."""
        return [self._way(number, way, width) for number, way in enumerate(self._ways, 1)]

    def _way(self, number: int, way: Way, width: int) -> list[Row]:
        sign = f"{number}  " if number < 10 else "   "
        first, *rest = paragraph(way.words, max(1, width - len(sign)), "text")
        head = [(Piece(sign, "amber"), *first), *indent(rest, len(sign))]
        is_room = len(way.command) > 1
        if self.size.height < ROOMY and not is_room:
            return head
        meaning = indent(paragraph(way.meaning, max(1, width - len(sign)), "muted"), len(sign))
        gap = [BLANK] if self.size.height >= ROOMY else []
        return [*head, *meaning, *gap]

    def action_begin(self, number: int = 0) -> None:
        """Begin the chosen way, or the one with this number."""
        at = number - 1 if number else self.choices.at
        if 0 <= at < len(self._ways):
            self._taken(self._ways[at])

    @override
    def key_of(self, at: int) -> object:
        """Return the command of the way."""
        return self._ways[at].command
