"""Putting together what came in cover slots, on every client alike (R16).

An author's events come one after the other, each in parts numbered from 0. An event has effect at
the place of its last part. Parts that do not follow what is there are left out by everybody, and
their author says it anew. All of an event is in one epoch, so that whoever came in with a commit
judges as everybody else does.
"""

from dataclasses import field

from holdspace.protocol.meeting.events import CoverSlot, SlotPart
from holdspace.protocol.values import value

# Longer than any event is (events.Envelope); nobody is made to keep more of anybody.
MAX_WHOLE = 58 * 1024


@value()
class Partial:
    """The parts there are of one event that is not whole yet."""

    message_id: bytes
    parts: int = 0
    data: bytes = field(default=b"", repr=False)

    def with_part(self, part: SlotPart) -> "Partial | None":
        """Return this with one more part, or None if it is not the next one, or is too much."""
        data = self.data + part.data
        is_next = (part.message_id, part.number) == (self.message_id, self.parts)
        return Partial(self.message_id, self.parts + 1, data) if is_next and _fits(data) else None


@value()
class Opened:
    """What a slot made whole, what is still to come, and what did not fit and counts for nothing."""

    whole: tuple[Partial, ...] = ()
    rest: Partial | None = None
    misfits: tuple[bytes, ...] = ()


def open_slot(rest: Partial | None, slot: CoverSlot) -> Opened:
    """Return what this slot says after what the author's earlier slots left over."""
    opened = Opened(rest=rest)
    for part in slot.parts:
        opened = _with_part(opened, part)
    return opened


def _with_part(opened: Opened, part: SlotPart) -> Opened:
    is_first = part.number == 0
    # What is whole by itself may come between the parts of something long.
    between = opened.rest if is_first and part.is_last else None
    start = Partial(part.message_id) if is_first else opened.rest
    grown = start.with_part(part) if start else None
    if grown is None:
        return Opened(opened.whole, None, (*opened.misfits, part.message_id))
    if part.is_last:
        return Opened((*opened.whole, grown), between, opened.misfits)
    return Opened(opened.whole, grown, opened.misfits)


def _fits(data: bytes) -> bool:
    return len(data) <= MAX_WHOLE
