"""What an operation costs, counted and not timed: it calls no primitive more often than it must."""

import cProfile
import gc
import tracemalloc
from collections.abc import Callable
from functools import cache

import pytest

from holdspace.protocol.mls import cipher_suite
from mls_floor import calls_made, model
from mls_ours import OurRoom, Work

MEMBERS = 8


@cache
def works(members: int) -> dict[str, Work]:
    return OurRoom(cipher_suite(0x0001), members).works()


@pytest.mark.parametrize("operation", works(MEMBERS))
def test_signatures_and_seals_are_those_the_rfc_demands(operation: str) -> None:
    made, demanded = calls_made(works(MEMBERS)[operation]), model(operation, MEMBERS)
    for name in ("sign", "verify"):
        assert made[name] == demanded.get(name, 0)
    assert made["exchange"] == demanded.get("seal", 0) + demanded.get("open", 0)


@pytest.mark.parametrize("operation", ["send 100 bytes", "receive 100 bytes", "export a secret"])
def test_a_message_costs_no_more_than_its_floor(operation: str) -> None:
    assert calls_made(works(MEMBERS)[operation]) == model(operation, MEMBERS)


def steps(work: Callable[[], object]) -> int:
    """Count every call that a piece of work makes."""
    profile = cProfile.Profile()
    profile.runcall(work)
    return sum(entry.callcount for entry in profile.getstats())


@pytest.mark.parametrize("operation", ["renew keys, warm tree", "follow a commit, warm tree"])
def test_staging_a_commit_does_not_grow_with_the_group(operation: str) -> None:
    # Three levels of the tree more, and eight times the members.
    assert steps(works(8 * MEMBERS)[operation]) < 2 * steps(works(MEMBERS)[operation])


def kept_by(work: Callable[[], object]) -> int:
    """Return the bytes that the outcome of a piece of work holds beyond what was there."""
    work()
    gc.collect()
    tracemalloc.start()
    try:
        before, _ = tracemalloc.get_traced_memory()
        outcome = work()
        gc.collect()
        after, _ = tracemalloc.get_traced_memory()
        del outcome
    finally:
        tracemalloc.stop()
    return after - before


@pytest.mark.parametrize("operation", ["renew keys, warm tree", "follow a commit, warm tree"])
def test_a_staged_commit_shares_the_group_it_is_beside(operation: str) -> None:
    assert kept_by(works(8 * MEMBERS)[operation]) < 2.5 * kept_by(works(MEMBERS)[operation])


@pytest.mark.parametrize("operation", ["send 100 bytes", "receive 100 bytes", "export a secret"])
def test_a_message_costs_the_same_in_every_group(operation: str) -> None:
    large, small = (steps(works(members)[operation]) for members in (8 * MEMBERS, MEMBERS))
    assert large - small <= 10
