"""The log a relay has by default: one SQLite file that only its owner can read.

One thread writes. It takes whatever is queued as one transaction, so that under load many records
share one sync, and when idle a record waits for nothing. WAL with synchronous=FULL syncs before a
commit returns; secure_delete and a truncated WAL leave nothing of a closed meeting in the file.
"""

import asyncio
import contextlib
import fcntl
import os
import sqlite3
import threading
from collections.abc import Iterator, Sequence
from functools import singledispatchmethod
from importlib import resources
from pathlib import Path
from typing import TypeVar

from holdspace.server.log import Alone, NotSaved, Report, Saved, UnusableLogError, weight
from holdspace.server.log import records as r
from holdspace.server.log.copies import DATABASE, keep_before
from holdspace.server.log.records import EpochKept, Kept, LogEntry, MeetingKept, Record

_Kind = TypeVar("_Kind", bound=Record)
_LOCK = "relay.lock"
_APPLICATION_ID = 0x686F6C64  # "hold"
_KEY_BYTES = 32
_PRAGMAS = (
    "journal_mode=WAL",
    "synchronous=FULL",
    "fullfsync=ON",  # macOS: without it a sync stops at the drive's cache
    "checkpoint_fullfsync=ON",
    "secure_delete=ON",
    "foreign_keys=ON",
    "trusted_schema=OFF",
    "cell_size_check=ON",
    "temp_store=MEMORY",
    "journal_size_limit=8388608",
    "busy_timeout=5000",
)
# After these the WAL is emptied, for it still holds what was deleted.
_DELETING = (r.MeetingClosed, r.Forgotten, r.InvitationRevoked)
_SAFE = "Nothing was changed."
_START_AFRESH = (
    "Move the folder away to start with an empty relay: rooms live on their members' devices and "
    "open again when their host comes back."
)


