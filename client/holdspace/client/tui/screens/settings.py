"""Settings on the screen: each with its value, what it is for, and its choices in words."""

from collections.abc import Sequence
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from typing_extensions import override

from holdspace.client.acts import Act, Spot
from holdspace.client.own.talk import Done, Step, Talk
from holdspace.client.seat.view import Place, RoomView
from holdspace.client.setting_rows import COMFORT, SettingRow
from holdspace.client.settings_book import SettingsBook
from holdspace.client.tui import marks
from holdspace.client.tui.choices import Choices
from holdspace.client.tui.keyline import few_key_rows, key_rows
from holdspace.client.tui.more_below import MoreBelow
from holdspace.client.tui.painted import Drawing
from holdspace.client.tui.rows import (
    BLANK,
    Ink,
    Piece,
    Row,
    cells,
    fold,
    indent,
    pad,
    paragraph,
    row,
)
from holdspace.client.tui.screens.base import act_bindings
from holdspace.client.tui.screens.desk import NORMAL, ListScreen
from holdspace.client.tui.screens.talk import TalkScreen
from holdspace.protocol.translation import N_, _

_HELP = N_(
    "Up and down go from one setting to the next. Enter takes the next choice, a number the one beside "
    "it, 0 the usual one; u puts everything back. What you choose counts at once."
)
_LATER = N_(
    "Nothing of this is sent. r remembers it on this device; otherwise it is for this time only."
)
_PLAIN_NOW = N_("Plain lines: yes. They begin as soon as you leave this page.")
_LET_IN = N_("You are let in, and the room waits for you. Esc goes there.")
_MEANWHILE = N_("Something has changed meanwhile. Esc shows it.")
_TITLE_WIDTH = 22


