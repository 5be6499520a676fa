"""The log a relay has by default: one SQLite file that only its owner can read.

One thread writes. It takes whatever is queued as one transaction, so that under load many records
share one sync, and when idle a record waits for nothing. WAL with synchronous=FULL syncs before a
commit returns; secure_delete and a truncated WAL leave nothing of a closed meeting in the file.

What is deleted is gone for everybody when it is acknowledged, also for a relay that starts anew.
The bytes of a short meeting are overwritten by then, those of a long one within seconds, in
transactions of their own; a relay that was stopped before goes on with it when it starts.
"""

import asyncio
import contextlib
import os
import sqlite3
import threading
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import NamedTuple, TypeVar

from holdspace.server.log import Alone, Asked, NotSaved, Report, Saved, UnusableLogError, weight
from holdspace.server.log import records as r
from holdspace.server.log.copies import DATABASE
from holdspace.server.log.records import EpochKept, Kept, LogEntry, MeetingKept, Record
from holdspace.server.log.sqlite_file import (
    lock_folder,
    open_database,
    schema_steps,
    sync_names,
    unusable,
)
from holdspace.server.log.sqlite_writer import Writer

_Kind = TypeVar("_Kind", bound=Record)
_KEY_BYTES = 32
# How much goes into one transaction, or up to twice that; and the least between two steps of
# erasing under load.
_MOST_AT_ONCE = 1024
_ERASE_SECONDS = 0.1
# How long a relay that is asked to stop goes on erasing.
_LAST_ERASE_SECONDS = 2.0


class _Batch(NamedTuple):
    """Records to keep; `turn` is how often the log had failed when they were submitted."""

    turn: int
    asked: Sequence[Asked]


