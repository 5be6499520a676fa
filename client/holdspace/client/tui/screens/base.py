"""What all screens share: sizes, the sentence for a window that is too small, the cursor, Esc."""

import unicodedata
from collections.abc import Collection, Sequence
from typing import ClassVar, cast

from textual import events
from textual.binding import Binding, BindingsMap, BindingType
from textual.geometry import Offset, Size
from textual.screen import Screen
from textual.widget import Widget
from textual.widgets import Input, TextArea
from typing_extensions import override

from holdspace.client.acts import ACTS, BY_ID, Act, Spot
from holdspace.client.seat.view import Place, RoomView
from holdspace.client.tui.attending import Home
from holdspace.client.tui.painted import Drawing, Painted
from holdspace.client.tui.rows import Row, paragraph, row
from holdspace.protocol.translation import N_, _

SMALLEST = (40, 12)
TOO_SMALL = N_(
    "This window is too small. 40 columns and 12 lines are enough. Your place and draft are kept."
)
# Where even that is cut: what matters to whoever was writing comes first.
TOO_SMALL_IN_FEW_WORDS = N_("All is kept. Please make this window larger.")
_TEXTUAL_KEYS = {"1-9": "1,2,3,4,5,6,7,8,9"}
# Textual names signs as Unicode does, but for these.
_TEXTUAL_NAMES = {
    "solidus": "slash",
    "reverse_solidus": "backslash",
    "commercial_at": "at",
    "hyphen_minus": "minus",
    "plus_sign": "plus",
    "low_line": "underscore",
}


def textual_key(key: str) -> str:
    """Return a key of the registry in Textual's spelling."""
    if key in _TEXTUAL_KEYS or key.isalnum() or len(key) > 1:
        return _TEXTUAL_KEYS.get(key, key)
    name = unicodedata.name(key).lower().replace("-", "_").replace(" ", "_")
    return _TEXTUAL_NAMES.get(name, name)


def act_bindings(*spots: Spot, only: Collection[str] = BY_ID) -> list[BindingType]:
    """Return the bindings of every act whose key works in one of these spots."""
    return [
        Binding(
            textual_key(key),
            f"act('{act.id}', '{key}')",
            act.verb,
            id=act.id,
        )
        for act in ACTS
        if act.spot in spots and act.id in only
        for key in textual_key(act.key).split(",")
    ]


def _as_now(binding: Binding) -> Binding:
    act = BY_ID.get(binding.id or "")
    # The digits of ready phrases are the same for everybody.
    is_moved = act is not None and act.usual_key not in _TEXTUAL_KEYS
    return binding.with_key(textual_key(act.key)) if act and is_moved else binding


def too_small() -> Widget:
    """Return the sentence that is all there is in a window that is too small."""
    return Drawing(_too_small_rows, id="too-small")


def _too_small_rows(width: int, height: int) -> list[Row]:
    rows = paragraph(TOO_SMALL, max(1, width))
    if not height or len(rows) <= height:
        return rows
    return paragraph(TOO_SMALL_IN_FEW_WORDS, max(1, width))


