"""The process in which the simulated people live: `python -m holdspace.client.demo.people`.

Its orders come as one line on standard input and what it has to tell goes out as lines on
standard output, so that no invitation code ever stands in a command line or an environment. It
ends when standard input does: however the demo ends, nobody stays behind.
"""

import asyncio
import os
import sys
from contextlib import suppress

from holdspace.client.attend import Attendance
from holdspace.client.demo import facilitating, moves
from holdspace.client.demo.cast import Cast, Character, load_cast
from holdspace.client.demo.living import (
    Clock,
    Decide,
    invitation_of,
    live,
    opening_of,
)
from holdspace.client.demo.memory import Memory, Move
from holdspace.client.demo.moves import Moment
from holdspace.client.demo.orders import (
    LONGEST_ORDER,
    News,
    NoRoomError,
    Order,
    read_order,
    write_line,
)
from holdspace.client.demo.pace import Dice, dice_of
from holdspace.client.language import choose
from holdspace.client.process import run_evenly, start_quickly
from holdspace.client.seat.view import RoomView
from holdspace.protocol.translation import _

BETWEEN_KNOCKS = 2.5


class Company:
    """Everybody simulated, with the clock and the dice they share."""

    def __init__(self, order: Order) -> None:
        self.order = order
        self.cast: Cast = load_cast()
        self.clock = Clock(order.speed)
        self.dice: Dice = dice_of(os.urandom(16))

    async def meet(self) -> None:
        """Take part, all of them, until the meeting is over for each."""
        ana, code = None, self.order.invitation
        if not code:
            opening = opening_of(
                self.cast, self.cast.facilitator.name, self.cast.facilitating.standing
            )
            ana = await Attendance.host([self.order.relay], opening)
            code = await invitation_of(ana)
            words = _("{name} has opened the room.").format(name=self.cast.facilitator.name)
            tell(News(words=words, invitation=code))
        async with asyncio.TaskGroup() as together:
            if ana:
                together.create_task(self._host(ana))
            for at, member in enumerate(self.cast.members):
                together.create_task(self._join(member, code, BETWEEN_KNOCKS * (at + 1)))

    async def _host(self, ana: Attendance) -> None:
        def decide(view: RoomView, memory: Memory, now: float) -> Move | None:
            moment = self._moment(self.cast.facilitator, view, memory, now)
            return facilitating.next_move(moment, self.cast.facilitating)

        await self._live(ana, decide)

    async def _join(self, member: Character, code: str, after_seconds: float) -> None:
        def decide(view: RoomView, memory: Memory, now: float) -> Move | None:
            return moves.next_move(self._moment(member, view, memory, now))

        await self.clock.wait(after_seconds)
        await self._live(await Attendance.join(code), decide)

    async def _live(self, attendance: Attendance, decide: Decide) -> None:
        async with attendance:
            await live(attendance, decide, self.clock)

    def _moment(self, who: Character, view: RoomView, memory: Memory, now: float) -> Moment:
        return Moment(
            who,
            view,
            memory,
            now,
            self.dice,
            company=self.cast.names,
            everybody=self.cast.everybody,
        )


def main() -> int:
    """Let the people live until the meeting is over for them or standard input ends."""
    start_quickly()
    choose()
    try:
        asyncio.run(_run())
    except NoRoomError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    except KeyboardInterrupt:
        pass
    return 0


def tell(news: News) -> None:
    """Write one line of news, while anybody is there to read it."""
    with suppress(BrokenPipeError):
        sys.stdout.buffer.write(write_line(news))
        sys.stdout.buffer.flush()


async def _run() -> None:
    orders = asyncio.StreamReader(limit=LONGEST_ORDER)
    await asyncio.get_running_loop().connect_read_pipe(
        lambda: asyncio.StreamReaderProtocol(orders), sys.stdin
    )
    order = read_order(await orders.readline())
    run_evenly()
    meeting = asyncio.create_task(Company(order).meet())
    watching = asyncio.create_task(orders.read())
    await asyncio.wait({meeting, watching}, return_when=asyncio.FIRST_COMPLETED)
    watching.cancel()
    meeting.cancel()
    with suppress(asyncio.CancelledError):
        await meeting


if __name__ == "__main__":
    sys.exit(main())
