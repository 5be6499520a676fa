"""Exercises at one's own pace: every line when its time has come, and nothing sent by any of it."""

import pytest

from holdspace.client import pacing
from holdspace.client.library import Library


def test_breathing_is_four_in_and_six_out_and_never_drifts() -> None:
    practice, told = pacing.begin("breath", 100.0), []
    now = 100.0
    while practice.due is not None:
        # The clock is looked at a little late, every time.
        now = practice.due + 0.15
        practice = pacing.go_on(practice, now)
        told.append((now - 0.15 - 100.0, practice.line[:3]))
    # M15: 18 breaths of 10 seconds, each line within the lateness of one look, not of all of them.
    assert told[:4] == [(10.0, "In "), (14.0, "Out"), (20.0, "In "), (24.0, "Out")]
    assert told[-3:] == [(184.0, "Out"), (190.0, "Let"), (200.0, "Tha")]
    assert practice.is_done


def test_the_senses_wait_for_the_person() -> None:
    practice = pacing.begin("senses", 0.0)
    for number in range(5):
        assert practice.waits, number
        assert pacing.catch_up(practice, 10_000.0) == practice
        practice = pacing.go_on(practice, 1.0)
    assert practice.line == pacing.DONE_WORDS
    assert pacing.go_on(practice, 2.0) == practice


def test_a_program_that_slept_is_where_it_would_be() -> None:
    practice = pacing.catch_up(pacing.begin("breath-4-6", 0.0), 61.0)
    assert practice.line.startswith("In")
    assert practice.due == 64.0
    assert pacing.catch_up(practice, 10_000.0).is_done


@pytest.mark.parametrize("name", ["", "breath", "BREATH ", "no such thing", "../../etc/passwd"])
def test_whatever_is_asked_for_there_is_an_exercise(name: str) -> None:
    assert pacing.begin(name, 0.0).name == pacing.USUAL


def test_rest_is_one_line_that_lasts() -> None:
    rest = pacing.begin("rest", 0.0)
    assert rest.waits
    assert rest.line == pacing.REST_WORDS


def test_every_shipped_exercise_begins_and_ends() -> None:
    for name in Library().names("techniques"):
        practice = pacing.begin(name, 0.0)
        assert practice.opening
        assert practice.stop_line
        for _ in practice.lines:
            practice = pacing.go_on(practice, 1e6)
        assert practice.is_done