class SettingsScreen(ListScreen):
    """Every setting on the left, the chosen one in words on the right; changes are written down."""

    BINDINGS: ClassVar[list[BindingType]] = [
        *act_bindings(Spot.ANYWHERE),
        ("enter,space,right", "next(1)", "next choice"),
        ("left", "next(-1)", "choice before"),
        ("u", "put_back", "as it was"),
        ("0", "usual", "as usual"),
        *((str(number), f"take({number})", "take it") for number in range(1, 10)),
        # The list scrolls by itself with what is chosen.
        Binding("pagedown", "read(1)", "read on", priority=True),
        Binding("pageup", "read(-1)", "read back", priority=True),
    ]
    TITLE_WORDS = N_("Settings")
    READS = "detail"
    ONLY: ClassVar[tuple[str, ...]] = ()

    def __init__(self, book: SettingsBook, first: str = "", *, is_again: bool = False) -> None:
        super().__init__()
        self._book = book
        self._first, self._is_again = first, is_again
        if not is_again:
            book.open()

    @override
    def compose_more(self) -> ComposeResult:
        """Yield the chosen setting in words."""
        with VerticalScroll(id="detail", can_focus=False):
            yield Drawing(lambda width, _height: self._detail(width), id="stage")
            yield MoreBelow()

    @override
    def begin(self) -> None:
        """Begin at the setting that was named, or at the first."""
        names = [one.name for one in self.rows]
        self.choices.at = names.index(self._first) if self._first in names else 0
        super().begin()
        if self._is_again:
            is_let_in = self.view.place is Place.ROOM
            self.home.tell(_(_LET_IN) if is_let_in else _(_MEANWHILE))

    @override
    def again(self) -> "SettingsScreen":
        """Return the same once more: a number that is typed here must not be written to the room."""
        return type(self)(self._book, self.chosen.name, is_again=True)

    @override
    def show(self, view: RoomView) -> None:
        """Draw what was changed; the list is always the same, so what is chosen stays chosen."""
        self._remember()
        super().show(view)

    @override
    def help_words(self) -> str:
        """Return what can be done here."""
        return _(_HELP)

    @override
    def acts(self) -> Sequence[Act]:
        """Return none: nothing here is done to a meeting."""
        return ()

    @property
    def rows(self) -> tuple[SettingRow, ...]:
        """Return the settings that are shown."""
        return tuple(one for one in self._book.rows if not self.ONLY or one.name in self.ONLY)

    @property
    def chosen(self) -> SettingRow:
        """Return the setting that is chosen."""
        return self.rows[max(0, min(self.choices.at, len(self.rows) - 1))]

    @override
    def items(self, width: int) -> Sequence[list[Row]]:
        """Return each setting in a row: its title, and what it is now, below it where both are too long."""
        return [self._item(one, width) for one in self.rows]

    def _item(self, one: SettingRow, width: int) -> list[Row]:
        ink: Ink = "text" if one.value == one.usual else "sage"
        title = row((one.title, "text"))
        line = (*pad(title, _TITLE_WIDTH), Piece(one.short, ink))
        if cells(title) < _TITLE_WIDTH and cells(line) <= width:
            return [line]
        return [*fold(title, width), *indent(paragraph(one.short, width - 2, ink), 2)]

    def _detail(self, width: int) -> list[Row]:
        one = self.chosen
        numbers = range(1, len(one.choices) + 1)
        choices = [line for at in numbers for line in _choice(one, at, width)]
        now = [] if one.choices else paragraph(_("Now: {shown}.").format(shown=one.shown), width)
        parts = (
            [row((one.title, "sage-strong")), *paragraph(one.why, width)],
            [*choices, *now, *paragraph(one.how, width, "muted")],
            paragraph(one.later, width, "muted") if one.later else [],
            self._where(width),
        )
        gap = [BLANK] if self.size.height >= NORMAL else []
        return [line for part in parts if part for line in (*part, *gap)]

    def _where(self, width: int) -> list[Row]:
        """Return where it is written down, and what is wrong there."""
        book = self._book
        trouble = [line for words in book.trouble for line in paragraph(words, width, "hand")]
        if not book.file:
            return trouble
        words = _("Written in {file}").format(file=book.where)
        return [*trouble, *paragraph(words, width, "muted")]

    @on(Choices.Moved)
    def _moved(self) -> None:
        self.query_one("#detail", VerticalScroll).scroll_home(animate=False)
        self.query_one("#stage", Drawing).redraw()
        self.home.tell("")

    @override
    def _keys(self, width: int) -> list[Row]:
        return self._fitting(
            (
                (_("Enter"), _("change")),
                ("0", _("usual")),
                ("u", _("as it was")),
                ("↑ ↓", _("choose")),
            ),
            width,
        )

    def _fitting(self, pairs: Sequence[tuple[str, str]], width: int) -> list[Row]:
        last = (("F1", _("help")), (_("Esc"), _("back")))
        if self.size.height >= NORMAL:
            return key_rows((*pairs, *last), width)
        return few_key_rows(pairs, width, last=last)

    @override
    def step_back(self) -> None:
        """Close it; without a meeting below, that is the end."""
        if len(self.app.screen_stack) > 2:
            self.dismiss()
        else:
            self.home.finish()

    # Changing.

    def action_next(self, by: int) -> None:
        """Take the next choice, or the one before; what has none is typed."""
        one = self.chosen
        if one.is_typed:
            self._write(one)
        else:
            values = [choice.value for choice in one.choices]
            at = values.index(one.value) if one.value in values else -1
            self._choose(one, values[(at + by) % len(values)])

    def action_take(self, number: int) -> None:
        """Take the choice with this number."""
        one = self.chosen
        if number <= len(one.choices):
            self._choose(one, one.choices[number - 1].value)

    def action_usual(self) -> None:
        """Let it be as it usually is."""
        self._choose(self.chosen, self.chosen.usual)

    def action_put_back(self) -> None:
        """Let everything be as it was when this was opened."""
        self._say(self._book.put_back(keeps=not self.ONLY))

    def _choose(self, one: SettingRow, value: object) -> None:
        self._say(self._book.choose(one.name, value, keeps=not self.ONLY))

    def _say(self, words: str) -> None:
        self.home.tell("")
        self.home.tell(words)
        self.show(self.view)

    def _write(self, one: SettingRow) -> None:
        """Ask for it in a field of its own."""

        def hear(text: str) -> Step:
            return Done(self._book.choose_typed(one, text, keeps=not self.ONLY))

        def taken(step: Step) -> None:
            if isinstance(step, Done):
                self._say(step.words)

        self.app.push_screen(TalkScreen(Talk(one.title, one.how, hear, above=(one.why,)), taken))

    @override
    def key_of(self, at: int) -> object:
        """Return the setting's name."""
        return self.rows[at].name


class ComfortScreen(SettingsScreen):
    """What makes it comfortable, at the door: for this time, and remembered only when somebody says so."""

    BINDINGS: ClassVar[list[BindingType]] = [("r", "remember", "remember")]
    TITLE_WORDS = N_("Make it comfortable")
    ONLY = COMFORT

    @override
    def step_back(self) -> None:
        """Go back to the door, in plain lines if that was chosen."""
        if self._book.settings.plain and self.home.may_go_plain:
            self.home.go_plain()
        else:
            self.dismiss()

    @override
    def _choose(self, one: SettingRow, value: object) -> None:
        super()._choose(one, value)
        if one.name == "plain" and value and self.home.may_go_plain:
            self._say(_(_PLAIN_NOW))

    def action_remember(self) -> None:
        """Write down what was chosen."""
        self._say(self._book.remember())

    @override
    def _where(self, width: int) -> list[Row]:
        return paragraph(_(_LATER), width, "muted")

    @override
    def _keys(self, width: int) -> list[Row]:
        return self._fitting(
            (
                (_("Enter"), _("change")),
                ("r", _("remember")),
                ("u", _("as it was")),
                ("↑ ↓", _("choose")),
            ),
            width,
        )


def _choice(one: SettingRow, at: int, width: int) -> list[Row]:
    choice = one.choices[at - 1]
    is_now = choice.value == one.value
    sign = f"{at} {marks.DONE if is_now else ' '} "
    said = f"{choice.words}{_(' (now)') if is_now else ''}"
    first, *rest = paragraph(said, max(1, width - len(sign)), "strong" if is_now else "text")
    return [(Piece(sign, "amber-strong"), *first), *indent(rest, len(sign))]
