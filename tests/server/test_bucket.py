"""A token bucket lets through what it promises, and no more over any stretch of time."""

from hypothesis import given
from hypothesis import strategies as st

from holdspace.server.bucket import Bucket


def test_a_burst_passes_and_then_the_rate_holds() -> None:
    bucket = Bucket.full(10.0, 3.0, now=0.0)
    assert [bucket.take(1, 0.0) for _ in range(5)] == [0.0, 0.0, 0.0, 0.1, 0.2]


def test_time_fills_it_up_to_the_burst() -> None:
    bucket = Bucket.full(10.0, 3.0, now=0.0)
    bucket.take(3, 0.0)
    assert bucket.take(1, 0.1) == 0.0
    assert bucket.take(4, 1000.0) == 0.1


def test_a_clock_that_goes_back_gives_nothing() -> None:
    bucket = Bucket.full(10.0, 1.0, now=100.0)
    assert bucket.take(1, 100.0) == 0.0
    assert bucket.take(1, 50.0) == 0.1


@given(st.lists(st.tuples(st.floats(0, 5), st.floats(0.1, 20)), max_size=60))
def test_who_waits_as_told_never_exceeds_burst_and_rate(
    asked: list[tuple[float, float]],
) -> None:
    bucket, now, taken = Bucket.full(10.0, 20.0, now=0.0), 0.0, 0.0
    for pause, amount in asked:
        now += pause
        wait = bucket.take(amount, now)
        taken += amount
        now += wait
        assert taken <= 20.0 + 10.0 * now + 1e-6


def test_what_is_not_there_is_not_taken_by_asking() -> None:
    bucket = Bucket.full(1.0, 5.0, 100.0)
    assert bucket.has(5, 100.0)
    bucket.take(5, 100.0)
    assert not bucket.has(1, 100.0)
    assert not bucket.has(1, 100.0 + 0.5)
    assert bucket.has(1, 100.0 + 1)


def test_asking_twice_at_one_moment_makes_nothing_more() -> None:
    bucket = Bucket.full(1.0, 5.0, 100.0)
    bucket.take(5, 100.0)
    assert [bucket.has(2, 101.0) for _ in range(3)] == [False] * 3
    assert bucket.has(2, 102.0)


def test_time_that_was_counted_is_not_counted_again() -> None:
    bucket = Bucket.full(10.0, 3.0, now=0.0)
    bucket.take(3, 1.0)
    assert bucket.take(1, 1.0) == 0.1


def test_what_was_taken_comes_back_at_its_rate() -> None:
    bucket = Bucket.full(2.0, 10.0, now=100.0)
    assert bucket.take(10, 100.0) == 0.0
    assert bucket.take(6, 101.0) == 2.0
