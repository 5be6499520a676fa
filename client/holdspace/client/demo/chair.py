"""The one real person's chair: what joins or opens the room, and the front end that shows it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from holdspace.client.attend import Attendance
from holdspace.client.demo.cast import Cast
from holdspace.client.demo.living import invitation_of, opening_of
from holdspace.client.front_end import load, show
from holdspace.protocol.values import value


@value()
class Chair:
    """A front end for one person."""

    plain: bool

    def load(self) -> None:
        """Load it before there is anything to show."""
        load(plain=self.plain)

    async def visit(self, code: str) -> int:
        """Come to the room that the code leads to; return the program's exit code."""
        async with await Attendance.join(code) as attendance:
            return await self.sit(attendance)

    @asynccontextmanager
    async def opened(self, relay: str, cast: Cast, name: str) -> AsyncIterator[Attendance]:
        """Open the room as its host; its code is there then."""
        opening = opening_of(cast, name, cast.facilitating.trying_out)
        async with await Attendance.host([relay], opening) as attendance:
            await invitation_of(attendance)
            yield attendance

    async def sit(self, attendance: Attendance) -> int:
        """Show the room; return the program's exit code."""
        return await show(attendance, plain=self.plain)
