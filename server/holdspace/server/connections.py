"""One connection's life: which frames it may send when, and what moves it on.

Two tables say it all, and `step` is the only code that changes a phase. A frame type that is
missing from a phase breaks the protocol: the connection is closed and nothing else changes.
"""

from dataclasses import dataclass, field
from enum import Enum, unique

from holdspace.protocol.frames import (
    Append,
    Attach,
    BeginMeeting,
    Bundle,
    ClientFrame,
    CloseMeeting,
    DeclineKnock,
    GetCard,
    Hello,
    Knock,
    OpenRoom,
    Prove,
    PutInvitation,
    RevokeInvitation,
    WatchLobby,
)
from holdspace.protocol.refusals import LocalError, Refusal
from holdspace.server.state import Meeting, Room


@unique
class Phase(Enum):
    """Name what is known about the other end."""

    NEW = "has not said which versions it speaks"
    READY = "reads no meeting"
    MEMBER = "proved the epoch it reads"
    WALKING = "was given the commit that closed its epoch, and has yet to prove the next"

    # Looked up for every frame; an enumeration's own hash is made by Python from the name.
    __hash__ = object.__hash__


@unique
class Happening(Enum):
    """Name what moves a connection from one phase to another."""

    GREETED = "versions agreed"
    ATTACHED = "proved an epoch of a meeting"
    EPOCH_ENDED = "read up to the end of its epoch"
    PROVED = "proved the next epoch"


TRANSITIONS: dict[tuple[Phase, Happening], Phase] = {
    (Phase.NEW, Happening.GREETED): Phase.READY,
    (Phase.READY, Happening.ATTACHED): Phase.MEMBER,
    (Phase.MEMBER, Happening.ATTACHED): Phase.MEMBER,
    (Phase.WALKING, Happening.ATTACHED): Phase.MEMBER,
    (Phase.MEMBER, Happening.EPOCH_ENDED): Phase.WALKING,
    (Phase.WALKING, Happening.PROVED): Phase.MEMBER,
}

# Requests that carry their own proof, so that they need no phase but READY.
_PROVEN: tuple[type[ClientFrame], ...] = (
    OpenRoom,
    BeginMeeting,
    Attach,
    PutInvitation,
    RevokeInvitation,
    GetCard,
    Knock,
    WatchLobby,
    DeclineKnock,
    CloseMeeting,
)
_ALLOWED: dict[type[ClientFrame], Refusal | None] = dict.fromkeys(_PROVEN)

# Phase x frame type -> None (its handler answers) or the refusal that is always the answer.
FRAMES: dict[Phase, dict[type[ClientFrame], Refusal | None]] = {
    Phase.NEW: {Hello: None},
    Phase.READY: _ALLOWED
    | {
        Prove: Refusal.NOT_ATTACHED,
        Append: Refusal.NOT_ATTACHED,
        Bundle: Refusal.NOT_ATTACHED,
    },
    Phase.MEMBER: _ALLOWED | {Append: None, Bundle: None, Prove: Refusal.STALE_EPOCH},
    # Append and Bundle have handlers here too: what was sent before the commit is acked again.
    Phase.WALKING: _ALLOWED | {Append: None, Bundle: None, Prove: None},
}


@dataclass(slots=True, eq=False)
class Connection:
    """Hold what the relay knows about one connection; never an address."""

    number: int
    nonce: bytes = field(repr=False)
    deadline: float
    # A number for whoever shares an address prefix with others; None shares with nobody.
    visitor: int | None = None
    phase: Phase = Phase.NEW
    has_proved: bool = False
    origin: str | None = None
    meeting: Meeting | None = field(default=None, repr=False)
    watched_room: Room | None = field(default=None, repr=False)
    # Who is at the door that they watch, and was not shown to them yet.
    unseen: dict[bytes, None] = field(default_factory=dict, repr=False)
    is_taking: bool = False
    knocks: set[tuple[bytes, bytes]] = field(default_factory=set, repr=False)
    # Frames that wait until the relay heard what others of its cluster did.
    late: list[ClientFrame] = field(default_factory=list, repr=False)

    @property
    def does_nothing(self) -> bool:
        """Tell whether nothing is missed when this connection is gone."""
        return self.meeting is None and self.watched_room is None and not self.knocks


def step(connection: Connection, happening: Happening) -> None:
    """Move a connection to its next phase."""
    following = TRANSITIONS.get((connection.phase, happening))
    if following is None:
        raise LocalError(f"{happening.name} cannot happen to a {connection.phase.name} connection.")
    connection.phase = following
