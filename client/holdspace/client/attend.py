"""Attending: one person's seat joined to the real world of sockets, clocks and chance.

Front ends and simulated people hold an `Attendance` and nothing below it. It keeps the current
machine (a visitor at the door, then a seat in the meeting), feeds it frames and ticks, and sends
what it asks for. There is no rule about meetings in here.
"""

import asyncio
import os
import random
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import suppress

from holdspace.protocol.invite import MOST_RELAYS
from holdspace.protocol.keys import NotAnAddressError, origin
from holdspace.protocol.refusals import LocalError
from holdspace.protocol.translation import N_, _

from .clock import CLOCK, Clock
from .kept_rooms import KeptRoom
from .link import LOOPBACK, Ended, Link, Lost, Up, place_of
from .link import Happening as LinkHappening
from .seat.host import Opening, open_room
from .seat.intents import Intent, KeepTheRoom, Leave
from .seat.step import Machine, Step, World
from .seat.view import Connection, Notice, Place, Refusal, RoomView
from .seat.visitor import come_again, visit
from .socks import Proxy, is_onion, seems_onion
from .zone import local_zone

GOODBYE_SECONDS = 3.0
# In cover slots a goodbye waits for its turn, behind what was said before it.
COVERED_GOODBYE_SECONDS = 20.0


class CannotStart(LocalError):
    """What was asked cannot even be tried; the message is for the person."""


