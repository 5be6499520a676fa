"""Where a relay's meetings are kept: one contract, several backends.

The contract, which one conformance suite holds every backend to:
- `submit` never waits. Records become durable in the order they were submitted, each whole.
- `report` is told once per ticket, in that order, and only when the record would survive the
  machine losing power. It may be called from any thread.
- After a failure nothing submitted before `resume` becomes durable any more: the relay takes back
  all it had under way, so that what it believes and what is kept never differ.
- `read` blocks; it returns durable entries only, in order, without gaps.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from holdspace.protocol.frames import MAX_FRAME, SIZE_CLASSES
from holdspace.server.log.records import Kept, LogEntry, Record


@dataclass(frozen=True, slots=True)
class Saved:
    """Say that these tickets' records are durable."""

    tickets: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class NotSaved:
    """Say that a record could not be kept, and that nothing is taken before `resume`."""


Outcome = Saved | NotSaved
Report = Callable[[Outcome], None]


def weight(payload: bytes) -> int:
    """Return what an entry weighs when it is sent: its frame, padded."""
    return next((size for size in SIZE_CLASSES if len(payload) + 64 <= size), MAX_FRAME)


class UnusableLogError(Exception):
    """The log cannot be used; the sentence says what happened, what is safe and what to do."""


class Log(Protocol):
    """Keep records durably and give them back."""

    def load(self) -> Kept:
        """Return what is kept; call before anything else."""

    def start(self, report: Report) -> None:
        """Take records from now on."""

    def submit(self, ticket: int, record: Record) -> None:
        """Ask for a record to be kept."""

    def resume(self) -> None:
        """Take records again after a failure."""

    def read(
        self, meeting: bytes, after: int, up_to: int, *, max_weight: int
    ) -> Sequence[LogEntry]:
        """Return entries from (after, up_to] up to a weight, at least one if there is any."""

    def close(self) -> None:
        """Finish what was submitted and let go of everything."""
