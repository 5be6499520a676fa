"""One conformance suite for every log: what was reported saved is there, whole and in order."""

import asyncio
import os
import queue
import sqlite3
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from importlib import resources
from pathlib import Path

import msgspec
import pytest

from holdspace.server.log import Log, NotSaved, Outcome, Saved, UnusableLogError
from holdspace.server.log import records as r
from holdspace.server.log.copies import DATABASE
from holdspace.server.log.memory import MemoryLog
from holdspace.server.log.sqlite import SqliteLog
from relay_papers import Circle, id16

CIRCLE = Circle()
PATIENCE = 20.0


@dataclass
class Bench:
    """A log with what it reported, that can be opened again."""

    make: Callable[[], Log]
    outcomes: "queue.Queue[Outcome]" = field(default_factory=queue.Queue)
    tickets: int = 0

    def __post_init__(self) -> None:
        self.open()

    def open(self) -> None:
        self.log = self.make()
        self.kept = self.log.load()
        asyncio.run(self.log.start(self.outcomes.put))

    def reopen(self) -> r.Kept:
        asyncio.run(self.log.close())
        self.open()
        return self.kept

    def submit(self, *records: r.Record) -> list[int]:
        tickets = []
        for record in records:
            self.tickets += 1
            tickets.append(self.tickets)
            self.log.submit(self.tickets, record)
        return tickets

    def saved(self, *records: r.Record) -> None:
        """Submit records and wait until every one is reported saved."""
        expected = self.submit(*records)
        reported: list[int] = []
        while len(reported) < len(expected):
            outcome = self.outcomes.get(timeout=PATIENCE)
            assert isinstance(outcome, Saved)
            reported += outcome.tickets
        assert reported == expected

    def read(self, after: int = 0, up_to: int = 1000, max_weight: int = 10**9) -> list[r.LogEntry]:
        return [*asyncio.run(self.log.read(CIRCLE.meeting, after, up_to, max_weight=max_weight))]


@pytest.fixture(params=["memory", "sqlite"])
def bench(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Bench]:
    in_memory = MemoryLog()
    bench = Bench(
        (lambda: in_memory) if request.param == "memory" else (lambda: SqliteLog(tmp_path))
    )
    yield bench
    asyncio.run(bench.log.close())


def opened(circle: Circle = CIRCLE, expires_minute: int = 100) -> r.RoomOpened:
    return r.RoomOpened(
        room=circle.room, root_key=circle.root.public, expires_minute=expires_minute
    )


def begun(circle: Circle = CIRCLE, replaces: bytes | None = None) -> r.MeetingBegun:
    return r.MeetingBegun(
        room=circle.room,
        meeting=circle.meeting,
        access_key=circle.access(0).public,
        slots=circle.slots,
        expires_minute=200,
        replaces=replaces,
    )


def entry(seq: int, words: str = "", *, expires_minute: int | None = None) -> r.EntryAppended:
    return r.EntryAppended(
        meeting=CIRCLE.meeting,
        seq=seq,
        epoch=0,
        message_id=id16("message", seq),
        payload=(words or f"words {seq}").encode(),
        cost=1000 + seq,
        expires_minute=expires_minute,
    )


def changed(seq: int, *, who: str = "newcomer") -> r.EpochChanged:
    return r.EpochChanged(
        commit=entry(seq, "commit"),
        access_key=CIRCLE.access(1).public,
        slots=CIRCLE.slots[::-1],
        welcomes=(welcome(seq, who),),
    )


def welcome(seq: int, who: str = "newcomer") -> r.WelcomeKept:
    return r.WelcomeKept(
        room=CIRCLE.room,
        meeting=CIRCLE.meeting,
        knock=id16("knock", who),
        knock_key=CIRCLE.knock_key.public,
        seq=seq,
        sealed=b"sealed welcome",
        expires_minute=150,
    )


def invited(card: bytes = b"card") -> r.InvitationPut:
    return r.InvitationPut(
        room=CIRCLE.room, knock_key=CIRCLE.knock_key.public, card=card, expires_minute=300
    )


