"""An exercise on the screen: one line at a time, nothing that moves, and a way out on every key line."""

import time
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical, VerticalScroll
from textual.timer import Timer
from typing_extensions import override

from holdspace.client import pacing
from holdspace.client.acts import Spot
from holdspace.client.seat.view import RoomView
from holdspace.client.tui.keyline import keys
from holdspace.client.tui.more_below import MoreBelow
from holdspace.client.tui.painted import Drawing
from holdspace.client.tui.rows import BLANK, Row, paragraph, row
from holdspace.client.tui.screens.base import HoldScreen, act_bindings, notice_rows
from holdspace.protocol.translation import N_, _

BACK = (("Esc", N_("back")),)
SENT = N_("Nothing of this is sent, and nobody sees that you do it.")


class PracticeScreen(HoldScreen):
    """One exercise over the room."""

    CSS_PATH = "practice.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        *act_bindings(Spot.ANYWHERE),
        ("enter,space", "go_on", "go on"),
        ("g", "other('ground-54321')", "by the senses"),
        ("r", "other('rest')", "rest"),
        ("c", "copy", "copy the lines"),
        ("down", "read_rows(1)", "read on"),
        ("up", "read_rows(-1)", "read back"),
        ("pagedown", "read(1)", "read on"),
        ("pageup", "read(-1)", "read back"),
    ]

    def __init__(self, name: str, lang: str = "") -> None:
        super().__init__()
        self._lang = lang
        self._practice = pacing.begin(name, time.monotonic(), lang=lang)
        self._timer: Timer | None = None

    @override
    def compose(self) -> ComposeResult:
        """Put the line in the middle, its keys below."""
        yield Drawing(lambda *_unused: [row((self._practice.title, "strong"))], id="title")
        with VerticalScroll(id="body", can_focus=False):
            yield Drawing(lambda width, _height: self._page(width), id="page")
            yield MoreBelow()
        with Vertical(id="foot"):
            yield Drawing(lambda width, _height: notice_rows(self, width), id="notice")
            yield Drawing(lambda width, _height: [keys(self._keys(), width, last=BACK)], id="keys")
        yield self.too_small()

    @override
    def show(self, view: RoomView) -> None:
        """Draw what has changed, and wake when the next line is due."""
        super().show(view)
        self._sleep()

    def on_resize(self) -> None:
        """Lay out again with as much air as there is room for now."""
        page = self.query_one("#page", Drawing)
        self.call_after_refresh(page.refresh, layout=True)

    def action_go_on(self) -> None:
        """Go to the next line, where a line waits for that."""
        if self._practice.waits:
            self._take(pacing.go_on(self._practice, time.monotonic()))

    def action_other(self, name: str) -> None:
        """Do another exercise instead; nobody is told."""
        self._take(pacing.begin(name, time.monotonic(), lang=self._lang))

    def action_copy(self) -> None:
        """Put the lines to fill in into the room's text field; nothing is sent."""
        if self._practice.template:
            self.home.tell(_(pacing.TEMPLATE_WORDS))
            self.home.copy_phrase("\n".join(self._practice.template))

    def _take(self, practice: pacing.Practice) -> None:
        self._practice = practice
        self.redraw()
        self._sleep()

    def _sleep(self) -> None:
        if self._timer:
            self._timer.stop()
        due = self._practice.due
        wait = None if due is None else max(0.0, due - time.monotonic())
        if wait is not None and self.home.motion == "gentle":
            # One dot a second, at most: nothing else on any screen moves.
            wait = min(wait, wait % 1.0 or 1.0)
        self._timer = None if wait is None else self.set_timer(wait, self._wake)

    def _wake(self) -> None:
        self._take(pacing.catch_up(self._practice, time.monotonic()))

    def _page(self, width: int) -> list[Row]:
        practice = self._practice
        opening = paragraph(practice.opening, width, "muted") if practice.opening else []
        stop = paragraph(practice.stop_line, width, "muted") if practice.stop_line else []
        line = paragraph(practice.line, width, "amber-strong")
        dots = pacing.dots(practice, time.monotonic()) if self.home.motion == "gentle" else ""
        if dots:
            line = [*line, BLANK, row((dots, "sage"))]
        end = [*stop, *paragraph(SENT, width, "muted")]
        # In a low window there is less air rather than fewer words.
        used, height = sum(map(len, (opening, line, end))), self.query_one("#body").size.height
        air = [BLANK] * max(0, min(2, (height - used) // 2))
        return [*opening, *air, *line, *air, *end]

    def _keys(self) -> list[tuple[str, str]]:
        on = [("Enter", _("go on"))] if self._practice.waits else []
        form = [("c", _("copy the lines to fill in"))] if self._practice.template else []
        return [*on, *form, ("g", _("by the senses")), ("r", N_("rest"))]
