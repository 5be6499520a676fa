"""Cards for moments a facilitator knows: what to do, and phrases to send by one's own hand (S6, S24)."""

from collections.abc import Iterator

from holdspace.client.library import Card, Library
from holdspace.client.numbers import number_in
from holdspace.client.seat.view import RoomView
from holdspace.protocol.translation import N_, _

AFTER = "after"
MOST_PHRASES = 999
NO_CARD = N_("There is no card with this number. /cards lists them.")
NO_PHRASE = N_("That card has no phrase with this number.")
LIST_HELP = N_(
    "/cards 3 opens the third; /cards 3 1 prepares its first phrase, and /send sends it."
)


def cards(lang: str = "") -> tuple[Card, ...]:
    """Return the cards for during a meeting, in order."""
    return tuple(card for card in Library().cards(lang) if card.id != AFTER)


def card_list(lang: str = "") -> Iterator[str]:
    """Yield the moments there are cards for, numbered."""
    for number, card in enumerate(cards(lang), 1):
        yield f"{number}. {card.title}"
    yield _(LIST_HELP)


def filled(phrase: str, view: RoomView) -> str:
    """Return a phrase with the stage in it; names are for the facilitator to put in."""
    stage = view.stage.title if view.stage else _("the beginning")
    return phrase.replace("{stage}", stage)


def card_lines(card: Card, view: RoomView) -> Iterator[str]:
    """Yield what is on a card: steps for oneself, and numbered phrases."""
    yield card.title
    yield from card.steps
    for number, phrase in enumerate(card.phrases, 1):
        yield _("phrase {number}: {words}").format(number=number, words=filled(phrase, view))


def chosen(words: str, lang: str = "") -> tuple[Card | None, int]:
    """Return the card and the phrase's number that were typed, or no card and 0."""
    there = cards(lang)
    card, phrase, *_rest = (*words.split(), "", "")
    number = number_in(card, len(there))
    return (there[number - 1], number_in(phrase, MOST_PHRASES)) if number else (None, 0)


def debrief_lines(lang: str = "") -> Iterator[str]:
    """Yield what a facilitator reads after closing, alone; nothing of it is sent or kept."""
    card = next((card for card in Library().cards(lang) if card.id == AFTER), None)
    yield _("For you alone, now that it is over:")
    yield from card.steps if card else ()
