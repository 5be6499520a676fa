"""The simulation itself: a small dose of it, that a seed is a meeting, and that it can fail."""

import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

import simulate
from disk import MemoryStore
from holdspace.protocol.meeting.events import Share
from holdspace.protocol.mls import CipherSuite, Protected
from holdspace.server.log.records import EntryAppended, EpochChanged, Record
from law import Law
from person import Person
from plan import Decision, Plan, shrink
from simulate import Job, Total, calm_plan, gone_on, jobs_of, plan_of, play, report, story_of
from simulation_journal import Journal, Line
from stub_mls import StubGroup
from world import World

DOSE = range(1, 4)
HERE = Path(__file__).parent


@pytest.mark.parametrize("seed", DOSE)
def test_whatever_breaks_all_agree_in_the_end(seed: int) -> None:
    result = World(plan_of(seed)).run()
    assert not result.law, result.words
    assert result.events > 20


@pytest.mark.parametrize("is_real", [False, True])
def test_a_seed_is_the_same_meeting_in_every_process_byte_for_byte(is_real: bool) -> None:
    plan = plan_of(7, seconds=8)
    here = World(plan, is_real=is_real).run()
    script = (
        f"import simulate; from world import World;"
        f"print(World(simulate.plan_of(7, seconds=8), is_real={is_real}).run().trace)"
    )
    for seed in ("4711",):
        there = subprocess.run(
            [sys.executable, "-c", script],
            env={"PYTHONHASHSEED": seed, "PYTHONPATH": str(HERE)},
            capture_output=True,
            text=True,
            check=True,
        )
        assert there.stdout.strip() == here.trace


def test_after_the_hosts_client_died_all_who_were_there_are_in_the_new_meeting() -> None:
    dies = (Decision(26.0, "client crash after it was sent", 0, 1), Decision(27.0, "say", 0, 1))
    plan = Plan(5, 5, 30.0, (Decision(14.0, "keep room", 0, 1), *dies), is_kept=True)
    world = World(plan)
    result = world.run()
    assert not result.law, result.words
    assert result.reached["client crash after it was sent"] == 1
    assert len(world.present) == 5


def test_junk_that_is_answered_late_is_not_taken_for_other_junk() -> None:
    """Seed 531: both asked under one number, so that the first answer was taken for the second's."""
    what = ((20.0, "slow reader"), (21.0, "undecryptable junk"), (33.0, "undecryptable junk"))
    decisions = tuple(Decision(at, fault, 1, salt) for salt, (at, fault) in enumerate(what))
    result = World(Plan(5, 3, 30.0, decisions)).run()
    assert not result.law, result.words
    assert result.reached["undecryptable junk"] == 2


def test_two_seeds_are_two_meetings() -> None:
    traces = {World(plan_of(seed, seconds=5)).run().trace for seed in (1, 2)}
    assert len(traces) == 2


def seq_of(record: Record) -> int:
    entry = record.commit if isinstance(record, EpochChanged) else record
    return entry.seq if isinstance(entry, EntryAppended) else 0


def test_a_relay_that_loses_what_it_acked_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    keep = MemoryStore.keep

    def forgetful(self: MemoryStore, records: list[Record]) -> bool:
        return keep(self, [one for one in records if seq_of(one) <= 20])

    monkeypatch.setattr(MemoryStore, "keep", forgetful)
    assert World(calm_plan(3)).run().law == "I1"


def test_a_client_that_reads_something_else_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    """Somebody's machine believes in one more share than there was."""
    hear = Law.stepped

    def misled(self: Law, person: Person) -> None:
        seat = person.seat
        if person.number == 2 and seat is not None and seat.state and seat.position.seq > 30:
            wrong = replace(seat, state=seat.state.with_one_more_spoken(seat.facts.identity))
            person.machine = replace(person.machine, seat=wrong)  # type: ignore[type-var]
        hear(self, person)

    monkeypatch.setattr(Law, "stepped", misled)
    assert World(calm_plan(3)).run().law == "I3"


def test_a_failing_plan_shrinks_to_what_matters() -> None:
    plan = plan_of(5)
    guilty = (plan.decisions[20], plan.decisions[90])

    def fails(smaller: object) -> bool:
        decisions: tuple[Decision, ...] = getattr(smaller, "decisions", ())
        return set(guilty) <= set(decisions)

    smallest = shrink(plan, fails)
    assert smallest.decisions == guilty
    assert smallest.people == 2


def test_a_broken_law_is_told_as_a_story(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(simulate, "_SHRINK_TRIES", 40)
    monkeypatch.setattr("law.CONTROLS", (*sys.modules["law"].CONTROLS, Share))
    plan = calm_plan(3)
    result = World(plan).run()
    assert result.law == "I6"
    told = [*story_of(plan, "I6")]
    assert "people and" in told[0]
    assert any("says something" in line for line in told)
    assert told[-1].startswith("  And so this does not hold: I6")


def test_what_was_reached_is_a_table() -> None:
    total = Total()
    for result in play(Job((6,), is_real=False)):
        total.add(result, is_real=False)
    lines = [*report(total)]
    assert lines[0].startswith("1 meetings (0 with real MLS)")
    assert any(line.strip().startswith("partition") for line in lines)


def test_a_run_that_was_stopped_goes_on_where_its_journal_ends(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "journal")
    played = [World(calm_plan(seed)).run() for seed in (1, 2)]
    for result in played:
        journal.write(Line.of(result, is_real=False))
    with (tmp_path / "journal").open("ab") as file:
        file.write(b'{"program": "of a line that was stopped')
    total, done = gone_on(journal)
    assert total.meetings == 2
    assert total.reached == played[0].reached + played[1].reached
    assert total.steps == sum(result.steps for result in played)
    assert [job.seeds for job in jobs_of(range(1, 6), range(2), done)] == [(0, 1), (3, 4), (5,)]
    assert [line.seed for line in journal.read()] == [1, 2]


def test_ml13_a_step_of_a_ratchet_taken_twice_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    """Somebody's client forgets that it used up a step, as one restored from a copy would."""
    protect = StubGroup.protect

    def forgetful(self: StubGroup, data: bytes, **options: Any) -> Protected:
        made = protect(self, data, **options)
        is_late = self.epoch > 2 and self.own_leaf_index == 1
        return replace(made, group=self) if is_late else made  # type: ignore[arg-type]

    monkeypatch.setattr(StubGroup, "protect", forgetful)
    assert World(calm_plan(3)).run().law == "I5"


def test_ml13_the_real_engine_uses_no_key_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    used: dict[tuple[bytes, bytes], bytes] = {}
    seal = CipherSuite.aead_seal

    def watching(
        self: CipherSuite, key: bytes, nonce: bytes, aad: bytes, plaintext: bytes
    ) -> bytes:
        assert used.setdefault((key, nonce), aad + plaintext) == aad + plaintext
        return seal(self, key, nonce, aad, plaintext)

    monkeypatch.setattr(CipherSuite, "aead_seal", watching)
    result = World(plan_of(101, 20.0), is_real=True).run()
    assert not result.law, result.words
    assert len(used) > 100
