"""Cover slots: one message of one size every two seconds, with words in it or without (R16).

Where the host chose them, all that a seat says in a live stage goes in its slots, in order: the
relay sees who is connected, and not who speaks. Slots are due by the clock alone. What does not fit
goes on in the next one; nothing is lost, for what was sealed is sent again as it is, and what no
slot in the log carries is said anew in the next epoch, like everything that waits.
"""

from __future__ import annotations

from holdspace.protocol.meeting.events import (
    CoverSlot,
    Hold,
    Leaving,
    PauseWriting,
    SlotPart,
    encode_event,
)
from holdspace.protocol.meeting.letters import NotOk, OkAgain
from holdspace.protocol.meeting.slots import Partial, open_slot
from holdspace.protocol.translation import N_

from . import connecting, saying, sealing
from .lines import line
from .outbox import Outgoing, Riding
from .replacing import replace
from .seat import Seat
from .step import Moment
from .view import Line, Notice

SLOT_SECONDS = 2.0
# What a slot carries, so that header, slot and signature around it always fit the smallest frame.
ROOM = 644
PART_COST = 26
# What keeps people safe does not wait behind what is long.
_URGENT = (Hold, PauseWriting)
_PHASES = 2**16
BEGIN = N_(
    "From now on everybody's program sends a small message every two seconds, so that the sending does not "
    "tell the relay who speaks. What you send arrives within two seconds, what is long a little later. A "
    "round goes in a mixed order, a new one each time."
)
# A meeting that is to close waits so long for words that are half there, and whoever sends them.
OTHERS_SECONDS = 15.0
OTHERS_FIRST = N_(
    "Somebody's words are half there. The meeting closes when all of them are, in 15 seconds at most. "
    "To close it now, do that again."
)
CLOSES_SOON = N_("What you wrote is still being sent. The meeting closes when it is.")


def tick(seat: Seat, moment: Moment) -> Seat:
    """Send the next slot if it is due; the first one at a moment of chance."""
    cover = seat.cover
    if cover.closes_by and not (_is_sending(seat) or _is_half_there(seat, moment)):
        seat = replace(seat, cover=replace(cover, closes_by=0.0))
        return connecting.close_meeting(seat, moment)
    if not seat.is_covering:
        return replace(seat, cover=replace(cover, due=0.0)) if cover.due else seat
    if not cover.due:
        # Who began together would otherwise send together for good.
        chance = int.from_bytes(moment.random(2), "big") / _PHASES
        return _tell(seat, moment, due=moment.now + chance * SLOT_SECONDS)
    if moment.now < cover.due:
        return seat
    due = cover.due + SLOT_SECONDS
    # No slots are made up for after a break: that, too, would be a rhythm of one's own.
    due = due if due > moment.now else moment.now + SLOT_SECONDS
    seat = replace(seat, cover=replace(cover, due=due))
    # Judged before anything is put in: what no one could open must not count as on its way.
    if not saying.is_followed(seat):
        return saying.wait_to_be_followed(seat, moment)
    seat, parts = _loaded(seat, moment)
    seat = saying.say(seat, CoverSlot(parts), moment)
    return replace(seat, cover=replace(seat.cover, newest=seat.counter))


def close(seat: Seat, moment: Moment) -> Seat:
    """End the meeting for everybody, when what this person said is said, and nobody's words are cut."""
    # Who asks a second time waits for nobody else: that is how trouble is ended.
    is_again = seat.cover.closes_by > 0
    is_half_there = bool(seat.cover.half) and not is_again
    if not (seat.is_covering and (_is_sending(seat) or is_half_there)):
        return connecting.close_meeting(seat, moment)
    moment.notices.append(Notice(CLOSES_SOON if _is_sending(seat) else OTHERS_FIRST))
    closes_by = moment.now if is_again else moment.now + OTHERS_SECONDS
    return replace(seat, cover=replace(seat.cover, closes_by=closes_by))


def _is_sending(seat: Seat) -> bool:
    return bool(seat.outbox.lasting().waiting)


def _is_half_there(seat: Seat, moment: Moment) -> bool:
    return bool(seat.cover.half) and moment.now < seat.cover.closes_by


def arrived(seat: Seat, author: bytes, slot: CoverSlot) -> tuple[Seat, tuple[Partial, ...]]:
    """Return what a slot of this author makes whole, and the seat that keeps the rest."""
    if not slot.parts:
        return seat, ()
    opened = open_slot(seat.cover.half_of(author), slot)
    seat = replace(seat, cover=seat.cover.with_half(author, opened.rest))
    return seat, opened.whole


