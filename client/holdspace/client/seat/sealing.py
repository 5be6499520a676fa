"""Letters between two people, as bytes: sealed at the moment of sending, opened by trying.

A letter in the outbox is still open: it is sealed when the message around it is, with the keys of
that epoch, and sealed anew when the epoch moves on. Nobody is told whom a letter is for, so every
letter is tried; trying is cheap, total, and bounded for each author.
"""

from __future__ import annotations

from typing import Any

from holdspace.protocol.meeting.events import Event, Letter
from holdspace.protocol.meeting.letters import (
    LABEL,
    AnyNote,
    NotALetter,
    Note,
    decode_note,
    encode_note,
    letter_context,
)
from holdspace.protocol.mls import MLSError, Purpose
from holdspace.protocol.overriding import override

from .people import member_with
from .replacing import replace
from .seat import LettersOf, Seat
from .step import Moment

# Machines write letters too (keys for pairs, counts), so a minute may well bring a dozen.
MOST_TRIED = 40
PER_SECONDS = 60.0


class Unsealed(Event, frozen=True):
    """A letter that is not sealed yet. It never travels as it is, and shows nothing of itself."""

    to: bytes
    note: Note

    @override
    def __repr__(self) -> str:
        return "<Unsealed>"

    @override
    def __rich_repr__(self) -> list[tuple[str, Any]]:
        return []


def is_in_vain(seat: Seat, event: Event) -> bool:
    """Tell whether a letter is to somebody who is no longer here."""
    return isinstance(event, Unsealed) and member_with(seat.group, event.to) is None


def sealed(seat: Seat, event: Event, moment: Moment) -> Event:
    """Return the event as it travels: a letter sealed to its reader, anything else as it is."""
    if not isinstance(event, Unsealed):
        return event
    member = member_with(seat.group, event.to)
    if member is None:
        raise AssertionError("a letter to nobody is dropped before it is sealed")
    purpose = _purpose(seat, author=seat.facts.identity, reader=event.to)
    data = encode_note(event.note)
    return Letter(seat.group.seal_to_member(member.leaf_index, purpose, data, random=moment.random))


def opened(seat: Seat, author: bytes, letter: Letter) -> AnyNote | None:
    """Return what the letter says if it is for us, and None for any other bytes by anybody."""
    purpose = _purpose(seat, author=author, reader=seat.facts.identity)
    try:
        return decode_note(seat.group.open_sealed(purpose, letter.sealed))
    except (MLSError, NotALetter):
        return None


def tried(seat: Seat, author: bytes, now: float) -> tuple[Seat, bool]:
    """Count one more letter of this author, and tell whether it is to be tried at all."""
    others = tuple(known for known in seat.letters_of if known.author != author)
    before = next((known for known in seat.letters_of if known.author == author), None)
    if before is None or not 0 <= now - before.since < PER_SECONDS:
        before = LettersOf(author, now)
    counted = replace(before, count=min(before.count + 1, MOST_TRIED + 1))
    return replace(seat, letters_of=(*others, counted)), counted.count <= MOST_TRIED


def _purpose(seat: Seat, *, author: bytes, reader: bytes) -> Purpose:
    facts = seat.facts
    return Purpose(LABEL, letter_context(facts.room, facts.meeting, author, reader))
