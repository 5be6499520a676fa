"""The facilitator's cards: every moment of the library, and phrases nobody sends but oneself (S6, S24)."""

from dataclasses import replace

import pytest

from holdspace.client.care import cards
from holdspace.client.seat.view import Place, RoomView, StageView

TALK = RoomView(
    place=Place.ROOM,
    stages=(StageView("Talk", 10, is_done=False, is_current=True),),
    is_facilitator=True,
)


def test_every_moment_has_a_number_and_something_on_its_card() -> None:
    lines = list(cards.card_list())
    assert lines[0] == "1. Silence"
    assert len(lines) == len(cards.cards()) + 1
    for number, card in enumerate(cards.cards(), 1):
        assert cards.chosen(str(number)) == (card, 0)
        assert len(list(cards.card_lines(card, TALK))) > 1


def test_what_is_for_afterwards_is_not_among_them() -> None:
    assert all(card.id != cards.AFTER for card in cards.cards())
    assert len(list(cards.debrief_lines())) > 2


@pytest.mark.parametrize("words", ["", "0", "99", "silence", "-1", "9" * 5000])
def test_what_is_no_number_of_a_card_opens_none(words: str) -> None:
    assert cards.chosen(words) == (None, 0)


def test_a_phrase_knows_the_stage_and_leaves_names_to_the_facilitator() -> None:
    late = next(card for card in cards.cards() if card.id == "late")
    assert cards.filled(late.phrases[0], TALK) == (
        "Welcome, {name}. We're at Talk. Read as long as you like."
    )
    assert "the beginning" in cards.filled(late.phrases[0], replace(TALK, stages=()))


def test_cards_are_in_the_language_of_the_meeting_if_they_are_there_in_it() -> None:
    assert next(iter(cards.card_list("de"))) == "1. Stille"
    assert cards.chosen("1", "de")[0] == cards.cards("de")[0]
    assert "Was ging gut?" in cards.debrief_lines("de")
    assert list(cards.card_list("xx")) == list(cards.card_list())
