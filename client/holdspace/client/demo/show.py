"""The demo as the person sees it: start everything, say so in words, sit down, clear everything away.

Three processes: this one with the person's own front end, the relay's, and the people's. The code
that lets the person in, or the people, goes through a pipe.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from holdspace.client.command_line import FAILED
from holdspace.client.demo.cast import Cast, load_cast
from holdspace.client.demo.company import Company, NobodyCameError, company
from holdspace.client.demo.orders import NoRoomError, Order
from holdspace.client.here import relay_starting
from holdspace.client.plain.labels import labelled
from holdspace.client.prompt import ask_until, say
from holdspace.protocol.text import NameRefused, check_name
from holdspace.protocol.translation import N_, _
from holdspace.protocol.values import value

if TYPE_CHECKING:
    from holdspace.client.demo.chair import Chair

Address = Callable[[], Awaitable[str]]
_ASK_NAME = N_("What shall people here call you? Up to 24 letters; it need not be your real name.")


@value()
class Show:
    """What somebody asked to be shown."""

    facilitate: bool
    plain: bool
    speed: float

    def run(self) -> int:
        """Show it, and return the program's exit code."""
        # Asked before there is an event loop, which would swallow Ctrl-C at the prompt.
        name = _asked_name(load_cast()) if self.facilitate else ""
        return asyncio.run(self._play(name))

    async def _play(self, name: str) -> int:
        play = self._host if self.facilitate else self._visit
        _tell(_("Starting a relay on this computer, for this demo only."))
        try:
            async with relay_starting() as address, company() as people:
                return await play(address, people, name)
        except (NobodyCameError, NoRoomError) as error:
            _tell(str(error))
            return FAILED
        finally:
            _tell(_("Nothing of the demo is kept on this computer."))

    async def _visit(self, address: Address, people: Company, _name: str) -> int:
        cast = load_cast()
        names = ", ".join(member.name for member in cast.members)
        _tell(
            _("{host} opens the room, for {names} and you. They are simulated.").format(
                host=cast.facilitator.name, names=names
            )
        )
        chair = self._chair()
        people.begin(Order(await address(), self.speed))
        code = await _invitation(people)
        async with _listening(people):
            return await chair.visit(code)

    async def _host(self, address: Address, people: Company, name: str) -> int:
        _tell(_("Opening your room. Six simulated people will knock, one after another."))
        chair, relay = self._chair(), await address()
        async with chair.opened(relay, load_cast(), name) as attendance, _listening(people):
            people.begin(Order(relay, self.speed, attendance.view.invitation))
            return await chair.sit(attendance)

    def _chair(self) -> "Chair":
        """Load the person's own front end, while the relay and the people load what they need."""
        from holdspace.client.demo.chair import Chair  # noqa: PLC0415 (the others are started first)

        chair = Chair(self.plain)
        chair.load()
        return chair


def _asked_name(cast: Cast) -> str:
    # The people to come knock under their own names; two of the same would only confuse.
    return ask_until(_ASK_NAME, lambda answer: check_name(answer, cast.names), (NameRefused,))


def _tell(words: str) -> None:
    say(labelled("demo", words))


async def _invitation(people: Company) -> str:
    while True:
        news = await people.news()
        if news.words:
            _tell(news.words)
        if news.invitation:
            return news.invitation


@asynccontextmanager
async def _listening(people: Company) -> AsyncIterator[None]:
    """Read what the people tell while the front end has the screen."""
    task = asyncio.create_task(people.listen())
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
