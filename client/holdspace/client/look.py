"""Looking at a relay before anything is entrusted to it: does it answer, and who says they run it?

One connection, one hello, nothing else: no room is opened and no invitation shown.
"""

import asyncio
import random
from collections.abc import Iterable, Iterator

from holdspace.protocol.frames import Greeting
from holdspace.protocol.translation import _, shown
from holdspace.protocol.values import value

from .attend import CannotStart, check_addresses
from .link import Ended, Happening, Link, Up
from .privacy import RELAY_SEES, operator_facts, operator_remark
from .seat.operator_card import operator_view
from .seat.view import OperatorView
from .socks import Proxy


@value()
class Seen:
    """The relay that answered, and what it says about whoever runs it."""

    relay: str
    operator: OperatorView

    def lines(self) -> Iterator[str]:
        """Yield it in plain lines."""
        for label, words in operator_facts(self.operator):
            yield _("relay: {label}: {words}").format(label=label, words=words)
        yield _("relay: {words}").format(words=operator_remark(self.operator))
        yield _("relay: {words}").format(words=_(RELAY_SEES))


async def look_at(relays: Iterable[str], socks: Proxy | None = None) -> Seen:
    """Return what the first of these relays that answers says; raise CannotStart if none does."""
    addresses = check_addresses(relays)
    seen: asyncio.Future[Seen] = asyncio.get_running_loop().create_future()
    at = ""

    def hear(happening: Happening) -> None:
        nonlocal at
        if isinstance(happening, Up):
            at = happening.relay
        elif isinstance(happening, Greeting) and not seen.done():
            seen.set_result(Seen(at, operator_view(happening.operator)))
        elif isinstance(happening, Ended) and not seen.done():
            seen.set_exception(CannotStart(shown(happening.words)))

    link = Link(addresses, hear, random.random, socks=socks)
    running = asyncio.create_task(link.run())
    try:
        return await seen
    finally:
        await link.stop()
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