class Attendance:
    """One person attending one meeting; made by `host` or `join`, ended by `aclose`."""

    def __init__(
        self,
        machine: Machine,
        relays: tuple[str, ...],
        *,
        start: int = 0,
        socks: Proxy | None = None,
        clock: Clock = CLOCK,
    ) -> None:
        self._machine = machine
        self._clock = clock
        self._kept = machine.kept
        self._keep: Callable[[KeptRoom], None] | None = None
        self._link = Link(relays, self._hear, random.random, start=start, socks=socks)
        self._view = machine.view()
        self._is_old = False
        self._notices: list[Notice] = []
        self._changed = asyncio.Event()
        self._finished = False
        self._tasks = [
            asyncio.create_task(self._link.run(), name="holdspace link"),
            asyncio.create_task(self._tick(), name="holdspace clock"),
        ]

    @classmethod
    async def host(
        cls,
        relays: Iterable[str],
        opening: Opening,
        socks: Proxy | None = None,
        *,
        clock: Clock = CLOCK,
    ) -> "Attendance":
        """Open a room at these relays of one cluster and sit down in it as its host."""
        addresses = check_addresses(relays)
        machine = open_room(addresses, opening, _world(clock))
        return cls(machine, addresses, socks=socks, clock=clock)

    @classmethod
    async def join(
        cls, code: str, socks: Proxy | None = None, *, clock: Clock = CLOCK
    ) -> "Attendance":
        """Go to the lobby that an invitation code leads to; raise InvitationError if it is none."""
        visitor = visit(code, _world(clock))
        addresses = addresses_to_join(visitor.invitation.relays, socks)
        # Everybody begins at another one, so that a cluster shares the work.
        start = os.urandom(1)[0] % len(addresses)
        return cls(visitor, addresses, start=start, socks=socks, clock=clock)

    @classmethod
    async def come_again(
        cls, kept: KeptRoom, socks: Proxy | None = None, *, clock: Clock = CLOCK
    ) -> "Attendance":
        """Go to a room that is kept; whoever is known there is let in at once."""
        addresses = addresses_to_join(kept.relays, socks)
        start = os.urandom(1)[0] % len(addresses)
        return cls(come_again(kept), addresses, start=start, socks=socks, clock=clock)

    def keep_rooms(self, keep: Callable[[KeptRoom], None]) -> None:
        """Let what lasts of the room be kept by this, from now on; without it nothing can be."""
        self._keep = keep
        if self._kept is not None:
            keep(self._kept)

    @property
    def view(self) -> RoomView:
        """Return the newest picture of the meeting."""
        self._look()
        return self._view

    @property
    def is_over(self) -> bool:
        """Tell whether nothing more can happen here."""
        return self.view.place in _OVER

    def do(self, intent: Intent) -> Refusal | None:
        """Do what the person wants, or say at once why not; never blocks."""
        if isinstance(intent, KeepTheRoom) and self._keep is None:
            return Refusal(_(NO_NOTEBOOK))
        outcome = self._machine.do(intent, self._world())
        if isinstance(outcome, Refusal):
            return outcome
        self._take(outcome)
        return None

    async def settled(self) -> RoomView:
        """Wait until the relay has answered in one way or another; return the picture then."""
        return await self._seen(lambda view: view.connection is not Connection.CONNECTING)

    async def arrived(self) -> RoomView:
        """Wait until it is known whether the room is open; return the picture then."""
        return await self._seen(
            lambda view: view.place is not Place.OUTSIDE or view.connection is Connection.GONE
        )

    async def let_in(self) -> RoomView:
        """Wait until whoever lets people in has answered; return the picture then."""
        return await self._seen(
            lambda view: view.place not in {Place.OUTSIDE, Place.LOBBY, Place.WAITING}
        )

    async def _seen(self, is_so: Callable[[RoomView], bool]) -> RoomView:
        while not is_so(self.view):
            await self._changed.wait()
            self._changed.clear()
        # Whoever reads the changes has not read this one.
        self._changed.set()
        return self.view

    async def changes(self) -> AsyncIterator[tuple[RoomView, tuple[Notice, ...]]]:
        """Yield the picture after each change, with what to tell the person; ends when it is over.

        Changes that come faster than they are read are folded into one. For one reader.
        """
        while True:
            await self._changed.wait()
            self._changed.clear()
            notices, self._notices = tuple(self._notices), []
            yield self.view, notices
            if (self.is_over or self._finished) and not self._changed.is_set():
                return

    async def leave(self, *, fine: bool = False) -> None:
        """Say goodbye if that is possible within a moment, and end."""
        if self.view.place is Place.ROOM:
            self.do(Leave(fine))
            card = self.view.card
            seconds = COVERED_GOODBYE_SECONDS if card and card.is_covered else GOODBYE_SECONDS
            with suppress(TimeoutError):
                async with asyncio.timeout(seconds):
                    await self._said_goodbye()
        await self.aclose()

    async def vanish(self) -> None:
        """Cut the line at once, without a word: whoever closes the screen needs the shell now (M27)."""
        self._finished = True
        await self._link.stop(drain=0.0)

    async def aclose(self) -> None:
        """Close the connection and forget everything. Other people see a lost connection."""
        self._finished = True
        await self._link.stop()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._changed.set()

    async def __aenter__(self) -> "Attendance":
        """Return the attendance itself, so that `async with` ends it."""
        return self

    async def __aexit__(self, *_error: object) -> None:
        """End it."""
        await self.aclose()

    async def _said_goodbye(self) -> None:
        # Polled for this moment only: the one event belongs to `changes`, whose reader clears it.
        while self._is_saying_goodbye:  # noqa: ASYNC110
            await asyncio.sleep(0.02)

    @property
    def _is_saying_goodbye(self) -> bool:
        # Who takes the relay along closes the meeting, and that is said when the relay has answered.
        return bool(self.view.sending) or (self.view.takes_relay_along and not self.is_over)

    async def _tick(self) -> None:
        while not self.is_over:
            await self._clock.beat()
            self._take(self._machine.tick(self._world()))

    def _hear(self, happening: LinkHappening) -> None:
        match happening:
            case Up(relay):
                self._take(self._machine.reached(relay))
            case Lost(words):
                self._take(self._machine.lost(words))
            case Ended(words, code):
                self._take(self._machine.ended(words, code))
            case frame:
                self._take(self._machine.receive(frame, self._world()))

    def _world(self) -> World:
        return _world(self._clock)

    def _keep_newest(self, kept: KeptRoom | None) -> None:
        if kept is None or kept is self._kept:
            return
        self._kept = kept
        if self._keep is not None:
            self._keep(kept)

    def _take(self, step: Step) -> None:
        changed = step.machine is not self._machine
        self._machine = step.machine
        self._keep_newest(step.machine.kept)
        for frame in step.frames:
            self._link.send(frame)
        if step.goes_elsewhere:
            self._link.go_elsewhere()
        self._notices.extend(step.notices)
        if not (changed or step.notices):
            return
        if step.notices:
            self._changed.set()
        if not self._is_old:
            # What comes together is looked at once: in cover slots most of it changes no picture.
            self._is_old = True
            asyncio.get_running_loop().call_soon(self._look)

    def _look(self) -> None:
        """Take a new picture, if anything happened since the last one."""
        if not self._is_old:
            return
        self._is_old = False
        view = self._machine.view()
        if view != self._view:
            self._view = view
            self._changed.set()