class HoldScreen(Screen[None], inherit_bindings=False):
    """A screen of the room."""

    ALLOW_SELECT = False
    # Whoever types here must not find that their next letters go to somebody.
    KEEPS_TYPING = False
    # Whether its words go to few, so that a page that is read over it must not take it away.
    IS_APART = False
    HELP_WORDS = N_("Up and down read on. Esc goes back to where you were.")
    # The part that is read on, and read back.
    READS = "body"
    HORIZONTAL_BREAKPOINTS = [  # noqa: RUF012  Textual declares it without ClassVar
        (0, "-tiny"),
        (SMALLEST[0], "-narrow"),
        (72, "-medium"),
        (100, "-wide"),
        (150, "-vast"),
    ]
    VERTICAL_BREAKPOINTS = [  # noqa: RUF012
        (0, "-flat"),
        (SMALLEST[1], "-short"),
        (20, "-normal"),
        (30, "-tall"),
    ]
    BINDINGS: ClassVar[list[BindingType]] = [
        ("tab", "app.focus_next", "next field"),
        ("shift+tab", "app.focus_previous", "field before"),
    ]

    def __init__(self) -> None:
        super().__init__()
        self.take_keys()

    @property
    def home(self) -> Home:
        """Return the app, as far as screens know it."""
        return cast(Home, self.app)

    @property
    def view(self) -> RoomView:
        """Return the newest picture of the meeting."""
        return self.home.view

    def too_small(self) -> Widget:
        """Return the sentence that covers everything in a window that is too small."""
        return too_small()

    @property
    def is_too_small(self) -> bool:
        """Return whether the one sentence is all that can be seen."""
        return self.app.size.width < SMALLEST[0] or self.app.size.height < SMALLEST[1]

    def takes(self, key: events.Key) -> bool:
        """Return whether a key does what it always does: unseen, one can write on, but nothing is done."""
        is_writing = isinstance(self.focused, Input | TextArea)
        does_something = key.key == "enter" or (key.is_printable and not is_writing)
        return not (self.is_too_small and does_something)

    @override
    def _reset_focus(self, widget: Widget, avoiding: list[Widget] | None = None) -> None:
        """Leave the focus where it is while nothing can be seen: what is typed goes on there."""
        if not self.is_too_small:
            super()._reset_focus(widget, avoiding)

    def show(self, view: RoomView) -> None:
        """Draw the new picture."""
        del view
        self.redraw()

    def redraw(self) -> None:
        """Draw everything again that may have changed."""
        for widget in self.query("*"):
            if isinstance(widget, Painted):
                widget.redraw()
        self.call_after_refresh(self.place_cursor)

    def take_keys(self) -> None:
        """Let every act have the key it has now: bindings are made once, and keys can be changed."""
        self._bindings = BindingsMap([_as_now(one) for _key, one in self._bindings])

    def step_back(self) -> None:
        """Do what one Esc does: close this screen when it lies over another."""
        if len(self.app.screen_stack) > 2:
            self.dismiss()

    def action_act(self, act_id: str, key: str = "") -> None:
        """Do what the key of an act says."""
        del key
        self.home.want_act(act_id)

    def fit_to(self, size: Size) -> None:
        """Take the layout for this size before the first picture, so that nothing jumps."""
        for breakpoints, cells in (
            (self.HORIZONTAL_BREAKPOINTS, size.width),
            (self.VERTICAL_BREAKPOINTS, size.height),
        ):
            fitting = max(least for least, _name in breakpoints if cells >= least)
            for least, name in breakpoints:
                self.set_class(least == fitting, name)

    @property
    def aside_handle(self) -> bytes:
        """Return which private word this is the page of, b"" if of none."""
        return b""

    def stays_in(self, place: Place) -> bool:
        """Tell whether this stays, with everything under it, though this person has come to this place."""
        del place
        return False

    def again(self) -> "HoldScreen | None":
        """Return this screen once more if it stays when somebody comes to another place, or None."""
        return None

    def help_words(self) -> str:
        """Return in a sentence or two what this screen is, and what the usual keys do on it."""
        return self.HELP_WORDS

    def acts(self) -> Sequence[Act]:
        """Return the acts that would do something here, for what is chosen."""
        return ()

    def action_read(self, pages_on: int) -> None:
        """Read on by a page, less the row that says so and one to find the place again."""
        part = self.query_one(f"#{self.READS}")
        part.scroll_relative(y=pages_on * max(1, part.size.height - 2), animate=False)

    def action_read_rows(self, rows_on: int) -> None:
        """Read on by rows."""
        self.query_one(f"#{self.READS}").scroll_relative(y=rows_on, animate=False)

    def begin(self) -> None:
        """Put the focus where this screen begins."""

    def on_mount(self) -> None:
        """Show the picture there is."""
        # What has the focus moves when what stands above it grows.
        self.screen_layout_refresh_signal.subscribe(
            self, lambda _: self.call_after_refresh(self.place_cursor)
        )
        self.begin()
        self.show(self.view)

    def on_screen_resume(self) -> None:
        """Show what has changed while another screen lay over this one, and what waited for that."""
        self.show(self.view)
        self.call_later(self.home.follow_typing)

    def on_descendant_focus(self, event: events.DescendantFocus) -> None:
        """Let the terminal's cursor follow the focus, for braille displays and magnifiers."""
        del event
        self.redraw()

    def place_cursor(self) -> None:
        """Put the terminal's own cursor where the focus is, unless another screen lies over this one."""
        if not self.is_current:
            return
        focused = self.focused
        if isinstance(focused, Input | TextArea):
            self.app.cursor_position = focused.cursor_screen_offset
        elif focused is not None:
            cursor = getattr(focused, "cursor", None)
            self.app.cursor_position = cursor or focused.content_region.offset
        else:
            self.app.cursor_position = self.rest_cursor()

    def rest_cursor(self) -> Offset:
        """Return where the cursor stands while nothing has the focus: before what is to be read."""
        drawn = next(iter(self.query(Drawing)), None)
        return drawn.cursor if drawn else Offset()


def notice_rows(screen: HoldScreen, width: int) -> list[Row]:
    """Return the sentence for this person, or the dots of a quick exit begun."""
    escapes = screen.home.escapes
    if escapes > 1:
        dots = "● " * escapes + "○ " * (3 - escapes)
        return [row((dots, "amber"), (_("Esc once more closes the screen at once"), "hand"))]
    words = screen.home.notice
    return paragraph(words, width, "hand")[:3] if words else []
