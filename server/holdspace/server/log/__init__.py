"""Where a relay's meetings are kept: one contract, several backends.

The contract, which one conformance suite holds every backend to:
- `submit` never waits. `report` may be called from any thread, by a shared log on its own loop.
- `read` returns durable entries only, in order, without gaps.
A log that one relay has for itself (`is_alone`) is given records that have their place:
- They become durable in the order they were submitted, each whole, and `Saved` names each ticket
  once, in that order, and only when its record would survive the machine losing power.
- After a failure nothing submitted before `resume` becomes durable any more: the relay takes back
  all it had under way, so that what it believes and what is kept never differ.
A log that several relays share is given records that were only asked for:
- `Placed` hands every durable record out, in one order, to all relays, also to those that start
  later; the ticket is there for who asked. It is told by `settle` which records took effect.
- `GivenUp` says of tickets that their records may or may not get a place yet. What was submitted
  behind them before `resume` is given up too, so that nobody's later words come first.
- `catch_up` waits until all was handed out that was durable when it was called.
- A relay that is `CutOff` is told so, and `Joined` when it may believe what it knows again.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from holdspace.protocol.frames import MAX_FRAME, SIZE_CLASSES
from holdspace.protocol.refusals import Refusal
from holdspace.server.log.records import Kept, LogEntry, Note, Record


@dataclass(frozen=True, slots=True)
class Saved:
    """Say that these tickets' records are durable."""

    tickets: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class NotSaved:
    """Say that a record could not be kept, and that nothing is taken before `resume`."""


@dataclass(frozen=True, slots=True)
class Placed:
    """Hand out records in their order: with the ticket if this relay asked, and the place."""

    records: tuple[tuple[int | None, Record, int], ...]


@dataclass(frozen=True, slots=True)
class NotPlaced:
    """Say that these tickets' records will never have a place, and why."""

    tickets: tuple[int, ...]
    refusal: Refusal


@dataclass(frozen=True, slots=True)
class GivenUp:
    """Say that nobody knows what will become of these tickets' records."""

    tickets: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Noted:
    """Hand out what another relay said of its lobby."""

    note: Note


@dataclass(frozen=True, slots=True)
class CutOff:
    """Say that what the other relays do cannot be heard any more."""


@dataclass(frozen=True, slots=True)
class Joined:
    """Say that all that the others did meanwhile was handed out."""


@dataclass(frozen=True, slots=True)
class StartedAgain:
    """Say that everything is handed out once more, from the beginning."""


# A record to keep, and the number by which the log says what became of it.
Asked = tuple[int, Record]
Outcome = Saved | NotSaved | Placed | NotPlaced | GivenUp | Noted | CutOff | Joined | StartedAgain
Report = Callable[[Outcome], object]


def weight(payload: bytes) -> int:
    """Return what an entry weighs when it is sent: its frame, padded."""
    return next((size for size in SIZE_CLASSES if len(payload) + 64 <= size), MAX_FRAME)


class UnusableLogError(Exception):
    """The log cannot be used; the sentence says what happened, what is safe and what to do."""


class Log(Protocol):
    """Keep records durably and give them back."""

    @property
    def is_alone(self) -> bool:
        """Tell whether no other relay writes to this log."""

    def load(self) -> Kept:
        """Return what is kept; call before anything else."""

    async def start(self, report: Report) -> None:
        """Take records from now on; a shared log has handed out all there are when this returns."""

    def submit(self, ticket: int, record: Record) -> None:
        """Ask for a record to be kept."""

    def submit_all(self, asked: Sequence[Asked]) -> None:
        """Ask for several, as if one after the other."""

    def resume(self) -> None:
        """Take records again after a failure."""

    def settle(self, record: Record, place: int, *, is_void: bool) -> None:
        """Hear that what was handed out with this place took effect as it stands here, or did not."""

    def share(self, note: Note) -> None:
        """Tell the other relays of the lobby; nothing of it is durable."""

    async def catch_up(self) -> bool:
        """Hear all there is; return whether that worked."""

    async def read(
        self, meeting: bytes, after: int, up_to: int, *, max_weight: int
    ) -> Sequence[LogEntry]:
        """Return entries from (after, up_to] up to a weight, at least one if there is any."""

    async def close(self) -> None:
        """Finish what was submitted and let go of everything."""


class Alone:
    """What a log that one relay has for itself is never asked."""

    is_alone = True

    def settle(self, record: Record, place: int, *, is_void: bool) -> None:
        raise NotImplementedError

    def share(self, note: Note) -> None:
        raise NotImplementedError

    async def catch_up(self) -> bool:
        raise NotImplementedError
