"""Questions on the screen: one at a time, answered by digits and Enter, and nothing reacts to a number."""

from typing import ClassVar

from textual import events
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.geometry import Offset
from typing_extensions import override

from holdspace.client import questions
from holdspace.client.questions import Questions
from holdspace.client.seat.form_view import FormView
from holdspace.client.seat.intents import GiveAnswers
from holdspace.client.tui.keyline import keys
from holdspace.client.tui.painted import Drawing
from holdspace.client.tui.rows import BLANK, Row, cells, paragraph, row
from holdspace.client.tui.screens.base import HoldScreen, notice_rows
from holdspace.protocol.text import clean_line

YOURS = "Your answer: "
NOT_SENT = "Nothing is sent before the last question is answered. Esc goes back and sends nothing."


class QuestionsScreen(HoldScreen):
    """One form over the room; the keys F1, F2, F12 and Esc work as everywhere."""

    CSS_PATH = "questions.tcss"
    BINDINGS: ClassVar[list[BindingType]] = []

    def __init__(self, form: FormView) -> None:
        super().__init__()
        self._asked = questions.begin(form)
        self._typed = ""

    @override
    def compose(self) -> ComposeResult:
        """Put the question in the middle, its keys below."""
        yield Drawing(lambda *_: [self._title()], id="title")
        with Vertical(id="body"):
            yield Drawing(lambda width, _: self._page(width), id="page")
            yield Drawing(lambda width, _: [self._answer(width)], id="answer")
            yield Drawing(lambda width, _: self._remark(width), id="remark")
        with Vertical(id="foot"):
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
        elif event.character and event.is_printable:
            self._type(event.character)
        else:
            return
        event.stop()
        self.redraw()

    def on_paste(self, event: events.Paste) -> None:
        """Take what was pasted or dictated like something typed."""
        event.stop()
        self._type(clean_line(event.text))
        self.redraw()

    @override
    def place_cursor(self) -> None:
        """Let the terminal's cursor stand behind what is typed."""
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
        refusal = self.home.want(answers)
        self.step_back()
        if refusal:
            self.home.tell(refusal.words)

    def _ask(self, asked: Questions) -> None:
        self._asked, self._typed = asked, ""

    def _title(self) -> Row:
        number = questions.progress(self._asked)
        return row((self._asked.form.title, "strong"), (f"  {number}" if number else "", "muted"))

    def _page(self, width: int) -> list[Row]:
        asked = self._asked
        lead = [*paragraph(asked.form.lead, width, "muted"), BLANK] if asked.at == 0 else []
        options = [
            row((f"  {at}  ", "amber-strong"), (option, "text"))
            for at, option in enumerate(questions.options(asked), 1)
        ]
        return [
            *lead,
            *paragraph(questions.question(asked), width, "amber-strong"),
            *([BLANK, *options] if options else []),
            BLANK,
            *paragraph(questions.how(asked), width, "muted"),
            BLANK,
        ]

    def _answer(self, width: int) -> Row:
        room = max(1, width - cells(row(YOURS)) - 1)
        return row((YOURS, "muted"), (self._typed[-room:], "strong"))

    def _remark(self, width: int) -> list[Row]:
        words = self._asked.remark or NOT_SENT
        return [BLANK, *paragraph(words, width, "hand" if self._asked.remark else "muted")]

    def _keys(self) -> list[tuple[str, str]]:
        before = [("↑", "question before")] if self._asked.at else []
        typed = ("a-z", "write") if self._asked.asks_words else ("0-9", "answer")
        return [typed, ("Enter", "go on"), *before, ("Esc", "back, nothing sent")]
