"""`holdspace open` while a meeting of the room still goes on: the host goes back to it, and ends nothing.

To open the room is to begin a meeting, and that ends the one there is, for everybody in it. So the relay
is asked first. Somebody who leads there lets the host's seat go on by itself; if nobody does, nobody
leads it any more.
"""

import asyncio
from collections.abc import Awaitable, Callable
from typing import NamedTuple

from holdspace.client.attend import Attendance, CannotStart
from holdspace.client.command_line import WELL
from holdspace.client.front_end import show
from holdspace.client.kept_rooms import KeptRoom
from holdspace.client.prompt import ask, say
from holdspace.client.seat.view import Connection, Place, RoomView
from holdspace.client.socks import Proxy
from holdspace.client.yes_or_no import NO
from holdspace.protocol.translation import N_, _

from .host import Front

# A relay behind Tor takes some seconds for each of the four ways between the two ends.
PATIENCE = 20.0
# And so long until nothing of a program that has just died is heard any more (taking_up.py).
LET_IN_PATIENCE = 20.0 + PATIENCE
GOES_ON = N_(
    "rooms: A meeting of this room goes on. You are on your way back to it. That can take half a minute."
)
NOBODY_LEADS = N_(
    "rooms: A meeting of this room is still open at the relay, and nobody who leads it answers. To open "
    "the room again ends that meeting for whoever is in it; who keeps the room comes back by themselves."
)
ASK_ANEW = N_("Press enter to open the room again, or type n to stop.")
STOPPED = N_("rooms: Nothing was opened, and nothing was ended.")


class Back(NamedTuple):
    """How it went: with an exit code the meeting was there, and the person was in it."""

    exit_code: int | None = None
    is_answered: bool = False


def come_back(kept: KeptRoom, socks: Proxy | None, front: Front) -> Back:
    """Go back to the meeting that goes on, or say that there is none to go back to."""
    try:
        back = asyncio.run(_come_back(kept, socks, front))
    except CannotStart:
        # Where its relays cannot be gone to, that is said when the room is opened.
        return Back()
    if back.exit_code is not None or not back.is_answered:
        return back
    say(_(NOBODY_LEADS))
    if ask(_(ASK_ANEW)).lower() in {*NO, "q"}:
        say(_(STOPPED))
        return Back(WELL)
    return back


async def _come_back(kept: KeptRoom, socks: Proxy | None, front: Front) -> Back:
    async with await Attendance.come_again(kept, socks) as mine:
        if not await _is_open(mine):
            return Back()
        say(_(GOES_ON))
        view = await _within(mine.let_in, LET_IN_PATIENCE)
        if view is None or view.place is not Place.ROOM:
            return Back(is_answered=True)
        return Back(await show(mine, plain=front.plain, keeper=front.keeper), is_answered=True)


async def _is_open(mine: Attendance) -> bool:
    view = await _within(mine.settled)
    if view is None or view.connection is not Connection.CONNECTED:
        return False
    view = await _within(mine.arrived)
    return view is not None and view.place is Place.WAITING


async def _within(
    look: Callable[[], Awaitable[RoomView]], patience: float = PATIENCE
) -> RoomView | None:
    try:
        async with asyncio.timeout(patience):
            return await look()
    except TimeoutError:
        return None