class TestKeeping:
    def test_a_new_log_is_empty(self, bench: Bench) -> None:
        assert bench.kept == r.Kept()
        assert bench.read() == []

    def test_entries_come_back_whole_and_in_order(self, bench: Bench) -> None:
        bench.saved(opened(), begun(), *(entry(seq) for seq in range(1, 101)))
        assert [one.seq for one in bench.read()] == list(range(1, 101))
        assert bench.read(41, 43) == [
            r.LogEntry(42, 0, False, b"words 42"),
            r.LogEntry(43, 0, False, b"words 43"),
        ]

    def test_reading_stops_at_a_weight_but_always_goes_on(self, bench: Bench) -> None:
        bench.saved(opened(), begun(), *(entry(seq) for seq in range(1, 11)))
        assert [one.seq for one in bench.read(max_weight=3 * 1024)] == [1, 2, 3]
        assert [one.seq for one in bench.read(after=3, max_weight=0)] == [4]

    def test_reading_leaves_nothing_out_for_being_heavy(self, bench: Bench) -> None:
        heavy = entry(2, "x" * 9000)
        bench.saved(opened(), begun(), entry(1), heavy, entry(3))
        assert [one.seq for one in bench.read(max_weight=4 * 1024)] == [1]
        assert [one.seq for one in bench.read(after=1, max_weight=4 * 1024)] == [2]

    def test_each_meeting_has_its_own_entries_after_a_restart(self, bench: Bench) -> None:
        other = Circle("other")
        theirs = msgspec.structs.replace(entry(1), meeting=other.meeting, cost=7)
        bench.saved(opened(), begun(), opened(other), begun(other), entry(1), entry(2), theirs)
        kept = {one.meeting: (one.head, one.cost) for one in bench.reopen().meetings}
        assert kept == {CIRCLE.meeting: (2, 2003), other.meeting: (1, 7)}

    def test_thousands_at_once_are_saved_each_once_and_in_their_order(self, bench: Bench) -> None:
        bench.saved(opened(), begun())
        bench.log.submit_all([(10_000 + seq, entry(seq)) for seq in range(1, 2501)])
        reported: list[int] = []
        while len(reported) < 2500:
            outcome = bench.outcomes.get(timeout=PATIENCE)
            assert isinstance(outcome, Saved)
            reported += outcome.tickets
        assert reported == list(range(10_001, 12_501))
        assert len(bench.read(up_to=3000)) == 2500

    def test_everything_is_there_after_a_restart(self, bench: Bench) -> None:
        bench.saved(
            opened(), begun(), invited(), entry(1), changed(2), entry(3, expires_minute=999)
        )
        before = bench.read()
        kept = bench.reopen()
        assert kept == r.Kept(
            rooms=(opened(),),
            meetings=(
                r.MeetingKept(
                    room=CIRCLE.room,
                    meeting=CIRCLE.meeting,
                    epochs=(
                        r.EpochKept(CIRCLE.access(0).public, 0),
                        r.EpochKept(CIRCLE.access(1).public, 2),
                    ),
                    slots=CIRCLE.slots[::-1],
                    head=3,
                    cost=3006,
                    message_ids={id16("message", seq): seq for seq in (1, 2, 3)},
                    expires_minute=999,
                ),
            ),
            invitations=(invited(),),
            welcomes=(welcome(2),),
        )
        assert bench.read() == before
        assert [one.is_commit for one in before] == [False, True, False]

    def test_a_room_keeps_the_code_it_was_last_opened_with(self, bench: Bench) -> None:
        codes = [CIRCLE.slot(0).public, CIRCLE.slot(1).public]
        rooms = [msgspec.structs.replace(opened(), code=code) for code in codes]
        bench.saved(*rooms)
        assert bench.reopen().rooms == (rooms[1],)

    def test_a_room_opened_again_keeps_its_meeting(self, bench: Bench) -> None:
        bench.saved(opened(), begun(), invited(), opened(expires_minute=500))
        kept = bench.reopen()
        assert [room.expires_minute for room in kept.rooms] == [500]
        assert len(kept.meetings) == len(kept.invitations) == 1

    def test_an_invitation_put_again_is_the_newer_one(self, bench: Bench) -> None:
        bench.saved(opened(), invited(b"old"), invited(b"new"))
        assert bench.reopen().invitations == (invited(b"new"),)

    def test_many_threads_can_read_while_it_writes(self, bench: Bench) -> None:
        bench.saved(opened(), begun())
        seen: list[int] = []
        readers = [
            threading.Thread(target=lambda: seen.append(len(bench.read()))) for _ in range(8)
        ]
        for reader in readers:
            reader.start()
        bench.saved(*(entry(seq) for seq in range(1, 201)))
        for reader in readers:
            reader.join()
        assert all(0 <= number <= 200 for number in seen)
        assert len(bench.read()) == 200


