"""Nobody waits for anybody while little comes; when much comes, it goes together, and soon."""

import pytest

from holdspace.server.turns import Turns


def played(turns: Turns, rate: float, seconds: float, start: float = 0.0) -> list[float]:
    """Let records come at a steady rate, and return how long each waited."""
    waits, turn_at = [], None
    coming = 0
    for number in range(int(rate * seconds)):
        now = start + number / rate
        if turn_at is not None and turn_at <= now:
            turns.end(coming, turn_at)
            turn_at, coming = None, 0
        if turn_at is None:
            turn_at = now + turns.wait(now)
        coming += 1
        waits.append(turn_at - now)
    return waits


@pytest.mark.parametrize("rate", [1, 50, 500, 1200])
def test_while_little_comes_nothing_waits(rate: float) -> None:
    assert set(played(Turns(), rate, 2.0)) == {0.0}


@pytest.mark.parametrize(("rate", "longest"), [(2000, 0.0015), (20_000, 0.003)])
def test_when_much_comes_it_waits_a_moment_and_goes_together(rate: float, longest: float) -> None:
    waits = played(Turns(), rate, 1.0)[int(rate * 0.1) :]
    assert longest / 4 < sum(waits) / len(waits) < longest
    assert longest - 1 / rate < max(waits) <= 1.1 * longest


def test_it_is_over_as_soon_as_little_comes_again() -> None:
    turns = Turns()
    played(turns, 10_000, 1.0)
    waits = played(turns, 20, 1.0, start=1.1)
    assert sum(wait > 0 for wait in waits) <= 1
