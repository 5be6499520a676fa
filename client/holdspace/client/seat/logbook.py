"""The log of what facilitators did: who did what, and when, for everybody to read (T15, A20).

It is made from the signed acts that everybody saw, never from what somebody claims, and it has no
words of anybody in it. So everybody who was there reads the same lines.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from holdspace.protocol.meeting import effects as fx
from holdspace.protocol.meeting import events as ev
from holdspace.protocol.meeting.roles import CO_FACILITATOR, HOST, MEMBER
from holdspace.protocol.meeting.values import MeetingState
from holdspace.protocol.text import clean_line
from holdspace.protocol.translation import N_, _

from .display import shown_name
from .replacing import replace
from .seat import Agreed, Seat, Spoken
from .view import Logged

MOST_LINES = 500
# T4, A8: of two who act at once both are listed, and one of them changed nothing.
MOVED_ON = N_("The room had moved on already, so nothing changed.")


def record(
    seat: Seat, before: MeetingState, agreed: Agreed, effects: tuple[fx.Effect, ...], *, now: float
) -> Seat:
    """Return the seat whose log lists what a facilitator just did."""
    lines = (
        _spoken(seat, before, agreed, effects)
        if isinstance(agreed, Spoken)
        else _changed(seat, agreed.by, effects)
    )
    is_letter = isinstance(agreed, Spoken) and isinstance(agreed.event, ev.Letter)
    for words in lines:
        seat = _with_line(seat, words, now, is_letter=is_letter)
    return seat


def own_letter(seat: Seat, now: float) -> Seat:
    """Return the seat whose log lists an own letter as everybody else's does."""
    words = _(_LETTER).format(who=shown_name(seat, seat.facts.identity))
    return _with_line(seat, words, now, is_letter=True) if seat.is_staff else seat


def _with_line(seat: Seat, words: str, now: float, *, is_letter: bool = False) -> Seat:
    # Several letters in a row are one line: how many there were is nobody's business.
    if is_letter and seat.log and seat.log[-1].words == words:
        return seat
    return replace(seat, log=(*seat.log, Logged(now, words))[-MOST_LINES:])


def _spoken(
    seat: Seat, before: MeetingState, spoken: Spoken, effects: tuple[fx.Effect, ...]
) -> Iterator[str]:
    event = spoken.event
    words = _sentence(event)
    if not words:
        return
    author = before.person(spoken.author)
    if author is None or author.role == MEMBER or any(isinstance(e, fx.NoEffect) for e in effects):
        return
    said = _(words).format(who=shown_name(seat, spoken.author), **_fields(seat, event))
    moved_on = any(isinstance(effect, fx.AlreadyMovedOn) for effect in effects)
    yield f"{said} {_(MOVED_ON)}" if moved_on else said


def _sentence(event: ev.Event) -> str:
    """Return the sentence for what somebody did, empty if it is not listed."""
    if isinstance(event, ev.CloseQueue):
        return _NO_HANDS if event.is_closed else _HANDS_AGAIN
    return _WORDS.get(type(event), "")


def _fields(seat: Seat, event: Any) -> dict[str, object]:
    """Return what the sentences name: somebody, a stage, a mode, or minutes."""
    flow = seat.state.flow if seat.state else None
    at = getattr(event, "stage", -1)
    stage = flow.stages[at] if flow and 0 <= at < len(flow.stages) else None
    return {
        "name": shown_name(seat, getattr(event, "who", b"") or getattr(event, "to", b"")),
        "number": at + 1,
        "title": clean_line(stage.title) if stage else "",
        "mode": _(_MODES.get(getattr(event, "mode", ""), "-")),
        "minutes": max(1, round(getattr(event, "seconds", 0) / 60)),
    }


