"""Questions in plain lines: one at a time, numbered answers, Enter alone leaves one out.

While they are asked, a line is an answer; x stops, b goes back to the question before, and every
line that begins with / is what it always is. Words where a number was asked are kept as a draft,
and it is said that nobody read them.
"""

from collections.abc import Callable, Iterable, Iterator

from holdspace.client import questions
from holdspace.client.plain.labels import labelled
from holdspace.client.questions import Questions
from holdspace.client.seat.form_view import FormView
from holdspace.client.seat.intents import GiveAnswers
from holdspace.protocol.translation import N_, _

HELP = N_(
    "answer: Enter alone leaves a question out, b goes back, x stops. Nothing is sent before the end."
)
STOPPED = N_("answer: Stopped. Nothing was kept or sent.")
NOT_SENT = N_("answer: Nothing is asked just now, so that number went to nobody.")
KEPT = N_(
    "draft: That was no answer, and nobody read it. It is kept. /draft reads it to you; /take puts it "
    "with what /send sends."
)
NOTHING = N_("answer: Nothing is asked just now. /results shows what was counted.")


class Asker:
    """Ask the questions of one form at a time."""

    def __init__(
        self,
        say: Callable[[Iterable[str]], None],
        answer: Callable[[GiveAnswers], None],
        keep: Callable[[str, str], None],
    ) -> None:
        self._say = say
        self._answer = answer
        self._keep = keep
        self._asked: Questions | None = None
        self._was_asking = False

    def begin(self, form: FormView | None, typed: str = "") -> None:
        """Ask the first question that was not answered by what was typed with it."""
        self._was_asking = True
        if form is None:
            self._say([_(NOTHING)])
            return
        following = questions.begin_with(form, typed)
        if isinstance(following, GiveAnswers):
            self._answer(following)
            return
        self._say(
            [
                labelled("answer", f"{form.title}. {form.lead}"),
                _(HELP),
            ]
        )
        self._ask(following)

    def hears(self, line: str) -> bool:
        """Take a line that answers a question; tell whether it did."""
        asked, word = self._asked, line.strip().lower()
        if asked is None:
            return self._is_late(word)
        if word.startswith("/"):
            return False
        if word == "x":
            self._asked = None
            self._say([_(STOPPED)])
        elif word == "b":
            self._ask(questions.back(asked))
        else:
            self._take(asked, line)
        return True

    def _is_late(self, word: str) -> bool:
        """Keep a bare number that was meant for a question from going to the room."""
        if not word:
            return False
        self._was_asking = self._was_asking and word.isdigit() and len(word) <= 2
        if self._was_asking:
            self._say([_(NOT_SENT)])
        return self._was_asking

    def _take(self, asked: Questions, line: str) -> None:
        following = questions.take(asked, line)
        if isinstance(following, GiveAnswers):
            self._asked = None
            self._answer(following)
            return
        self._ask(following)
        # Somebody who was writing to the room must not lose it to a question.
        if following.remark and not line.strip().isdigit():
            self._keep(line, _(KEPT))

    def _ask(self, asked: Questions) -> None:
        self._asked = asked
        self._say(_lines(asked))


def _lines(asked: Questions) -> Iterator[str]:
    if asked.remark:
        yield labelled("answer", asked.remark)
        return
    number = questions.progress(asked)
    question = questions.question(asked)
    yield labelled("answer", f"{number}. {question}" if number else question)
    for at, option in enumerate(questions.options(asked), 1):
        yield labelled("answer", f"{at}. {option}")
    yield labelled("answer", questions.how(asked))