class SqliteLog(Alone):
    """Keep records in one folder's database."""

    def __init__(self, folder: Path, steps: Sequence[str] | None = None) -> None:
        self._folder = folder
        self._steps = _schema_steps() if steps is None else steps
        self._report: Report = lambda _outcome: None
        self._queue: list[tuple[int, Record]] = []
        self._wake = threading.Condition()
        self._is_failed = False
        self._is_closing = False
        self._writer: threading.Thread | None = None
        self._numbers: dict[bytes, int] = {}
        self._read_lock = threading.Lock()
        self._lock = self._lock_folder()
        try:
            self._write = self._open()
            self._reads = self._open()
        except (sqlite3.Error, OSError) as error:
            os.close(self._lock)
            raise _unusable(folder / DATABASE, error) from None
        except UnusableLogError:
            os.close(self._lock)
            raise

    def load(self) -> Kept:
        try:
            return self._load()
        except sqlite3.Error as error:
            raise _unusable(self._folder / DATABASE, error) from None

    async def start(self, report: Report) -> None:
        self._report = report
        self._writer = threading.Thread(target=self._write_batches, name="log", daemon=True)
        self._writer.start()

    def submit(self, ticket: int, record: Record) -> None:
        with self._wake:
            if not self._is_failed:
                self._queue.append((ticket, record))
                self._wake.notify()

    def resume(self) -> None:
        with self._wake:
            self._is_failed = False

    async def read(
        self, meeting: bytes, after: int, up_to: int, *, max_weight: int
    ) -> Sequence[LogEntry]:
        return await asyncio.to_thread(self._read_safely, meeting, after, up_to, max_weight)

    async def close(self) -> None:
        await asyncio.to_thread(self._close)

    def _read_safely(
        self, meeting: bytes, after: int, up_to: int, max_weight: int
    ) -> list[LogEntry]:
        try:
            with self._read_lock:
                return self._read(meeting, after, up_to, max_weight)
        except sqlite3.Error as error:
            raise _unusable(self._folder / DATABASE, error) from None

    def _close(self) -> None:
        with self._wake:
            self._is_closing = True
            self._wake.notify()
        if self._writer is not None:
            self._writer.join()
        with self._read_lock:
            self._reads.close()
        self._write.close()
        os.close(self._lock)

    def _lock_folder(self) -> int:
        path = self._folder / _LOCK
        try:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            lock = os.open(path, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)
        except OSError as error:
            raise _unusable(self._folder, error) from None
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            os.close(lock)
            raise UnusableLogError(
                f"Another relay is using {self._folder}. {_SAFE} Stop that one, or give this one a "
                "folder of its own with --data."
            ) from None
        return lock

    def _open(self) -> sqlite3.Connection:
        path = self._folder / DATABASE
        # SQLite gives its side files the mode of the database.
        os.close(os.open(path, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600))
        path.chmod(0o600)
        database = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
        try:
            version = self._check_version(database, path)
            for pragma in _PRAGMAS:
                database.execute(f"PRAGMA {pragma}")
            self._bring_up_to_date(database, path, version)
        except BaseException:
            database.close()
            raise
        return database

    def _check_version(self, database: sqlite3.Connection, path: Path) -> int:
        version: int = database.execute("PRAGMA user_version").fetchone()[0]
        owner = database.execute("PRAGMA application_id").fetchone()[0]
        if owner not in {0, _APPLICATION_ID} or (version and owner == 0):
            raise UnusableLogError(
                f"{path} belongs to another program. {_SAFE} Choose another folder with --data."
            )
        if version > len(self._steps):
            raise UnusableLogError(
                f"{path} was written by a newer relay. {_SAFE} Install that version again, or a "
                "newer one."
            )
        return version

    def _bring_up_to_date(self, database: sqlite3.Connection, path: Path, version: int) -> None:
        for number, step in enumerate(self._steps[version:], start=version + 1):
            if version:
                keep_before(database, path, number)
            database.executescript(
                f"BEGIN IMMEDIATE; {step};"
                f"PRAGMA user_version={number}; PRAGMA application_id={_APPLICATION_ID}; COMMIT;"
            )

    def _load(self) -> Kept:
        damage = self._reads.execute("PRAGMA quick_check(1)").fetchone()[0]
        if damage != "ok":
            raise sqlite3.DatabaseError(damage)
        rooms = self._reads.execute("SELECT handle, root_key, expires_minute, code FROM room")
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
        while True:
            with self._wake:
                self._wake.wait_for(lambda: self._queue or self._is_closing)
                batch, self._queue = self._queue, []
            if not batch:
                return
            self._write_batch(batch)

    def _write_batch(self, batch: list[tuple[int, Record]]) -> None:
        try:
            self._write.execute("BEGIN IMMEDIATE")
            for _, record in batch:
                self._keep(record)
            self._write.execute("COMMIT")
        except (sqlite3.Error, LookupError):
            self._take_back()
            self._report(NotSaved())
            return
        self._report(Saved(tuple(ticket for ticket, _ in batch)))
        if any(_deletes(record) for _, record in batch):
            with contextlib.suppress(sqlite3.Error):  # the next deletion tries again
                self._write.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    def _take_back(self) -> None:
        with self._wake:
            self._is_failed = True
            self._queue.clear()
        self._numbers.clear()
        if self._write.in_transaction:
            with contextlib.suppress(sqlite3.Error):
                self._write.execute("ROLLBACK")

    @singledispatchmethod
    def _keep(self, record: Record) -> None:
        raise NotImplementedError(type(record).__name__)

    @_keep.register
    def _room_opened(self, record: r.RoomOpened) -> None:
        self._write.execute(
            "INSERT INTO room VALUES (?, ?, ?, ?) ON CONFLICT (handle) DO UPDATE"
            " SET expires_minute = excluded.expires_minute, code = excluded.code",
            (record.room, record.root_key, record.expires_minute, record.code),
        )

    @_keep.register
    def _meeting_begun(self, record: r.MeetingBegun) -> None:
        if record.replaces is not None:
            self._delete_meeting(record.replaces)
        number = self._write.execute(
            "INSERT INTO meeting (handle, room, slots, expires_minute) VALUES (?, ?, ?, ?)",
            (record.meeting, record.room, b"".join(record.slots), record.expires_minute),
        ).lastrowid
        self._write.execute("INSERT INTO epoch VALUES (?, 0, ?, 0)", (number, record.access_key))

    @_keep.register
    def _entry_appended(self, record: r.EntryAppended) -> None:
        self._append(record, is_commit=False)

    @_keep.register
    def _epoch_changed(self, record: r.EpochChanged) -> None:
        commit = record.commit
        number = self._append(commit, is_commit=True)
        self._write.execute(
            "INSERT INTO epoch VALUES (?, ?, ?, ?)",
            (number, commit.epoch + 1, record.access_key, commit.seq),
        )
        self._write.execute(
            "UPDATE meeting SET slots = ? WHERE number = ?", (b"".join(record.slots), number)
        )
        self._write.executemany(
            "INSERT OR REPLACE INTO welcome VALUES (?, ?, ?, ?, ?, ?, ?)",
            [
                (w.room, w.knock, w.knock_key, number, w.seq, w.sealed, w.expires_minute)
                for w in record.welcomes
            ],
        )

    @_keep.register
    def _invitation_put(self, record: r.InvitationPut) -> None:
        self._write.execute(
            "INSERT OR REPLACE INTO invitation VALUES (?, ?, ?, ?)",
            (record.room, record.knock_key, record.card, record.expires_minute),
        )

    @_keep.register
    def _invitation_revoked(self, record: r.InvitationRevoked) -> None:
        self._delete_invitations([(record.room, record.knock_key)])

    @_keep.register
    def _meeting_closed(self, record: r.MeetingClosed) -> None:
        self._delete_meeting(record.meeting)

    @_keep.register
    def _forgotten(self, record: r.Forgotten) -> None:
        for meeting in record.meetings:
            self._delete_meeting(meeting)
        self._delete_invitations(record.invitations)
        self._write.executemany("DELETE FROM welcome WHERE room = ? AND knock = ?", record.welcomes)
        for room in record.rooms:
            self._write.execute("DELETE FROM room WHERE handle = ?", (room,))
        self._numbers.clear()

    def _append(self, record: r.EntryAppended, *, is_commit: bool) -> int:
        number = self._number_of(record.meeting)
        place = (number << 32) + record.seq
        done = self._write.execute(
            "INSERT INTO entry SELECT ?, ?, ?, ?, ?, ?"
            " WHERE ? = 1 OR EXISTS (SELECT 1 FROM entry WHERE place = ?)",
            (
                place, record.epoch, is_commit, record.message_id, record.cost, record.payload,
                record.seq, place - 1,
            ),
        )  # fmt: skip
        if done.rowcount != 1:
            raise LookupError("An entry would leave a gap.")
        if record.expires_minute is not None:
            self._write.execute(
                "UPDATE meeting SET expires_minute = ? WHERE number = ?",
                (record.expires_minute, number),
            )
        return number

    def _number_of(self, meeting: bytes) -> int:
        number = self._numbers.get(meeting)
        if number is None:
            row = self._write.execute(
                "SELECT number FROM meeting WHERE handle = ?", (meeting,)
            ).fetchone()
            if row is None:
                raise LookupError("There is no such meeting.")
            number = self._numbers[meeting] = int(row[0])
        return number

    def _delete_meeting(self, meeting: bytes) -> None:
        self._numbers.pop(meeting, None)
        self._write.execute("DELETE FROM meeting WHERE handle = ?", (meeting,))

    def _delete_invitations(self, invitations: Sequence[tuple[bytes, bytes]]) -> None:
        self._write.executemany(
            "DELETE FROM invitation WHERE room = ? AND knock_key = ?", invitations
        )


