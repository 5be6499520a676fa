"""Questions on the screen: one at a time, answered by digits and Enter, and nothing reacts to a number."""

from typing import ClassVar

from textual import events
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical, VerticalScroll
from textual.geometry import Offset
from typing_extensions import override

from holdspace.client import questions
from holdspace.client.questions import Questions
from holdspace.client.seat.form_view import FormView
from holdspace.client.seat.intents import GiveAnswers
from holdspace.client.tui.keyline import keys
from holdspace.client.tui.more_below import MoreBelow
from holdspace.client.tui.painted import Drawing
from holdspace.client.tui.rows import BLANK, Piece, Row, cells, indent, paragraph, row
from holdspace.client.tui.screens.base import HoldScreen, notice_rows
from holdspace.protocol.text import clean_line
from holdspace.protocol.translation import N_, _

YOURS = N_("Your answer: ")
NOT_SENT = N_("Nothing is sent before the last question. Esc goes back; what you typed waits here.")
NORMAL = 20
PAGE = 5
# What was answered so far, by the key of its form.
Unfinished = dict[str, tuple[Questions, str]]


class QuestionsScreen(HoldScreen):
    """One form over the room; the keys F1, F2, F12 and Esc work as everywhere."""

    CSS_PATH = "questions.tcss"
    BINDINGS: ClassVar[list[BindingType]] = []

    def __init__(self, form: FormView, unfinished: Unfinished) -> None:
        super().__init__()
        self._unfinished = unfinished
        self._is_done = False
        self._asked, self._typed = unfinished.get(form.key, (questions.begin(form), ""))

    @override
    def compose(self) -> ComposeResult:
        """Put the question in the middle, its keys below."""
        yield Drawing(lambda *_: [self._title()], id="title")
        with VerticalScroll(id="body", can_focus=False):
            yield Drawing(lambda width, _: self._page(width), id="page")
            yield MoreBelow()
        with Vertical(id="foot"):
            yield Drawing(lambda width, _: [self._answer(width)], id="answer")
            yield Drawing(lambda width, _: self._remark(width), id="remark")
            yield Drawing(lambda width, _: notice_rows(self, width), id="notice")
            yield Drawing(lambda width, _: [keys(self._keys(), width)], id="keys")
        yield self.too_small()

    def on_key(self, event: events.Key) -> None:
        """Type, take back, go on or go back; every key does one thing here."""
        if event.key == "enter":
            self._take()
        elif event.key == "backspace":
            self._typed = self._typed[:-1]
        elif event.key == "up":
            self._ask(questions.back(self._asked))
        elif event.key in ("pageup", "pagedown"):
            self.query_one("#body").scroll_relative(
                y=PAGE if event.key == "pagedown" else -PAGE, animate=False
            )
        elif event.character and event.is_printable:
            self._type(event.character)
        else:
            return
        event.stop()
        self._remember()
        self.redraw()

    def on_paste(self, event: events.Paste) -> None:
        """Take what was pasted or dictated like something typed."""
        event.stop()
        self._type(clean_line(event.text))
        self._remember()
        self.redraw()

    def _remember(self) -> None:
        """Keep what was answered so far, so that going back to the room loses nothing of it."""
        if self._is_done:
            self._unfinished.pop(self._asked.form.key, None)
        else:
            self._unfinished[self._asked.form.key] = (self._asked, self._typed)

    @override
    def place_cursor(self) -> None:
        """Let the terminal's cursor stand behind what is typed."""
        if not self.is_current:
            return
        answer = self.query_one("#answer", Drawing)
        width = min(cells(row((YOURS, "muted"), self._typed)), max(0, answer.size.width - 1))
        self.app.cursor_position = answer.content_region.offset + Offset(width, 0)

    def _type(self, text: str) -> None:
        most = questions.MOST_WORDS if self._asked.asks_words else 2
        if self._asked.asks_words or text.isdigit():
            self._typed = (self._typed + text)[:most]

    def _take(self) -> None:
        following = questions.take(self._asked, self._typed)
        if isinstance(following, Questions):
            self._ask(following)
            return
        self._finish(following)

    def _finish(self, answers: GiveAnswers) -> None:
        self._is_done = True
        refusal = self.home.want(answers)
        self.step_back()
        if refusal:
            self.home.tell(refusal.words)

    def _ask(self, asked: Questions) -> None:
        self._asked, self._typed = asked, ""

    @property
    def _is_roomy(self) -> bool:
        return self.size.height >= NORMAL

    def _title(self) -> Row:
        number = questions.progress(self._asked)
        return row((self._asked.form.title, "strong"), (f"  {number}" if number else "", "muted"))

    def _page(self, width: int) -> list[Row]:
        asked = self._asked
        gap = [BLANK] if self._is_roomy else []
        lead = [*paragraph(asked.form.lead, width, "muted"), *gap] if asked.at == 0 else []
        choices = enumerate(questions.options(asked), 1)
        options = [line for at, option in choices for line in _option(at, option, width)]
        return [
            *lead,
            *paragraph(questions.question(asked), width, "amber-strong"),
            *([*gap, *options] if options else []),
            *gap,
            *paragraph(questions.how(asked), width, "muted"),
        ]

    def _answer(self, width: int) -> Row:
        room = max(1, width - cells(row(YOURS)) - 1)
        return row((YOURS, "muted"), (self._typed[-room:], "strong"))

    def _remark(self, width: int) -> list[Row]:
        if self._asked.remark:
            return paragraph(self._asked.remark, width, "hand")
        return [*paragraph(NOT_SENT, width, "muted"), BLANK] if self._is_roomy else []

    def _keys(self) -> list[tuple[str, str]]:
        before = [("↑", _("question before"))] if self._asked.at else []
        if not self._is_roomy:
            return [("Enter", _("go on")), *before, ("Esc", N_("back"))]
        typed = ("a-z", "write") if self._asked.asks_words else ("0-9", N_("answer"))
        return [typed, ("Enter", _("go on")), *before, ("Esc", _("back, nothing sent"))]


def _option(at: int, words: str, width: int) -> list[Row]:
    """Return a number with its words; they go on in the next row when one is too short."""
    number = f"  {at}  "
    first, *rest = paragraph(words, max(1, width - len(number)))
    return [(Piece(number, "amber-strong"), *first), *indent(rest, len(number))]
