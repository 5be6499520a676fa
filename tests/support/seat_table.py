"""A table to sit at: real seats around the relay's real core, without sockets, under one clock.

Frames travel through their bytes in both directions, so that padding, limits and canonical form
are part of every test. Time passes only when a test says so; chance comes from a seed.
"""

import random
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import NamedTuple

from at_once import at_once
from holdspace.client.kept_rooms import KeptRoom
from holdspace.client.seat.host import Opening, open_room
from holdspace.client.seat.intents import Accept, Admit, Intent
from holdspace.client.seat.sitting import Sitting
from holdspace.client.seat.step import Machine, Step, World
from holdspace.client.seat.view import Notice, Place, Refusal, RoomView
from holdspace.client.seat.visitor import come_again, visit
from holdspace.protocol import frames
from holdspace.protocol.refusals import close_answer
from holdspace.server.effects import Effect, HangUp, Read, Send, Store, TellWhenTaken
from holdspace.server.limits import Limits
from holdspace.server.log import Outcome, Saved
from holdspace.server.log.memory import MemoryLog
from holdspace.server.relay import Relay

RELAY = "ws://127.0.0.1:8787"
AGREEMENTS = ("What is shared stays here.", "Passing is fine.")
Tamper = Callable[[frames.RelayFrame], frames.RelayFrame | None]


class Heard(NamedTuple):
    """A frame as the relay hears it."""

    at: float
    connection: int
    data: bytes


@dataclass
class Guest:
    """One person's machine, its connection number, and what it was told."""

    name: str
    machine: Machine
    connection: int = 0
    notices: list[Notice] = field(default_factory=list)
    tamper: Tamper = lambda frame: frame

    @property
    def view(self) -> RoomView:
        return self.machine.view()

    @property
    def seat(self) -> Sitting:
        assert isinstance(self.machine, Sitting)
        return self.machine

    @property
    def words(self) -> list[str]:
        return [notice.words for notice in self.notices]

    @property
    def lines(self) -> list[str]:
        return [passage.text for passage in self.view.transcript]


def who(guest: Guest, name: str) -> bytes:
    """Return the identity of somebody whom a guest sees."""
    return next(person.identity for person in guest.view.people if person.name == name)


def kept(guest: Guest) -> KeptRoom:
    """Return what a guest keeps of the room."""
    found = guest.seat.seat.lasting.kept
    assert found is not None
    return found


