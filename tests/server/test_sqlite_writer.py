"""A long meeting is gone at once, and its bytes soon after, without anybody else waiting for it."""

import asyncio
import os
import sqlite3
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from msgspec.structs import replace

from holdspace.protocol.frames import SLOT_COUNT
from holdspace.server.limits import MIB
from holdspace.server.log.copies import DATABASE, back_up
from holdspace.server.log.records import (
    EntryAppended,
    Forgotten,
    MeetingBegun,
    MeetingClosed,
    RoomOpened,
)
from holdspace.server.log.sqlite import SqliteLog
from holdspace.server.log.sqlite_file import open_database, schema_steps
from holdspace.server.log.sqlite_writer import Writer
from holdspace.server.log.sqlite_writer import _as_many_as_may_go as as_many_as_may_go

PATIENCE = 20.0
FAR = 2**31
CANARY = b"sealed canary words"


def opened(name: int) -> RoomOpened:
    return RoomOpened(room=bytes([name] * 16), root_key=bytes(32), expires_minute=FAR)


def begun(name: int, replaces: int | None = None) -> MeetingBegun:
    return MeetingBegun(
        room=bytes([name] * 16),
        meeting=bytes([name + (replaces or 0)] * 16),
        access_key=bytes(32),
        slots=(bytes(32),) * SLOT_COUNT,
        expires_minute=FAR,
        replaces=None if replaces is None else bytes([name] * 16),
    )