def seen(seat: Seat, own: Outgoing, slot: CoverSlot) -> Seat:
    """Say anew what an own slot in the log shows to be of no effect: its earlier part is missing."""
    misfits = open_slot(seat.cover.half_of(seat.facts.identity), slot).misfits
    return _anew(seat, own, frozenset(misfits))


def void(seat: Seat, own: Outgoing, slot: CoverSlot) -> Seat:
    """Say anew what was in an own slot that counts for nobody (R7)."""
    return _anew(seat, own, frozenset(part.message_id for part in slot.parts))


def new_epoch(seat: Seat) -> Seat:
    """Forget what is half read: all of an event is in one epoch."""
    return replace(seat, cover=replace(seat.cover, half=()))


def _tell(seat: Seat, moment: Moment, *, due: float) -> Seat:
    """Say once that there are slots, and when the next one is due."""
    told, cover = seat.cover.is_told, replace(seat.cover, due=due, is_told=True)
    seat = replace(seat, cover=cover)
    return seat if told else line(seat, Line.ROOM, BEGIN, moment)


def _anew(seat: Seat, own: Outgoing, carried: frozenset[bytes]) -> Seat:
    for message_id in carried:
        item = seat.outbox.find_id(message_id)
        # What began again since then is on its way already.
        if item is not None and item.rides_in(own):
            seat = replace(seat, outbox=seat.outbox.with_newest(replace(item, riding=None)))
    return seat


def _loaded(seat: Seat, moment: Moment) -> tuple[Seat, tuple[SlotPart, ...]]:
    """Return the parts that the next slot carries, and the seat in which they are on their way."""
    parts: tuple[SlotPart, ...] = ()
    room, is_kept_whole = ROOM, False
    for waiting in _in_turn(seat):
        if sealing.is_in_vain(seat, waiting.event):
            seat = replace(seat, outbox=seat.outbox.without(waiting.message_id))
            continue
        if room <= PART_COST:
            break
        if is_kept_whole and not waiting.is_half_there:
            continue
        item, part = _next_part(seat, waiting, room - PART_COST, moment)
        if part.number == 0 and not part.is_last and _any_half_there(seat):
            # What fits into one slot waits for the next, so that it comes between the parts of a letter.
            is_kept_whole = item.riding is not None and len(item.riding.data) <= ROOM - PART_COST
            if is_kept_whole:
                continue
            seat = _beginning_again(seat)
        seat = replace(seat, outbox=seat.outbox.with_newest(item))
        parts, room = (*parts, part), room - PART_COST - len(part.data)
    return seat, parts


def _any_half_there(seat: Seat) -> bool:
    return any(item.is_half_there for item in seat.outbox.waiting)


def _beginning_again(seat: Seat) -> Seat:
    """Say anew what is half there: the first part of something long takes its place with everybody."""
    anew = (replace(i, riding=None) if i.is_half_there else i for i in seat.outbox.waiting)
    return replace(seat, outbox=replace(seat.outbox, waiting=tuple(anew)))


def _in_turn(seat: Seat) -> list[Outgoing]:
    waiting = (item for item in seat.outbox.waiting if item.may_ride)
    rest = [item for item in waiting if item.riding is None or not item.riding.is_sent]
    return sorted(rest, key=_rank)


def _rank(item: Outgoing) -> int:
    # Whole in one part, so that it comes between the parts of something else (slots.py).
    if isinstance(item.event, _URGENT):
        return 0
    # In several parts, so what was half there is said anew after it: nobody who is not OK waits.
    is_flag = isinstance(item.event, sealing.Unsealed) and isinstance(
        item.event.note, NotOk | OkAgain
    )
    if is_flag:
        return 1
    # A letter takes three slots or more, and one act can write a dozen: nobody's words wait for them.
    return 3 if isinstance(item.event, sealing.Unsealed | Leaving) else 2


def _next_part(seat: Seat, item: Outgoing, most: int, moment: Moment) -> tuple[Outgoing, SlotPart]:
    riding = item.riding
    if riding is None:
        data = encode_event(sealing.sealed(seat, item.event, moment))
        riding = Riding(data, since=seat.counter + 1)
    data = riding.data[riding.sent : riding.sent + most]
    after = replace(riding, sent=riding.sent + len(data), parts=riding.parts + 1)
    part = SlotPart(item.message_id, riding.parts, after.is_sent, data)
    return replace(item, riding=after), part