ONE_KIND = N_(
    "A room is at onion addresses or at others, not at both: who comes through Tor would be sent over the "
    "open network as soon as one relay fails. Nothing was sent. Choose addresses of one kind."
)
NO_NOTEBOOK = N_(
    "You have no notebook open, so nothing can be kept. /notebook opens one, with a passphrase; then "
    "ask again."
)
_OVER = frozenset({Place.REMOVED, Place.LEFT, Place.DECLINED, Place.CLOSED, Place.ENDED})


def _world(clock: Clock) -> World:
    return World(now=clock.now(), random=os.urandom, zone=local_zone())


def check_addresses(relays: Iterable[str]) -> tuple[str, ...]:
    """Return the addresses that a room may open at; raise CannotStart if they are not safe together."""
    addresses = _each_safe(relays)
    kinds = {is_onion(place_of(one)[0]) for one in addresses if not _is_here(one)}
    if len(kinds) > 1:
        raise CannotStart(_(ONE_KIND))
    return addresses


def addresses_to_join(relays: Iterable[str], socks: Proxy | None) -> tuple[str, ...]:
    """Return which of a room's relays to go to: whoever comes by an onion address comes by no other.

    When one relay fails the next is tried, and nobody is asked. Without a proxy for all of them that
    would show, on the open network and to a relay there, who was hidden until then.
    """
    addresses = _each_safe(relays)
    hidden = tuple(one for one in addresses if is_onion(place_of(one)[0]) or _is_here(one))
    has_onion = any(is_onion(place_of(one)[0]) for one in addresses)
    return hidden if has_onion and socks is None else addresses


def _is_here(address: str) -> bool:
    return place_of(address)[0] in LOOPBACK


def _each_safe(relays: Iterable[str]) -> tuple[str, ...]:
    """Return each relay's address once, in its one form; raise CannotStart if one is not safe."""
    addresses = tuple(dict.fromkeys(map(check_address, relays)))
    if len(addresses) > MOST_RELAYS:
        raise CannotStart(
            _("A room can have up to {number} relays. Nothing was sent.").format(number=MOST_RELAYS)
        )
    return addresses


def check_address(relay: str) -> str:
    """Return the relay's address in its one form; raise CannotStart for one that is not safe."""
    try:
        address = origin(relay)
    except NotAnAddressError as error:
        raise CannotStart(str(error)) from None
    host, _port = place_of(address)
    if seems_onion(host) and not is_onion(host):
        raise CannotStart(
            _(
                "That onion address is not whole: it has 56 letters and digits before .onion. Nothing "
                "was sent."
            )
        )
    # Without TLS everybody on the way sees which room is met in; an onion address is a key itself.
    is_safe = host in LOOPBACK or is_onion(host)
    if address.startswith("ws://") and not is_safe:
        raise CannotStart(
            _(
                "A relay on another machine needs a wss:// address. Nothing was sent. "
                "Ask whoever runs it for the address that starts with wss://."
            )
        )
    return address
