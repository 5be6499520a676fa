"""Which relay comes next: the other at once when one breaks, longer waits only after a whole round."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from holdspace.client.relays import FIRST_WAIT, LONGEST_WAIT, Relays
from holdspace.protocol.refusals import CLOSES, Close

A, B, C = "wss://a.example", "wss://b.example", "wss://c.example"
ABOUT_THE_CONNECTION = [Close.TOO_SLOW, Close.PROVE_AGAIN, Close.TOO_QUIET]
ABOUT_THE_RELAY = [Close.RESTARTING, Close.CROWDED, Close.NOT_SAVING]


@pytest.mark.parametrize("code", [0, 1006, *ABOUT_THE_RELAY])
def test_a_relay_that_breaks_is_left_for_the_next(code: int) -> None:
    relays = Relays([A, B, C], start=1)
    seen = []
    for _ in range(4):
        seen.append(relays.address)
        relays.failed(code)
    assert seen == [B, C, A, B]


@pytest.mark.parametrize("code", ABOUT_THE_CONNECTION)
def test_a_relay_that_says_come_back_is_left_when_it_says_so_twice(code: Close) -> None:
    relays = Relays([A, B])
    relays.failed(code)
    assert relays.address == A
    relays.failed(code)
    assert relays.address == B
    relays.failed(code)
    relays.served()
    relays.failed(code)
    assert relays.address == B


def test_every_close_that_says_come_back_has_been_thought_of() -> None:
    again = {code for code, answer in CLOSES.items() if answer.try_again}
    assert again == {*ABOUT_THE_CONNECTION, *ABOUT_THE_RELAY}


def test_waits_grow_by_the_round_and_begin_anew_after_a_good_connection() -> None:
    relays = Relays([A, B])
    waits = []
    for _ in range(6):
        relays.failed()
        waits.append(relays.wait(jitter=1.0))
    assert waits == [FIRST_WAIT * factor for factor in (1, 1, 2, 2, 4, 4)]
    relays.served()
    relays.failed()
    assert relays.wait(jitter=1.0) == FIRST_WAIT


@given(st.integers(0, 10_000), st.floats(0, 1, exclude_max=True), st.integers(1, 4))
def test_no_wait_is_too_long_or_none_at_all(failures: int, jitter: float, count: int) -> None:
    relays = Relays([f"wss://{number}.example" for number in range(count)])
    for _ in range(failures):
        relays.failed()
    assert FIRST_WAIT / 2 <= relays.wait(jitter) <= LONGEST_WAIT


def test_somebody_who_was_never_connected_hears_so_after_two_rounds() -> None:
    relays = Relays([A, B, C])
    for _ in range(5):
        relays.failed()
    assert not relays.is_hopeless
    relays.failed()
    assert relays.is_hopeless


def test_the_last_relay_is_never_struck_out() -> None:
    relays = Relays([A, B])
    assert relays.give_up()
    assert relays.address == B
    assert not relays.give_up()
    assert relays.address == B
