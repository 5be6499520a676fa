"""What every pure machine of the client takes and gives: a world in, a step out.

A visitor at the door and a seat in the meeting are both `Machine`s: values that answer frames,
intents and ticks with the next value and what to do. They never see a socket or a clock.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import field
from typing import Protocol

from holdspace.client.kept_rooms import KeptRoom
from holdspace.protocol import mls
from holdspace.protocol.frames import ClientFrame, RelayFrame
from holdspace.protocol.values import value

from .intents import Intent
from .replacing import replace
from .view import Notice, Refusal, RoomView


class Engine(Protocol):
    """The two ways into a group that a seat takes; `holdspace.protocol.mls` has them.

    A simulation of thousands of meetings brings another one, which pretends to encrypt.
    """

    def create_group(
        self,
        own: mls.OwnKeyPackage,
        *,
        group_id: bytes,
        random: mls.RandomSource,
        extensions: Sequence[mls.Extension] = (),
    ) -> mls.Group:
        """Start a group with nobody in it but us."""
        ...

    def join_group(
        self, welcome: bytes, own: mls.OwnKeyPackage, *, now: float, policy: mls.Policy
    ) -> mls.Group:
        """Enter a group by a Welcome; raise an MLSError for a wrong one."""
        ...


@value()
class World:
    """What the edge hands in with each call: local seconds since 1970, and a source of random bytes.

    `zone` is the name of the time zone that this device's clock shows.
    """

    now: float
    random: Callable[[int], bytes]
    zone: str = "UTC"
    engine: Engine = field(default=mls, repr=False)


@value()
class Moment(World):
    """One call: its world, and what it wants sent and told; the only thing a chapter writes to."""

    frames: list[ClientFrame] = field(default_factory=list)
    notices: list[Notice] = field(default_factory=list)

    @classmethod
    def of(cls, world: World) -> Moment:
        """Return a moment of this world in which nothing was sent or told yet."""
        return cls(world.now, world.random, world.zone, world.engine)


class Machine(Protocol):
    """One person's place, as a value."""

    def receive(self, frame: RelayFrame, world: World) -> Step:
        """Take in one frame from the relay."""
        ...

    def do(self, intent: Intent, world: World) -> Step | Refusal:
        """Do what the person wants, or say why not."""
        ...

    def tick(self, world: World) -> Step:
        """Let time pass; called about once a second."""
        ...

    def reached(self, relay: str) -> Step:
        """Learn which of the room's relays the connection that just opened leads to."""
        ...

    def lost(self, words: str) -> Step:
        """Learn that the connection is gone and will be tried again."""
        ...

    def ended(self, words: str, code: int) -> Step:
        """Learn that the connection is gone for good, with the close code if there was one."""
        ...

    def view(self) -> RoomView:
        """Return what a front end may draw."""
        ...

    @property
    def kept(self) -> KeptRoom | None:
        """Return the room as it is kept beyond the meeting, if it is."""
        ...


@value()
class Step:
    """The machine after what happened, what to send, and what to tell the person.

    `goes_elsewhere`: this relay does not have the room, but another of the room's relays may.
    """

    machine: Machine
    frames: tuple[ClientFrame, ...] = ()
    notices: tuple[Notice, ...] = ()
    goes_elsewhere: bool = False

    def also(
        self, *, frames: tuple[ClientFrame, ...] = (), notices: tuple[Notice, ...] = ()
    ) -> Step:
        """Return this step with more to send and to tell after what it has."""
        return replace(self, frames=self.frames + frames, notices=self.notices + notices)
