"""A page to read: agenda, agreements, hands, help, the card for hard moments, the invitation."""

from collections.abc import Callable
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical, VerticalScroll
from typing_extensions import override

from holdspace.client.acts import Spot
from holdspace.client.seat.view import RoomView
from holdspace.client.tui.keyline import keys
from holdspace.client.tui.more_below import MoreBelow
from holdspace.client.tui.painted import Drawing
from holdspace.client.tui.rows import Row, row
from holdspace.client.tui.screens.base import HoldScreen, act_bindings, notice_rows
from holdspace.protocol.translation import N_, _

Draw = Callable[[RoomView, int], list[Row]]
BACK = (("Esc", N_("back")), ("↑ ↓", N_("read on")))


class PageScreen(HoldScreen):
    """One page over the room; Esc goes back, and nothing is sent by reading it."""

    CSS_PATH = "page.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        *act_bindings(Spot.ANYWHERE),
        ("enter", "back", "back"),
    ]

    def __init__(self, title: str, draw: Draw, more_keys: tuple[tuple[str, str], ...] = ()) -> None:
        super().__init__()
        self._title = title
        self._draw = draw
        self._more_keys = more_keys

    @override
    def compose(self) -> ComposeResult:
        """Put the page in the middle, its keys below."""
        yield Drawing(lambda *_: [row((self._title, "strong"))], id="title")
        with VerticalScroll(id="body"):
            yield Drawing(lambda width, _: self._draw(self.view, width), id="page")
            yield MoreBelow()
        with Vertical(id="foot"):
            yield Drawing(lambda width, _: notice_rows(self, width), id="notice")
            yield Drawing(lambda width, _: [keys((*BACK, *self._more_keys), width)], id="keys")
        yield self.too_small()

    @override
    def begin(self) -> None:
        """Let the arrow keys scroll at once."""
        self.query_one("#body").focus()

    def action_back(self) -> None:
        """Close the page."""
        self.step_back()


class HelpScreen(PageScreen):
    """Help over whatever it was asked for on; Esc comes back to that."""

    def __init__(self, draw: Draw) -> None:
        super().__init__(_("Keys and commands"), draw)


class CrisisScreen(PageScreen):
    """The card for hard moments, over whatever is there; g begins an exercise."""

    BINDINGS: ClassVar[list[BindingType]] = [
        ("g", "steady", "steadying first"),
        *act_bindings(Spot.ROOM, only={"not-ok"}),
    ]

    def __init__(self, draw: Draw) -> None:
        super().__init__(
            _("Need help now"), draw, (("g", N_("steadying")), ("F12", _("close at once")))
        )

    @override
    def again(self) -> "CrisisScreen":
        """Return the card once more: whoever reads where to turn goes on reading."""
        return CrisisScreen(self._draw)

    def action_steady(self) -> None:
        """Begin the exercise by the senses; the card is still there afterwards."""
        self.home.steady()
