"""What comes by letter: which chapter each kind of note belongs to."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from holdspace.protocol.meeting.events import Letter, Whisper
from holdspace.protocol.meeting.letters import (
    Answer,
    AsideAsk,
    AsideNo,
    AsideOpen,
    AttendanceGive,
    DoorKey,
    HostAgain,
    KeepAsk,
    KeepGive,
    KeepNo,
    Note,
    NotOk,
    Nudge,
    OkAgain,
)

from . import answering, asides, door_keys, ladder, not_ok, room_keeping, taking_up
from .sealing import Unsealed, opened, tried
from .seat import Seat, Spoken
from .step import Moment
from .stopping import stops_letter

# Author of the letter, as MLS proved it, and what they wrote.
Handler = Callable[[Seat, bytes, Any, Moment], Seat]
# Reader of a letter of ours which the log shows: from now on it can be said that they were told.
Arrival = Callable[[Seat, bytes, Any, Moment], Seat]

HANDLERS: dict[type[Note], Handler] = {
    NotOk: not_ok.heard,
    OkAgain: not_ok.heard_back,
    AsideAsk: asides.asked,
    AsideOpen: asides.opened,
    AsideNo: asides.declined,
    Nudge: ladder.received,
    Answer: answering.told,
    DoorKey: door_keys.given,
    HostAgain: taking_up.received,
    KeepAsk: room_keeping.on_ask,
    KeepGive: room_keeping.on_give,
    KeepNo: room_keeping.on_no,
    AttendanceGive: room_keeping.on_attendance,
}
ARRIVED: dict[type[Note], Arrival] = {
    NotOk: not_ok.arrived,
    Nudge: ladder.arrived,
}


def take(seat: Seat, spoken: Spoken, moment: Moment) -> Seat:
    """Take in what somebody sealed for few; everything else, and any bytes by anybody, change nothing."""
    event = spoken.event
    if isinstance(event, Whisper):
        return asides.heard(seat, spoken, event, moment)
    if not isinstance(event, Letter) or spoken.author == seat.facts.identity:
        return seat
    seat, is_tried = tried(seat, spoken.author, moment.now)
    note = opened(seat, spoken.author, event) if is_tried else None
    if note is None or stops_letter(seat, spoken.author, note):
        return seat
    handler = HANDLERS.get(type(note))
    return seat if handler is None else handler(seat, spoken.author, note, moment)


def arrived(seat: Seat, letter: Unsealed, moment: Moment) -> Seat:
    """Learn that a letter of ours is in the log, so that its reader has it or will."""
    arrival = ARRIVED.get(type(letter.note))
    return seat if arrival is None else arrival(seat, letter.to, letter.note, moment)
