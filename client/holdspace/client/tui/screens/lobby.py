"""The lobby: what a newcomer reads before consenting, the name they choose, and the knock.

Nobody is given keys before they accepted what is shown here. A refused name is answered beside
the field, with everything that was typed still there.
"""

import re
from collections.abc import Sequence
from typing import ClassVar

from rich.cells import cell_len
from textual import events, on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.widgets import Input
from typing_extensions import override

from holdspace.client.acts import BY_ID, Act, Spot, acts_for
from holdspace.client.seat.intents import Accept
from holdspace.client.seat.view import CardView
from holdspace.client.tui import group_card, marks
from holdspace.client.tui.header import trouble
from holdspace.client.tui.keyline import ALWAYS, keys
from holdspace.client.tui.more_below import MoreBelow
from holdspace.client.tui.painted import Drawing
from holdspace.client.tui.press import Press
from holdspace.client.tui.rows import BLANK, Row, cells, clip, paragraph, row
from holdspace.client.tui.screens.base import HoldScreen, act_bindings, notice_rows
from holdspace.protocol.translation import N_, _

MAX_INTRODUCTION = 200
# As wide as this they stand apart.
WIDE_PRESSES = 72
NAMELESS = N_("Please choose a name first. It can be any name you like to go by here.")
KEYS = (
    ("Tab", N_("next field")),
    ("PgDn", N_("read on")),
    ("Enter", N_("go on")),
)


