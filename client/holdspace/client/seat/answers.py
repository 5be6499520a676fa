"""What this person answered in this meeting, and what they were told of counts: in memory only."""

from __future__ import annotations

from dataclasses import field

from holdspace.protocol.values import value

from .form_view import FormKind, Item, ResultView
from .replacing import replace

# Of counts and what came of them, so that nobody who opens polls without end fills our memory.
MOST_REMEMBERED = 50


@value()
class Secret:
    """An answer on its way into a count, until its one vector is made; then it is forgotten.

    `numbers` has a vector for each question that is answered, by the question's place.
    """

    count: int
    question: bytes
    private_key: bytes = field(repr=False)
    numbers: tuple[tuple[int, tuple[int, ...]], ...] = field(repr=False)


@value()
class Own:
    """A number, or a word, that somebody wrote down for themselves."""

    asked: str
    where: str
    label: str
    shown: str = field(repr=False)


@value()
class Asked:
    """What a count is about, in words."""

    count: int
    kind: FormKind
    title: str
    items: tuple[Item, ...]
    since: float = 0.0
    is_closed: bool = False


@value()
class Answers:
    """All of it. `counted` are the questions in which a vector was given: once is all there is."""

    secrets: tuple[Secret, ...] = field(default=(), repr=False)
    own: tuple[Own, ...] = field(default=(), repr=False)
    asked: tuple[Asked, ...] = ()
    results: tuple[ResultView, ...] = ()
    answered: frozenset[str] = frozenset()
    counted: frozenset[bytes] = field(default=frozenset(), repr=False)
    too_few: int = 0

    def secret(self, count: int) -> Secret | None:
        """Return the answer that is kept for a count."""
        return next((one for one in self.secrets if one.count == count), None)

    def without_secret(self, count: int) -> Answers:
        """Return the answers in which this one is forgotten."""
        return replace(self, secrets=tuple(one for one in self.secrets if one.count != count))

    def words_of(self, count: int) -> Asked | None:
        """Return what a count is about."""
        return next((one for one in self.asked if one.count == count), None)

    def knowing(self, asked: Asked) -> Answers:
        """Return the answers with these words of a count."""
        others = tuple(one for one in self.asked if one.count != asked.count)
        return replace(self, asked=(*others, asked)[-MOST_REMEMBERED:])

    def with_result(self, result: ResultView) -> Answers:
        """Return the answers with one more thing that was counted."""
        return replace(self, results=(*self.results, result)[-MOST_REMEMBERED:])
