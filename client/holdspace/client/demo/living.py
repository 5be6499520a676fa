"""Living in a meeting: the edge where simulated people meet time.

A person looks up a few times a second, remembers, decides, acts. Everything that could go wrong
in deciding is pure and lives elsewhere; here are only the clock and the waiting.
"""

import asyncio
from collections.abc import Callable
from dataclasses import field
from time import monotonic

from holdspace.client.attend import Attendance
from holdspace.client.demo.cast import Cast
from holdspace.client.demo.memory import Memory, Move, after, remember
from holdspace.client.demo.orders import NoRoomError
from holdspace.client.library import DEFAULT_FLOW, read_agreements, read_flow
from holdspace.client.seat.host import Opening
from holdspace.client.seat.view import RoomView
from holdspace.protocol.translation import _
from holdspace.protocol.values import value

Decide = Callable[[RoomView, Memory, float], Move | None]

LOOKS_UP_EVERY = 0.3
SHORTEST_LOOK, LONGEST_LOOK = 0.05, 0.25


@value()
class Clock:
    """Session time: the real one times the demo's speed."""

    speed: float
    began: float = field(default_factory=monotonic)

    def now(self) -> float:
        """Return the session seconds since the clock was made."""
        return (monotonic() - self.began) * self.speed

    async def wait(self, seconds: float) -> None:
        """Let so many session seconds go by."""
        await asyncio.sleep(seconds / self.speed)

    async def glance(self) -> None:
        """Let the moment go by between two looks at the room."""
        await asyncio.sleep(min(max(LOOKS_UP_EVERY / self.speed, SHORTEST_LOOK), LONGEST_LOOK))


def opening_of(cast: Cast, name: str, standing: str) -> Opening:
    """Return the room of the demo, in the language of its people."""
    agreements = read_agreements(f"standard.{cast.lang}")
    return Opening(
        room_name=cast.facilitating.room,
        name=name,
        standing=standing,
        agreements=agreements.lines,
        agreements_version=agreements.version,
        flow_toml=read_flow(f"{DEFAULT_FLOW}.{cast.lang}"),
    )


async def invitation_of(host: Attendance) -> str:
    """Return the code of a room that is being opened, once the relay knows of it."""
    while not (code := host.view.invitation):
        if host.is_over:
            raise NoRoomError(
                _("The room could not be opened. {reason}").format(reason=host.view.ended_words)
            )
        await asyncio.sleep(SHORTEST_LOOK)
    return code


async def live(attendance: Attendance, decide: Decide, clock: Clock) -> None:
    """Take part until the meeting is over for this person."""
    memory = Memory()
    while not attendance.is_over:
        view, now = attendance.view, clock.now()
        memory = remember(memory, view, now)
        # What was last done has to come back from the log before it can be judged what to do next.
        move = None if view.sending else decide(view, memory, now)
        if move:
            attendance.do(move.intent)
            memory = after(memory, move, now)
        await clock.glance()