class TestDeleting:
    def test_a_closed_meeting_is_gone_and_its_room_stays(self, bench: Bench) -> None:
        bench.saved(opened(), begun(), entry(1), changed(2))
        bench.saved(r.MeetingClosed(meeting=CIRCLE.meeting))
        assert bench.read() == []
        assert bench.reopen() == r.Kept(rooms=(opened(),))

    def test_a_new_meeting_replaces_the_one_before(self, bench: Bench) -> None:
        later = Circle(CIRCLE.name, time=2)
        bench.saved(opened(), begun(), entry(1), begun(later, replaces=CIRCLE.meeting))
        assert bench.read() == []
        (meeting,) = bench.reopen().meetings
        assert (meeting.meeting, meeting.head, meeting.cost) == (later.meeting, 0, 0)

    def test_a_revoked_invitation_is_gone(self, bench: Bench) -> None:
        revoked = r.InvitationRevoked(room=CIRCLE.room, knock_key=CIRCLE.knock_key.public)
        bench.saved(opened(), invited(), revoked)
        assert bench.reopen().invitations == ()

    def test_a_forgotten_room_takes_its_own_invitations_along(self, bench: Bench) -> None:
        other = Circle("other")
        theirs = msgspec.structs.replace(invited(), room=other.room)
        bench.saved(opened(), invited(), opened(other), theirs)
        bench.saved(r.Forgotten(rooms=(other.room,)))
        assert bench.reopen().invitations == (invited(),)

    def test_what_ran_out_is_gone_and_nothing_else(self, bench: Bench) -> None:
        other = Circle("other")
        bench.saved(opened(), begun(), invited(), changed(1), opened(other), begun(other))
        bench.saved(
            r.Forgotten(
                invitations=((CIRCLE.room, CIRCLE.knock_key.public),),
                welcomes=((CIRCLE.room, id16("knock", "newcomer")),),
                meetings=(other.meeting,),
            )
        )
        kept = bench.reopen()
        assert (kept.invitations, kept.welcomes) == ((), ())
        assert [one.meeting for one in kept.meetings] == [CIRCLE.meeting]
        bench.saved(r.Forgotten(rooms=(CIRCLE.room, other.room)))
        assert bench.reopen() == r.Kept()
        assert bench.read() == []


class TestFailing:
    @pytest.mark.parametrize(
        "impossible",
        [entry(3), r.EpochChanged(commit=entry(7), access_key=b"k" * 32, slots=CIRCLE.slots)],
    )
    def test_an_entry_that_would_leave_a_gap_is_not_saved(
        self, bench: Bench, impossible: r.Record
    ) -> None:
        bench.saved(opened(), begun(), entry(1))
        bench.submit(impossible)
        assert bench.outcomes.get(timeout=PATIENCE) == NotSaved()
        bench.log.resume()
        bench.saved(entry(2))
        assert [one.seq for one in bench.read()] == [1, 2]
        assert len(bench.reopen().meetings[0].epochs) == 1

    def test_after_a_failure_nothing_counts_until_the_relay_resumes(self, bench: Bench) -> None:
        bench.saved(opened(), begun(), entry(1))
        bench.submit(entry(9))
        assert bench.outcomes.get(timeout=PATIENCE) == NotSaved()
        bench.submit(entry(2, "void"), entry(3, "void"))
        bench.log.resume()
        bench.saved(entry(2, "counts"))
        assert bench.outcomes.empty()
        assert [one.payload for one in bench.read(after=1)] == [b"counts"]

    def test_entries_of_a_meeting_that_is_not_there_are_not_saved(self, bench: Bench) -> None:
        bench.submit(entry(1))
        assert bench.outcomes.get(timeout=PATIENCE) == NotSaved()


