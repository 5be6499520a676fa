"""Nobody raises a hand: after a while the facilitator, and nobody else, is shown what could help (T14).

The flow says after how many seconds, and in which order: an example of one's own, a gathering with
a way to begin, or going on. A quiet that is allowed to last is often the best of it.
"""

from __future__ import annotations

from typing import get_args

from holdspace.protocol.meeting.events import GoToStage, SetTurnMode
from holdspace.protocol.meeting.flow import Stage
from holdspace.protocol.text import clean_line
from holdspace.protocol.translation import N_, _

from . import saying
from .for_others import for_others
from .intents import BreakTheQuiet, QuietWay
from .replacing import replace
from .seat import Quiet, Seat
from .step import Moment
from .view import Line, Notice, Refusal

WAYS: tuple[QuietWay, ...] = get_args(QuietWay)
NOT_QUIET = Refusal(N_("Somebody has the floor or a hand is up; there is nothing to help along."))
NOT_YOURS = Refusal(N_("Only a facilitator can do that."))
NO_NEXT = Refusal(N_("This is the last stage. When you are ready, /close ends the meeting."))
OFFERS: dict[QuietWay, str] = {
    "example": N_(
        "It is quiet, and that is fine. If you like: two lines of your own as an example, with "
        "/quiet example."
    ),
    "gather": N_(
        "Still quiet. If you like: let everybody write for themselves, with /quiet gather."
    ),
    "skip": N_("Still quiet. If you like: go on to the next stage, with /quiet skip."),
}
_COUNTED = (Line.SHARE, Line.TURN, Line.STAGE)


def tick(seat: Seat, moment: Moment) -> Seat:
    """Offer the next way, once it has been quiet for long enough again."""
    stage = _quiet_stage(seat)
    if stage is None:
        return seat
    heard, since = _last(seat)
    quiet = seat.quiet if seat.quiet and seat.quiet.heard == heard else Quiet(heard, since)
    ways = stage.fallback.quiet
    is_due = moment.now - quiet.since >= stage.fallback.quiet_s and quiet.offered < len(ways)
    if not is_due:
        return replace(seat, quiet=quiet)
    way: QuietWay = next(way for way in WAYS if way == ways[quiet.offered])
    moment.notices.append(Notice(OFFERS[way]))
    return replace(seat, quiet=Quiet(heard, moment.now, quiet.offered + 1, way))


def way_now(seat: Seat) -> QuietWay | None:
    """Return what was offered last, as long as the quiet lasts."""
    quiet = seat.quiet
    if quiet is None or _quiet_stage(seat) is None or quiet.heard != _last(seat)[0]:
        return None
    return quiet.way


def help_along(seat: Seat, intent: BreakTheQuiet, moment: Moment) -> Seat | Refusal:
    """Do what was offered, or the way that was asked for."""
    state = seat.state
    if state is None or not seat.is_staff:
        return NOT_YOURS
    stage = _quiet_stage(seat)
    if stage is None:
        return NOT_QUIET
    way = intent.way or way_now(seat) or WAYS[0]
    if way == "skip":
        following = state.next_stage
        return (
            NO_NEXT
            if following is None
            else saying.say(seat, GoToStage(following, state.version), moment)
        )
    starter, words = clean_line(stage.starters[0]) if stage.starters else "", for_others(seat)
    if way == "example":
        _prepare(words.example + starter, moment)
        return seat
    _prepare(words.gather + (words.starter.format(starter=starter) if starter else ""), moment)
    return saying.say(seat, SetTurnMode("gather", state.version), moment)


def _prepare(words: str, moment: Moment) -> None:
    notice = _("These words are prepared for you; change them as you like. Nothing was sent.")
    moment.notices.append(Notice(notice, kept=words.strip()))


def _quiet_stage(seat: Seat) -> Stage | None:
    """Return the stage in which nobody has anything to wait for, to a facilitator."""
    state = seat.state
    if state is None or state.mode != "hands" or state.floor or state.queue or state.is_held:
        return None
    flow = state.flow
    if flow is None or state.stage < 0 or not seat.is_staff:
        return None
    return flow.stages[state.stage] if len(state.people) > 1 else None


def _last(seat: Seat) -> tuple[bytes, float]:
    """Return the newest thing that was no quiet, and when it was."""
    counted = (p for p in reversed(seat.transcript) if p.line in _COUNTED)
    newest = next(counted, None)
    return (newest.key, newest.at) if newest else (b"", seat.stage_started)
