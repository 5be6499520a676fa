"""What somebody is asked and what came of counts, as the front ends see it."""

from dataclasses import field
from enum import Enum
from typing import Literal

from holdspace.protocol.translation import N_, _
from holdspace.protocol.values import value

FormKind = Literal["checkin", "poll", "show", "feedback"]


class To(Enum):
    """Who may see an answer."""

    ME = "me"
    FACILITATORS = "facilitators"
    GROUP = "group"

    @property
    def words(self) -> str:
        """Return how that is said of an answer."""
        return _(_TO_WORDS[self.value])


_TO_WORDS = {
    "me": N_("only me"),
    "facilitators": N_("the facilitators, with my name"),
    "group": N_("everybody, only as a count without names"),
}


@value()
class Item:
    """One question: a number from `least` to `most`, or one of the options by its number from 1."""

    label: str = field(repr=False)
    text: str = field(repr=False)
    least: int = 0
    most: int = 10
    options: tuple[str, ...] = field(default=(), repr=False)

    def shown(self, number: int) -> str:
        """Return an answer in words."""
        return self.options[number - 1] if self.options else str(number)


@value()
class FormView:
    """Something this person may answer; every part of it can be left out.

    `words_ask` asks for a line; `ways` are who may see the answers, where that is theirs to choose.
    `count` is the count that is open for it, or 0. `where` is the stage it belongs to.
    """

    key: str
    kind: FormKind
    title: str = field(repr=False)
    lead: str
    items: tuple[Item, ...]
    words_ask: str = ""
    ways: tuple[To, ...] = ()
    count: int = 0
    is_answered: bool = False


@value()
class ResultView:
    """What came of a count, in lines that can be read out."""

    title: str = field(repr=False)
    lines: tuple[str, ...] = field(repr=False)


@value()
class CountView:
    """A count that runs: how many joined, never who."""

    number: int
    title: str = field(repr=False)
    joined: int
    is_closed: bool


@value()
class AskingView:
    """Everything about questions and counts that a front end may draw.

    `own` are this person's own numbers of this meeting, side by side; they are on this device only.
    `can_show` says that the newest poll had too few answers for a count, and may be asked openly.
    """

    form: FormView | None = None
    running: tuple[CountView, ...] = ()
    results: tuple[ResultView, ...] = ()
    own: tuple[str, ...] = field(default=(), repr=False)
    can_show: bool = False

    @property
    def is_waiting(self) -> bool:
        """Tell whether something is asked that was not answered yet."""
        return self.form is not None and not self.form.is_answered

    @property
    def open_count(self) -> CountView | None:
        """Return the count that can still be joined."""
        return next((one for one in self.running if not one.is_closed), None)


NOTHING_ASKED = AskingView()