class Table:
    """The relay's core, its log, everybody's machines, and the time."""

    def __init__(self, seed: int = 1, relays: tuple[str, ...] = (RELAY,)) -> None:
        self.random = random.Random(seed)
        self.relays = relays
        self.here = relays[0]
        self.now = 1_000_000.0
        self.log = MemoryLog()
        self.guests: dict[str, Guest] = {}
        self.heard: list[Heard] = []
        self._connections = 0
        self._saved: list[int] = []
        self._travelling: deque[tuple[int, bytes]] = deque()
        self._effects: deque[Effect] = deque()
        self._is_travelling = self._is_arriving = False
        self._start_relay()

    @property
    def overheard(self) -> list[bytes]:
        """Return every frame that the relay heard, as bytes."""
        return [heard.data for heard in self.heard]

    def world(self) -> World:
        return World(self.now, self.random.randbytes)

    def host(self, name: str = "Ana", flow: str = "", *, is_covered: bool = False) -> Guest:
        opening = Opening("Tuesday circle", name, AGREEMENTS, flow_toml=flow, is_covered=is_covered)
        return self._sit(name, open_room(self.relays, opening, self.world()))

    def visitor(self, name: str, code: str) -> Guest:
        return self._sit(name, visit(code, self.world()))

    def open_again(self, kept: KeptRoom, agreements: tuple[str, ...] = AGREEMENTS) -> Guest:
        """Let a host open a room that they kept."""
        opening = Opening(kept.room_name, kept.my_name, agreements, kept=kept)
        return self._sit(kept.my_name, open_room(self.relays, opening, self.world()))

    def come_again(self, kept: KeptRoom, name: str = "") -> Guest:
        """Let somebody come back to a room that they kept."""
        return self._sit(name or kept.my_name, come_again(kept))

    def join(self, name: str, host: Guest) -> Guest:
        """Let somebody come in by the host's invitation, all the way."""
        guest = self.visitor(name, host.view.invitation)
        assert self.do(guest, Accept(name)) is None
        knock = next(k.knock for k in host.view.knocks if k.name == name)
        assert self.do(host, Admit(knock)) is None
        assert guest.view.place is Place.ROOM
        return guest

    def do(self, guest: Guest, intent: Intent) -> Refusal | None:
        outcome = guest.machine.do(intent, self.world())
        if isinstance(outcome, Refusal):
            return outcome
        self._take(guest, outcome)
        return None

    def wait(self, seconds: float) -> None:
        """Let time pass for everybody, a second at a time."""
        for _ in range(round(seconds)):
            self.now += 1
            self._arrive(self.relay.tick(self.now))
            for guest in list(self.guests.values()):
                self._take(guest, guest.machine.tick(self.world()))

    def connect(self, guest: Guest) -> None:
        self._connections += 1
        guest.connection = self._connections
        self._take(guest, guest.machine.reached(self.here))
        nonce = self.random.randbytes(32)
        self._arrive(self.relay.connected(guest.connection, nonce, self.now))
        self._send(guest, frames.Hello(frames.VERSION, frames.VERSION))

    def disconnect(self, guest: Guest) -> None:
        gone, guest.connection = guest.connection, 0
        self._arrive(self.relay.disconnected(gone, self.now))
        self._take(guest, guest.machine.lost("The connection was lost."))

    def kill_relay(self, then: str = "") -> None:
        """Let the relay die and start again with what its log kept; or another of the cluster `then`."""
        self.here = then or self.here
        for guest in self.guests.values():
            if guest.connection:
                guest.connection = 0
                self._take(guest, guest.machine.lost("The connection was lost."))
        self._start_relay()

    def _start_relay(self) -> None:
        self.relay = Relay(Limits(), (self.here,), self.log.load())
        at_once(self.log.start(self._report))

    def _report(self, outcome: Outcome) -> None:
        assert isinstance(outcome, Saved)
        self._saved.extend(outcome.tickets)

    def _sit(self, name: str, machine: Machine) -> Guest:
        guest = self.guests[name] = Guest(name, machine)
        self.connect(guest)
        return guest

    def _take(self, guest: Guest, step: Step) -> None:
        guest.machine = step.machine
        guest.notices.extend(step.notices)
        for frame in step.frames:
            self._send(guest, frame)

    def _send(self, guest: Guest, frame: frames.ClientFrame) -> None:
        if guest.connection:
            self._travelling.append((guest.connection, frames.encode(frame)))
        self._let_travel()

    def _let_travel(self) -> None:
        """Hand over what is on its way, each frame after all that was sent before it."""
        if self._is_travelling:
            return
        self._is_travelling = True
        while self._travelling or self._saved:
            if self._travelling:
                number, data = self._travelling.popleft()
                self.heard.append(Heard(self.now, number, data))
                received = frames.decode_client_frame(data)
                self._arrive(self.relay.receive(number, received, self.now))
            else:
                # Saving takes longer than judging: answers come after all that was asked.
                saved, self._saved = self._saved, []
                self._arrive(self.relay.saved(saved, self.now))
        self._is_travelling = False

    def _arrive(self, effects: list[Effect]) -> None:
        self._effects.extend(effects)
        if self._is_arriving:
            return
        self._is_arriving = True
        while self._effects:
            self._carry_out(self._effects.popleft())
        self._is_arriving = False

    def _carry_out(self, effect: Effect) -> None:
        match effect:
            case Send(to, frames):
                for number in to:
                    for frame in frames:
                        self._deliver(number, frame)
            case HangUp(connection, code):
                self._hang_up(connection, code)
            case Store(ticket, record):
                self.log.submit(ticket, record)
            case Read(connection, number, meeting, after, up_to):
                entries = at_once(self.log.read(meeting, after, up_to, max_weight=10**6))
                self._effects.extend(self.relay.loaded(connection, number, entries, self.now))
            case TellWhenTaken(connection):
                self._effects.extend(self.relay.taken(connection))

    def _guest_on(self, number: int) -> Guest | None:
        return next((g for g in self.guests.values() if g.connection == number), None)

    def _deliver(self, number: int, frame: frames.RelayFrame) -> None:
        guest = self._guest_on(number)
        received = frames.decode_relay_frame(frames.encode(frame))
        assert received is not None
        if guest is None:
            return
        tampered = guest.tamper(received)
        if tampered is not None:
            self._take(guest, guest.machine.receive(tampered, self.world()))

    def _hang_up(self, number: int, code: int) -> None:
        guest = self._guest_on(number)
        if guest is None:
            return
        guest.connection = 0
        answer, machine = close_answer(code), guest.machine
        again = answer.try_again
        step = machine.lost(answer.sentence) if again else machine.ended(answer.sentence, code)
        self._take(guest, step)
