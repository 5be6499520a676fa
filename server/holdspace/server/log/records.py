"""What a log is asked to keep, and what it gives back: facts, written in the past tense.

Each record is one transaction: all of it is durable, or none. A record that was only asked for has
no place yet: its `seq` is 0, and placing it makes the record that is kept. No name, address, client time or
anything a member said is in here but as ciphertext.
"""

import msgspec

Slots = tuple[bytes, ...]


class Record(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """Anything that must survive the relay."""


class RoomOpened(Record, frozen=True):
    """A room is known; writing it again moves its last day.

    `code` is the public key of the room code it was opened with; empty if none was asked for.
    """

    room: bytes
    root_key: bytes
    expires_minute: int
    code: bytes = b""


class MeetingBegun(Record, frozen=True):
    """A room's meeting runs at epoch 0; `replaces` is the meeting that ran when it was asked for."""

    room: bytes
    meeting: bytes
    access_key: bytes
    slots: Slots
    expires_minute: int
    replaces: bytes | None = None


class EntryAppended(Record, frozen=True, kw_only=True):
    """An entry stands in a meeting's log; `expires_minute` is given when the meeting's end moved."""

    meeting: bytes
    seq: int = 0
    epoch: int
    message_id: bytes
    payload: bytes
    cost: int
    expires_minute: int | None = None


class WelcomeKept(Record, frozen=True, kw_only=True):
    """The answer to one knock waits for whoever knocked; `knock_key` is empty if not known."""

    room: bytes
    meeting: bytes
    knock: bytes
    knock_key: bytes
    seq: int = 0
    sealed: bytes
    expires_minute: int


class EpochChanged(Record, frozen=True):
    """A bundle took effect: its commit is the entry, and the next epoch has its key and slots."""

    commit: EntryAppended
    access_key: bytes
    slots: Slots
    welcomes: tuple[WelcomeKept, ...] = ()


class InvitationPut(Record, frozen=True):
    """An invitation is open, or open longer."""

    room: bytes
    knock_key: bytes
    card: bytes
    expires_minute: int


class InvitationRevoked(Record, frozen=True):
    """An invitation is forgotten."""

    room: bytes
    knock_key: bytes


class MeetingClosed(Record, frozen=True):
    """A meeting and all of its log are deleted, as the holder of `slot_key` asked."""

    meeting: bytes
    slot_key: bytes = b""


class Forgotten(Record, frozen=True):
    """What had run out by itself at `minute` is deleted, with all that hangs on it."""

    minute: int = 0
    rooms: tuple[bytes, ...] = ()
    meetings: tuple[bytes, ...] = ()
    invitations: tuple[tuple[bytes, bytes], ...] = ()
    welcomes: tuple[tuple[bytes, bytes], ...] = ()


class LogEntry(msgspec.Struct, frozen=True, gc=False):
    """Give back one entry of a meeting's log."""

    seq: int
    epoch: int
    is_commit: bool
    payload: bytes


class EpochKept(msgspec.Struct, frozen=True, gc=False):
    """Give back the key of an epoch and the seq of the commit that opened it (0 for the first)."""

    access_key: bytes
    opened_by: int


class MeetingKept(msgspec.Struct, frozen=True):
    """Give back everything about a meeting but its payloads."""

    room: bytes
    meeting: bytes
    epochs: tuple[EpochKept, ...]
    slots: Slots
    head: int
    cost: int
    message_ids: dict[bytes, int]
    expires_minute: int


class Kept(msgspec.Struct, frozen=True):
    """Give back what a relay has to know before its first connection."""

    rooms: tuple[RoomOpened, ...] = ()
    meetings: tuple[MeetingKept, ...] = ()
    invitations: tuple[InvitationPut, ...] = ()
    welcomes: tuple[WelcomeKept, ...] = ()
