"""The question before an act: why, or whether really, and what is done with the next line.

The person's next line is the answer. What is not an answer does nothing, and no word of it is lost.
"""

from collections.abc import Callable, Iterable

from holdspace.client.acts import (
    BY_ID,
    Act,
    choices_of,
    is_useful,
    question_for,
    takes_the_room,
)
from holdspace.client.care.reasons import (
    answered,
    asks_why,
    can_be_unsaid,
    own_words,
    unsaid,
    why_lines,
    with_words,
)
from holdspace.client.numbers import number_in
from holdspace.client.plain.kept_back import KeptBack
from holdspace.client.plain.labels import labelled
from holdspace.client.seat.intents import Intent, Leave
from holdspace.client.seat.view import RoomView
from holdspace.client.yes_or_no import NO, YES
from holdspace.protocol.translation import N_, _

NOTHING_DONE = N_("room: Nothing was done.")
HOW_TO_CHOOSE = N_("Type a number, or n for nothing.")

Say = Callable[[Iterable[str]], None]


class Confirming:
    """At most one act that waits for an answer."""

    def __init__(
        self,
        say: Say,
        view: Callable[[], RoomView],
        *,
        kept: KeptBack,
        do: Callable[[Intent], None],
        command: Callable[[str], None],
    ) -> None:
        self._say = say
        self._view = view
        self._kept = kept
        self._do = do
        self._command = command
        self._hear: Callable[[str], None] | None = None

    def hears(self, line: str) -> bool:
        """Take a line that answers; tell whether anything was asked."""
        hear, self._hear = self._hear, None
        if hear is not None:
            hear(line)
        return hear is not None

    def begin(self, intent: Intent) -> None:
        """Do it, or ask first what has to be asked."""
        view = self._view()
        if asks_why(intent):
            self._say(labelled("why", words) for words in why_lines(intent, view))
            self._hear = lambda answer: self._with_reason(intent, answer)
            return
        question = question_for(intent, view)
        if not question:
            self._do(intent)
            return
        self._say([f"{question} {_how_to_answer(intent, view)}"])
        self._hear = lambda answer: self._answered(intent, answer)

    def choose(self, act: Act) -> None:
        """Ask which of the act's choices is meant, by their numbers."""
        self._say([labelled("choice", f"{act.sentence} {_(HOW_TO_CHOOSE)}")])
        choices = choices_of(act, self._view())
        self._say(
            labelled("choice", f"{at}. {words}{_(' (now)') if is_now else ''}.")
            for at, (words, is_now, _intent) in enumerate(choices, 1)
        )
        self._hear = lambda answer: self._chosen([intent for *_words, intent in choices], answer)

    def _chosen(self, meant: list[Intent], answer: str) -> None:
        if number := number_in(answer, len(meant)):
            self.begin(meant[number - 1])
        else:
            self._not_done(answer)

    def _answered(self, intent: Intent, answer: str) -> None:
        if answer.strip().lower() in YES:
            self._do(intent)
            return
        self._not_done(answer, own_words(intent, self._view().lang))

    def _not_done(self, answer: str, own: str = "") -> None:
        """Say so, and lose no word of what was typed instead of an answer."""
        word = answer.strip().lower()
        self._say([_(NOTHING_DONE)])
        self._kept.keep_apart(own)
        if word.startswith("/"):
            self._command(answer)
        elif word and word not in NO:
            self._kept.keep(answer)

    def _with_reason(self, intent: Intent, answer: str) -> None:
        is_command = answer.lstrip().startswith("/")
        if answer.strip().lower() in YES and can_be_unsaid(intent):
            self._do(with_words(intent, unsaid(self._view().lang)))
            return
        meant = None if is_command else answered(intent, answer, self._view().lang)
        if meant is not None:
            self.begin(meant)
            return
        self._say([_(NOTHING_DONE)])
        if is_command:
            self._command(answer)


def _how_to_answer(intent: Intent, view: RoomView) -> str:
    # Who could end the meeting may have meant that, and leaving does not do it.
    may_close = isinstance(intent, Leave) and is_useful(BY_ID["close"], view)
    may_close = may_close and not takes_the_room(view)
    more = _(" Or /close, to end it for everybody.") if may_close else ""
    return _("Type y for yes, n for no.{more}").format(more=more)
