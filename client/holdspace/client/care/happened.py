"""The log of facilitators' acts as it is read, the same in both front ends (T15)."""

import time
from collections.abc import Iterator

from holdspace.client.seat.view import RoomView
from holdspace.protocol.translation import N_, _

HEAD = N_("What facilitators did since you came in. No words of anybody are in it.")
NOTHING = N_("Nothing yet.")


def log_lines(view: RoomView) -> Iterator[str]:
    """Yield who did what and when, oldest first."""
    yield _(HEAD)
    for logged in view.log:
        yield f"{time.strftime('%H:%M', time.localtime(logged.at))} {logged.words}"
    if not view.log:
        yield _(NOTHING)
