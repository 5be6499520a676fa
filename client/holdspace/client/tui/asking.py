"""Which question goes before an act, and which answers it has."""

from holdspace.client.acts import MODE_WORDS, MODES, act_of, question_for
from holdspace.client.seat.intents import ChangeMode, Intent, Leave
from holdspace.client.seat.view import Place, RoomView
from holdspace.client.tui.screens.confirm import Option


def question_of(intent: Intent, view: RoomView) -> str:
    """Return what to ask first, or ""."""
    return question_for(intent, view)


def yes_options(intent: Intent) -> list[Option]:
    """Return the one answer that does it; everything else is no."""
    return [Option("y", f"yes, {act_of(intent).verb}", intent)]


def leave_options(view: RoomView) -> list[Option]:
    """Return the two ways to leave; at the door there is nobody to tell."""
    quiet = Option("y", "yes, leave quietly", Leave())
    if view.place is not Place.ROOM:
        return [quiet]
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
