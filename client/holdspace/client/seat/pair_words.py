"""What is said in a pair: an aside that opens by itself, because each of its people said yes before.

Whoever is first in the pair makes the group when the others' keys are there; the name of the aside
follows from the pair's number, so that there is one aside for each pair and none for any other.
"""

from __future__ import annotations

import hashlib

from holdspace.protocol.meeting import pairing
from holdspace.protocol.meeting.events import ComeBack
from holdspace.protocol.meeting.values import Pair
from holdspace.protocol.translation import N_, _

from . import asides, saying
from .apart import Aside, Ask, Stage, name_that_follows
from .aside_groups import Circle, NotThisAside
from .replacing import replace
from .seat import Seat
from .step import Moment
from .view import Notice, Refusal, Urgency

_LABEL = b"holdspace pair v1"
OPEN = N_("Your pair is open: what you write goes to {names} alone.")
OPEN_ELSEWHERE = N_("Your pair is open. {where}")


def handle_of(seat: Seat, pair: Pair) -> bytes:
    """Return the name of a pair's aside, the same for everybody in it."""
    facts, number = seat.facts, pair.number.to_bytes(8, "big")
    named = b"".join((_LABEL, facts.room, facts.meeting, number))
    return name_that_follows(hashlib.sha256(named).digest()[: asides.HANDLE_BYTES])


def begin(seat: Seat, pair: Pair, moment: Moment) -> Seat:
    """Send the keys for this pair to whoever makes the group, or wait for those of the others."""
    seat = replace(seat, pair_keys=())
    if pair.people[0] == seat.facts.identity:
        return seat
    return asides.ask(seat, _circle(seat, pair), pair.people[0], moment)


def finish(seat: Seat, pair: Pair, why: str, moment: Moment) -> Seat:
    """End the aside of a pair that is over; what is being typed stays there."""
    aside = seat.apart.aside(handle_of(seat, pair))
    if aside is None or aside.stage is Stage.OVER:
        return seat
    return asides.finish(seat, aside, why, moment)


def _circle(seat: Seat, pair: Pair) -> Circle:
    return Circle(handle_of(seat, pair), pair.people, "pair")


def _own_pair(seat: Seat) -> Pair | None:
    return pairing.pair_of(seat.state, seat.facts.identity) if seat.state else None


def _asked(seat: Seat, question: Ask, moment: Moment) -> Seat:
    """Take the keys of somebody in this pair; with those of all, make the group."""
    pair, me = _own_pair(seat), seat.facts.identity
    if pair is None or pair.people[0] != me:
        return seat
    if (question.aside, question.people) != (handle_of(seat, pair), pair.people):
        return seat
    packages = {**dict(seat.pair_keys), question.by: question.key_package}
    if set(packages) != set(pair.people) - {me}:
        return replace(seat, pair_keys=tuple(packages.items()))
    seat = replace(seat, pair_keys=())
    try:
        seat = asides.found(seat, _circle(seat, pair), packages, moment)
    except NotThisAside:
        moment.notices.append(Notice(asides.BROKEN))
        return seat
    aside = seat.apart.aside(question.aside)
    return _entered(seat, aside, moment) if aside else seat


def _entered(seat: Seat, aside: Aside, moment: Moment) -> Seat:
    """Let what is typed go to the pair, for whoever said yes to that; tell the others the way."""
    # Where somebody writes already changes by their own act only; a pair that is over can be left.
    there = seat.apart.aside(seat.apart.chosen)
    is_elsewhere = there is not None and there.stage is not Stage.OVER
    if not seat.pair_by_choice or is_elsewhere:
        where = _(OPEN_ELSEWHERE).format(where=asides.where_typing_stays(seat))
        moment.notices.append(Notice(where, Urgency.BELL))
        return seat
    others = asides.others_in(seat, aside)
    words = _(OPEN).format(names=asides.names_of(seat, others))
    moment.notices.append(Notice(words, Urgency.BELL))
    return asides.choose(seat, aside.handle)


def _ended(seat: Seat, moment: Moment) -> Seat | Refusal:
    # To end a pair is to come back from it, so that the room knows where everybody is.
    return saying.say(seat, ComeBack(), moment)


asides.ANSWERED_BY["pair"] = _asked
asides.ENTERED_BY["pair"] = _entered
asides.ENDED_BY["pair"] = _ended
