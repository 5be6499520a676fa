"""What a person wants of private words, turned into letters and whispers, or a kind no."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from holdspace.protocol.meeting.kinds import AsideKind
from holdspace.protocol.translation import N_

from . import asides, not_ok
from . import intents_apart as i
from .apart import Stage
from .intents import Intent
from .replacing import replace
from .seat import Seat
from .step import Moment
from .view import Notice, Refusal

NOT_YET = Refusal(N_("The room is still opening. One moment, please."))
IN_THE_ROOM = Refusal(N_("What you type goes to the room already."))
NOT_MUTUAL = Refusal(
    N_(
        "In this meeting private words are with facilitators only, so there is nothing to say yes to."
    )
)
TO_THE_ROOM = N_("What you type goes to the room again.")
OPEN_TO_MEMBERS = N_("Members who said yes too may ask you for a private word in this meeting.")
NOT_OPEN_TO_MEMBERS = N_("Members cannot ask you for a private word; they read a plain no.")


def _not_ok(seat: Seat, intent: i.SayNotOk, moment: Moment) -> Seat | Refusal:
    return not_ok.raise_flag(seat, intent.text, moment)


def _ok(seat: Seat, intent: i.SayOk, moment: Moment) -> Seat | Refusal:
    return not_ok.take_back(seat, moment)


def _ask(seat: Seat, intent: i.AskAside, moment: Moment) -> Seat | Refusal:
    if intent.who:
        return _ask_or_answer(seat, intent.who, intent.kind, moment)
    others = (one for one in seat.apart.asides if one.handle != seat.apart.chosen)
    there = sorted(others, key=lambda one: one.stage is not Stage.OVER)
    if there:
        # The one that goes on; or one that ended while this person was in the room, to be read.
        return asides.choose(seat, there[-1].handle)
    who = asides.facilitator_to_ask(seat) or next((one.by for one in seat.apart.asks), b"")
    if not who:
        # Who has not been shown yet who is here cannot know that nobody leads.
        return NOT_YET if seat.state is None else asides.NO_FACILITATOR
    return _ask_or_answer(seat, who, intent.kind, moment)


def _ask_or_answer(seat: Seat, who: bytes, kind: AsideKind, moment: Moment) -> Seat | Refusal:
    """Ask for a word apart; where that person asked for one already, this is the yes to it."""
    theirs = next((one for one in seat.apart.asks if (one.by, one.kind) == (who, kind)), None)
    if theirs is not None:
        return asides.answer(seat, theirs, moment, is_yes=True)
    return asides.open_with(seat, (who,), kind, moment)


def answer_ask(seat: Seat, moment: Moment, *, is_yes: bool) -> Seat | Refusal | None:
    """Answer what was asked first, unless this person is asked whether they would like to speak."""
    is_invited = seat.state is not None and seat.facts.identity in seat.state.invited
    asks = seat.apart.asks
    if is_invited or not asks:
        return None
    return asides.answer(seat, asks[0], moment, is_yes=is_yes)


def _say(seat: Seat, intent: i.SayAside, moment: Moment) -> Seat | Refusal:
    return asides.say(seat, intent.aside, intent.text, moment)


def _back(seat: Seat, intent: i.BackToRoom, moment: Moment) -> Seat | Refusal:
    if not seat.apart.chosen:
        return IN_THE_ROOM
    moment.notices.append(Notice(TO_THE_ROOM))
    return asides.choose(seat, b"")


def _end(seat: Seat, intent: i.EndAside, moment: Moment) -> Seat | Refusal:
    running = [one.handle for one in seat.apart.asides]
    only = running[0] if len(running) == 1 else b""
    return asides.end(seat, intent.aside or seat.apart.chosen or only, moment)


def _open_to_members(seat: Seat, intent: i.OpenToMembers, moment: Moment) -> Seat | Refusal:
    if intent.is_yes and asides.private_messages(seat) != "mutual":
        return NOT_MUTUAL
    moment.notices.append(Notice(OPEN_TO_MEMBERS if intent.is_yes else NOT_OPEN_TO_MEMBERS))
    return replace(seat, apart=replace(seat.apart, is_open_to_members=intent.is_yes))


DOERS: dict[type[Intent], Callable[[Seat, Any, Moment], Seat | Refusal]] = {
    i.SayNotOk: _not_ok,
    i.SayOk: _ok,
    i.AskAside: _ask,
    i.SayAside: _say,
    i.BackToRoom: _back,
    i.EndAside: _end,
    i.OpenToMembers: _open_to_members,
}
