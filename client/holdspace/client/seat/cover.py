"""What a seat knows of cover slots: when its next one is due, and what of others' is half read."""

from __future__ import annotations

from dataclasses import field

from holdspace.protocol.meeting.slots import Partial
from holdspace.protocol.values import value

from .replacing import replace


@value()
class Cover:
    """The time of the next slot (0 before the first), and what is not whole yet, by author.

    `is_told`: the person has read that there are slots. `newest` is the author counter of the newest
    own slot. `closes_by`, if not 0: the meeting is to be closed when what this person said before is
    said, and nobody's words are half there, or that time has come.
    """

    due: float = 0.0
    newest: int = 0
    closes_by: float = 0.0
    is_told: bool = False
    half: tuple[tuple[bytes, Partial], ...] = field(default=(), repr=False)

    def half_of(self, author: bytes) -> Partial | None:
        """Return what is half read of this author."""
        return next((rest for who, rest in self.half if who == author), None)

    def with_half(self, author: bytes, rest: Partial | None) -> Cover:
        """Return this with what is now half read of this author."""
        others = tuple(pair for pair in self.half if pair[0] != author)
        return replace(self, half=(*others, (author, rest)) if rest else others)
