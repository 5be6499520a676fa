"""Somebody's writing that is paused for a while, and somebody who rests: told to whom it concerns.

How long a pause lasts is counted here, by the facilitators' clients: the meeting itself has no clock.
"""

from __future__ import annotations

from holdspace.protocol.meeting import effects as fx
from holdspace.protocol.meeting.events import LetWrite
from holdspace.protocol.meeting.roles import MEMBER
from holdspace.protocol.translation import N_, _, ngettext

from . import saying
from .display import shown_name
from .ladder import why_paused
from .lines import is_me, line, named
from .replacing import replace
from .seat import Seat
from .step import Moment
from .view import Line, Notice

# If the first facilitator's client does not end a pause, the next one does, this much later.
NEXT_ONE_SECONDS = 10.0
PAUSED_ONE_MINUTE = N_("{by} paused the writing of {name} for 1 minute.")
PAUSED_MINUTES = N_("{by} paused the writing of {name} for {minutes} minutes.")


def paused(seat: Seat, effect: fx.WritingPaused, moment: Moment) -> Seat:
    """Tell everybody who paused whom (T15), and that person what it means."""
    minutes = max(1, round(effect.seconds / 60))
    if is_me(seat, effect.identity):
        words = ngettext(
            "{name} paused your writing for 1 minute.",
            "{name} paused your writing for {minutes} minutes.",
            minutes,
        ).format(name=shown_name(seat, effect.by), minutes=minutes)
        kept = _(
            "What you have written is kept, and so is your place. You can read, nod and leave, and "
            "write to somebody who leads with /private."
        )
        why = why_paused(seat, effect)
        moment.notices.append(Notice(" ".join(part for part in (words, why, kept) if part)))
    until = (effect.identity, moment.now + effect.seconds)
    seat = replace(seat, paused_until=(*_others(seat, effect.identity), until))
    words = PAUSED_ONE_MINUTE if minutes == 1 else PAUSED_MINUTES
    return line(seat, Line.ROOM, named(seat, words, effect, minutes=minutes), moment)


def resumed(seat: Seat, effect: fx.WritingResumed, moment: Moment) -> Seat:
    """Tell somebody that they can write again."""
    if is_me(seat, effect.identity):
        moment.notices.append(Notice(_("You can write again. What you had written is still here.")))
    elif seat.is_staff:
        moment.notices.append(
            Notice(_("{name} can write again.").format(name=shown_name(seat, effect.identity)))
        )
    return replace(seat, paused_until=_others(seat, effect.identity))


def rested(seat: Seat, effect: fx.Rested, moment: Moment) -> Seat:
    """Tell the person, and the facilitators; the room need not wonder."""
    if is_me(seat, effect.identity):
        words = (
            _("You rest. Rounds pass you by, and a hand of yours is down; /return when you like.")
            if effect.is_resting
            else _("Welcome back. If you had raised a hand before, raise it again when you like.")
        )
        moment.notices.append(Notice(words))
    elif seat.is_staff:
        words = N_("{name} rests.") if effect.is_resting else N_("{name} is back from resting.")
        moment.notices.append(Notice(named(seat, words, effect)))
    return seat


def tick(seat: Seat, moment: Moment) -> Seat:
    """End the pauses whose time is over."""
    state = seat.state
    if state is None or not seat.paused_until or not seat.is_staff:
        return seat
    staff = [person.identity for person in state.people if person.role != MEMBER]
    patience = staff.index(seat.facts.identity) * NEXT_ONE_SECONDS
    for identity, until in seat.paused_until:
        if moment.now >= until + patience and identity in state.quiet:
            seat = saying.say(seat, LetWrite(identity), moment)
            seat = replace(seat, paused_until=_others(seat, identity))
    return seat


def _others(seat: Seat, identity: bytes) -> tuple[tuple[bytes, float], ...]:
    return tuple(pair for pair in seat.paused_until if pair[0] != identity)
