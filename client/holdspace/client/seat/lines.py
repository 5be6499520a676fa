"""A line in somebody's transcript: how one is added, and how names get into it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from holdspace.protocol.translation import shown

from .display import shown_name
from .replacing import replace
from .seat import Seat
from .step import Moment
from .view import Line, Passage, PersonView

MOST_PASSAGES = 20_000
PASSAGE_KEY_BYTES = 8
# Each takes the kind of effect it stands beside in its table.
Teller = Callable[[Seat, Any, Moment], Seat]


def line(
    seat: Seat, kind: Line, text: str, moment: Moment, *, floor: PersonView | None = None
) -> Seat:
    """Return the seat with one more line; a marked sentence is written down as this person reads it."""
    key = b"line" + seat.passages.to_bytes(PASSAGE_KEY_BYTES, "big")
    passage = Passage(key=key, line=kind, text=shown(text), at=moment.now, floor=floor)
    return add(seat, passage)


def add(seat: Seat, passage: Passage) -> Seat:
    """Return the seat with one more passage."""
    transcript = (*seat.transcript[-MOST_PASSAGES:], passage)
    gone = {one.key for one in seat.transcript[:-MOST_PASSAGES]}
    if gone:
        seat = replace(seat, nods=frozenset(one for one in seat.nods if one[1] not in gone))
    return replace(seat, transcript=transcript, passages=seat.passages + 1)


def is_me(seat: Seat, identity: bytes) -> bool:
    """Tell whether this is the person whose seat it is."""
    return identity == seat.facts.identity


def said(kind: Line, words: str) -> Teller:
    """Return a teller of one marked sentence: {name} is whoever the effect is about, {by} who did it."""

    def teller(seat: Seat, effect: Any, moment: Moment) -> Seat:
        return line(seat, kind, named(seat, words, effect), moment)

    return teller


def named(seat: Seat, words: str, effect: Any, **others: object) -> str:
    """Return a marked sentence with the names of an effect in it, and what else it names."""
    name = shown_name(seat, getattr(effect, "identity", b""))
    by = shown_name(seat, getattr(effect, "by", b""))
    # A name is data: it fills a place of the sentence, and is no part of any sentence itself.
    return shown(words).format(name=name, by=by, **others)
