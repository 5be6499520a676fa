"""Who holds the room while one of those who lead cannot be reached (A5).

The others who lead have the same powers, so nothing is elected and nothing moves. No event says it:
each client hears for itself who went silent, and names whom people can look to meanwhile.
"""

from __future__ import annotations

from collections.abc import Iterator

from holdspace.protocol.meeting.roles import MEMBER
from holdspace.protocol.translation import N_, _, listed, ngettext

from . import changing
from .display import shown_name
from .lines import line
from .replacing import replace
from .seat import Removal, Seat
from .step import Moment
from .unled import rest_after
from .view import Line, Notice, Place, Urgency

CANNOT_BE_REACHED = N_("{name} cannot be reached just now. {holders} The meeting goes on.")
YOURS_NOW = N_(
    "{name} cannot be reached just now. You hold the room: you can lead on, let people in, and close "
    "the meeting as they would. If they come back, nothing has to be handed over."
)
IS_BACK = N_("{name} can be reached again.")


def settle(seat: Seat, moment: Moment) -> Seat:
    """Say who holds the room when somebody who leads goes silent, and when they are heard again."""
    if seat.place is not Place.ROOM or seat.state is None or not seat.wire.attached:
        return seat
    silent = frozenset(_silent(seat, moment.now))
    if not set(_leading(seat)) - silent:
        # Nobody holds it: that is told, and ended, by unled.py.
        return seat if not seat.silent else replace(seat, silent=frozenset())
    if silent != seat.silent:
        seat = _tell(replace(seat, silent=silent), seat.silent, moment)
    return _tidy(seat, moment)


def holder_words(seat: Seat) -> str:
    """Return who holds the room while somebody who leads cannot be reached, or ""."""
    away = [who for who in _leading(seat) if who in seat.silent]
    if not away:
        return ""
    names = listed([shown_name(seat, who) for who in away])
    return _("{name} cannot be reached. {holders}").format(name=names, holders=_holders(seat))


def _tell(seat: Seat, before: frozenset[bytes], moment: Moment) -> Seat:
    for who in _leading(seat):
        if who in seat.silent - before:
            seat = _gone(seat, who, moment)
        elif who in before - seat.silent:
            words = _(IS_BACK).format(name=shown_name(seat, who))
            seat = line(seat, Line.ROOM, words, moment)
    return seat


def _gone(seat: Seat, who: bytes, moment: Moment) -> Seat:
    name = shown_name(seat, who)
    if not seat.is_staff:
        words = _(CANNOT_BE_REACHED).format(name=name, holders=_holders(seat))
        return line(seat, Line.ROOM, words, moment)
    words = _(YOURS_NOW).format(name=name)
    moment.notices.append(Notice(words, Urgency.BELL))
    return line(seat, Line.NOTICE, words, moment)


def _holders(seat: Seat) -> str:
    others = [who for who in _leading(seat) if who not in (*seat.silent, seat.facts.identity)]
    names = [shown_name(seat, who) for who in others]
    if not seat.is_staff:
        return ngettext("{names} holds the room.", "{names} hold the room.", len(names)).format(
            names=listed(names)
        )
    if not names:
        return _("You hold the room.")
    return _("You hold the room, with {names}.").format(names=listed(names))


def _tidy(seat: Seat, moment: Moment) -> Seat:
    """Take out who said goodbye to somebody who could not take them out any more."""
    for who in seat.goodbyes:
        removal = Removal(who)
        is_ours = seat.person(who) is not None and changing.is_first_facilitator(seat, who)
        if is_ours and changing.is_worth_trying(seat, removal):
            seat = changing.wish(seat, removal, moment)
    return seat


def _leading(seat: Seat) -> tuple[bytes, ...]:
    people = seat.state.people if seat.state else ()
    leading = (person.identity for person in people if person.role != MEMBER)
    return tuple(who for who in leading if who not in seat.goodbyes)


def _silent(seat: Seat, now: float) -> Iterator[bytes]:
    for who in _leading(seat):
        known = seat.author(who)
        # Whoever was cut off themselves has not listened for long enough to tell.
        is_known = known is not None and who != seat.facts.identity
        if is_known and known and now - max(known.heard, seat.wire.since) > rest_after(seat):
            yield who