class TestSqlite:
    """What only a file can have: an owner, a version, damage, an end of the disk."""

    def test_every_commit_is_synced_before_it_is_reported(self, tmp_path: Path) -> None:
        log = SqliteLog(tmp_path)
        settings = {
            name: log._writes.execute(f"PRAGMA {name}").fetchone()[0]
            for name in ("journal_mode", "synchronous", "secure_delete", "foreign_keys")
        }
        asyncio.run(log.close())
        assert settings == {
            "journal_mode": "wal",
            "synchronous": 2,
            "secure_delete": 1,
            "foreign_keys": 1,
        }

    def test_a_full_disk_is_not_saved_and_got_over(self, tmp_path: Path) -> None:
        bench = Bench(lambda: SqliteLog(tmp_path))
        assert isinstance(bench.log, SqliteLog)
        bench.saved(opened(), begun(), entry(1))
        pages = bench.log._writes.execute("PRAGMA page_count").fetchone()[0]
        bench.log._writes.execute(f"PRAGMA max_page_count={pages}")
        bench.submit(entry(2, "x" * 50_000))
        assert bench.outcomes.get(timeout=PATIENCE) == NotSaved()
        bench.log._writes.execute("PRAGMA max_page_count=1000000")
        bench.log.resume()
        bench.saved(entry(2, "y" * 50_000))
        assert [one.payload[:1] for one in bench.read()] == [b"w", b"y"]
        asyncio.run(bench.log.close())

    def test_records_that_queue_up_share_a_commit(self, tmp_path: Path) -> None:
        bench = Bench(lambda: SqliteLog(tmp_path))
        bench.saved(opened(), begun())
        tickets = bench.submit(*(entry(seq) for seq in range(1, 501)))
        batches: list[tuple[int, ...]] = []
        while sum(map(len, batches)) < 500:
            outcome = bench.outcomes.get(timeout=PATIENCE)
            assert isinstance(outcome, Saved)
            batches.append(outcome.tickets)
        asyncio.run(bench.log.close())
        assert [ticket for batch in batches for ticket in batch] == tickets
        assert len(batches) < 250

    def test_closing_saves_what_was_submitted(self, tmp_path: Path) -> None:
        bench = Bench(lambda: SqliteLog(tmp_path))
        bench.submit(opened(), begun(), *(entry(seq) for seq in range(1, 51)))
        bench.reopen()
        assert len(bench.read()) == 50
        asyncio.run(bench.log.close())

    def test_rooms_of_version_1_were_opened_without_a_code(self, tmp_path: Path) -> None:
        schema = resources.files("holdspace.server") / "schema"
        asyncio.run(SqliteLog(tmp_path, [(schema / "1.sql").read_text("utf-8")]).close())
        database = sqlite3.connect(tmp_path / DATABASE)
        row = (CIRCLE.room, CIRCLE.root.public, 100)
        database.execute("INSERT INTO room VALUES (?, ?, ?)", row)
        database.commit()
        database.close()
        log = SqliteLog(tmp_path)
        assert log.load().rooms == (opened(),)
        asyncio.run(log.close())

    def test_a_newer_database_is_refused_untouched(self, tmp_path: Path) -> None:
        asyncio.run(SqliteLog(tmp_path).close())
        with_version(tmp_path, 9)
        before = (tmp_path / DATABASE).read_bytes()
        with pytest.raises(UnusableLogError, match=r"newer relay\. Nothing was changed\."):
            SqliteLog(tmp_path)
        assert (tmp_path / DATABASE).read_bytes() == before

    def test_an_older_database_is_brought_up_to_date(self, tmp_path: Path) -> None:
        steps = ["CREATE TABLE one (a)", "CREATE TABLE two (b)"]
        asyncio.run(SqliteLog(tmp_path, steps[:1]).close())
        asyncio.run(SqliteLog(tmp_path, steps).close())
        database = sqlite3.connect(tmp_path / DATABASE)
        assert database.execute("PRAGMA user_version").fetchone() == (2,)
        assert database.execute("SELECT count(*) FROM sqlite_schema").fetchone() == (2,)
        database.close()

    def test_a_step_that_fails_leaves_the_version_before(self, tmp_path: Path) -> None:
        steps = ["CREATE TABLE one (a)", "CREATE TABLE two (b); CREATE TABLE one (again)"]
        asyncio.run(SqliteLog(tmp_path, steps[:1]).close())
        with pytest.raises(UnusableLogError):
            SqliteLog(tmp_path, steps)
        asyncio.run(SqliteLog(tmp_path, steps[:1]).close())

    @pytest.mark.parametrize("content", [b"This is a shopping list.\n" * 200, bytes(4096)])
    def test_a_file_that_is_no_database_is_refused_untouched(
        self, tmp_path: Path, content: bytes
    ) -> None:
        (tmp_path / DATABASE).write_bytes(content)
        with pytest.raises(UnusableLogError, match="Nothing was changed"):
            SqliteLog(tmp_path)
        assert (tmp_path / DATABASE).read_bytes() == content

    def test_another_programs_database_is_refused(self, tmp_path: Path) -> None:
        database = sqlite3.connect(tmp_path / DATABASE)
        database.executescript("CREATE TABLE theirs (a); PRAGMA user_version=1")
        database.close()
        before = (tmp_path / DATABASE).read_bytes()
        with pytest.raises(UnusableLogError, match="belongs to another program"):
            SqliteLog(tmp_path)
        assert (tmp_path / DATABASE).read_bytes() == before

    def test_damage_is_found_before_anybody_is_let_in(self, tmp_path: Path) -> None:
        bench = Bench(lambda: SqliteLog(tmp_path))
        bench.saved(opened(), begun(), *(entry(seq, "x" * 3000) for seq in range(1, 50)))
        asyncio.run(bench.log.close())
        with (tmp_path / DATABASE).open("r+b") as file:
            file.seek(40_000)
            file.write(b"\xff" * 20_000)
        log = SqliteLog(tmp_path)
        with pytest.raises(
            UnusableLogError, match=r"damaged.*Nothing was changed.*Move the folder"
        ):
            log.load()
        asyncio.run(log.close())

    def test_damage_that_nothing_at_the_start_would_come_to_is_found_too(
        self, tmp_path: Path
    ) -> None:
        bench = Bench(lambda: SqliteLog(tmp_path))
        bench.saved(opened(), begun(), entry(1, "x" * 60_000))
        asyncio.run(bench.log.close())
        content = (tmp_path / DATABASE).read_bytes()
        pages = range(0, len(content), 4096)
        inside = next(at for at in pages if content[at + 4 : at + 4096] == b"x" * 4092)
        with (tmp_path / DATABASE).open("r+b") as file:
            file.seek(inside)
            file.write(b"\xff" * 4)
        log = SqliteLog(tmp_path)
        with pytest.raises(UnusableLogError, match="damaged"):
            log.load()
        with pytest.raises(UnusableLogError, match="damaged"):
            asyncio.run(log.read(CIRCLE.meeting, 0, 1, max_weight=1))
        asyncio.run(log.close())

    @pytest.mark.parametrize("content", [b"shopping " * 500, b""])
    def test_a_folder_that_was_no_use_can_be_used_when_it_is_empty(
        self, tmp_path: Path, content: bytes
    ) -> None:
        if content:
            (tmp_path / DATABASE).write_bytes(content)
        else:
            asyncio.run(SqliteLog(tmp_path).close())
            with_version(tmp_path, 99)
        with pytest.raises(UnusableLogError) as refused:
            SqliteLog(tmp_path)
        (tmp_path / DATABASE).unlink()
        asyncio.run(SqliteLog(tmp_path).close())
        assert "Nothing was changed" in str(refused.value)

    def test_the_names_of_a_new_relays_files_are_made_durable(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        synced: list[int] = []
        monkeypatch.setattr(os, "fsync", lambda opened: synced.append(os.fstat(opened).st_ino))
        folder = tmp_path / "relay"
        asyncio.run(SqliteLog(folder).close())
        assert folder.stat().st_ino in synced

    def test_no_transaction_has_no_end(self, tmp_path: Path) -> None:
        log = SqliteLog(tmp_path)
        log.submit_all([(seq, entry(seq)) for seq in range(1, 2501)])
        assert [len(log._next_batch(0.0)[0].asked) for _ in range(3)] == [1024, 1024, 452]
        asyncio.run(log.close())

    def test_a_log_that_is_closed_reads_no_more(self, tmp_path: Path) -> None:
        log = SqliteLog(tmp_path)
        asyncio.run(log.read(CIRCLE.meeting, 0, 1, max_weight=1))
        asyncio.run(log.close())
        with pytest.raises(RuntimeError, match="shutdown"):
            log._reader.submit(print)

    def test_two_relays_never_share_a_folder(self, tmp_path: Path) -> None:
        first = SqliteLog(tmp_path)
        with pytest.raises(UnusableLogError, match="Another relay is using"):
            SqliteLog(tmp_path)
        asyncio.run(first.close())
        asyncio.run(SqliteLog(tmp_path).close())

    def test_a_folder_that_is_a_file_is_said_so(self, tmp_path: Path) -> None:
        (tmp_path / "taken").touch()
        with pytest.raises(UnusableLogError, match="Choose another folder"):
            SqliteLog(tmp_path / "taken")


def with_version(folder: Path, version: int) -> None:
    database = sqlite3.connect(folder / DATABASE)
    database.execute(f"PRAGMA user_version={version}")
    database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    database.close()
