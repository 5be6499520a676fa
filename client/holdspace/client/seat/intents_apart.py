"""What a person can want of private words, as values."""

from dataclasses import dataclass, field
from typing import Literal

from .intents import Intent


@dataclass(frozen=True)
class SayNotOk(Intent):
    """Tell the facilitators, and nobody else, that one is not OK."""

    text: str = field(default="", repr=False)


@dataclass(frozen=True)
class SayOk(Intent):
    """Take that back."""


@dataclass(frozen=True)
class AskAside(Intent):
    """Have a private word: with this person, or, empty, the one that is open, or a facilitator."""

    who: bytes = b""
    kind: Literal["word", "step-aside"] = "word"


@dataclass(frozen=True)
class SayAside(Intent):
    """Say this in a private word, and nowhere else, whatever has happened meanwhile."""

    aside: bytes
    text: str = field(repr=False)


@dataclass(frozen=True)
class BackToRoom(Intent):
    """Type for the room again; a private word that is open stays open."""


@dataclass(frozen=True)
class EndAside(Intent):
    """End this private word, or, empty, the one that is chosen, or the only one."""

    aside: bytes = b""


@dataclass(frozen=True)
class OpenToMembers(Intent):
    """Say whether members may ask one for a private word in this meeting (A18)."""

    is_yes: bool
