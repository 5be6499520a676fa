"""The catch-up card, for who comes late or comes back: the stage, the time left, what one can do (S17).

How long a stage has run is on nobody's clock but those of who was there. So a facilitator's client
says it, to everybody, when it has let somebody in; who was there already knows better and keeps that.
"""

from __future__ import annotations

from collections.abc import Iterator

from holdspace.protocol.meeting import effects as fx
from holdspace.protocol.meeting.events import MAX_STAGE_CLOCK, StageClock
from holdspace.protocol.meeting.kinds import TurnMode
from holdspace.protocol.translation import N_, _

from . import saying
from .display import shown_stages
from .lines import line
from .replacing import replace
from .seat import Seat
from .step import Moment
from .view import Line

# Who was gone for less than this has missed nothing that needs a card.
GONE_SECONDS = 60.0
_CAN_DO: dict[TurnMode, str] = {
    "listen": N_("Read as long as you like; you can nod."),
    "open": N_("You can write, or only read."),
    "hands": N_("Raise a hand when you like, with /raise; only reading is fine."),
    "round": N_("We are going around; raise a hand for a turn at its end, or only read."),
    "gather": N_("Everybody writes for themselves; write, too, or pass to only read."),
    "silent": N_("A quiet time: nothing to do."),
    "pairs": N_(
        "Some meet in pairs just now; /pair if you would like that next time, or stay here."
    ),
}
NO_STAGE = N_("No stage has begun yet: you have missed nothing.")


def tell_the_time(seat: Seat, moment: Moment) -> Seat:
    """Say how long the stage has run, for whoever was just let in."""
    state = seat.state
    if state is None or state.stage < 0:
        return seat
    seconds = min(max(0, round(moment.now - seat.stage_started)), MAX_STAGE_CLOCK)
    return saying.say(seat, StageClock(state.stage_entered, seconds), moment)


def told(seat: Seat, effect: fx.ClockTold, moment: Moment) -> Seat:
    """Take over how long the stage has run, if this person came in the middle of it."""
    state = seat.state
    if state is None or not seat.came_in_between or effect.entered != state.stage_entered:
        return seat
    started = moment.now - effect.seconds
    return _card(replace(seat, stage_started=started, came_in_between=False), moment)


def came_back(seat: Seat, moment: Moment) -> Seat:
    """Remember, on a new connection, that this person was gone long enough for a card."""
    me = seat.author(seat.facts.identity)
    was_gone = me is not None and moment.now - me.heard > GONE_SECONDS
    return replace(seat, was_gone=True) if was_gone else seat


def tick(seat: Seat, moment: Moment) -> Seat:
    """Show the card to who came back, once everything was read."""
    return _card(replace(seat, was_gone=False), moment) if seat.was_gone else seat


def _card(seat: Seat, moment: Moment) -> Seat:
    for words in card_lines(seat, moment.now):
        seat = line(seat, Line.NOTICE, words, moment)
    return seat


def card_lines(seat: Seat, now: float) -> Iterator[str]:
    """Yield the three lines: the stage, the time left, what one can do."""
    stages = shown_stages(seat)
    at = next((at for at, stage in enumerate(stages) if stage.is_current), -1)
    if at < 0 or seat.state is None:
        yield NO_STAGE
        return
    yield _("We are at {title}, {place} of {number}.").format(
        title=stages[at].title, place=at + 1, number=len(stages)
    )
    left = round((seat.stage_started + seat.state.stage_seconds - now) / 60)
    all_of_it = round(seat.state.stage_seconds / 60)
    yield (
        _("About {left} of {minutes} minutes are left.").format(left=left, minutes=all_of_it)
        if left > 0
        else _("Its time is used; nothing is cut.")
    )
    yield _CAN_DO[seat.state.mode]
