"""The relay's other face: what it shows to whom. An honest one shows everybody what there is.

A liar begins in the middle of a meeting, with one person or one side as its victims. It says who must
notice within how many seconds of the first thing that was not true (design.md 5, security.md 3).
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from msgspec.structs import replace
from typing_extensions import override

from holdspace.protocol import frames
from network import Wire

if TYPE_CHECKING:
    from person import Person
    from world import World

# One honest message is on its way at most this long: heartbeats come every 15 s.
ONE_MESSAGE = 20.0


class Honest:
    """Show what there is."""

    is_honest = True
    within = ONE_MESSAGE
    began: float | None = None

    def begin(self, world: "World") -> None:
        """Begin to lie."""

    def shows(self, wire: Wire, frame: frames.RelayFrame) -> Sequence[frames.RelayFrame]:
        """Return what this person is shown instead of a frame."""
        world = wire.person.world
        if isinstance(frame, frames.Welcomed) and world.welcomes_to_hold:
            world.welcomes_to_hold -= 1
            wire.down.stand_still(20.0)
            world.reached("stale Welcome")
            world.tell(f"{wire.person.name}'s Welcome takes long to arrive.")
        return (frame,)

    def must_notice(self, world: "World") -> Sequence[str]:
        """Return the names of those whose clients must have raised an alarm."""
        return ()


class Liar(Honest):
    """Show one member of the room something else than the others."""

    is_honest = False
    victim: "Person | None" = None

    @override
    def begin(self, world: "World") -> None:
        there = [one for one in world.present if one is not world.host]
        if len(there) > 2:
            self.victim = there[world.plan.seed % len(there)]
            world.tell(f"The relay begins to lie to {self.victim.name}.")

    @override
    def shows(self, wire: Wire, frame: frames.RelayFrame) -> Sequence[frames.RelayFrame]:
        victim = self.victim
        if wire.person is not victim or not isinstance(frame, frames.Entry):
            return (frame,)
        return self.twisted(frame, wire.person.world.scheduler.now)

    def twisted(self, entry: frames.Entry, now: float) -> Sequence[frames.RelayFrame]:
        """Return what the victim is shown instead of an entry."""
        raise NotImplementedError

    @override
    def must_notice(self, world: "World") -> Sequence[str]:
        return [self.victim.name] if self.victim is not None else ()


class LeaveOut(Liar):
    """EV06: leave one message out for one person.

    Who misses a commit proves nothing any more, and reads it on their next connection.
    """

    @override
    def twisted(self, entry: frames.Entry, now: float) -> Sequence[frames.RelayFrame]:
        if self.began is None and not entry.commit:
            self.began = now
            return ()
        return (entry,)


class TurnAround(Liar):
    """EV06: show two messages in each other's place, with the numbers that they should have."""

    _first: frames.Entry | None = None

    @override
    def twisted(self, entry: frames.Entry, now: float) -> Sequence[frames.RelayFrame]:
        first = self._first
        if self.began is not None or (first is None and entry.commit):
            return (entry,)
        if first is None:
            self._first = entry
            return ()
        self.began = now
        if entry.commit or entry.epoch != first.epoch:
            return (entry, first)
        return (replace(first, payload=entry.payload), replace(entry, payload=first.payload))


class Replay(Liar):
    """Show an old entry once more as a new one, and count on from there."""

    _newest: frames.Entry | None = None

    @override
    def twisted(self, entry: frames.Entry, now: float) -> Sequence[frames.RelayFrame]:
        more = 0 if self.began is None else 1
        shown = replace(entry, seq=entry.seq + more)
        if self._newest is None or entry.commit or self.began is not None:
            self._newest = self._newest or entry
            return (shown,)
        self.began = now
        return (shown, replace(self._newest, seq=entry.seq + 1, epoch=entry.epoch))


class AnotherHeader(Liar):
    """Show a message under the header of another epoch, so that it would be void."""

    @override
    def twisted(self, entry: frames.Entry, now: float) -> Sequence[frames.RelayFrame]:
        if self.began is None and not entry.commit:
            self.began = now
            return (replace(entry, epoch=entry.epoch + 1),)
        return (entry,)


class MessageAsCommit(Liar):
    """Show a message as if it were a commit."""

    @override
    def twisted(self, entry: frames.Entry, now: float) -> Sequence[frames.RelayFrame]:
        if self.began is None and not entry.commit:
            self.began = now
            return (replace(entry, commit=True),)
        return (entry,)


class Junk(Liar):
    """Show bytes of one's own instead of a message."""

    @override
    def twisted(self, entry: frames.Entry, now: float) -> Sequence[frames.RelayFrame]:
        if self.began is None and not entry.commit:
            self.began = now
            return (replace(entry, payload=bytes(len(entry.payload))),)
        return (entry,)


class Fork(Liar):
    """Keep two logs, one for each half of the room; one message crosses after a while."""

    crosses_after = 8.0
    _sides: tuple["Person", ...] = ()
    _elsewhere: frames.Entry | None = None
    _forked_at = 0.0

    @override
    def begin(self, world: "World") -> None:
        there = [one for one in world.present if one is not world.host]
        self._sides = tuple(there[: len(there) // 2])
        if len(self._sides) < 2:
            self._sides = ()
            return
        self._forked_at = world.scheduler.now
        other = world.other_station()
        for one in self._sides:
            world.sides[one.number] = other
            one.drop()
        world.tell(f"The relay shows {', '.join(one.name for one in self._sides)} another log.")

    @override
    def shows(self, wire: Wire, frame: frames.RelayFrame) -> Sequence[frames.RelayFrame]:
        if not self._sides or not isinstance(frame, frames.Entry):
            return (frame,)
        world, person = wire.person.world, wire.person
        if person not in self._sides:
            self._elsewhere = None if frame.commit else frame
            return (frame,)
        now = world.scheduler.now
        crossing = self._elsewhere
        if self.began is not None or crossing is None or now < self._forked_at + self.crosses_after:
            return (frame,)
        seat = person.seat
        is_fit = seat is not None and seat.is_caught_up and frame.seq == seat.position.seq + 1
        if frame.commit or not is_fit or crossing.epoch != frame.epoch:
            return (frame,)
        self.began, self.victim = now, person
        return (replace(frame, payload=crossing.payload),)


class RollBack(Liar):
    """Start again from an older copy of the database."""

    @override
    def begin(self, world: "World") -> None:
        there = [one for one in world.present if one.wire is not None]
        if len(there) < 3:
            return
        heads = {one.meeting: one.head for one in world.station.store.copy(4).load().meetings}
        # Whoever read no further than the copy goes is shown nothing that is not so.
        self.victims = tuple(
            one
            for one in there
            if (seat := one.seat) and seat.position.seq > heads[seat.facts.meeting]
        )
        self.began = world.scheduler.now
        world.roll_back(4)
        world.tell("The relay goes back to an older copy of its database.")

    @override
    def shows(self, wire: Wire, frame: frames.RelayFrame) -> Sequence[frames.RelayFrame]:
        return (frame,)

    victims: tuple["Person", ...] = ()
    within = 45.0

    @override
    def must_notice(self, world: "World") -> Sequence[str]:
        # Who is told that the relay no longer has what they read has noticed without an alarm.
        return [one.name for one in self.victims if one.seat is not None]


LIES: dict[str, type[Honest]] = {
    "leave one out": LeaveOut,
    "turn two around": TurnAround,
    "replay": Replay,
    "another header": AnotherHeader,
    "a message as a commit": MessageAsCommit,
    "junk": Junk,
    "fork": Fork,
    "roll back": RollBack,
}