class SqliteLog(Alone):
    """Keep records in one folder's database."""

    def __init__(self, folder: Path, steps: Sequence[str] | None = None) -> None:
        self._folder = folder
        self._report: Report = lambda _outcome: None
        # None ends the writer. Whatever was submitted in a turn that failed is dropped.
        self._queue: SimpleQueue[_Batch | None] = SimpleQueue()
        self._turn = 0
        self._failed_turn = -1
        self._thread: threading.Thread | None = None
        # One thread, for there is one connection to read by; and what a thread has used for big
        # answers it keeps.
        self._reader = ThreadPoolExecutor(1, "read")
        self._lock = lock_folder(folder)
        steps = schema_steps() if steps is None else steps
        try:
            self._writes = open_database(folder, steps)
            self._reads = open_database(folder, steps)
            self._writer = Writer(self._writes)
            # Both have read, so the write-ahead log has its name by now.
            sync_names(folder)
        except (sqlite3.Error, OSError) as error:
            os.close(self._lock)
            raise unusable(folder / DATABASE, error) from None
        except UnusableLogError:
            os.close(self._lock)
            raise

    def load(self) -> Kept:
        try:
            return self._load()
        except sqlite3.Error as error:
            raise unusable(self._folder / DATABASE, error) from None

    async def start(self, report: Report) -> None:
        self._report = report
        self._thread = threading.Thread(target=self._write_batches, name="log", daemon=True)
        self._thread.start()

    def submit(self, ticket: int, record: Record) -> None:
        self.submit_all([(ticket, record)])

    def submit_all(self, asked: Sequence[Asked]) -> None:
        # Together, for waking the writer takes longer than all there is to do for a record here.
        for at in range(0, len(asked), _MOST_AT_ONCE):
            self._queue.put(_Batch(self._turn, asked[at : at + _MOST_AT_ONCE]))

    def resume(self) -> None:
        self._turn += 1

    async def read(
        self, meeting: bytes, after: int, up_to: int, *, max_weight: int
    ) -> Sequence[LogEntry]:
        reading = partial(self._read_safely, meeting, after, up_to, max_weight)
        return await asyncio.get_running_loop().run_in_executor(self._reader, reading)

    async def close(self) -> None:
        await asyncio.to_thread(self._close)

    def _read_safely(
        self, meeting: bytes, after: int, up_to: int, max_weight: int
    ) -> list[LogEntry]:
        try:
            return self._read(meeting, after, up_to, max_weight)
        except sqlite3.Error as error:
            raise unusable(self._folder / DATABASE, error) from None

    def _close(self) -> None:
        self._queue.put(None)
        if self._thread is not None:
            self._thread.join()
        self._reader.shutdown()
        self._reads.close()
        self._writes.close()
        os.close(self._lock)

    def _load(self) -> Kept:
        damage = self._reads.execute("PRAGMA quick_check(1)").fetchone()[0]
        if damage != "ok":
            raise sqlite3.DatabaseError(damage)
        rooms = self._reads.execute("SELECT handle, root_key, expires_minute, code, 0 FROM room")
        invitations = self._reads.execute(
            "SELECT room, knock_key, card, expires_minute FROM invitation"
        )
        welcomes = self._reads.execute(
            "SELECT welcome.room, handle, knock, knock_key, seq, sealed, welcome.expires_minute"
            " FROM welcome JOIN meeting ON meeting = number"
        )
        return Kept(
            rooms=tuple(_made(r.RoomOpened, row) for row in rooms),
            meetings=tuple(self._load_meetings()),
            invitations=tuple(_made(r.InvitationPut, row) for row in invitations),
            welcomes=tuple(_made(r.WelcomeKept, row) for row in welcomes),
        )

    def _load_meetings(self) -> Iterator[MeetingKept]:
        meetings = self._reads.execute(
            "SELECT number, room, handle, slots, expires_minute FROM meeting"
        ).fetchall()
        for number, room, handle, slots, expires_minute in meetings:
            epochs = self._reads.execute(
                "SELECT access_key, opened_by FROM epoch WHERE meeting = ? ORDER BY epoch",
                (number,),
            )
            entries = self._reads.execute(
                "SELECT place & 4294967295, message_id, cost FROM entry"
                " WHERE place BETWEEN ? AND ? ORDER BY place",
                (number << 32, (number + 1 << 32) - 1),
            ).fetchall()
            yield MeetingKept(
                room=room,
                meeting=handle,
                epochs=tuple(EpochKept(*row) for row in epochs),
                slots=_split(slots),
                head=entries[-1][0] if entries else 0,
                cost=sum(cost for _, _, cost in entries),
                message_ids={message_id: seq for seq, message_id, _ in entries},
                expires_minute=expires_minute,
            )

    def _read(self, meeting: bytes, after: int, up_to: int, max_weight: int) -> list[LogEntry]:
        found: list[LogEntry] = []
        rows = self._reads.execute(
            "SELECT place & 4294967295, epoch, is_commit, payload FROM entry"
            " JOIN meeting ON meeting.handle = ?"
            " WHERE place BETWEEN (number << 32) + ? AND (number << 32) + ? ORDER BY place",
            (meeting, after + 1, up_to),
        )
        for seq, epoch, is_commit, payload in rows:
            if found and max_weight < weight(payload):
                break
            max_weight -= weight(payload)
            found.append(LogEntry(seq, epoch, bool(is_commit), payload))
        rows.close()  # an open one would keep the WAL from being emptied
        return found

    def _write_batches(self) -> None:
        is_closing, patience, erase_at = False, 0.0, 0.0
        while not is_closing:
            batch, is_closing = self._next_batch(patience if self._writer.has_erased else None)
            if batch.asked:
                self._write_batch(batch)
            if self._writer.has_erased and (not batch.asked or time.monotonic() >= erase_at):
                patience = 0.0 if self._erase() else _ERASE_SECONDS
                erase_at = time.monotonic() + _ERASE_SECONDS
        until = time.monotonic() + _LAST_ERASE_SECONDS
        while self._writer.has_erased and time.monotonic() < until and self._erase():
            pass

    def _next_batch(self, patience: float | None) -> tuple[_Batch, bool]:
        """Wait for what is submitted; return it, and whether that was the last."""
        turn, asked = self._failed_turn, list[Asked]()
        with contextlib.suppress(Empty):
            batch = self._queue.get(timeout=patience)
            while batch is not None:
                if batch.turn > self._failed_turn:
                    turn = batch.turn
                    asked += batch.asked
                if len(asked) >= _MOST_AT_ONCE:
                    return _Batch(turn, asked), False
                batch = self._queue.get_nowait()
            return _Batch(turn, asked), True
        return _Batch(turn, asked), False

    def _write_batch(self, batch: _Batch) -> None:
        tickets, records = zip(*batch.asked, strict=True)
        try:
            self._writer.write(records)
        except (sqlite3.Error, LookupError):
            self._failed_turn = batch.turn
            self._report(NotSaved())
            return
        self._report(Saved(tickets))

    def _erase(self) -> bool:
        """Erase a little more, and return whether that worked."""
        try:
            self._writer.erase()
        except sqlite3.Error:
            return False
        return True


def _made(kind: type[_Kind], row: tuple[object, ...]) -> _Kind:
    return kind(**dict(zip(kind.__struct_fields__, row, strict=True)))


def _split(slots: bytes) -> r.Slots:
    return tuple(slots[at : at + _KEY_BYTES] for at in range(0, len(slots), _KEY_BYTES))
