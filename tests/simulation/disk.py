"""The disk under a simulated relay: it takes its time, can be full, and forgets at a power cut.

Records go through the four moments at which a relay can die: asked for, written, synced, told. Only
what was synced is there afterwards. Underneath is one of the relay's own logs: the one in memory, or
the SQLite one, with its own statements on a real file, but without its thread.
"""

import contextlib
import os
from collections.abc import Callable, Sequence
from enum import Enum
from pathlib import Path
from typing import Protocol

from at_once import at_once
from holdspace.server.log import NotSaved, Outcome, Saved
from holdspace.server.log.memory import MemoryLog
from holdspace.server.log.records import Kept, LogEntry, Record
from holdspace.server.log.sqlite import SqliteLog
from scheduler import Scheduler

READ_WEIGHT = 16 * 1024
_WRITE_SECONDS = 0.004
_SYNC_SECONDS = 0.006
_TELL_SECONDS = 0.001


class Moment(Enum):
    """When the power is cut, seen from a batch of records."""

    ASKED = "before anything was written"
    WRITTEN = "after the write and before the sync"
    SYNCED = "after the sync and before anybody was told"
    TOLD = "after everybody was told"


class Store(Protocol):
    """What is left of a relay's log when its power is cut."""

    def keep(self, records: Sequence[Record]) -> bool:
        """Make records durable, all or none."""

    def load(self) -> Kept:
        """Return what is kept."""

    def read(self, meeting: bytes, after: int, up_to: int) -> Sequence[LogEntry]:
        """Return entries in order, at least one if there is any."""

    def power_cut(self) -> None:
        """Lose whatever is only in memory."""

    def copy(self, leave_out: int = 0) -> "Store":
        """Return another store without the newest records: for a relay that shows two pasts."""

    def close(self) -> None:
        """Let go of everything."""


class MemoryStore:
    """The log in memory, whose dictionaries stand for the disk."""

    def __init__(self) -> None:
        self._log = MemoryLog()
        self._kept: list[Record] = []
        self._outcomes: list[Outcome] = []
        at_once(self._log.start(self._outcomes.append))

    def keep(self, records: Sequence[Record]) -> bool:
        for record in records:
            self._log.submit(0, record)
            assert not isinstance(self._outcomes.pop(), NotSaved), "it would leave a gap"
        self._kept += records
        return True

    def load(self) -> Kept:
        return self._log.load()

    def read(self, meeting: bytes, after: int, up_to: int) -> Sequence[LogEntry]:
        return at_once(self._log.read(meeting, after, up_to, max_weight=READ_WEIGHT))

    def power_cut(self) -> None:
        at_once(self._log.start(self._outcomes.append))

    def copy(self, leave_out: int = 0) -> "MemoryStore":
        other = MemoryStore()
        other.keep(self._kept[: len(self._kept) - leave_out])
        return other

    def close(self) -> None:
        pass


class SqliteStore:
    """The relay's SQLite log with its own statements, called at the moments of virtual time."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._log = SqliteLog(folder)

    def keep(self, records: Sequence[Record]) -> bool:
        self._log._writer.write(records)
        while self._log._writer.has_erased:
            self._log._writer.erase()
        return True

    def load(self) -> Kept:
        return self._log.load()

    def read(self, meeting: bytes, after: int, up_to: int) -> Sequence[LogEntry]:
        return self._log._read_safely(meeting, after, up_to, READ_WEIGHT)

    def power_cut(self) -> None:
        self.close()
        self._log = SqliteLog(self._folder)

    def copy(self, leave_out: int = 0) -> Store:
        raise NotImplementedError("a relay that lies keeps its log in memory here")

    def close(self) -> None:
        with contextlib.suppress(OSError):
            self._log._reads.close()
            self._log._writes.close()
            os.close(self._log._lock)


class Disk:
    """Take records one batch after the other, and tell when each is safe."""

    def __init__(
        self, scheduler: Scheduler, store: Store, report: Callable[[Outcome], object]
    ) -> None:
        self.store = store
        self.is_full = False
        self.dies_at: Moment | None = None
        self.on_death: Callable[[Moment], object] = lambda _moment: None
        self._scheduler = scheduler
        self._report = report
        self._asked: list[tuple[int, Record]] = []
        self._batch: list[tuple[int, Record]] = []
        self._is_failed = False
        self._life = 0

    def submit(self, ticket: int, record: Record) -> None:
        """Ask for a record to be kept."""
        if self._is_failed:
            return
        self._asked.append((ticket, record))
        if not self._batch:
            self._begin()

    def resume(self) -> None:
        """Take records again after a failure."""
        self._is_failed = False

    def power_cut(self) -> None:
        """Forget all that was not synced; nobody hears of what was."""
        self._life += 1
        self._asked, self._batch, self._is_failed, self.dies_at = [], [], False, None
        self.store.power_cut()

    def _begin(self) -> None:
        self._batch, self._asked = self._asked, []
        self._soon(_WRITE_SECONDS, Moment.ASKED, self._written)

    def _written(self) -> None:
        if self.is_full:
            self._batch, self._asked, self._is_failed = [], [], True
            self._report(NotSaved())
            return
        self._soon(_SYNC_SECONDS, Moment.WRITTEN, self._synced)

    def _synced(self) -> None:
        self.store.keep([record for _, record in self._batch])
        self._soon(_TELL_SECONDS, Moment.SYNCED, self._told)

    def _told(self) -> None:
        tickets = tuple(ticket for ticket, _ in self._batch)
        self._batch = []
        self._report(Saved(tickets))
        self._soon(_TELL_SECONDS, Moment.TOLD, lambda: None)
        if self._asked and not self._batch:
            self._begin()

    def _soon(self, seconds: float, moment: Moment, deed: Callable[[], object]) -> None:
        """Go on to the next moment, unless the power is cut at this one."""
        life = self._life
        if self.dies_at is moment:
            self.dies_at = None
            self.on_death(moment)
            return
        self._scheduler.after(seconds, lambda: deed() if life == self._life else None)
