"""What the program asks of what it runs on, for the time of its start and after."""

import gc
from collections.abc import Iterator

import pytest

from holdspace.client.process import run_evenly, start_quickly


@pytest.fixture(autouse=True)
def collector() -> Iterator[None]:
    before = gc.get_threshold()
    yield
    gc.set_threshold(*before)
    gc.unfreeze()


def test_no_garbage_is_looked_for_while_everything_is_loaded() -> None:
    start_quickly()
    # More than the room and all of Textual are made of.
    assert gc.get_threshold()[0] > 100_000


def test_afterwards_it_is_looked_for_a_little_at_a_time_and_not_in_what_is_there() -> None:
    start_quickly()
    run_evenly()
    assert gc.get_threshold()[0] < 20_000
    assert gc.get_freeze_count() > len(gc.get_objects())
