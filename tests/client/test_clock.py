"""Beats are about a second apart, and a program that is busy does not stand out by the longest."""

from random import Random
from statistics import fmean

from holdspace.client.clock import LONGEST, SHORTEST, beat_seconds


def test_a_beat_is_about_a_second() -> None:
    chance = Random(1)
    beats = [beat_seconds(chance.random()) for _ in range(10_000)]
    assert 0.97 < fmean(beats) < 1.03
    assert min(beats) >= SHORTEST
    assert max(beats) <= LONGEST
    assert beat_seconds(1 - 2**-53) == LONGEST


def test_the_longest_of_many_beats_is_longer_now_and_then_by_chance_alone() -> None:
    chance = Random(2)
    longest = sorted(max(beat_seconds(chance.random()) for _ in range(40)) for _ in range(200))
    # A tenth of a second, which a busy program may take, is within what is usual.
    assert longest[150] - longest[50] > 0.1
