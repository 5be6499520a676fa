"""A simulated relay: the real core, its disk, and what waits for each of its connections.

It does what the gate does with the core's effects, at moments of virtual time.
"""

from collections import deque
from typing import TYPE_CHECKING

from disk import Disk, Moment, Store
from holdspace.protocol import frames
from holdspace.protocol.refusals import Close
from holdspace.server.effects import Effect, HangUp, Read, Send, TellWhenTaken
from holdspace.server.effects import Store as Keep
from holdspace.server.limits import Limits
from holdspace.server.log import NotSaved, Outcome, Saved
from holdspace.server.relay import Relay
from network import Wire

if TYPE_CHECKING:
    from world import World

TICK_SECONDS = 0.5
LIMITS = Limits()


class Station:
    """One relay."""

    def __init__(self, world: "World", address: str, store: Store) -> None:
        self.world = world
        self.address = address
        self.is_up = False
        self.clock_offset = 0.0
        self.wires: dict[int, Wire] = {}
        self.disk = Disk(world.scheduler, store, self._report)
        self.disk.on_death = self._dies
        self._reads: dict[int, Read] = {}
        self._taking: set[int] = set()
        self._effects: deque[Effect] = deque()
        self._is_performing = False
        self._life = 0
        self.start()

    @property
    def now(self) -> float:
        return self.world.scheduler.now + self.clock_offset

    @property
    def store(self) -> Store:
        return self.disk.store

    def start(self) -> None:
        """Start (again) from what the disk kept."""
        self.relay = Relay(LIMITS, (self.address,), self.store.load())
        self.is_up = True
        self._life += 1
        self._tick(self._life)

    def die(self) -> None:
        """Lose everything but what was synced; all connections break."""
        self.is_up = False
        self._life += 1
        self.disk.power_cut()
        self._effects.clear()
        self._reads.clear()
        self._taking.clear()
        wires, self.wires = self.wires, {}
        for wire in wires.values():
            wire.break_off()
        self.world.law.died(self)

    def connect(self, wire: Wire) -> None:
        """Take in a connection."""
        if not self.is_up:
            wire.break_off()
            return
        self.wires[wire.number] = wire
        wire.most_unread = wire.most_unread or LIMITS.unread_bytes
        nonce = self.world.nonce(32)
        self._perform(self.relay.connected(wire.number, nonce, self.now))

    def hear(self, wire: Wire, frame: frames.ClientFrame) -> None:
        """Take a frame of a connection."""
        if wire.number in self.wires:
            self._perform(self.relay.receive(wire.number, frame, self.now))

    def gone(self, wire: Wire) -> None:
        """Notice that a connection is gone."""
        if self.wires.pop(wire.number, None) is not None:
            self._let_go_of(wire.number)
            self._perform(self.relay.disconnected(wire.number, self.now))

    def read(self, wire: Wire) -> None:
        """Go on with what waited for a connection to have read what it was sent."""
        if wire.unread:
            return
        waits = self._reads.pop(wire.number, None)
        if waits is not None:
            self._load(waits)
        if wire.number in self._taking:
            self._taking.discard(wire.number)
            self._perform(self.relay.taken(wire.number))

    def _tick(self, life: int) -> None:
        if life == self._life:
            self._perform(self.relay.tick(self.now))
            self.world.scheduler.after(TICK_SECONDS, lambda: self._tick(life))

    def _perform(self, effects: list[Effect]) -> None:
        self._effects.extend(effects)
        if self._is_performing:
            return
        self._is_performing = True
        while self._effects:
            self._do(self._effects.popleft())
        self._is_performing = False

    def _do(self, effect: Effect) -> None:
        match effect:
            case Send(to, frames):
                for frame in frames:
                    self._send(to, frame)
            case HangUp(number, code):
                self._hang_up(number, code)
            case Keep(ticket, record):
                self.disk.submit(ticket, record)
            case Read():
                self._reads[effect.connection] = effect
                self._go_on(effect.connection)
            case TellWhenTaken(number):
                self._taking.add(number)
                self._go_on(number)

    def _go_on(self, number: int) -> None:
        if number in self.wires:
            self.read(self.wires[number])
        else:
            self._let_go_of(number)

    def _load(self, effect: Read) -> None:
        entries = self.store.read(effect.meeting, effect.after, effect.up_to)
        effects = self.relay.loaded(effect.connection, effect.number, entries, self.now)
        self._perform(effects)

    def _send(self, to: tuple[int, ...], frame: frames.RelayFrame) -> None:
        data = frames.encode(frame)
        self.world.law.shown(data)
        seen = frames.decode_relay_frame(data)
        if seen is None:
            raise AssertionError("a relay sends frames that there are")
        for number in to:
            wire = self.wires.get(number)
            if wire is None:
                continue
            if wire.unread and wire.unread + len(data) > wire.most_unread:
                # Nothing more is put into the queue of whoever overflows.
                self.world.reached("slow reader")
                self.wires.pop(number)
                self._let_go_of(number)
                wire.hang_up(int(Close.TOO_SLOW))
                self._perform(self.relay.too_slow(number, self.now))
                continue
            for one in self.world.liar.shows(wire, seen):
                wire.show(one, len(data))

    def _hang_up(self, number: int, code: Close) -> None:
        wire = self.wires.pop(number, None)
        self._let_go_of(number)
        if wire is not None:
            wire.hang_up(int(code))

    def _let_go_of(self, number: int) -> None:
        self._reads.pop(number, None)
        self._taking.discard(number)

    def _report(self, outcome: Outcome) -> None:
        match outcome:
            case Saved(tickets):
                self._perform(self.relay.saved(tickets, self.now))
            case NotSaved():
                self.world.reached("full disk")
                self._perform(self.relay.not_saved(self.now))
                self.disk.resume()

    def _dies(self, moment: Moment) -> None:
        self.world.reached(f"relay crash {moment.value}")
        self.world.tell(f"The relay loses its power {moment.value}.")
        self.die()
        self.world.scheduler.after(2.0, self.start)
