"""What a log is asked to keep, and what it gives back: facts, written in the past tense.

Each record is one transaction: all of it is durable, or none. A record that was only asked for has
no place yet: its `seq` is 0, and placing it makes the record that is kept. Relays that share a log
read each other's records: tags stay, and fields are only ever added at the end.

No name, address, client time or anything a member said is in here but as ciphertext.
"""

import msgspec

Slots = tuple[bytes, ...]


class Record(msgspec.Struct, frozen=True, gc=False, kw_only=True, array_like=True):
    """Anything that must survive the relay."""


class RoomOpened(Record, frozen=True, tag=1):
    """A room is known; writing it again moves its last day.

    `code` is the public key of the room code it was opened with; empty if none was asked for. `most` is
    how many rooms that code keeps by whoever asked, judged at the record's place: two relays of a
    cluster that are asked in the same instant cannot both give the last one away. 0 says nothing.
    """

    room: bytes
    root_key: bytes
    expires_minute: int
    code: bytes = b""
    most: int = 0


class MeetingBegun(Record, frozen=True, tag=2):
    """A room's meeting runs at epoch 0; `replaces` is the meeting that ran when it was asked for."""

    room: bytes
    meeting: bytes
    access_key: bytes
    slots: Slots
    expires_minute: int
    replaces: bytes | None = None


class EntryAppended(Record, frozen=True, kw_only=True, tag=3):
    """An entry stands in a meeting's log; `expires_minute` is given when the meeting's end moved."""

    meeting: bytes
    seq: int = 0
    epoch: int
    message_id: bytes
    payload: bytes
    cost: int
    expires_minute: int | None = None


class WelcomeKept(Record, frozen=True, kw_only=True, tag=4):
    """The answer to one knock waits for whoever knocked; `knock_key` is empty if not known."""

    room: bytes
    meeting: bytes
    knock: bytes
    knock_key: bytes
    seq: int = 0
    sealed: bytes
    expires_minute: int


class EpochChanged(Record, frozen=True, tag=5):
    """A bundle took effect: its commit is the entry, and the next epoch has its key and slots."""

    commit: EntryAppended
    access_key: bytes
    slots: Slots
    welcomes: tuple[WelcomeKept, ...] = ()


class InvitationPut(Record, frozen=True, tag=6):
    """An invitation is open, or open longer."""

    room: bytes
    knock_key: bytes
    card: bytes
    expires_minute: int


class InvitationRevoked(Record, frozen=True, tag=7):
    """An invitation is forgotten."""

    room: bytes
    knock_key: bytes


class MeetingClosed(Record, frozen=True, tag=8):
    """A meeting and all of its log are deleted, as the holder of `slot_key` asked."""

    meeting: bytes
    slot_key: bytes = b""


class Forgotten(Record, frozen=True, tag=9):
    """What had run out by itself at `minute` is deleted, with all that hangs on it."""

    minute: int = 0
    rooms: tuple[bytes, ...] = ()
    meetings: tuple[bytes, ...] = ()
    invitations: tuple[tuple[bytes, bytes], ...] = ()
    welcomes: tuple[tuple[bytes, bytes], ...] = ()


class Note(msgspec.Struct, frozen=True, gc=False, kw_only=True, array_like=True):
    """Something that relays of one cluster tell each other, and that need not survive them."""

    room: bytes
    knock: bytes


class KnockMade(Note, frozen=True, tag=1):
    """Somebody waits at the door of a room, on a connection to the relay that says so."""

    knock_key: bytes
    sealed: bytes
    until_minute: int


class KnockEnded(Note, frozen=True, tag=2):
    """A knock is over: answered with the sealed no, or given up if that is empty."""

    declined: bytes = b""


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
