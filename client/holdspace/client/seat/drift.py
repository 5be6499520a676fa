"""The time-drift helper: how late the meeting will end, and which later stages could give way (S7).

A proposal touches only stages that have not begun, in the order the flow says (`drop_order`), never
the closing and never anybody's share. Nothing happens without a facilitator's yes.
"""

from __future__ import annotations

from collections.abc import Iterator

from holdspace.protocol.meeting import events as ev
from holdspace.protocol.meeting.flow import Flow, Stage
from holdspace.protocol.meeting.leading import NEVER_SHORTENED
from holdspace.protocol.meeting.values import MeetingState
from holdspace.protocol.text import clean_line
from holdspace.protocol.translation import N_, _
from holdspace.protocol.values import value

from .seat import Seat
from .view import Refusal

# Less than this is not worth anybody's attention.
WORTH_SAYING = 120
SHORTEST_STAGE = 60
ON_TIME = Refusal(N_("The meeting is on time; nothing has to be shortened."))
NOTHING_GIVES = N_(
    "Nothing that is still to come may be shortened; end later, or say less yourself."
)


@value()
class Drift:
    """How late it gets, in seconds, and the new lengths of later stages; 0 leaves one out."""

    late: int
    plan: tuple[tuple[int, int], ...] = ()


def foresee(state: MeetingState, flow: Flow, *, elapsed: float, in_stage: float) -> Drift:
    """Return what to expect after so many seconds of the meeting, and of its current stage."""
    left = max(0.0, state.stage_seconds - in_stage)
    later = range(state.stage + 1, len(flow.stages))
    end = elapsed + left + sum(state.seconds_of(at) for at in later)
    late = round(end - flow.minutes * 60)
    return Drift(late, tuple(_give_way(state, flow, late)) if late >= WORTH_SAYING else ())


def _give_way(state: MeetingState, flow: Flow, late: int) -> Iterator[tuple[int, int]]:
    """Yield stage and new length, the first to give way first, until enough is saved."""
    for at in _may_give_way(state, flow):
        if late < SHORTEST_STAGE:
            return
        seconds = state.seconds_of(at)
        shorter = _shorter(flow.stages[at], seconds, late)
        if shorter < seconds:
            late -= seconds - shorter
            yield at, shorter


def _may_give_way(state: MeetingState, flow: Flow) -> list[int]:
    later = range(state.stage + 1, len(flow.stages))
    found = [
        at
        for at in later
        if (flow.stages[at].optional or flow.stages[at].drop_order)
        and flow.stages[at].kind not in NEVER_SHORTENED
        and state.seconds_of(at)
    ]
    return sorted(found, key=lambda at: (flow.stages[at].drop_order or 100, at))


def _shorter(stage: Stage, seconds: int, late: int) -> int:
    # Most of a stage gone is a stage nobody gets anything from: an optional one is left out then.
    if stage.optional and late > seconds / 2:
        return 0
    least = max(SHORTEST_STAGE, seconds // 2)
    return max(least, (seconds - late) // 60 * 60)


def drift_of(seat: Seat, now: float) -> Drift:
    """Return the drift as this facilitator's client sees it."""
    state = seat.state
    flow = state.flow if state else None
    if state is None or flow is None or state.stage < 0:
        return Drift(0)
    in_stage = max(0.0, now - seat.stage_started)
    before = sum(state.seconds_of(at) for at in range(state.stage))
    # Who came later cannot know what was overrun before: for them the earlier stages took their time.
    elapsed = now - seat.flow_started if seat.flow_started else before + in_stage
    return foresee(state, flow, elapsed=elapsed, in_stage=in_stage)


def drift_words(seat: Seat, now: float) -> str:
    """Return the sentence for the run sheet, or "" while the meeting is on time."""
    drift, state = drift_of(seat, now), seat.state
    flow = state.flow if state else None
    if state is None or flow is None or drift.late < WORTH_SAYING:
        return ""
    late = _("About {minutes} min late.").format(minutes=round(drift.late / 60))
    changes = [_change(state, flow.stages[at], at, seconds) for at, seconds in drift.plan]
    if not changes:
        return f"{late} {_(NOTHING_GIVES)}"
    proposed = _("Proposed: {changes}. No share is cut.").format(changes="; ".join(changes))
    return f"{late} {proposed}"


def _change(state: MeetingState, stage: Stage, at: int, seconds: int) -> str:
    title, before = clean_line(stage.title), round(state.seconds_of(at) / 60)
    if not seconds:
        return _("leave out {title} ({minutes} min)").format(title=title, minutes=before)
    return _("{title} {minutes} instead of {before} min").format(
        title=title, minutes=round(seconds / 60), before=before
    )


def keep_the_time(seat: Seat, state: MeetingState, now: float) -> ev.Event | Refusal:
    """Return the new plan as an event, or why there is none."""
    drift = drift_of(seat, now)
    if drift.late < WORTH_SAYING:
        return ON_TIME
    return ev.Replan(drift.plan, state.version) if drift.plan else Refusal(NOTHING_GIVES)
