"""Trying the keys at the door: they say what they would do in the room, and nothing is sent.

It stays when the door opens meanwhile: whoever is writing here must not write to the room unawares.
"""

from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical, VerticalScroll
from typing_extensions import override

from holdspace.client.acts import BY_ID, Act, Spot
from holdspace.client.seat.view import Place, RoomView
from holdspace.client.tryout import LEAD, LET_IN, MOVED_ON, STEPS, Tryout, trying, typed
from holdspace.client.tui import marks
from holdspace.client.tui.composer import Composer
from holdspace.client.tui.keyline import NARROW, key_name, keys
from holdspace.client.tui.more_below import MoreBelow
from holdspace.client.tui.painted import Drawing
from holdspace.client.tui.rows import BLANK, Row, cells, fold, indent, pad, paragraph, row
from holdspace.client.tui.screens.base import HoldScreen, act_bindings, notice_rows
from holdspace.protocol.translation import N_, _

TITLE = N_("Try the keys")
_IN_THE_FIELD = N_(
    "You are in the text field, as in the room. Enter sends; Esc leaves it, then keys act."
)
_AT_THE_KEYS = N_("Press one of these keys. Enter goes back to the text field.")
_WAY_OUT = N_(
    "Esc three times, or F12, closes the screen at once, here too: two already show the dots."
)
_HELP = N_(
    "Here nothing is sent. Esc leaves the text field, and then each key says what it would do in the room. "
    "The way out, help and settings are real."
)
NORMAL = 20


class TryoutScreen(HoldScreen):
    """What can be tried, what it would do, and a text field that sends nothing."""

    CSS_PATH = "tryout.tcss"
    KEEPS_TYPING = True
    BINDINGS: ClassVar[list[BindingType]] = [
        *act_bindings(Spot.ROOM, Spot.ANYWHERE),
        # The text field is short; what can be tried may not be.
        Binding("pagedown", "read(1)", "read on", priority=True),
        Binding("pageup", "read(-1)", "read back", priority=True),
    ]

    def __init__(self, tryout: Tryout | None = None, written: str = "") -> None:
        super().__init__()
        self._tryout = tryout or Tryout()
        self._written = written
        self._began_at: Place | None = None

    @override
    def compose(self) -> ComposeResult:
        """Put what can be tried in the middle, what it would do under it, the text field below."""
        yield Drawing(lambda *_size: [row((_(TITLE), "strong"))], id="title")
        with VerticalScroll(id="body"):
            yield Drawing(lambda width, _height: self._page(width), id="page")
            yield MoreBelow()
        with Vertical(id="foot"):
            yield Drawing(lambda width, _height: notice_rows(self, width), id="notice")
            yield Drawing(lambda width, _height: self._hint(width), id="hint")
            yield Composer(id="composer")
            yield Drawing(lambda width, _height: [self._keys(width)], id="keys")
        yield self.too_small()

    @override
    def begin(self) -> None:
        """Begin in the text field, as in the room."""
        self._began_at = self._began_at or self.view.place
        self.composer.focus()
        self.composer.write(self._written)

    @override
    def help_words(self) -> str:
        """Return what this is for."""
        return _(_HELP)

    @property
    def composer(self) -> Composer:
        """Return the text field."""
        return self.query_one(Composer)

    @property
    def is_writing(self) -> bool:
        """Return whether keys go into the text field."""
        return self.focused is self.composer

    @override
    def again(self) -> "TryoutScreen":
        """Return the same once more, with what is written there."""
        screen = TryoutScreen(self._tryout, self.composer.text)
        screen._began_at = self._began_at
        return screen

    @override
    def step_back(self) -> None:
        """Leave the text field, so that single keys act; the keys themselves are left with q."""
        self.query_one("#body").focus()
        self.redraw()

    @override
    def show(self, view: RoomView) -> None:
        """Draw the new picture."""
        self.query_one("#notice").display = bool(notice_rows(self, 80))
        super().show(view)

    @override
    def action_act(self, act_id: str, key: str = "") -> None:
        """Say what the key would do; what helps and the way out are real."""
        del key
        if act_id == "leave":
            self.home.go_on()
        elif BY_ID[act_id].spot is not Spot.ROOM:
            self.home.want_act(act_id)
        elif act_id == "say":
            self.composer.focus()
            self.redraw()
        else:
            self._take(trying(self._tryout, BY_ID[act_id]))

    @on(Composer.Sent)
    def _sent(self, event: Composer.Sent) -> None:
        following = typed(self._tryout, event.text)
        if isinstance(following, Act):
            self.home.want_act(following.id)
        else:
            self._take(following)

    def _take(self, tryout: Tryout) -> None:
        self._tryout = tryout
        self.home.tell("")
        self.redraw()
        self.query_one("#body", VerticalScroll).scroll_home(animate=False)

    def _page(self, width: int) -> list[Row]:
        """Return what the last key would do, first, and what can be tried."""
        words = self._tryout.words or _(LEAD)
        said = paragraph(words, width, "hand" if self._tryout.words else "muted")
        steps = [
            line for name, (what, _would) in STEPS.items() for line in self._step(name, what, width)
        ]
        way_out = paragraph(_(_WAY_OUT), width, "muted")
        return [*said, BLANK, *steps, BLANK, *way_out]

    def _step(self, name: str, what: str, width: int) -> list[Row]:
        is_tried = name in self._tryout.tried
        sign = f"{marks.DONE if is_tried else ' '} "
        head = row((sign, "sage"), *pad(row((key_name(BY_ID[name].key), "amber-strong")), 7))
        words = row(
            (_(what), "muted" if is_tried else "text"),
            (f"  {_('tried')}" if is_tried else "", "sage"),
        )
        first, *rest = fold(words, width - cells(head))
        return [(*head, *first), *indent(rest, cells(head))]

    def _hint(self, width: int) -> list[Row]:
        words = _(LET_IN) if self.view.place is Place.ROOM else _(MOVED_ON)
        if self.view.place is not self._began_at or self.view.door_thread:
            return paragraph(f"{words} {self._out}", width, "amber")
        if self.size.height < NORMAL:
            return []
        return paragraph(_(_IN_THE_FIELD if self.is_writing else _AT_THE_KEYS), width, "muted")

    @property
    def _out(self) -> str:
        key = key_name(BY_ID["leave"].key)
        return _("Esc, then {key} goes there.").format(key=key)

    def _keys(self, width: int) -> Row:
        key = key_name(BY_ID["leave"].key)
        out = (
            f"{_('Esc, then')} {key}" if self.is_writing else key,
            _("back to the door") if width >= NARROW else _("back"),
        )
        usual = (_("Enter"), _("send") if self.is_writing else _("write"))
        return keys((usual, (_("Esc"), _("keys"))), width, last=(out, ("F2", _("need help now"))))