class LobbyScreen(HoldScreen):
    """The group's card, the agreements, and a name."""

    CSS_PATH = "lobby.tcss"
    HELP_WORDS = N_(
        "You are at the door, and nobody sees you yet. Tab goes from field to field, Page Down reads "
        "on. You knock only by saying that you accept the agreements; everything else sends nothing."
    )
    BINDINGS: ClassVar[list[BindingType]] = [
        *act_bindings(Spot.ANYWHERE, Spot.DOORSTEP),
        ("pagedown", "read(1)", "read on"),
        ("pageup", "read(-1)", "read back"),
        ("down", "app.focus_next", "next field"),
        ("up", "app.focus_previous", "field before"),
    ]

    @override
    def compose(self) -> ComposeResult:
        """Agreements on the left, who and how safe on the right, the form below."""
        yield Drawing(lambda width, _: self._head(width), id="head")
        with VerticalScroll(id="body", can_focus=False):
            with Horizontal(id="columns"):
                yield Drawing(lambda width, _: self._agreements(width), id="agreements")
                yield Drawing(lambda width, _: self._facts(width), id="facts")
            yield MoreBelow()
        with Vertical(id="form"):
            yield Drawing(lambda width, _: self._answer(width), id="answer")
            with Horizontal(classes="field"):
                yield self._label(_("Name"), "name")
                yield _Field(_("What to call you; any name"), id="name", max_length=60)
            with Horizontal(classes="field"):
                yield self._label(_("A line"), "introduction")
                yield _Field(_("About you, if you like"), id="introduction")
            with Horizontal(id="presses", classes="presses"):
                yield Press(
                    _("I accept the agreements, and knock"), _("Accept, knock"), id="accept"
                )
                yield Press(_("Only read today"), _("Only read"), id="read")
                yield Press(_("Leave"), id="leave")
            with Horizontal(id="comforts", classes="presses"):
                yield Press(BY_ID["comfort"].verb.capitalize(), id="comfort")
                yield Press(BY_ID["tryout"].verb.capitalize(), id="tryout")
            yield Drawing(lambda width, _: [keys(KEYS, width, last=ALWAYS)], id="keys")
        yield self.too_small()

    def on_resize(self, event: events.Resize) -> None:
        """Let the presses have the words, and the rows, that there is room for."""
        self._place_presses(event.size.width)

    def _place_presses(self, width: int) -> None:
        gap = 1 if width < WIDE_PRESSES else 4
        for row_of in self.query(".presses"):
            presses = row_of.query(Press)
            for name, is_short in (("-few", False), ("-stacked", True)):
                widths = (gap + one.width(is_short=is_short) for one in presses)
                row_of.set_class(sum(widths) - gap > width - 4, name)

    @property
    def card(self) -> CardView:
        """Return the group's card; an empty one until it is here."""
        return self.view.card or CardView("", "", "", (), "", "")

    @override
    def begin(self) -> None:
        """Begin at the name; who was asked back or keeps the room has one, and begins at what to say."""
        self._place_presses(self.app.size.width)
        name = self.view.door_name or self.view.kept_as
        self.query_one("#name", Input).value = name
        self.query_one("#introduction" if name else "#name").focus()

    def _label(self, words: str, field: str) -> Drawing:
        """Return the label of a field, with a sign while one writes there: colour alone is not enough."""

        def draw(_width: int, _height: int) -> list[Row]:
            has_focus = self.query_one(f"#{field}").has_focus
            return [
                row((f"{marks.CHOSEN} " if has_focus else "  ", "amber-strong"), (words, "sage"))
            ]

        label = Drawing(draw, classes="label")
        widest = max(map(cell_len, (_("Name"), _("A line"))))
        label.styles.min_width = widest + 4
        return label

    def _head(self, width: int) -> list[Row]:
        name = row((self.card.room_name, "strong"))
        where = row((_("   you are at the door; nobody sees you yet"), "muted"))
        title = (*name, *where)
        return [title if cells(title) <= width else clip(name, width), *trouble(self.view, width)]

    def _agreements(self, width: int) -> list[Row]:
        about = [*paragraph(self.card.about, width), BLANK] if self.card.about else []
        head = row((_("What we agree on here"), "sage-strong"))
        limits = [*paragraph(group_card.WHAT_THIS_IS, width, "muted"), BLANK]
        way_out = paragraph(group_card.EXIT_WORDS, width, "muted")
        # A low window has no place for the answer below.
        told = self._told(width) if self.has_class("-short") else []
        return [
            *told,
            *about,
            head,
            *group_card.agreements(self.card, width),
            BLANK,
            *limits,
            *way_out,
            BLANK,
        ]

    def _facts(self, width: int) -> list[Row]:
        parts = (
            group_card.leader(self.card, width),
            group_card.phrase(self.card, width),
            group_card.relay(self.card, width),
        )
        return [line for part in parts for line in (*part, BLANK)]

    def _answer(self, width: int) -> list[Row]:
        """Why the door did not open, or else what happens when you knock."""
        words = (
            _("{name} reads your name and your line, and lets you in.").format(
                name=self.card.host_name
            )
            if self.card.host_name
            else _("The facilitator reads your name and your line, and lets you in.")
        )
        return self._told(width) or paragraph(words, width, "muted")

    def _told(self, width: int) -> list[Row]:
        """Why the door did not open, or why somebody was asked back to it."""
        back = paragraph(self.view.door_words, width, "hand") if self.view.door_words else []
        return notice_rows(self, width) or back

    @on(Input.Submitted, "#name")
    def _name_done(self) -> None:
        self.query_one("#introduction").focus()

    @on(Input.Submitted, "#introduction")
    def _introduction_done(self) -> None:
        self.query_one("#accept").focus()

    @on(Input.Changed)
    def _typing(self) -> None:
        """Let the reminder go at the first letter; why a name was refused stays until the next try."""
        if self.home.notice == NAMELESS:
            self.home.tell("")

    @on(Press.Pressed, "#accept")
    def _take_part(self) -> None:
        self._accept(reads_only=False)

    @on(Press.Pressed, "#read")
    def _only_read(self) -> None:
        self._accept(reads_only=True)

    def _accept(self, *, reads_only: bool) -> None:
        name = self.query_one("#name", Input).value.strip()
        if not name:
            self.home.tell(NAMELESS)
            self.query_one("#name").focus()
            return
        introduction = self.query_one("#introduction", Input).value.strip()
        refusal = self.home.want(Accept(name, introduction, reads_only))
        if refusal:
            self.home.tell(refusal.words)
            self.query_one("#name", Input).focus().select_all()

    @on(Press.Pressed, "#leave")
    def _leave(self) -> None:
        self.home.want_act("leave")

    @on(Press.Pressed, "#comforts Press")
    def _at_home(self, event: Press.Pressed) -> None:
        self.home.want_act(event.control.id or "")

    @override
    def acts(self) -> Sequence[Act]:
        """Return what can be done before knocking, with the fields left by Esc."""
        return acts_for(self.view, Spot.DOORSTEP)

    @override
    def step_back(self) -> None:
        """Leave the fields, so that Enter acts on what is pressed next."""
        self.query_one("#leave").focus()


class _Field(Input):
    """A line to write, with what it is for while it is empty: as much of that as has a place."""

    def __init__(self, words: str, *, id: str, max_length: int = MAX_INTRODUCTION) -> None:  # noqa: A002
        super().__init__(
            placeholder=words, id=id, max_length=max_length, compact=True, select_on_focus=False
        )
        self.cursor_blink = False
        self._usage = words

    def on_resize(self) -> None:
        """Say the whole of it, its beginning, or nothing, but no half of a word."""
        ways = (self._usage, re.split("[;,]", self._usage)[0])
        width = self.content_size.width
        self.placeholder = next((words for words in ways if cell_len(words) < width), "")
