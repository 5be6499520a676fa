"""The quiet clock, for who would rather not be told minutes: early, midway, near the end (D8).

Set once, where a front end opens; it changes words and nothing else.
"""

from holdspace.client.seat.view import RoomView
from holdspace.protocol.translation import N_, _

EARLY, MIDWAY, NEAR_THE_END = N_("early in this stage"), N_("midway"), N_("near the end")
_chosen = {"quiet": False}


def use_quiet_clock(*, is_quiet: bool) -> None:
    """Tell time in parts of a stage from now on, or in minutes again."""
    _chosen["quiet"] = is_quiet


def is_quiet() -> bool:
    """Tell whether minutes are left out."""
    return _chosen["quiet"]


def part_words(view: RoomView, now: float) -> str:
    """Return which part of the stage this is; "" for a stage without a guide time."""
    if not view.stage_seconds:
        return ""
    gone = (now - view.stage_started) / view.stage_seconds
    return _(EARLY if gone < 1 / 3 else MIDWAY if gone < 2 / 3 else NEAR_THE_END)
