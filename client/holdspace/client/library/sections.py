"""What the library's files can say: every key once, with its check, as frozen values."""

from datetime import date

from holdspace.protocol import toml_reader as toml
from holdspace.protocol.toml_reader import key
from holdspace.protocol.translation import N_
from holdspace.protocol.values import value

FORMAT = 1

_ID = toml.pattern(
    r"[a-z0-9][a-z0-9-]{0,39}", N_("a short name of small letters, digits and hyphens")
)
_LANG = toml.pattern(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})*", N_("a language tag like en or pt-BR"))
_LINE = toml.text(200)
_PERHAPS = toml.text(200, empty=True)


@value(kw_only=True)
class _File:
    format: int = key(toml.whole(FORMAT, FORMAT))
    lang: str = key(_LANG)
    licence: str = key(_LINE, "")


@value(kw_only=True)
class Agreements(_File):
    """What everybody accepts at the door; another `version` asks everybody again."""

    title: str = key(_LINE)
    version: int = key(toml.whole(1, 9999))
    items: tuple[str, ...] = key(toml.many(toml.text(300), 20, least=1))
    limits: str = key(_LINE, "")

    @property
    def lines(self) -> tuple[str, ...]:
        """Return the items as people read them, with the host's limits filled in."""
        return tuple(item.replace("{limits}", self.limits) for item in self.items)


@value(kw_only=True)
class Step:
    """One line of a technique; with 0 seconds it stays until the person goes on.

    In a pair `who` does it: whoever speaks in this lap, or whoever listens; about so many `words`,
    which may begin in a given way or be one of a few `answers`.
    """

    text: str = key(_LINE)
    seconds: int = key(toml.whole(0, 600), 0)
    who: str = key(toml.choice("speaker", "listener"), "")
    words: int = key(toml.whole(0, 500), 0)
    begins: str = key(_PERHAPS, "")
    answers: tuple[str, ...] = key(toml.many(toml.text(40), 6), ())


@value(kw_only=True)
class Cycle:
    """Which steps, counted from 1, come again and how often."""

    first: int = key(toml.whole(1, 40))
    last: int = key(toml.whole(1, 40))
    times: int = key(toml.whole(1, 200))


@value(kw_only=True)
class TechniqueCard(_File):
    """An exercise, line by line; `template` are the lines to fill in by oneself."""

    id: str = key(_ID)
    title: str = key(_LINE)
    opening: str = key(_LINE)
    stop_line: str = key(_LINE)
    alternatives: tuple[str, ...] = key(toml.many(_ID, 6, least=1))
    steps: tuple[Step, ...] = key(toml.many(toml.table(Step), 40, least=1))
    cycle: Cycle | None = key(toml.table(Cycle), None)
    template: tuple[str, ...] = key(toml.many(_LINE, 12), ())

    @property
    def unrolled(self) -> tuple[Step, ...]:
        """Return every step in the order it is done, repeated ones as often as they come."""
        if self.cycle is None:
            return self.steps
        first, last = self.cycle.first - 1, self.cycle.last
        again = self.steps[first:last] * self.cycle.times
        return (*self.steps[:first], *again, *self.steps[last:])


@value(kw_only=True)
class CrisisLine:
    """Somebody to reach: who, how, when, in which languages."""

    name: str = key(toml.text(48))
    how: str = key(toml.text(60))
    hours: str = key(toml.text(32, empty=True), "")
    languages: str = key(toml.text(32, empty=True), "")


@value(kw_only=True)
class CrisisCard(_File):
    """Where to turn in danger, as the host found it out; nothing in it is invented."""

    # Short, so that the whole card is on the smallest usual screen at once.
    emergency: str = key(toml.text(39, empty=True))
    lines: tuple[CrisisLine, ...] = key(toml.many(toml.table(CrisisLine), 4))
    checked_on: date | None = key(toml.day(), None)
    host_contact: str = key(_PERHAPS, "")
    directory: str = key(toml.text(60, empty=True), "")
    words: tuple[str, ...] = key(toml.many(toml.text(76), 2), ())

    @property
    def is_filled_in(self) -> bool:
        """Tell whether the host has put in where to turn, and when that was checked."""
        return bool((self.emergency or self.lines) and self.checked_on)


@value(kw_only=True)
class Card:
    """A moment a facilitator knows, and what helps: things to do, and phrases to send."""

    id: str = key(_ID)
    title: str = key(_LINE)
    steps: tuple[str, ...] = key(toml.many(_LINE, 9), ())
    phrases: tuple[str, ...] = key(toml.many(_LINE, 9), ())


@value(kw_only=True)
class Cards(_File):
    """A file of cards."""

    card: tuple[Card, ...] = key(toml.many(toml.table(Card), 40, least=1))


@value(kw_only=True)
class Phrases(_File):
    """A file of ready phrases; `unsaid` is what somebody reads for whom none was chosen."""

    phrases: tuple[str, ...] = key(toml.many(_LINE, 9, least=1))
    unsaid: str = key(_LINE, "They wrote no reason. You can ask them, or whoever invited you.")
