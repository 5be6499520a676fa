"""When somebody's eyes are elsewhere: the title, and a desktop notification, for two moments only (S14, M4).

Only constants are ever written, so no name and no word of anybody can get out this way (A22).
"""

from collections.abc import Mapping
from enum import Enum

from holdspace.client.seat.view import RoomView
from holdspace.protocol.translation import N_, _

# Two signals are at least so far apart; the screen itself says everything at once.
APART_SECONDS = 5.0
USUAL_TITLE = "holdspace"


class Signal(Enum):
    """What is worth a signal; the value is all that is ever said."""

    NEXT = N_("holdspace: you are next")
    TURN = N_("holdspace: your turn")


def due(before: RoomView, after: RoomView) -> Signal | None:
    """Return the signal for what has just become so."""
    was, now = _moment(before), _moment(after)
    return now if now is not was else None


def title(view: RoomView) -> str:
    """Return the title of the terminal for this picture: it changes with one's turn, and says no more."""
    return Signal.TURN.value if _moment(view) is Signal.TURN else USUAL_TITLE


def notification(signal: Signal, environment: Mapping[str, str]) -> str:
    """Return what makes this terminal show a notification: each understands one of three ways."""
    term, words = environment.get("TERM", ""), _(signal.value)
    if "kitty" in term:
        return f"\x1b]99;;{words}\x1b\\"
    if term.startswith(("rxvt", "foot")):
        return f"\x1b]777;notify;{USUAL_TITLE};{words}\x07"
    return f"\x1b]9;{words}\x07"


def _moment(view: RoomView) -> Signal | None:
    me = view.me
    if me is None or view.is_held:
        return None
    if me.has_floor:
        return Signal.TURN
    is_first = view.going_around[0].is_me if view.going_around else me.place_in_queue == 1
    return Signal.NEXT if is_first and view.floor is not None else None
