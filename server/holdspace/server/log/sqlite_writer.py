"""How records become rows, many in one transaction, and how rows are erased, some at a time.

Python gives up its lock around every statement and has to wait to get it back, so entries go in
many to a statement. A long meeting is deleted in one short statement, which takes away all that
leads to its entries; they are erased after that, between other people's transactions.
"""

import contextlib
import sqlite3
from collections.abc import Callable, Sequence
from itertools import accumulate
from typing import Any, ClassVar

from holdspace.server.limits import MIB
from holdspace.server.log import records as r
from holdspace.server.log.records import Record

_COLUMNS = 6
# How many entries go into one statement: as many as fit, then all of the rest. Python keeps the
# last 128 statements ready.
_INSERTS = {
    count: f"INSERT INTO entry VALUES {', '.join(['(?, ?, ?, ?, ?, ?)'] * count)}"  # noqa: S608
    for count in range(1, 65)
}
_MOST_IN_ONE = max(_INSERTS)
# What is erased at a time; it takes some milliseconds.
_ERASED_ENTRIES = 256
_ERASED_BYTES = MIB


class Writer:
    """Write to one database; only one thread may."""

    def __init__(self, database: sqlite3.Connection) -> None:
        self._database = database
        # Number and newest seq of meetings that were written to.
        self._numbers: dict[bytes, int] = {}
        self._heads: dict[int, int] = {}
        self._values: list[object] = []
        self._is_deleting = False
        # Entries to erase, and what was erased but may still stand in the write-ahead log: a relay
        # that was stopped may have left some.
        self.has_doomed = self.has_erased = True

    def write(self, records: Sequence[Record]) -> None:
        """Keep records, all or none; raise sqlite3.Error or LookupError for none."""
        try:
            for record in records:
                if type(record) is r.EntryAppended:
                    self._append(record, is_commit=False)
                else:
                    self._keep(record)
            if len(self._values) > _MOST_IN_ONE * _COLUMNS:
                self._begin()
            self._insert()
            if self._is_deleting:
                self._erase()
            if self._database.in_transaction:
                self._database.execute("COMMIT")
        except (sqlite3.Error, LookupError):
            self._take_back()
            raise
        finally:
            self._is_deleting = False

    def erase(self) -> None:
        """Erase some of what is doomed, else what of it stands in the write-ahead log."""
        if not self.has_doomed:
            self._database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            self.has_erased = False
            return
        try:
            self._database.execute("BEGIN IMMEDIATE")
            self._erase()
            self._database.execute("COMMIT")
        except sqlite3.Error:
            self._take_back()
            raise

    def _begin(self) -> None:
        # A statement is a transaction by itself, and most of the time one is all it takes.
        if not self._database.in_transaction:
            self._database.execute("BEGIN IMMEDIATE")

    def _keep(self, record: Record) -> None:
        self._begin()
        kind = type(record)
        if kind is not r.EpochChanged:
            self._insert()
        self._KEEPERS[kind](self, record)

    def _take_back(self) -> None:
        self._values = []
        self._numbers.clear()
        self._heads.clear()
        if self._database.in_transaction:
            with contextlib.suppress(sqlite3.Error):
                self._database.execute("ROLLBACK")

    def _epoch_changed(self, record: r.EpochChanged) -> None:
        commit = record.commit
        number = self._append(commit, is_commit=True)
        self._database.execute(
            "INSERT INTO epoch VALUES (?, ?, ?, ?)",
            (number, commit.epoch + 1, record.access_key, commit.seq),
        )
        self._database.execute(
            "UPDATE meeting SET slots = ? WHERE number = ?", (b"".join(record.slots), number)
        )
        self._database.executemany(
            "INSERT OR REPLACE INTO welcome VALUES (?, ?, ?, ?, ?, ?, ?)",
            [
                (w.room, w.knock, w.knock_key, number, w.seq, w.sealed, w.expires_minute)
                for w in record.welcomes
            ],
        )

    def _room_opened(self, record: r.RoomOpened) -> None:
        self._database.execute(
            "INSERT INTO room VALUES (?, ?, ?, ?) ON CONFLICT (handle) DO UPDATE"
            " SET expires_minute = excluded.expires_minute, code = excluded.code",
            (record.room, record.root_key, record.expires_minute, record.code),
        )

    def _meeting_begun(self, record: r.MeetingBegun) -> None:
        if record.replaces is not None:
            self._delete_meetings([record.replaces])
        # Not a number whose entries are still there to be erased.
        number = self._database.execute(
            "INSERT INTO meeting (number, handle, room, slots, expires_minute)"
            " SELECT 1 + max("
            "  (SELECT ifnull(max(number), 0) FROM meeting),"
            "  (SELECT ifnull(max(meeting), 0) FROM doomed)), ?, ?, ?, ?",
            (record.meeting, record.room, b"".join(record.slots), record.expires_minute),
        ).lastrowid
        self._database.execute("INSERT INTO epoch VALUES (?, 0, ?, 0)", (number, record.access_key))

    def _invitation_put(self, record: r.InvitationPut) -> None:
        self._database.execute(
            "INSERT OR REPLACE INTO invitation VALUES (?, ?, ?, ?)",
            (record.room, record.knock_key, record.card, record.expires_minute),
        )

    def _invitation_revoked(self, record: r.InvitationRevoked) -> None:
        self._delete_invitations([(record.room, record.knock_key)])

    def _meeting_closed(self, record: r.MeetingClosed) -> None:
        self._delete_meetings([record.meeting])

    def _forgotten(self, record: r.Forgotten) -> None:
        self._delete_meetings(record.meetings)
        self._delete_invitations(record.invitations)
        self._database.executemany(
            "DELETE FROM welcome WHERE room = ? AND knock = ?", record.welcomes
        )
        self._delete("DELETE FROM room WHERE handle = ?", [(room,) for room in record.rooms])

    def _append(self, record: r.EntryAppended, *, is_commit: bool) -> int:
        number = self._numbers.get(record.meeting) or self._number_of(record.meeting)
        if record.seq != self._heads[number] + 1:
            raise LookupError("An entry would leave a gap.")
        self._heads[number] = record.seq
        # Of numbers, text and bytearrays the sqlite3 module takes the bytes at once. For a value of
        # any other type, bytes and bool among them, it looks for an adapter that nobody made, and
        # that takes longer than all else it does with it.
        self._values += (
            (number << 32) + record.seq, record.epoch, int(is_commit),
            bytearray(record.message_id), record.cost, bytearray(record.payload),
        )  # fmt: skip
        if record.expires_minute is not None:
            self._begin()
            self._database.execute(
                "UPDATE meeting SET expires_minute = ? WHERE number = ?",
                (record.expires_minute, number),
            )
        return number

    def _insert(self) -> None:
        values, self._values = self._values, []
        for at in range(0, len(values), _MOST_IN_ONE * _COLUMNS):
            rows = values[at : at + _MOST_IN_ONE * _COLUMNS]
            self._database.execute(_INSERTS[len(rows) // _COLUMNS], rows)

    def _number_of(self, meeting: bytes) -> int:
        row = self._database.execute(
            "SELECT number, (SELECT ifnull(max(place), 0) & 4294967295 FROM entry"
            " WHERE place BETWEEN number << 32 AND (number + 1 << 32) - 1)"
            " FROM meeting WHERE handle = ?",
            (meeting,),
        ).fetchone()
        if row is None:
            raise LookupError("There is no such meeting.")
        number, head = map(int, row)
        self._numbers[meeting], self._heads[number] = number, head
        return number

    def _delete_meetings(self, meetings: Sequence[bytes]) -> None:
        self._delete("DELETE FROM meeting WHERE handle = ?", [(meeting,) for meeting in meetings])

    def _delete_invitations(self, invitations: Sequence[tuple[bytes, bytes]]) -> None:
        self._delete("DELETE FROM invitation WHERE room = ? AND knock_key = ?", invitations)

    def _delete(self, statement: str, rows: Sequence[tuple[bytes, ...]]) -> None:
        self._database.executemany(statement, rows)
        # With a room or a meeting went their numbers.
        self._numbers.clear()
        self._heads.clear()
        self._is_deleting = self.has_erased = True

    def _erase(self) -> None:
        doomed = self._database.execute("SELECT meeting FROM doomed LIMIT 1").fetchone()
        if doomed is not None:
            first, last = doomed[0] << 32, (doomed[0] + 1 << 32) - 1
            rows = self._database.execute(
                "SELECT place, cost FROM entry WHERE place BETWEEN ? AND ? ORDER BY place LIMIT ?",
                (first, last, _ERASED_ENTRIES),
            ).fetchall()
            few = _as_many_as_may_go(rows)
            if few < len(rows) or few == _ERASED_ENTRIES:
                last = rows[few - 1][0]
            else:
                self._database.execute("DELETE FROM doomed WHERE meeting = ?", doomed)
            self._database.execute("DELETE FROM entry WHERE place BETWEEN ? AND ?", (first, last))
        left = self._database.execute("SELECT EXISTS (SELECT 1 FROM doomed)").fetchone()
        self.has_doomed = bool(left[0])

    _KEEPERS: ClassVar[dict[type[Record], Callable[["Writer", Any], object]]] = {
        r.EpochChanged: _epoch_changed,
        r.RoomOpened: _room_opened,
        r.MeetingBegun: _meeting_begun,
        r.InvitationPut: _invitation_put,
        r.InvitationRevoked: _invitation_revoked,
        r.MeetingClosed: _meeting_closed,
        r.Forgotten: _forgotten,
    }


def _as_many_as_may_go(rows: Sequence[tuple[int, int]]) -> int:
    """Count the first rows that are not too much to erase at once; one always may be."""
    costs = accumulate(cost for _, cost in rows)
    return max(1, sum(cost <= _ERASED_BYTES for cost in costs)) if rows else 0
