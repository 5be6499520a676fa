"""What a person can want of private words, as values."""

from dataclasses import field
from typing import Literal

from holdspace.protocol.values import value

from .intents import Intent


@value()
class SayNotOk(Intent):
    """Tell the facilitators, and nobody else, that one is not OK."""

    text: str = field(default="", repr=False)


@value()
class SayOk(Intent):
    """Take that back."""


@value()
class AskAside(Intent):
    """Have a private word: with this person, or, empty, the one that is open, or a facilitator."""

    who: bytes = b""
    kind: Literal["word", "step-aside"] = "word"


@value()
class SayAside(Intent):
    """Say this in a private word, and nowhere else, whatever has happened meanwhile."""

    aside: bytes
    text: str = field(repr=False)


@value()
class BackToRoom(Intent):
    """Type for the room again; a private word that is open stays open."""


@value()
class EndAside(Intent):
    """End this private word, or, empty, the one that is chosen, or the only one."""

    aside: bytes = b""


@value()
class OpenToMembers(Intent):
    """Say whether members may ask one for a private word in this meeting (A18)."""

    is_yes: bool
