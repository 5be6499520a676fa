"""Time in soft words: enough to plan by, too little to be hurried by.

Nothing here ticks by the second. The words of a stage change at most once a minute.
"""

from datetime import datetime
from math import ceil

from holdspace.client.care.soft_time import is_quiet, part_words
from holdspace.client.seat.view import RoomView
from holdspace.client.tui import marks
from holdspace.client.tui.rows import Row, row
from holdspace.protocol.translation import N_, _

OVERTIME = N_("take the time to finish")


def time_of(at: float) -> str:
    """Return a local wall-clock time as hours and minutes."""
    return datetime.fromtimestamp(at).astimezone().strftime("%H:%M")


def seconds_left(view: RoomView, now: float) -> float:
    """Return how much of the stage's guide time is left; 0 when there is none."""
    return view.stage_started + view.stage_seconds - now if view.stage_seconds else 0.0


def left_words(view: RoomView, now: float) -> str:
    """Return how much time the stage has left, softly; "" for a stage without a guide time."""
    if not view.stage_seconds:
        return ""
    if is_quiet():
        return part_words(view, now)
    minutes = ceil(seconds_left(view, now) / 60)
    if minutes <= 0:
        return OVERTIME
    return (
        _("about a minute left")
        if minutes == 1
        else _("about {minutes} min left").format(minutes=minutes)
    )


def progress(view: RoomView, now: float, width: int) -> Row:
    """Return a still bar of how much of the stage has gone by."""
    if not view.stage_seconds or is_quiet():
        return ()
    gone = 1 - seconds_left(view, now) / view.stage_seconds
    full = max(0, min(width, round(gone * width)))
    return row((marks.FULL * full, "amber"), (marks.EMPTY * (width - full), "muted"))


def seconds_until_change(view: RoomView, now: float) -> float:
    """Return when the soft words can change next: 0 for never."""
    left = seconds_left(view, now)
    return (left % 60 or 60.0) if left > 0 else 0.0
