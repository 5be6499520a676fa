"""Which question goes before an act, and which answers it has."""

from holdspace.client.acts import (
    BY_ID,
    MODE_WORDS,
    MODES,
    act_of,
    is_last_stage,
    is_only_facilitator,
    question_for,
)
from holdspace.client.seat.intents import ChangeMode, CloseTheMeeting, Intent, Leave, NextStage
from holdspace.client.seat.view import Place, RoomView
from holdspace.client.tui.screens.confirm import Option


def meant(intent: Intent, view: RoomView) -> Intent:
    """Return what going on means here: after the last stage it is closing, which is asked first."""
    is_over = isinstance(intent, NextStage) and view.is_facilitator and is_last_stage(view)
    return CloseTheMeeting() if is_over else intent


def question_of(intent: Intent, view: RoomView) -> str:
    """Return what to ask first, or ""."""
    return question_for(intent, view)


def yes_options(intent: Intent) -> list[Option]:
    """Return the one answer that does it; everything else is no."""
    return [Option("y", f"yes, {act_of(intent).verb}", intent)]


def leave_options(view: RoomView) -> list[Option]:
    """Return the ways to leave; at the door, or without another facilitator, nobody is told."""
    quiet = Option("y", "yes, leave quietly", Leave())
    if view.place is not Place.ROOM:
        return [quiet]
    if is_only_facilitator(view):
        close = BY_ID["close"]
        return [quiet, Option(close.key, f"{close.verb} for everybody", CloseTheMeeting())]
    return [
        quiet,
        Option("f", "leave; facilitators read: I'm fine, just going", Leave(fine=True)),
    ]


def mode_options(view: RoomView) -> list[Option]:
    """Return the ways turns can be taken, numbered."""
    return [
        Option(
            str(at), f"{MODE_WORDS[mode]}{'  (now)' if mode == view.mode else ''}", ChangeMode(mode)
        )
        for at, mode in enumerate(MODES, 1)
    ]
