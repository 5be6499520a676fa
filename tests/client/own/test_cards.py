"""The goal card and the look back, question by question, as both front ends ask them."""

import pytest

from holdspace.client.notebook import Notebook, Plan
from holdspace.client.own.goal_card import (
    IN_MEMORY,
    KEPT,
    NO_GOAL,
    SHRINK_WORDS,
    TOO_LONG,
    Terms,
    goal_card,
)
from holdspace.client.own.look_back import NO_PLAN, WRITTEN, look_back
from holdspace.client.own.talk import IN_THE_FIELD, Done, Step, Talk

ROOM, NOW = b"r" * 16, 1_700_000_000.0
WALK = ("walk", "ten minutes", "after lunch", "three times")


def answered(step: Step, *answers: str) -> tuple[Step, Notebook]:
    """Answer one question after another; return where that leads, and what is written down."""
    notebook = Notebook()
    for answer in answers:
        assert isinstance(step, Talk)
        step = step.answered(answer)
        notebook = step.change(notebook) if step.change else notebook
    return step, notebook


def card(*answers: str, is_kept: bool = True) -> tuple[Step, Notebook]:
    return answered(goal_card(ROOM, NOW, Terms(is_kept=is_kept)), *answers)


def test_a_plan_is_written_down_before_anybody_is_asked_whether_to_share_it() -> None:
    step, notebook = card(*WALK, "8")
    assert isinstance(step, Talk)
    assert notebook.plans == (Plan(ROOM, NOW, *WALK, 8),)
    assert (
        "The line: My plan: walk, ten minutes, after lunch, three times. 8 of 10 sure."
        in step.above
    )


def test_the_line_goes_no_further_than_the_text_field() -> None:
    done, _ = card(*WALK, "8", "y")
    assert isinstance(done, Done)
    assert done.line.startswith("My plan: walk")
    assert done.words == IN_THE_FIELD
    assert card(*WALK, "8", "n")[0] == Done(KEPT)


def test_below_seven_it_asks_kindly_and_again() -> None:
    step, _ = card(*WALK, "5")
    assert isinstance(step, Talk)
    assert step.question == f"5 of 10. {SHRINK_WORDS}"
    step, _ = card(*WALK, "5", "s", "five minutes", "6")
    assert isinstance(step, Talk)
    assert step.question.startswith("6 of 10")
    _, notebook = card(*WALK, "5", "s", "five minutes", "6", "f", "once", "9")
    assert notebook.plans == (Plan(ROOM, NOW, "walk", "five minutes", "after lunch", "once", 9),)


def test_it_can_stay_as_it_is() -> None:
    assert card(*WALK, "3", "k")[1].plans[0].sure == 3


def test_another_plan_keeps_what_an_empty_answer_leaves() -> None:
    assert card(*WALK, "3", "d", "", "keep it", "k")[1].plans == ()
    assert card(*WALK, "3", "d", "stretch", "9")[1].plans[0].what == "stretch"


@pytest.mark.parametrize("word", ["none", "No plan this week.", "no goal"])
def test_no_plan_this_week_is_an_answer(word: str) -> None:
    assert card(word) == (Done(NO_GOAL), Notebook())


def test_everything_but_the_step_itself_can_be_left_open() -> None:
    step, _ = card("")
    assert isinstance(step, Talk)
    assert step.question.startswith("What do you want")
    assert card("walk", "", "", "", "")[1].plans == (Plan(ROOM, NOW, "walk"),)


def test_too_many_words_are_answered_and_not_cut() -> None:
    step, notebook = card("w" * 501)
    assert isinstance(step, Talk)
    assert step.question == TOO_LONG
    assert not notebook.plans
    assert card("w" * 501, "walk", "", "", "", "9")[1].plans[0].what == "walk"
    step, _ = looked_back("d", "w" * 501)
    assert isinstance(step, Talk)
    assert step.question == TOO_LONG


@pytest.mark.parametrize("number", ["eleven", "11", "-1", "5.5", "٣", "9" * 5000])
def test_what_is_no_number_is_asked_again(number: str) -> None:
    step, notebook = card(*WALK, number)
    assert isinstance(step, Talk)
    assert step.question.startswith("A number from 0 to 10")
    assert not notebook.plans


def test_it_says_where_it_is_kept() -> None:
    step, _ = card("walk", "", "", "", "9", is_kept=False)
    assert isinstance(step, Talk)
    assert IN_MEMORY in step.above


LAST = Plan(ROOM, NOW, *WALK, 8)


def looked_back(*answers: str) -> tuple[Step, Notebook]:
    return answered(look_back(Notebook(plans=(LAST,)), ROOM), *answers)


@pytest.mark.parametrize(
    ("answers", "line"),
    [
        (("d", "easier early", "y"), f"I did it: {', '.join(WALK)}. easier early."),
        (("partly", "", "y"), f"I did part of it: {', '.join(WALK)}."),
        (("n", "", "i", "y"), f"Not this week: {', '.join(WALK)}. I would like ideas."),
        (("n", "", "c", "y"), f"Not this week: {', '.join(WALK)}. I would just like company."),
    ],
)
def test_all_four_are_good_answers(answers: tuple[str, ...], line: str) -> None:
    done, _ = looked_back(*answers)
    assert isinstance(done, Done)
    assert done.line == line


def test_who_moves_on_is_asked_nothing_more() -> None:
    done, notebook = looked_back("n", "too much pain", "m")
    assert done == Done(WRITTEN)
    assert notebook.plans[0].outcome == "not-this-week"
    assert notebook.plans[0].learned == "too much pain"


def test_what_is_known_is_written_down_at_once() -> None:
    assert looked_back("c")[1].plans[0].outcome == "changed"


def test_the_newest_plan_of_this_room_comes_first() -> None:
    elsewhere = Plan(b"o" * 16, NOW + 9, "swim")
    step = look_back(Notebook(plans=(LAST, elsewhere)), ROOM)
    assert isinstance(step, Talk)
    assert "walk" in step.above[0]
    assert look_back(Notebook(), ROOM) == Done(NO_PLAN)


def test_an_unknown_key_asks_the_same_again() -> None:
    step = look_back(Notebook(plans=(LAST,)), ROOM)
    assert isinstance(step, Talk)
    assert step.answered("z") is step
