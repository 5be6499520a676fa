"""Undo for ten seconds: one's own pass, floor moved on, stage begun, or hands all taken down (M31)."""

from __future__ import annotations

from holdspace.protocol.meeting import effects as fx
from holdspace.protocol.meeting import events as ev
from holdspace.protocol.meeting.undoing import NOTHING_TO_UNDO
from holdspace.protocol.meeting.values import MeetingState, UndoKind
from holdspace.protocol.translation import N_, _

from . import saying
from .display import shown_stage
from .intents import UndoIt
from .lines import is_me, line, named
from .replacing import replace
from .seat import Seat
from .step import Moment
from .view import Line, Notice, Refusal

UNDO_SECONDS = 10.0
TOO_LATE = N_(
    "That was more than ten seconds ago, so it stands. Raise a hand for another turn, or go on "
    "from here."
)
OFFERS: dict[UndoKind, str] = {
    "pass": N_("You pass. /undo takes that back, for ten seconds."),
    "floor": N_("The floor moved on. /undo takes that back, for ten seconds."),
    "stage": N_("The next stage has begun. /undo goes back, for ten seconds."),
}
# Where people try the room, a pass is a word: it gives up nothing.
NO_TURN = N_("You pass. You had no turn just now, so there is nothing that /undo could take back.")
ALL_DOWN = N_("All hands are down. /undo puts them up again, for ten seconds.")
_TOLD: dict[UndoKind, str] = {
    "pass": N_("{name} takes the pass back."),
    "floor": N_("{name} took it back that the floor moved on."),
    "stage": N_("{name} went back to the stage before; nothing of it was lost."),
}


def offer(seat: Seat, before: MeetingState, effects: tuple[fx.Effect, ...], moment: Moment) -> Seat:
    """Tell who just did something that can be undone, and count the seconds."""
    me, kept = seat.facts.identity, seat.state.undo if seat.state else None
    if not effects and (kept is None or kept is before.undo):
        return seat
    words = OFFERS[kept.kind] if kept and kept is not before.undo and kept.by == me else ""
    if any(isinstance(effect, fx.HandsLowered) and effect.by == me for effect in effects):
        words = ALL_DOWN
    if not words:
        is_passed = any(
            isinstance(effect, fx.Passed) and effect.identity == me for effect in effects
        )
        moment.notices.extend([Notice(NO_TURN)] if is_passed else [])
        return seat
    moment.notices.append(Notice(words))
    return replace(seat, undo_until=moment.now + UNDO_SECONDS)


def can_undo(seat: Seat, now: float) -> bool:
    """Tell whether this person could take back what they did last."""
    return now <= seat.undo_until and _event(seat) is not None


def undo(seat: Seat, _intent: UndoIt, moment: Moment) -> Seat | Refusal:
    """Take back what this person did last, or say why that is not possible any more."""
    event = _event(seat)
    if event is None:
        return Refusal(NOTHING_TO_UNDO)
    if moment.now > seat.undo_until:
        return Refusal(TOO_LATE)
    return saying.say(replace(seat, undo_until=0.0), event, moment)


def undone(seat: Seat, effect: fx.Undone, moment: Moment) -> Seat:
    """Tell everybody, and let the clock of a stage go on where it was."""
    if effect.kind == "stage":
        seat = replace(seat, stage_started=seat.stage_before)
        stage = shown_stage(seat)
        seat = line(seat, Line.STAGE, stage.title, moment) if stage else seat
    words = named(seat, _TOLD[effect.kind], effect)
    seat = line(seat, Line.TURN, words, moment)
    if effect.kind == "pass" and is_me(seat, effect.identity):
        moment.notices.append(Notice(_("Your pass is taken back.")))
    return seat


def _event(seat: Seat) -> ev.Event | None:
    state = seat.state
    if state is None:
        return None
    if state.undo is not None and state.undo.by == seat.facts.identity:
        return ev.Undo(state.version)
    return ev.RestoreHands(state.version) if seat.is_staff and state.lowered else None