def entry(meeting: int, seq: int, size: int = 600) -> EntryAppended:
    return EntryAppended(
        meeting=bytes([meeting] * 16),
        seq=seq,
        epoch=0,
        message_id=os.urandom(16),
        payload=(CANARY * (size // len(CANARY) + 1))[:size],
        cost=1024 + size,
    )


@pytest.fixture
def database(tmp_path: Path) -> Iterator[sqlite3.Connection]:
    opened_here = open_database(tmp_path, schema_steps())
    yield opened_here
    opened_here.close()


def count(database: sqlite3.Connection, table: str = "entry") -> int:
    number: int = database.execute(f"SELECT count(*) FROM {table}").fetchone()[0]  # noqa: S608
    return number


def erase_all(writer: Writer) -> int:
    """Erase until nothing is left, and return in how many steps."""
    steps = 0
    while writer.has_erased:
        writer.erase()
        steps += 1
        assert steps < 1000
    return steps


def test_entries_of_many_sizes_of_batches_are_all_there(database: sqlite3.Connection) -> None:
    writer = Writer(database)
    writer.write([opened(1), begun(1)])
    seq = 0
    for size in (1, 2, 3, 64, 65, 127, 200):
        writer.write([entry(1, seq + number) for number in range(1, size + 1)])
        seq += size
    assert count(database) == seq
    with pytest.raises(LookupError, match="gap"):
        writer.write([entry(1, seq + 1), entry(1, seq + 3)])
    assert count(database) == seq
    writer.write([entry(1, seq + 1)])


def test_of_many_entries_all_are_kept_or_none(database: sqlite3.Connection) -> None:
    writer = Writer(database)
    writer.write([opened(1), begun(1)])
    pages = database.execute("PRAGMA page_count").fetchone()[0]
    database.execute(f"PRAGMA max_page_count={pages + 30}")
    many = [entry(1, seq) for seq in range(1, 66)]
    with pytest.raises(sqlite3.Error):
        writer.write([*many, entry(1, 66, MIB)])
    assert count(database) == 0
    writer.write(many)
    assert count(database) == 65


def test_words_that_come_with_the_end_of_their_meeting_are_gone_with_it(
    database: sqlite3.Connection,
) -> None:
    writer = Writer(database)
    writer.write([opened(1), begun(1)])
    writer.write([entry(1, 1), MeetingClosed(meeting=bytes([1] * 16))])
    erase_all(writer)
    assert count(database) == 0


def test_erasing_that_fails_holds_nobody_up(
    database: sqlite3.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail() -> None:
        raise sqlite3.OperationalError

    writer = Writer(database)
    monkeypatch.setattr(writer, "_erase", fail)
    with pytest.raises(sqlite3.OperationalError):
        writer.erase()
    assert not database.in_transaction
    writer.write([opened(1)])


def test_a_short_meeting_is_erased_in_the_transaction_that_deletes_it(
    database: sqlite3.Connection,
) -> None:
    writer = Writer(database)
    writer.write([opened(1), begun(1), *(entry(1, seq) for seq in range(1, 101))])
    writer.write([MeetingClosed(meeting=bytes([1] * 16))])
    assert (count(database), count(database, "doomed")) == (0, 0)
    assert writer.has_erased
    assert not writer.has_doomed


@pytest.mark.parametrize(("entries", "size", "steps"), [(1000, 600, 4), (40, 60_000, 3)])
def test_a_long_meeting_is_erased_in_steps(
    tmp_path: Path, database: sqlite3.Connection, entries: int, size: int, steps: int
) -> None:
    writer = Writer(database)
    writer.write([opened(1), begun(1), opened(2), begun(2), entry(2, 1)])
    writer.write([entry(1, seq, size) for seq in range(1, entries + 1)])
    writer.write([MeetingClosed(meeting=bytes([1] * 16))])
    assert entries > count(database) > entries // 2
    # Others write meanwhile, also the next meeting of the same room.
    writer.write([entry(2, 2), begun(1), entry(1, 1)])
    assert erase_all(writer) >= steps
    assert count(database) == 3
    writer.write([Forgotten(rooms=(bytes([1] * 16), bytes([2] * 16)))])
    erase_all(writer)
    assert count(database) == 0
    for file in tmp_path.iterdir():
        assert CANARY not in file.read_bytes()


def test_meetings_deleted_together_are_all_erased(database: sqlite3.Connection) -> None:
    writer = Writer(database)
    for name in (1, 2, 3):
        writer.write([opened(name), begun(name)])
        writer.write([entry(name, seq) for seq in range(1, 301)])
    writer.write([Forgotten(meetings=(bytes([1] * 16), bytes([3] * 16)))])
    erase_all(writer)
    assert count(database) == 300
    assert count(database, "doomed") == 0


def test_a_backup_holds_nothing_that_is_deleted(
    tmp_path: Path, database: sqlite3.Connection
) -> None:
    writer = Writer(database)
    writer.write([opened(1), begun(1), *(entry(1, seq) for seq in range(1, 1001))])
    writer.write([MeetingClosed(meeting=bytes([1] * 16))])
    assert writer.has_doomed
    back_up(tmp_path, tmp_path / "backup")
    assert CANARY not in (tmp_path / "backup").read_bytes()


def test_a_relay_that_starts_goes_on_where_another_was_stopped(tmp_path: Path) -> None:
    database = open_database(tmp_path, schema_steps())
    writer = Writer(database)
    writer.write([opened(1), begun(1), *(entry(1, seq) for seq in range(1, 1001))])
    writer.write([MeetingClosed(meeting=bytes([1] * 16))])
    assert count(database) > 0
    database.close()

    async def play() -> None:
        log = SqliteLog(tmp_path)
        assert log.load().meetings == ()
        await log.start(lambda _outcome: None)
        until = time.monotonic() + PATIENCE
        while CANARY in (tmp_path / DATABASE).read_bytes():
            assert time.monotonic() < until
            await asyncio.sleep(0.01)
        await log.close()

    asyncio.run(play())


def test_a_long_meeting_goes_256_entries_or_a_mebibyte_at_a_time(
    database: sqlite3.Connection,
) -> None:
    writer = Writer(database)
    writer.write([opened(1), begun(1)])
    writer.write([entry(1, seq) for seq in range(1, 701)])
    writer.write([MeetingClosed(meeting=bytes([1] * 16))])
    left = [count(database)]
    while writer.has_doomed:
        writer.erase()
        left.append(count(database))
    assert left == [444, 188, 0]


@pytest.mark.parametrize(
    ("costs", "may_go"),
    [([], 0), ([MIB + 1], 1), ([MIB], 1), ([MIB, 1], 1), ([MIB - 1, 1, 1], 2), ([1, 1, 1], 3)],
)
def test_one_entry_always_may_go_and_more_only_up_to_the_bound(
    costs: list[int], may_go: int
) -> None:
    assert as_many_as_may_go(list(enumerate(costs))) == may_go


@pytest.mark.parametrize("impossible", [7, 1])
def test_of_what_is_written_together_all_is_kept_or_nothing(
    database: sqlite3.Connection, impossible: int
) -> None:
    writer = Writer(database)
    with pytest.raises(LookupError):
        writer.write([opened(2), begun(2), entry(2, 1), entry(2, 1 + impossible + 1)])
    assert [count(database, table) for table in ("room", "meeting", "entry")] == [0, 0, 0]
    writer.write([opened(2), begun(2), entry(2, 1)])


def test_an_entry_that_moves_the_end_of_a_meeting_moves_it_only_if_it_is_kept(
    database: sqlite3.Connection,
) -> None:
    writer = Writer(database)
    writer.write([opened(1), begun(1)])
    later = replace(entry(1, 1), expires_minute=FAR + 7)
    with pytest.raises(LookupError):
        writer.write([later, entry(1, 9)])
    ends = database.execute("SELECT expires_minute FROM meeting")
    assert ends.fetchall() == [(FAR,)]
    writer.write([later])
    ends = database.execute("SELECT expires_minute FROM meeting")
    assert ends.fetchall() == [(FAR + 7,)]