def _changed(seat: Seat, by: bytes, effects: tuple[fx.Effect, ...]) -> Iterator[str]:
    who = shown_name(seat, by)
    for effect in effects:
        match effect:
            case fx.Arrived(identity):
                yield _("{who} let {name} in.").format(who=who, name=shown_name(seat, identity))
            case fx.SeatCarriedOn(identity):
                yield _("{who} let {name} come back to their seat.").format(
                    who=who, name=shown_name(seat, identity)
                )
            case fx.Left(identity) if (identity, by) in seat.sent_back:
                yield _("{who} asked {name} back to the door.").format(
                    who=who, name=shown_name(seat, identity)
                )
            case fx.Left(identity) if identity not in seat.goodbyes:
                yield _("{who} removed {name}.").format(who=who, name=shown_name(seat, identity))
            case fx.RoleChanged(identity, role):
                words = _MADE[role] if role in _MADE else _MADE[MEMBER]
                yield _(words).format(who=who, name=shown_name(seat, identity))


_MADE = {
    HOST: N_("{who} made {name} a host."),
    CO_FACILITATOR: N_("{who} made {name} a co-facilitator."),
    MEMBER: N_("{who} made {name} a member."),
}
# What a facilitator's client does by itself, or what is listed when it comes true.
SILENT = (ev.Snapshot, ev.StageClock, ev.SendBack)
_LETTER = N_("{who} wrote to one person alone.")
_NO_HANDS, _HANDS_AGAIN = N_("{who} took no more hands."), N_("{who} took hands again.")
_MODES: dict[str, str] = {
    "listen": N_("listen"),
    "open": N_("open"),
    "hands": N_("hands"),
    "round": N_("round"),
    "gather": N_("gather"),
    "silent": N_("silent"),
    "pairs": N_("pairs"),
}
# No words of what was said, and nobody's name where that would show what somebody answered (T12).
_WORDS: dict[type[ev.Event], str] = {
    ev.OpenFlow: N_("{who} laid out the agenda."),
    ev.GoToStage: N_("{who} went to stage {number}, {title}."),
    ev.SetTurnMode: N_("{who} changed how turns are taken, to {mode}."),
    ev.GiveFloor: N_("{who} gave the floor to {name}."),
    ev.NextTurn: N_("{who} moved the floor on."),
    ev.LowerHandOf: N_("{who} took {name}'s hand down."),
    ev.AddTime: N_("{who} gave this stage {minutes} more min."),
    ev.Hold: N_("{who} held the room."),
    ev.Resume: N_("{who} let the room go on."),
    ev.Release: N_("{who} let what was written be read."),
    ev.SkipPause: N_("{who} let the next share come before the reading pause was over."),
    ev.LowerAll: N_("{who} took all hands down."),
    ev.RestoreHands: N_("{who} put the hands up again."),
    ev.MoveHand: N_("{who} moved {name}'s hand."),
    ev.LastWord: N_("{who} gave {name} the last word."),
    ev.Invite: N_("{who} asked somebody whether they would like to speak."),
    ev.SetOrder: N_("{who} changed the order in which hands are called."),
    ev.PauseWriting: N_("{who} paused {name}'s writing."),
    ev.LetWrite: N_("{who} let {name} write again."),
    ev.HandOver: N_("{who} handed the room over to {name}."),
    ev.Fold: N_("{who} put something that was said behind a label."),
    ev.Undo: N_("{who} took that back."),
    ev.Replan: N_("{who} shortened stages that are still to come."),
    ev.Letter: _LETTER,
    ev.FormPairs: N_("{who} formed pairs."),
    ev.ReturnAll: N_("{who} brought everybody back from their pairs."),
    ev.JoinPair: N_("{who} went to a pair that called."),
    ev.StepOverAway: N_("{who} moved on while {name} was away."),
    ev.BeginList: N_("{who} began a list of ideas."),
    ev.EndList: N_("{who} ended the list of ideas."),
    ev.PutBoardAway: N_("{who} put the board of ideas away."),
    ev.OpenPoll: N_("{who} opened a poll."),
    ev.CloseCount: N_("{who} closed a count."),
    ev.EndCount: N_("{who} closed a count."),
    ev.SetSchedule: N_("{who} said when the room meets."),
}
