"""The network between people and relays: two pipes per connection, each with faults of its own.

A pipe keeps what goes through it in order, as TCP does, takes its time, can stand still for a while
and can swallow everything without anybody knowing. A connection that says nothing for as long as the
real one waits for a ping is broken on both sides.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from holdspace.protocol import frames
from scheduler import Scheduler

if TYPE_CHECKING:
    from person import Person
    from station import Station

# link.py: a ping every 20 s, and 20 s for its answer.
UNANSWERED_SECONDS = 40.0
_TURNED_AROUND = (frames.Append, frames.Bundle)
_SENT_TWICE = (*_TURNED_AROUND, frames.Knock)


@dataclass
class Pipe:
    """One direction of a connection."""

    scheduler: Scheduler
    latency: float
    stands_until: float = 0.0
    swallows: bool = False
    _newest: float = 0.0

    def carry(self, deed: Callable[[], object], more: float = 0.0) -> None:
        """Have something arrive, after all that was sent before it."""
        if self.swallows:
            return
        start = max(self.scheduler.now, self.stands_until)
        arrives = self._newest = max(self._newest, start + self.latency)
        self.scheduler.at(arrives + more, deed)

    def stand_still(self, seconds: float) -> None:
        """Let nothing through for a while; it arrives afterwards."""
        self.stands_until = max(self.stands_until, self.scheduler.now + seconds)


@dataclass(eq=False)
class Wire:
    """One connection of one person to one relay."""

    number: int
    person: "Person"
    station: "Station"
    up: Pipe
    down: Pipe
    is_broken: bool = False
    unread: int = 0
    most_unread: int = 0
    sends_twice: bool = False
    turns_around: bool = False
    asked: dict[int, bytes] = field(default_factory=dict)

    def send(self, frame: frames.ClientFrame) -> None:
        """Send a frame to the relay, as bytes."""
        world, data = self.person.world, frames.encode(frame)
        world.law.sent(self.person, frame, data)
        if isinstance(frame, _TURNED_AROUND):
            self.asked[frame.ref] = frame.message_id
        arrive = self._arriving(data)
        is_late = self.turns_around and isinstance(frame, _TURNED_AROUND)
        if is_late:
            self.turns_around = False
            world.reached("reorder")
        self.up.carry(arrive, more=1.5 if is_late else 0.0)
        if self.sends_twice and isinstance(frame, _SENT_TWICE):
            self.sends_twice = False
            world.reached("duplicate")
            self.up.carry(arrive)

    def _arriving(self, data: bytes) -> Callable[[], None]:
        def arrive() -> None:
            if not self.is_broken:
                self.person.world.saw(b"up", self.number, data)
                self.station.hear(self, frames.decode_client_frame(data))

        return arrive

    def show(self, frame: frames.RelayFrame, size: int) -> None:
        """Show a frame to the person, who reads when they get to it."""
        self.unread += size
        self.down.carry(lambda: self._shown(frame, size))

    def _shown(self, frame: frames.RelayFrame, size: int) -> None:
        if self.is_broken:
            return
        self.unread -= size
        self.person.hear(self, frame)
        self.station.read(self)

    def hang_up(self, code: int) -> None:
        """Let the relay close the connection after what was sent."""
        self.down.carry(lambda: self._hung_up(code))

    def _hung_up(self, code: int) -> None:
        if not self.is_broken:
            self.is_broken = True
            self.person.lost(self, code)

    def break_off(self) -> None:
        """End the connection without a word; each side notices by itself."""
        if self.is_broken:
            return
        self.is_broken = True
        scheduler = self.person.world.scheduler
        scheduler.after(0.02, lambda: self.person.lost(self, 0))
        scheduler.after(0.03, lambda: self.station.gone(self))

    def go_deaf(self) -> None:
        """Carry nothing any more, without anybody noticing before a ping stays unanswered."""
        self.up.swallows = self.down.swallows = True
        self.person.world.scheduler.after(UNANSWERED_SECONDS, self.break_off)
