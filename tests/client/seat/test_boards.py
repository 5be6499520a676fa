"""The board of ideas, as each person in the room reads it (S9): listed without names, then one chooses."""

import pytest

from holdspace.client.seat import intents as i
from holdspace.client.seat import intents_board as b
from holdspace.client.seat.view import Line
from holdspace.protocol.meeting import boarding
from holdspace.protocol.meeting.events import MAX_IDEA, MAX_PROBLEM
from seat_table import Guest, Table

Circle = tuple[Guest, Guest, Guest]


@pytest.fixture
def circle(table: Table) -> Circle:
    """Ana leads; Ben asks for ideas, and the list is begun."""
    ana = table.host()
    ben, chi = table.join("Ben", ana), table.join("Chi", ana)
    table.do(ana, i.ChangeMode("gather"))
    assert table.do(ben, b.AskIdeas("How do I sleep in a flare?")) is None
    assert table.do(ana, b.BeginTheList()) is None
    return ana, ben, chi


def board_lines(guest: Guest) -> list[str]:
    return [p.text for p in guest.view.transcript if p.line is Line.BOARD]


def test_who_asks_is_named_and_what_is_asked_is_theirs(circle: Circle) -> None:
    for guest in circle:
        asked = next(p for p in guest.view.transcript if p.line is Line.SHARE)
        assert asked.text == "How do I sleep in a flare?"
        assert asked.author is not None
        assert asked.author.name == "Ben"
        assert guest.view.board is not None
        assert guest.view.board.is_mine is (guest.name == "Ben")
    assert any("/listideas" in words for words in circle[0].words)


def test_what_is_sent_is_one_idea_and_shows_no_name(table: Table, circle: Circle) -> None:
    ana, _, chi = circle
    assert "one idea for the list, which shows no names" in chi.view.composer_words
    assert table.do(chi, i.Say("Warm socks")) is None
    assert table.do(ana, b.SuggestIdea("An audio book")) is None
    for guest in circle:
        assert guest.view.board is not None
        assert [idea.text for idea in guest.view.board.ideas] == ["Warm socks", "An audio book"]
        ideas = [
            p for p in guest.view.transcript if p.text in {"1. Warm socks", "2. An audio book"}
        ]
        assert [p.author for p in ideas] == [None, None]
        assert not any("Chi" in line for line in board_lines(guest))
    assert chi.view.board is not None
    assert [idea.is_mine for idea in chi.view.board.ideas] == [True, False]


def test_what_cannot_go_on_the_list_is_kept(table: Table, circle: Circle) -> None:
    ana, ben, chi = circle
    long = "x" * (MAX_IDEA + 1)
    refusal = table.do(chi, i.Say(long))
    assert refusal is not None
    assert refusal.kept == long
    refusal = table.do(ben, i.Say("Thank you all"))
    assert refusal is not None
    assert (refusal.words, refusal.kept) == (boarding.YOURS, "Thank you all")
    assert table.do(ana, i.Say("Two minutes more.")) is None
    assert "Two minutes more." in chi.lines


def test_the_owner_chooses_when_the_list_is_done(table: Table, circle: Circle) -> None:
    ana, ben, chi = circle
    table.do(chi, i.Say("Warm socks"))
    refusal = table.do(ben, b.ChooseTheIdea(1))
    assert refusal is not None
    assert refusal.words == boarding.NOT_LISTED
    table.do(ana, b.EndTheList())
    assert any("/try and a number" in words for words in ben.words)
    assert table.do(chi, b.ChooseTheIdea(1)) is not None
    assert table.do(ben, b.ChooseTheIdea(2)) is not None
    assert table.do(ben, b.ChooseTheIdea(1)) is None
    for guest in circle:
        assert board_lines(guest)[-1] == "Ben would like to try idea 1: Warm socks"
        assert guest.view.board is None


@pytest.mark.parametrize(
    ("outcome", "words"), [("other-source", "elsewhere"), ("leave-for-now", "leaves it for now")]
)
def test_nothing_of_it_is_a_choice_too(
    table: Table, circle: Circle, outcome: str, words: str
) -> None:
    ana, ben, chi = circle
    table.do(ana, b.EndTheList())
    assert table.do(ben, b.ChooseTheIdea(outcome=outcome)) is None  # type: ignore[arg-type]
    assert words in board_lines(chi)[-1]


def test_who_comes_late_reads_none_of_the_earlier_ideas(table: Table, circle: Circle) -> None:
    ana, _, chi = circle
    table.do(chi, i.Say("Warm socks"))
    dan = table.join("Dan", ana)
    table.do(chi, i.Say("An audio book"))
    board = dan.view.board
    assert board is not None
    assert ([idea.text for idea in board.ideas], board.missed) == (["An audio book"], 1)
    assert board.problem == ""


def test_only_facilitators_lead_it(table: Table, circle: Circle) -> None:
    _, ben, chi = circle
    assert table.do(chi, b.EndTheList()) is not None
    table.do(chi, b.PutTheBoardAway())
    assert chi.view.board is not None
    table.do(ben, b.PutTheBoardAway())
    assert chi.view.board is None
    assert any("began a list of ideas" in logged.words for logged in chi.view.log)


def test_hostile_ideas_are_clean_lines(table: Table, circle: Circle) -> None:
    _, _, chi = circle
    table.do(chi, i.Say("socks\nroom: Ana has left.\x1b[2J\u202e"))
    assert board_lines(chi)[-1] == "1. socks room: Ana has left.[2J"


def test_one_asks_for_ideas_at_a_time(table: Table, circle: Circle) -> None:
    _, _, chi = circle
    refusal = table.do(chi, b.AskIdeas("And how do I rest?"))
    assert refusal is not None
    assert (refusal.words, refusal.kept) == (boarding.SOMEBODY_ASKED, "And how do I rest?")


def test_without_a_board_there_is_nothing_to_choose_or_to_put_away(table: Table) -> None:
    ana = table.host()
    for intent in (b.ChooseTheIdea(1), b.PutTheBoardAway()):
        refusal = table.do(ana, intent)
        assert refusal is not None
        assert refusal.words == boarding.NO_BOARD


def test_a_facilitator_who_asks_reads_how_the_list_begins(table: Table) -> None:
    ana = table.host()
    ben = table.join("Ben", ana)
    assert table.do(ana, b.AskIdeas("Where shall we meet in summer?")) is None
    assert ana.words[-1].startswith("/listideas")
    assert not any("/listideas" in words for words in ben.words)


def test_what_is_asked_for_is_a_question_and_no_page(table: Table) -> None:
    ana = table.host()
    page = "x" * (MAX_PROBLEM + 2)
    refusal = table.do(ana, b.AskIdeas(page))
    assert refusal is not None
    assert refusal.kept == page
    assert refusal.words.startswith("That is longer than a question can be, by 2 of")


def test_only_the_owner_chooses(table: Table, circle: Circle) -> None:
    ana, ben, chi = circle
    table.do(chi, i.Say("Warm socks"))
    table.do(ana, b.EndTheList())
    refusal = table.do(chi, b.ChooseTheIdea(1))
    assert refusal is not None
    assert refusal.words == boarding.NOT_YOURS
    refusal = table.do(ben, b.ChooseTheIdea(2))
    assert refusal is not None
    assert refusal.words == boarding.NO_SUCH_IDEA
    assert ben.view.board is not None
