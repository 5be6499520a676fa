"""What a relay knows: plain values that the handlers change and nothing else does."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

import msgspec

from holdspace.protocol.frames import Ack, Done, RelayFrame
from holdspace.server.effects import Effect
from holdspace.server.log.records import EpochKept, Record


@dataclass(slots=True, eq=False)
class Reader:
    """Hold how far one connection has read a meeting."""

    connection: int
    epoch: int
    after: int
    # The read under way, 0 if none. While there is one, new entries wait for it.
    read: int = 0
    prove_by: float | None = None


@dataclass(slots=True, eq=False)
class Meeting:
    """Hold one meeting: what was decided, and how much of that is saved."""

    room: bytes
    handle: bytes
    epochs: list[EpochKept]
    slots: tuple[bytes, ...]
    expires_minute: int
    head: int = 0
    saved_head: int = 0
    saved_epoch: int = -1
    cost: int = 0
    is_closing: bool = False
    seqs: dict[bytes, int] = field(default_factory=dict)
    unsaved: dict[int, "Change"] = field(default_factory=dict)
    readers: dict[int, Reader] = field(default_factory=dict)
    # Those who have read all that is saved; their numbers as one tuple, the same for entry after
    # entry, so that what goes to the same people can go together.
    live: dict[int, Reader] = field(default_factory=dict)
    audience: tuple[int, ...] = ()

    @property
    def epoch(self) -> int:
        return len(self.epochs) - 1

    def access_key(self, epoch: int) -> bytes | None:
        """Return the public key of a saved epoch."""
        return self.epochs[epoch].access_key if epoch <= self.saved_epoch else None

    def hand_out_to(self, reader: Reader) -> None:
        """Count a reader who has read all that is saved among those who get each entry at once."""
        self.live[reader.connection] = reader
        self.audience = tuple(self.live)

    def leave_out(self, connection: int) -> None:
        """Forget a reader."""
        self.readers.pop(connection, None)
        if self.live.pop(connection, None) is not None:
            self.audience = tuple(self.live)

    def last_readable(self, epoch: int) -> int:
        """Return the last seq that the key of `epoch` may read (R3)."""
        if epoch < self.saved_epoch:
            return self.epochs[epoch + 1].opened_by
        return self.saved_head


@dataclass(slots=True, eq=False)
class Invitation:
    """Hold what holders of one knock key may see and do."""

    knock_key: bytes
    card: bytes
    expires_minute: int


@dataclass(slots=True, eq=False)
class PendingKnock:
    """Hold somebody at the door; `connection` is None for a minute after theirs was lost."""

    knock_key: bytes
    sealed: bytes
    connection: int | None
    until: float
    lost_until: float | None = None


@dataclass(slots=True, eq=False)
class KnockAnswer:
    """Hold the answer to a knock, for whoever lost the connection before hearing it."""

    knock_key: bytes
    frame: RelayFrame
    expires_minute: int


@dataclass(slots=True, eq=False)
class Room:
    """Hold one room: its running meeting and its lobby."""

    handle: bytes
    root_key: bytes
    expires_minute: int
    code: bytes = b""
    meeting: Meeting | None = None
    invitations: dict[bytes, Invitation] = field(default_factory=dict)
    knocks: dict[bytes, PendingKnock] = field(default_factory=dict)
    answers: dict[bytes, KnockAnswer] = field(default_factory=dict)
    watchers: dict[int, bytes] = field(default_factory=dict)


# A connection and its own number for what it asked.
Waiter = tuple[int, int]


class Change(msgspec.Struct, eq=False):
    """Hold one record at its place: what follows once it is durable, or how to take it back."""

    record: Record
    undo: Callable[[], None]
    then: Callable[[float], Iterable[Effect]]
    # Where it stands, if it is an entry.
    seq: int = 0
    # Members of this meeting may have been refused because of a change that is not coming about.
    misled: Meeting | None = None
    waiters: list[Waiter] = []
    ticket: int = 0


@dataclass(slots=True, eq=False)
class Again:
    """Say that a record has its place already; `change` is there until that is durable."""

    seq: int = 0
    change: Change | None = None


@dataclass(slots=True, eq=False)
class Asked:
    """Hold a record that has no place yet, who waits for it, and what it will cost if it gets one."""

    waiter: Waiter | None
    cost: int
    record: Record


def answer(ref: int, seq: int) -> RelayFrame:
    """Return what whoever asked is told: where their entry stands, or that it is done."""
    return Ack(ref, seq) if seq else Done(ref)
