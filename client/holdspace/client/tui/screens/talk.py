"""A card for oneself on the screen: one question, a field or a few keys, and nothing that is sent."""

from collections.abc import Callable
from typing import ClassVar

from textual import events, on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical, VerticalScroll
from textual.widgets import Input
from typing_extensions import override

from holdspace.client.acts import Spot
from holdspace.client.own.talk import Step, Talk
from holdspace.client.tui.keyline import keys
from holdspace.client.tui.more_below import MoreBelow
from holdspace.client.tui.painted import Drawing
from holdspace.client.tui.rows import BLANK, Row, indent, paragraph, row
from holdspace.client.tui.screens.base import HoldScreen, act_bindings, notice_rows
from holdspace.protocol.translation import N_, _

SENT = N_("Nothing of this is sent, and nobody sees that you do it.")
# More than a card takes, so that it can say so instead of swallowing letters.
LONGEST = 2000


class TalkScreen(HoldScreen):
    """One card over the room; Esc sets it aside, and its key goes on with it."""

    CSS_PATH = "talk.tcss"
    KEEPS_TYPING = True
    BINDINGS: ClassVar[list[BindingType]] = [
        *act_bindings(Spot.ANYWHERE),
        ("pagedown", "read(1)", "read on"),
        ("pageup", "read(-1)", "read back"),
    ]

    def __init__(self, talk: Talk, taken: Callable[[Step], None]) -> None:
        super().__init__()
        self._talk = talk
        self._taken = taken
        self._typed_before = ""

    @override
    def compose(self) -> ComposeResult:
        """Put the question in the middle, the field under it, its keys below."""
        yield Drawing(lambda *_: [row((self._talk.title, "strong"))], id="title")
        with VerticalScroll(id="body", can_focus=False):
            yield Drawing(lambda width, _: self._page(width), id="page")
            field = Input(id="answer", max_length=LONGEST, compact=True, select_on_focus=False)
            field.cursor_blink = False
            yield field
            yield Drawing(lambda width, _: self._answers(width), id="answers")
            yield MoreBelow()
        with Vertical(id="foot"):
            yield Drawing(lambda width, _: notice_rows(self, width), id="notice")
            yield Drawing(lambda width, _: [keys(self._keys(), width)], id="keys")
        yield self.too_small()

    @override
    def again(self) -> "TalkScreen":
        """Return the card once more, with what is typed: a door that opens must not take it away."""
        screen = TalkScreen(self._talk, self._taken)
        screen._typed_before = self.field.value if self.is_mounted else ""
        return screen

    @property
    def field(self) -> Input:
        """Return where words are typed."""
        return self.query_one("#answer", Input)

    @override
    def begin(self) -> None:
        """Begin with the first question."""
        self._show_question()
        self.field.value = self._typed_before

    @on(Input.Submitted, "#answer")
    def _typed(self, event: Input.Submitted) -> None:
        self._take(self._talk.answered(event.value))

    def on_key(self, event: events.Key) -> None:
        """Answer by the key of an answer, or a yes in any language; other keys do what they always do."""
        step = self._talk.answered(event.character or "") if self._talk.answers else self._talk
        if step is not self._talk:
            event.stop()
            self._take(step)

    def _take(self, step: Step) -> None:
        if isinstance(step, Talk):
            self._talk = step
            self._show_question()
        else:
            # First, so that what is told then is told on the screen below.
            self.dismiss()
        self._taken(step)

    def _show_question(self) -> None:
        has_keys = bool(self._talk.answers)
        self.field.value = ""
        self.field.password = self._talk.is_secret
        self.field.display = not has_keys
        self.set_focus(None if has_keys else self.field)
        self.redraw()

    def _page(self, width: int) -> list[Row]:
        above = [line for words in self._talk.above for line in paragraph(words, width, "muted")]
        question = paragraph(self._talk.question, width, "amber-strong")
        return [*above, *([BLANK] if above else []), *question, BLANK]

    def _answers(self, width: int) -> list[Row]:
        return [
            *(_answer(answer.key, answer.words) for answer in self._talk.answers),
            BLANK,
            *paragraph(SENT, width, "muted"),
        ]

    def _keys(self) -> list[tuple[str, str]]:
        on = [] if self._talk.answers else [("Enter", _("go on"))]
        return [*on, ("Esc", _("set it aside")), ("F2", _("need help now"))]


def _answer(key: str, words: str) -> Row:
    [line] = indent([row((key, "amber-strong"), (f"  {words}", "text"))], 2)
    return line
