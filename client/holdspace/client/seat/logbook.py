"""The log of what facilitators did: who did what, and when, for everybody to read (T15, A20).

It is made from the signed acts that everybody saw, never from what somebody claims, and it has no
words of anybody in it. So everybody who was there reads the same lines.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from holdspace.protocol.meeting import effects as fx
from holdspace.protocol.meeting import events as ev
from holdspace.protocol.meeting.roles import MEMBER, may
from holdspace.protocol.meeting.state import act_of
from holdspace.protocol.meeting.values import MeetingState
from holdspace.protocol.text import clean_line

from .display import shown_name
from .replacing import replace
from .seat import Agreed, Seat, Spoken
from .view import Logged

MOST_LINES = 500
# T4, A8: of two who act at once both are listed, and one of them changed nothing.
MOVED_ON = "; the room had moved on already, so nothing changed"


def record(
    seat: Seat, before: MeetingState, agreed: Agreed, effects: tuple[fx.Effect, ...], *, now: float
) -> Seat:
    """Return the seat whose log lists what a facilitator just did."""
    lines = (
        _spoken(seat, before, agreed, effects)
        if isinstance(agreed, Spoken)
        else _changed(seat, agreed.by, effects)
    )
    for words in lines:
        seat = _with_line(seat, words, now)
    return seat


def own_letter(seat: Seat, now: float) -> Seat:
    """Return the seat whose log lists an own letter as everybody else's does."""
    who = shown_name(seat, seat.facts.identity)
    return _with_line(seat, f"{who} {_LETTER}.", now) if seat.is_staff else seat


def _with_line(seat: Seat, words: str, now: float) -> Seat:
    # Several letters in a row are one line: how many there were is nobody's business.
    if seat.log and _repeats(words, seat.log[-1].words):
        return seat
    return replace(seat, log=(*seat.log, Logged(now, words))[-MOST_LINES:])


def _repeats(words: str, newest: str) -> bool:
    return words == newest and words.endswith(f" {_LETTER}.")


def _spoken(
    seat: Seat, before: MeetingState, spoken: Spoken, effects: tuple[fx.Effect, ...]
) -> Iterator[str]:
    author, event = before.person(spoken.author), spoken.event
    if author is None or author.role == MEMBER or any(isinstance(e, fx.NoEffect) for e in effects):
        return
    did = _did(seat, event)
    if did:
        moved_on = any(isinstance(effect, fx.AlreadyMovedOn) for effect in effects)
        yield f"{shown_name(seat, spoken.author)} {did}{MOVED_ON if moved_on else ''}."


def _did(seat: Seat, event: ev.Event) -> str:
    act = act_of(event)
    words = _WORDS.get(type(event), "")
    if callable(words):
        return words(seat, event)
    is_facilitators = act is not None and not may(MEMBER, act)
    if words or not is_facilitators or isinstance(event, _SILENT):
        return words
    return f"did this: {act}"


def _changed(seat: Seat, by: bytes, effects: tuple[fx.Effect, ...]) -> Iterator[str]:
    who = shown_name(seat, by)
    for effect in effects:
        match effect:
            case fx.Arrived(identity):
                yield f"{who} let {shown_name(seat, identity)} in."
            case fx.SeatCarriedOn(identity, _):
                yield f"{who} let {shown_name(seat, identity)} come back to their seat."
            case fx.Left(identity) if (identity, by) in seat.sent_back:
                yield f"{who} asked {shown_name(seat, identity)} back to the door."
            case fx.Left(identity) if identity not in seat.goodbyes:
                yield f"{who} removed {shown_name(seat, identity)}."
            case fx.RoleChanged(identity, role):
                yield f"{who} made {shown_name(seat, identity)} a {role}."


def _with_who(words: str) -> Callable[[Seat, Any], str]:
    return lambda seat, event: words.replace("{who}", shown_name(seat, event.who))


def _stage(seat: Seat, event: ev.GoToStage) -> str:
    flow = seat.state.flow if seat.state else None
    title = flow.stages[event.stage].title if flow and event.stage < len(flow.stages) else ""
    return f"went to stage {event.stage + 1}, {clean_line(title)}"


def _time(_seat: Seat, event: ev.AddTime) -> str:
    return f"gave this stage {max(1, round(event.seconds / 60))} more min"


def _queue(_seat: Seat, event: ev.CloseQueue) -> str:
    return "took no more hands" if event.is_closed else "took hands again"


# What a facilitator's client does by itself, or what is listed when it comes true.
_SILENT = (ev.Snapshot, ev.StageClock, ev.SendBack)
_LETTER = "wrote to one person alone"
# No words of what was said, and nobody's name where that would show what somebody answered (T12).
_WORDS: dict[type[ev.Event], str | Callable[[Seat, Any], str]] = {
    ev.OpenFlow: "laid out the agenda",
    ev.GoToStage: _stage,
    ev.SetTurnMode: lambda _, event: f"changed how turns are taken, to {event.mode}",
    ev.GiveFloor: lambda seat, event: f"gave the floor to {shown_name(seat, event.to)}",
    ev.NextTurn: "moved the floor on",
    ev.LowerHandOf: _with_who("took {who}'s hand down"),
    ev.AddTime: _time,
    ev.Hold: "held the room",
    ev.Resume: "let the room go on",
    ev.Release: "let what was written be read",
    ev.SkipPause: "let the next share come before the reading pause was over",
    ev.LowerAll: "took all hands down",
    ev.RestoreHands: "put the hands up again",
    ev.CloseQueue: _queue,
    ev.MoveHand: _with_who("moved {who}'s hand"),
    ev.LastWord: _with_who("gave {who} the last word"),
    ev.Invite: "asked somebody whether they would like to speak",
    ev.SetOrder: "changed the order in which hands are called",
    ev.PauseWriting: _with_who("paused {who}'s writing"),
    ev.LetWrite: _with_who("let {who} write again"),
    ev.HandOver: lambda seat, event: f"handed the room over to {shown_name(seat, event.to)}",
    ev.Fold: "put something that was said behind a label",
    ev.Undo: "took that back",
    ev.Replan: "shortened stages that are still to come",
    ev.Letter: _LETTER,
    ev.FormPairs: "formed pairs",
    ev.ReturnAll: "brought everybody back from their pairs",
    ev.JoinPair: "went to a pair that called",
    ev.StepOverAway: _with_who("moved on while {who} was away"),
    ev.BeginList: "began a list of ideas",
    ev.EndList: "ended the list of ideas",
    ev.PutBoardAway: "put the board of ideas away",
}
