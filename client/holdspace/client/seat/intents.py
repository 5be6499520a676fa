"""What a person can want, as values: the only way a front end can make anything happen.

One class per act. `client/acts.py` maps each to its key, its slash command and its sentence.
"""

from dataclasses import dataclass, field

from holdspace.protocol.meeting.events import HandKind, NodKind, TurnMode


class Intent:
    """Anything a person can want from their seat."""


@dataclass(frozen=True)
class Accept(Intent):
    """Accept the agreements on the card and knock, under this name."""

    name: str
    introduction: str = field(default="", repr=False)


@dataclass(frozen=True)
class Say(Intent):
    """Share this text with the room."""

    text: str = field(repr=False)


@dataclass(frozen=True)
class Raise(Intent):
    """Raise a hand."""

    kind: HandKind = "share"
    note: str = ""


@dataclass(frozen=True)
class Lower(Intent):
    """Take the own hand down."""


@dataclass(frozen=True)
class PassTurn(Intent):
    """Let the own turn go by."""


@dataclass(frozen=True)
class NodTo(Intent):
    """Nod to the newest share of somebody else, or to the one with this key."""

    kind: NodKind = "heard"
    to: bytes = b""


@dataclass(frozen=True)
class Leave(Intent):
    """Leave the meeting, with or without "I'm fine, just going"."""

    fine: bool = False


@dataclass(frozen=True)
class OpenTheFlow(Intent):
    """Facilitator: lay out the agenda from the text of a flow file."""

    toml: str = field(repr=False)


@dataclass(frozen=True)
class NextStage(Intent):
    """Facilitator: go on to the next stage."""


@dataclass(frozen=True)
class BackStage(Intent):
    """Facilitator: go back to the stage before."""


@dataclass(frozen=True)
class ToStage(Intent):
    """Facilitator: go to the stage with this number, from 1."""

    number: int


@dataclass(frozen=True)
class ChangeMode(Intent):
    """Facilitator: change how turns are taken."""

    mode: TurnMode


@dataclass(frozen=True)
class Give(Intent):
    """Facilitator: give the floor to this person."""

    who: bytes


@dataclass(frozen=True)
class Onward(Intent):
    """Facilitator: let the floor move on."""


@dataclass(frozen=True)
class LowerFor(Intent):
    """Facilitator: take this person's hand down."""

    who: bytes


@dataclass(frozen=True)
class MoreTime(Intent):
    """Facilitator: add a minute to the stage."""

    seconds: int = 60


@dataclass(frozen=True)
class HoldRoom(Intent):
    """Facilitator: hold the room."""


@dataclass(frozen=True)
class ResumeRoom(Intent):
    """Facilitator: let the room go on."""


@dataclass(frozen=True)
class Admit(Intent):
    """Facilitator: let this knock in."""

    knock: bytes


@dataclass(frozen=True)
class Decline(Intent):
    """Facilitator: answer this knock with no, kindly."""

    knock: bytes
    words: str = ""


@dataclass(frozen=True)
class Remove(Intent):
    """Facilitator: remove this person; new keys are made without them."""

    who: bytes


@dataclass(frozen=True)
class Promote(Intent):
    """Host: make this person a co-facilitator."""

    who: bytes


@dataclass(frozen=True)
class Demote(Intent):
    """Host: make this co-facilitator a member again."""

    who: bytes


@dataclass(frozen=True)
class NewInvitation(Intent):
    """Host: make a fresh invitation code."""

    minutes: int = 24 * 60


@dataclass(frozen=True)
class CloseTheMeeting(Intent):
    """Facilitator: end the meeting for everybody and delete its log."""
