"""A small dose of `./dev batter` in every test run; how long anybody waits is for the command to say."""

from pathlib import Path
from random import Random

import pytest

from batter import MOST_GROWTH, Battering, flood, table, turns
from wrecks import WRECKS


@pytest.mark.long
async def test_nothing_malformed_kills_a_relay_or_fills_it(tmp_path: Path) -> None:
    battering = Battering()
    await flood(7_000, Random(1), tmp_path, battering)
    assert battering.frames >= 10_000
    assert {*WRECKS, "not_http", "unfounded"} == battering.sent.keys()
    assert battering.growth <= MOST_GROWTH
    assert battering.said > 0
    assert battering.relays == 1


@pytest.mark.long
async def test_people_are_answered_while_a_relay_with_limits_is_battered(tmp_path: Path) -> None:
    battering = Battering()
    await turns(0.2, 1, tmp_path, battering)
    assert battering.quiet
    assert battering.battered
    assert battering.turned_away > 0
    assert battering.frames > 0
    assert battering.relays == 1


def test_the_table_says_what_there_is_to_say() -> None:
    battering = Battering(quiet=[0.002] * 200, battered=[0.003] * 200, relays=2)
    battering.seconds, battering.seconds_waited = 20.0, 5.0
    battering.turned_away = 4321
    battering.sent["body"] = 1234
    said = table(battering)
    assert "body           1,234" in said
    assert "p99 1.50 times as long (2.0 and 3.0 ms" in said
    assert "2 of 2 relays lived" in said
    assert "4,321 connections turned away unheard" in said
    assert "for a processor in 25% of the time" in said
