"""Ideas are kept in one's own words; what somebody else said stays in the room (D1)."""

import pytest

from holdspace.client.keeping import Keeper
from holdspace.client.mine import Own
from holdspace.client.notebook import Plan
from holdspace.client.own.ideas import NOT_YOURS, NOTHING, TOO_LONG
from holdspace.client.own.words import NOTHING as NOTHING_THERE
from holdspace.client.own.words import own_lines, plan_words
from holdspace.client.seat.view import Line, Passage, PersonView, Role, RoomView

MARA = PersonView(b"a" * 32, "Mara", "7f", Role.HOST)
SHARE = "I warm a cushion of cherry stones and lie down with it before the pain is bad."
VIEW = RoomView(
    room=b"r" * 16, transcript=(Passage(b"1" * 16, Line.SHARE, SHARE, 1.0, author=MARA),)
)


@pytest.fixture
def own() -> Own:
    return Own(Keeper(), VIEW, 1_700_000_000.0)


def test_an_idea_in_ones_own_words_is_kept(own: Own) -> None:
    assert own.keep_idea("warm cushion, early") == ""
    assert [line.partition(": ")[0] for line in own_lines(own.keeper.notebook)] == ["idea"]


@pytest.mark.parametrize(
    "copied",
    [SHARE, "a cushion of cherry stones and lie", "CUSHION, of cherry-stones and lie down!"],
)
def test_what_somebody_else_said_is_not(own: Own, copied: str) -> None:
    assert own.keep_idea(copied) == NOT_YOURS
    assert list(own_lines(own.keeper.notebook)) == [NOTHING_THERE]


def test_what_is_too_long_is_said_and_not_cut(own: Own) -> None:
    assert own.keep_idea("x" * 2001) == own.keep_note("x" * 2001) == TOO_LONG
    assert not own.keeper.notebook.ideas


def test_two_words_may_well_be_the_same(own: Own) -> None:
    assert own.keep_idea("cherry stones") == ""


def test_nothing_is_no_idea(own: Own) -> None:
    assert own.keep_idea("  ") == own.keep_note("") == NOTHING


def test_plans_are_read_as_sentences() -> None:
    plan = Plan(
        b"r" * 16,
        1_700_000_000.0,
        "walk",
        sure=8,
        outcome="partly",
        learned="go early",
    )
    assert plan_words(plan).endswith(
        "you planned: walk. You were 8 of 10 sure. You did part of it. What you learned: go early"
    )