def _schema_steps() -> list[str]:
    folder = resources.files("holdspace.server") / "schema"
    files = [file for file in folder.iterdir() if file.name.endswith(".sql")]
    return [file.read_text("utf-8") for file in sorted(files, key=lambda f: int(f.name[:-4]))]


def _made(kind: type[_Kind], row: tuple[object, ...]) -> _Kind:
    return kind(**dict(zip(kind.__struct_fields__, row, strict=True)))


def _split(slots: bytes) -> r.Slots:
    return tuple(slots[at : at + _KEY_BYTES] for at in range(0, len(slots), _KEY_BYTES))


def _deletes(record: Record) -> bool:
    is_replacement = isinstance(record, r.MeetingBegun) and record.replaces is not None
    return is_replacement or isinstance(record, _DELETING)


def _unusable(path: Path, error: Exception) -> UnusableLogError:
    if isinstance(error, PermissionError) or "unable to open" in str(error):
        return UnusableLogError(
            f"The relay may not read and write {path}. {_SAFE} Make that folder belong to the user "
            "who runs the relay, or choose another with --data."
        )
    if isinstance(error, OSError):
        return UnusableLogError(
            f"The relay cannot use {path}: {error.strerror}. {_SAFE} Choose another folder with "
            "--data."
        )
    return UnusableLogError(f"{path} is damaged or not a relay's database. {_SAFE} {_START_AFRESH}")
