"""An exercise in a pair, step by step: whose words come next, and what they could be.

Nothing is counted or kept but where the two of them are, and that follows from who has written in
the pair so far. So both read the same step, and a step can be taken another way without harm.
"""

from collections.abc import Iterator
from functools import lru_cache

from holdspace.client.library import DataError, Library, NotInLibrary, Step, TechniqueCard
from holdspace.client.seat.view import PairsView, PersonView, RoomView
from holdspace.protocol.translation import N_, _
from holdspace.protocol.values import value

DONE = N_("That was all of it. Talk on, or come back to the room.")


@value()
class Guide:
    """Where a pair is in its exercise: the words to show, and how to begin when it is one's own step."""

    title: str
    words: str
    begins: str = ""
    is_mine: bool = False
    is_answer: bool = False


def guide(view: RoomView) -> Guide | None:
    """Return where this person's pair is, or None outside a pair with an exercise."""
    pairs = view.pairs
    aside = next((one for one in view.asides if one.kind == "pair" and one.is_open), None)
    card = card_of(pairs.exercise, view.lang) if pairs else None
    if pairs is None or aside is None or card is None:
        return None
    # While a facilitator is there because they were called, the exercise rests.
    if len(pairs.speakers) <= len(pairs.partners):
        return None
    said = (one.author for one in aside.passages if not one.is_sending)
    authors = iter([author.identity for author in said if author])
    for step, whose in _steps(card, pairs):
        if not any(author == whose.identity for author in authors):
            return _guide(card, step, whose)
    return Guide(card.title, _(DONE))


@lru_cache(maxsize=8)
def card_of(name: str, lang: str = "") -> TechniqueCard | None:
    """Return the card of an exercise for pairs; None for one that is not there."""
    try:
        card = Library().technique(name, lang)
    except (NotInLibrary, DataError):
        return None
    return card if any(step.who for step in card.steps) else None


def _steps(card: TechniqueCard, pairs: PairsView) -> Iterator[tuple[Step, PersonView]]:
    """Yield each step with whoever does it: everybody is the speaker of one lap."""
    people = pairs.speakers
    for lap, speaker in enumerate(people):
        listener = people[(lap + 1) % len(people)]
        for step in card.steps:
            if step.who:
                yield step, speaker if step.who == "speaker" else listener


def _guide(card: TechniqueCard, step: Step, whose: PersonView) -> Guide:
    parts = [
        _("Your step: {step}").format(step=step.text)
        if whose.is_me
        else _("{name} writes now: {step}").format(name=whose.name, step=step.text),
    ]
    if step.words:
        parts.append(_("About {number} words.").format(number=step.words))
    if step.begins:
        parts.append(_('It begins: "{words} …"').format(words=step.begins))
    if step.answers:
        parts.append(_choice(step.answers))
    is_answer = bool(step.answers)
    return Guide(card.title, " ".join(parts), step.begins, is_mine=whose.is_me, is_answer=is_answer)


def _choice(answers: tuple[str, ...]) -> str:
    return _("Type {words} or {last}.").format(words=", ".join(answers[:-1]), last=answers[-1])
