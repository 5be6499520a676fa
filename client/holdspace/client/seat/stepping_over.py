"""Saying for everybody that a turn reached somebody who is away (T5): done by facilitators' clients.

The meeting has no clock, so who was heard last is each client's own knowledge; the first facilitator
says it, and the next one only when the first does not.
"""

from __future__ import annotations

from collections.abc import Iterator

from holdspace.protocol.meeting import away, turns
from holdspace.protocol.meeting import effects as fx
from holdspace.protocol.meeting.events import StepOverAway
from holdspace.protocol.meeting.roles import MEMBER
from holdspace.protocol.meeting.values import MeetingState
from holdspace.protocol.translation import N_

from . import saying
from .display import AWAY_SECONDS
from .lines import Teller, is_me, line, named
from .pausing import NEXT_ONE_SECONDS
from .seat import Seat
from .step import Moment
from .view import Line, Notice

USUAL_GRACE_MINUTES = 10
YOU_WERE_AWAY = N_(
    "Your turn came while you were away. Somebody else goes first, and then it is yours."
)
YOUR_PLACE_IS_OVER = N_(
    "You were away for long, so your place went to others. Raise a hand any time."
)


def tick(seat: Seat, moment: Moment) -> Seat:
    """Say whose turn reached them while they were away, and whose place was kept long enough."""
    state = seat.state
    # Whoever was cut off themselves has not listened for long enough to tell.
    if state is None or not seat.is_staff or moment.now - seat.wire.since <= AWAY_SECONDS:
        return seat
    said = {item.event for item in seat.outbox.waiting if isinstance(item.event, StepOverAway)}
    for event in _due(seat, state, moment.now):
        if event not in said:
            seat = saying.say(seat, event, moment)
    return seat


def _due(seat: Seat, state: MeetingState, now: float) -> Iterator[StepOverAway]:
    staff = [person.identity for person in state.people if person.role != MEMBER]
    patience = staff.index(seat.facts.identity) * NEXT_ONE_SECONDS
    floor, flow = state.floor, state.flow
    if floor is not None and not state.is_held:
        is_away = _silence(seat, floor.identity, now) > AWAY_SECONDS + patience
        if is_away and turns.come_back_next(state) != state:
            yield StepOverAway(floor.identity, floor.number)
    grace = 60 * (flow.policy.grace_min if flow else USUAL_GRACE_MINUTES) + patience
    for person in state.people:
        who = person.identity
        if _silence(seat, who, now) > grace and away.has_place(state, who):
            yield StepOverAway(who, 0, is_over=True)


def _silence(seat: Seat, identity: bytes, now: float) -> float:
    known = seat.author(identity)
    return 0.0 if known is None or is_me(seat, identity) else now - known.heard


def _stepped_over(seat: Seat, effect: fx.SteppedOverAway, moment: Moment) -> Seat:
    if is_me(seat, effect.identity):
        words = YOUR_PLACE_IS_OVER if effect.is_over else YOU_WERE_AWAY
        moment.notices.append(Notice(words))
    words = N_("{name} is away for long; the place is free again.")
    if not effect.is_over:
        words = N_(
            "{name} is away; the place is kept. The next one goes first, and then we come back."
        )
    return line(seat, Line.TURN, named(seat, words, effect), moment)


TELLERS: dict[type[fx.Effect], Teller] = {fx.SteppedOverAway: _stepped_over}
