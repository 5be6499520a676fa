"""One question at a time, for oneself: the shape that cards for plans and looking back share.

A value that answers what is typed or pressed with the next one, so that both front ends ask the
same questions in the same words. What is already sure is written down at once, not at the end.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import field

from holdspace.client.notebook import Notebook
from holdspace.client.yes_or_no import YES
from holdspace.protocol.translation import N_, _, shown
from holdspace.protocol.values import value

Change = Callable[[Notebook], Notebook]
# A yes is one in every language.
_ALIKE = {"y": YES}


@value()
class Answer:
    """A key, and what it says: the same key in every language."""

    key: str
    english: str

    @property
    def words(self) -> str:
        """Return what it says, as somebody reads it."""
        return _(self.english)


@value()
class Talk:
    """A question. With `answers` one key answers it, else words do; `above` is to be read before.

    What is typed for a question that `is_secret` is neither shown nor kept as a draft.
    """

    title: str
    question: str
    hear: Callable[[str], Step] = field(repr=False)
    answers: tuple[Answer, ...] = ()
    above: tuple[str, ...] = field(default=(), repr=False)
    change: Change | None = field(default=None, repr=False)
    is_secret: bool = False

    def __post_init__(self) -> None:
        """Let the words be in the language of whoever reads them."""
        object.__setattr__(self, "title", shown(self.title))
        object.__setattr__(self, "question", shown(self.question))
        object.__setattr__(self, "above", tuple(map(shown, self.above)))

    def answered(self, text: str) -> Step:
        """Return what follows this answer; the same question after one that is none."""
        if not self.answers:
            return self.hear(text)
        word = text.strip().casefold()
        for answer in self.answers:
            if word in {answer.key, answer.words.casefold()} or word in _ALIKE.get(answer.key, ()):
                return self.hear(answer.key)
        return self


@value()
class Done:
    """The end of a talk: what to tell, and a line for the text field, which nobody sends by itself.

    With a `passphrase` the notebook is to be made or opened by it.
    """

    words: str
    line: str = field(default="", repr=False)
    change: Change | None = field(default=None, repr=False)
    passphrase: str = field(default="", repr=False)

    def __post_init__(self) -> None:
        """Let the words be in the language of whoever reads them."""
        object.__setattr__(self, "words", shown(self.words))


Step = Talk | Done
YES_OR_NO = (Answer("y", N_("yes")), Answer("n", N_("no")))
OFFER = N_("Would you like a line of it in your text field? Nothing is sent by itself.")
IN_THE_FIELD = N_("A line is in your text field; nothing was sent.")


def offer_line(title: str, line: str, kept: str, *, above: tuple[str, ...], change: Change) -> Talk:
    """Return the question whether a line of it should be put into the text field."""

    def hear(key: str) -> Step:
        return Done(IN_THE_FIELD, line) if key == "y" else Done(kept)

    return Talk(
        title, OFFER, hear, YES_OR_NO, (*above, _("The line: {line}").format(line=line)), change
    )
