"""The quiet clock: the same moments in both front ends, without a minute in them (D8)."""

from collections.abc import Iterator
from dataclasses import replace

import pytest

import screen_samples as sample
from holdspace.client.care import soft_time
from holdspace.client.plain.answers import clock
from holdspace.client.plain.asked import Asked
from holdspace.client.plain.narrator import time_line
from holdspace.client.tui.clock import left_words, progress

STAGE = replace(sample.ROOM, stage_started=0.0, stage_seconds=600)


@pytest.fixture
def quiet() -> Iterator[None]:
    soft_time.use_quiet_clock(is_quiet=True)
    yield
    soft_time.use_quiet_clock(is_quiet=False)


@pytest.mark.parametrize(
    ("now", "words"),
    [
        (10.0, soft_time.EARLY),
        (300.0, soft_time.MIDWAY),
        (500.0, soft_time.NEAR_THE_END),
        (900.0, soft_time.NEAR_THE_END),
    ],
)
@pytest.mark.usefixtures("quiet")
def test_parts_stand_in_for_minutes(now: float, words: str) -> None:
    assert left_words(STAGE, now) == words
    assert list(clock(Asked(STAGE, now))) == [f"time: {words.capitalize()}."]
    assert progress(STAGE, now, 9) == ()


@pytest.mark.usefixtures("quiet")
def test_the_marks_are_told_without_minutes() -> None:
    assert time_line(STAGE, 299.0, 301.0) == "time: Midway."
    assert time_line(STAGE, 539.0, 541.0) == "time: Near the end."
    assert time_line(STAGE, 100.0, 101.0) == ""


def test_without_the_setting_minutes_are_told() -> None:
    assert "min left" in left_words(STAGE, 10.0)
