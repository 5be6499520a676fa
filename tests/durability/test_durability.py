"""A small dose of `./dev durability` in every test run, and proof that it would see what is wrong."""

import random
from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest

import clusters
import durability
from cuts import cut, cuts, record
from holdspace.server.log import UnusableLogError
from nats_cluster import server_program
from tracing import strace
from trials import Trial, damages, full_disks, histories, kills

needs_strace = pytest.mark.skipif(strace() is None, reason="there is no strace on this machine")
DOSES: dict[str, tuple[Trial, int]] = {
    "histories": (partial(histories, acts=600), 1),
    "kills": (kills, 2),
    "full disks": (full_disks, 2),
    "damages": (partial(damages, acts=300), 10),
}


async def dose(trial: Trial, folder: Path, number: int) -> Counter[str]:
    counts: Counter[str] = Counter()
    async for more in trial(folder, number, random.Random(1)):
        counts += more
    return counts


@pytest.mark.parametrize("name", DOSES)
async def test_what_was_acknowledged_is_there_once_and_in_its_place(
    tmp_path: Path, name: str
) -> None:
    trial, number = DOSES[name]
    counts = await dose(trial, tmp_path, number)
    assert counts["times"] == number
    assert name == "damages" or counts["acknowledged"] > 50


@pytest.mark.skipif(server_program() is None, reason="there is no NATS server in the lock here")
@pytest.mark.long
async def test_a_node_of_a_cluster_is_cut_off_and_nobody_loses_anything(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(clusters, "ALL", (clusters.a_node_is_cut_off,))
    counts = await dose(clusters.clusters, tmp_path, 1)
    assert counts["acknowledged"] > 20


@needs_strace
async def test_power_may_go_at_any_moment(tmp_path: Path) -> None:
    counts = await dose(partial(cuts, acts=120), tmp_path, 12)
    assert (counts["times"], counts["after_an_answer"]) == (12, 6)
    assert counts["syncs"] > 10


@pytest.mark.long
@needs_strace
@pytest.mark.parametrize("forgotten", [{"fdatasync"}, {"fsync"}])
async def test_a_relay_that_does_not_sync_what_it_answers_is_seen(
    tmp_path: Path, forgotten: set[str]
) -> None:
    recording = await record(tmp_path, 1, 120)
    unsynced = [one for one in recording.moments if one.call.name not in forgotten]
    careless = replace(recording, moments=unsynced)
    # Lost entries, or a database that is not one any more: what the disk forgot decides.
    with pytest.raises((AssertionError, UnusableLogError), match=r"were promised|damaged"):
        async for _ in cut(careless, 10, random.Random(1)):
            pass


async def ten(_folder: Path, number: int, _chance: random.Random) -> AsyncIterator[Counter[str]]:
    for _ in range(number):
        yield Counter(times=1, acknowledged=10)


async def lost(_folder: Path, number: int, _chance: random.Random) -> AsyncIterator[Counter[str]]:
    assert number < 0, "It is nowhere."
    yield Counter()


def test_what_came_of_it_is_a_table(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(durability, "TRIALS", {"tens": (ten, 1, "ten"), "lost": (lost, 1, "lost")})
    assert durability.main(["--tens", "3"]) == 0
    said = capsys.readouterr().out
    assert "tens: 3 of 3" in said
    assert said.endswith("30 acknowledged\nAcknowledged entries lost, doubled or reordered: 0.\n")
    assert durability.main([]) == 1
    assert "lost: FOUND: It is nowhere." in capsys.readouterr().out
