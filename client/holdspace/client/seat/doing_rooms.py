"""What a person wants of the room that lasts: keeping it, who is known, when it meets, the door."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from holdspace.protocol.meeting.events import SetSchedule
from holdspace.protocol.meeting.schedule import NotASchedule, read_schedule
from holdspace.protocol.translation import N_

from . import connecting, intents, room_keeping, saying
from .replacing import replace
from .seat import Seat
from .step import Moment
from .view import Notice, Refusal

NOT_YET = Refusal(N_("The room is still opening. One moment, please."))
ONLY_HOST = Refusal(N_("Only the host can do that."))
OPEN = "open"
LOCKED = N_(
    "The door is locked: new people read a kind no, and who belongs to the room waits for your yes."
)
UNLOCKED = N_(
    "The door is open again for who belongs to the room; everybody else waits for your yes."
)
FORGOTTEN = N_(
    "They are not known here any more. If they come, they wait at the door like anybody."
)


def _keep(seat: Seat, _intent: intents.KeepTheRoom, moment: Moment) -> Seat | Refusal:
    kept = room_keeping.keep(seat, moment) if seat.state else NOT_YET
    if isinstance(kept, Refusal) or kept.host is None:
        return kept
    return connecting.open_door(kept, kept.host, moment)


def _answer(seat: Seat, intent: intents.LetKeep, moment: Moment) -> Seat | Refusal:
    return room_keeping.answer(seat, intent.who, is_yes=intent.is_yes, moment=moment)


def _forget(seat: Seat, intent: intents.ForgetPerson, moment: Moment) -> Seat | Refusal:
    outcome = room_keeping.forget_person(seat, intent.number)
    if not isinstance(outcome, Refusal):
        moment.notices.append(Notice(FORGOTTEN))
    return outcome


def _schedule(seat: Seat, intent: intents.ScheduleTheRoom, moment: Moment) -> Seat | Refusal:
    typed = intent.text.strip()
    try:
        schedule = None if typed.lower() == OPEN else read_schedule(typed, zone=moment.zone)
    except NotASchedule as refused:
        return Refusal(str(refused), intent.text)
    return saying.say(seat, SetSchedule(schedule), moment)


def _lock(seat: Seat, intent: intents.LockTheDoor, moment: Moment) -> Seat | Refusal:
    if seat.host is None:
        return ONLY_HOST
    moment.notices.append(Notice(LOCKED if intent.is_locked else UNLOCKED))
    return replace(seat, host=replace(seat.host, is_locked=intent.is_locked))


def _give(seat: Seat, _intent: intents.GiveAttendance, moment: Moment) -> Seat | Refusal:
    return room_keeping.give_attendance(seat, moment)


def _for_host(
    doer: Callable[[Seat, Any, Moment], Seat | Refusal],
) -> Callable[[Seat, Any, Moment], Seat | Refusal]:
    def only(seat: Seat, intent: Any, moment: Moment) -> Seat | Refusal:
        if seat.host is None:
            return ONLY_HOST
        return doer(seat, intent, moment) if seat.state else NOT_YET

    return only


DOERS: dict[type[intents.Intent], Callable[[Seat, Any, Moment], Seat | Refusal]] = {
    intents.KeepTheRoom: _keep,
    intents.LetKeep: _for_host(_answer),
    intents.ForgetPerson: _for_host(_forget),
    intents.ScheduleTheRoom: _for_host(_schedule),
    intents.LockTheDoor: _lock,
    intents.GiveAttendance: _give,
}
