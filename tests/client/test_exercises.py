"""An exercise in a pair: whose step it is follows from who has written, and nobody is scored (S20)."""

from dataclasses import replace

import pytest

from holdspace.client import exercises
from holdspace.client.exercises import guide
from holdspace.client.library import Library
from holdspace.client.seat.view import (
    AsideView,
    Line,
    PairsView,
    Passage,
    PersonView,
    Place,
    Role,
    RoomView,
)

ANA = PersonView(b"a" * 32, "Ana", "", Role.MEMBER, is_me=True)
BEN = PersonView(b"b" * 32, "Ben", "", Role.MEMBER)
CHI = PersonView(b"c" * 32, "Chi", "", Role.MEMBER)


def pair(*wrote: PersonView, exercise: str = "write-back", trio: bool = False) -> RoomView:
    """Return Ana's view of her pair, in which these people have written, in this order."""
    people = (ANA, BEN, CHI) if trio else (ANA, BEN)
    passages = tuple(
        Passage(bytes([at]), Line.SHARE, "…", float(at), author) for at, author in enumerate(wrote)
    )
    aside = AsideView(b"p" * 16, "pair", people[1:], passages, is_open=True, is_chosen=True)
    pairs = PairsView(0, len(people), partners=people[1:], exercise=exercise, speakers=people)
    return RoomView(place=Place.ROOM, people=people, me=ANA, pairs=pairs, asides=(aside,))


def said(view: RoomView) -> str:
    found = guide(view)
    assert found
    return found.words


def test_one_writes_the_other_says_back_the_first_marks_it_and_they_change_over() -> None:
    assert said(pair()).startswith("Your step: Write about something of your week")
    assert "About 60 words." in said(pair())
    back = said(pair(ANA))
    assert back.startswith("Ben writes now: Say back what you read.")
    assert 'It begins: "What I hear is …"' in back
    assert said(pair(ANA, BEN)).endswith("Type yes, nearly or not quite.")
    assert said(pair(ANA, BEN, ANA)).startswith("Ben writes now: Write about something")
    assert said(pair(ANA, BEN, ANA, BEN, ANA, BEN)) == exercises.DONE


def test_a_word_in_between_takes_nobody_s_step() -> None:
    assert said(pair(BEN, BEN)) == said(pair())
    assert said(pair(ANA, ANA, ANA)) == said(pair(ANA))


def test_of_three_each_speaks_once_and_listens_once() -> None:
    order = [ANA, BEN, ANA, BEN, CHI, BEN, CHI, ANA, CHI]
    whose = [said(pair(*order[:at], trio=True)) for at in range(len(order))]
    assert [words.split(" ")[0] for words in whose] == [
        "Your", "Ben", "Your", "Ben", "Chi", "Ben", "Chi", "Your", "Chi",
    ]  # fmt: skip
    assert said(pair(*order, trio=True)) == exercises.DONE


def test_a_rehearsal_is_answered_twice() -> None:
    assert "one need, one request" in said(pair(exercise="rehearse"))
    assert "kindest" in said(pair(ANA, exercise="rehearse"))
    assert "busiest" in said(pair(ANA, BEN, exercise="rehearse"))
    assert said(pair(ANA, BEN, BEN, exercise="rehearse")).startswith("Your step: What would you")


@pytest.mark.parametrize("exercise", ["breath-4-6", "not-there", ""])
def test_without_an_exercise_for_pairs_there_is_no_guide(exercise: str) -> None:
    assert guide(pair(exercise=exercise)) is None


def test_there_is_no_guide_before_a_pair_is_open() -> None:
    view = pair()
    assert guide(replace(view, asides=())) is None
    assert guide(RoomView()) is None


def test_what_is_on_its_way_is_not_a_step_yet() -> None:
    view = pair(ANA)
    aside = view.asides[0]
    sending = replace(aside.passages[0], is_sending=True)
    assert said(replace(view, asides=(replace(aside, passages=(sending,)),))) == said(pair())


@pytest.mark.parametrize("name", ["write-back", "rehearse"])
def test_nothing_of_an_exercise_is_counted_and_alone_it_is_a_form(name: str) -> None:
    card = Library().technique(name)
    assert card.template
    assert {step.who for step in card.steps} == {"speaker", "listener"}
    assert not any("point" in step.text or "score" in step.text for step in card.steps)
