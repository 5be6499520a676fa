"""One simulated person: the real machine of a visitor or a seat, and a link that comes back.

This is what `attend.py` and `link.py` do between a machine and a socket, in virtual time. What the
person wants is decided elsewhere (what_people_do.py); here is only what any client does by itself.
"""

from typing import TYPE_CHECKING

from holdspace.client.kept_rooms import KeptRoom
from holdspace.client.relays import Relays
from holdspace.client.seat import returning
from holdspace.client.seat.alarm import BROKEN_CHANGE
from holdspace.client.seat.display import AWAY_SECONDS
from holdspace.client.seat.intents import Accept, Admit, Intent, LetKeep, Remove
from holdspace.client.seat.seat import Seat
from holdspace.client.seat.sitting import Sitting
from holdspace.client.seat.step import Machine, Step
from holdspace.client.seat.step import World as SeatWorld
from holdspace.client.seat.view import Notice, Passage, Place, Refusal
from holdspace.client.seat.visitor import Visitor
from holdspace.protocol import frames
from holdspace.protocol.meeting.roles import HOST
from holdspace.protocol.refusals import close_answer
from network import Pipe, Wire

if TYPE_CHECKING:
    from world import World

OVER = frozenset({Place.REMOVED, Place.LEFT, Place.DECLINED, Place.CLOSED, Place.ENDED})


class Person:
    """Somebody at their computer."""

    def __init__(self, world: "World", name: str, number: int) -> None:
        self.world = world
        self.name = name
        self.number = number
        self.machine: Machine | None = None
        self.wire: Wire | None = None
        self.clock_offset = 0.0
        self.latency = 0.02 + 0.1 * world.chance.fraction("latency", number)
        self.slower_by = 0.0
        self.notices: list[Notice] = []
        self.kept: list[KeptRoom] = []
        self.is_honest = True
        self.crashes_at = ""
        self.cut_off_until = self.came_at = 0.0
        self._random = world.chance.source(name)
        self._relays = Relays((world.station.address,))
        self._life = self._ended_life = 0
        self._tries = 0

    def seat_world(self) -> SeatWorld:
        """Return what an edge hands to a machine."""
        return SeatWorld(self.now, self._random, engine=self.world.engine)

    @property
    def now(self) -> float:
        return self.world.scheduler.now + self.clock_offset

    @property
    def place(self) -> Place | None:
        machine = self.machine
        if type(machine) is Sitting:
            return machine.seat.place
        return machine.place if isinstance(machine, Visitor) else None

    @property
    def seat(self) -> Seat | None:
        """Return the seat of somebody who is in the room."""
        machine = self.machine
        if type(machine) is Sitting and machine.seat.place is Place.ROOM:
            return machine.seat
        return None

    @property
    def is_at_the_door(self) -> bool:
        """Tell whether this person waits to come in."""
        return isinstance(self.machine, Visitor) and not self.is_over

    @property
    def transcript(self) -> tuple[Passage, ...]:
        """Return what this person can read."""
        return self.seat.transcript if self.seat is not None else ()

    @property
    def is_over(self) -> bool:
        place = self.place
        return place is None or (place is not Place.ROOM and place in OVER)

    @property
    def may_crash(self) -> bool:
        """Tell whether this person's client can end and be started again."""
        return self.machine is not None and (self is not self.world.host or bool(self.kept))

    def come(self) -> None:
        """Start the client (again), if it is not running."""
        if self.machine is None or self.is_over:
            self.world.tell(f"{self.name} comes to the door.")
            self.world.sit_down(self)

    def be_quick_again(self) -> None:
        """Have a good line again, from the next connection on."""
        self.slower_by = 0.0
        if self.wire is not None:
            self.wire.up.latency = self.wire.down.latency = self.latency

    def heal(self) -> None:
        """Let nothing of one's own break any more."""
        self.crashes_at, self.cut_off_until = "", 0.0
        self.be_quick_again()
        if self.wire is not None:
            self.wire.sends_twice = self.wire.turns_around = False
            self.wire.up.stands_until = self.wire.down.stands_until = 0.0

    def sit(self, machine: Machine) -> None:
        """Start the client."""
        self._life += 1
        self.came_at = self.world.scheduler.now
        self.machine = machine
        self._relays = Relays((self.world.station.address,))
        self._connect(self._life)
        self.world.scheduler.after(
            self.world.chance.fraction("tick", self.number), self._ticking(self._life)
        )

    def crash(self) -> None:
        """Lose everything that is not in the notebook."""
        self._life += 1
        self.machine = None
        self.crashes_at = ""
        if self.wire is not None:
            wire, self.wire = self.wire, None
            wire.break_off()

    def do(self, intent: Intent) -> Refusal | None:
        """Do what the person wants, or say why not."""
        machine = self.machine
        if machine is None:
            return Refusal("There is no client.")
        outcome = machine.do(intent, self.seat_world())
        if isinstance(outcome, Refusal):
            return outcome
        self.take(outcome)
        return None

    def hear(self, wire: Wire, frame: frames.RelayFrame) -> None:
        """Take in a frame of the relay."""
        if wire is not self.wire or self.machine is None:
            return
        self.world.law.heard(self, wire, frame)
        if isinstance(frame, frames.Ack) and self.crashes_at == "after it was saved":
            self._die()
            return
        if not isinstance(frame, frames.Greeting | frames.Refuse):
            self._relays.served()
        self.take(self.machine.receive(frame, self.seat_world()))

    def lost(self, wire: Wire, code: int) -> None:
        """Notice that the connection is gone, as link.py judges it."""
        if wire is not self.wire or self.machine is None:
            return
        self.wire = None
        answer = close_answer(code)
        if not answer.try_again:
            self.take(self.machine.ended(answer.sentence, code))
            return
        self._relays.failed(code)
        self.take(self.machine.lost(answer.sentence))
        self._try_later()

    def drop(self) -> None:
        """Break the own connection."""
        if self.wire is not None:
            self.wire.break_off()

    def take(self, step: Step) -> None:
        """Become what comes next, send what it sends, and remember what it tells."""
        self.machine = step.machine
        kept = step.machine.kept
        if kept is not None and (not self.kept or self.kept[-1] is not kept):
            self.kept.append(kept)
        self.notices += step.notices
        if step.frames:
            self._send(step.frames)
        if step.goes_elsewhere:
            self.drop()
        if self.machine is not None:
            self.world.law.stepped(self)
        if not self.is_over:
            return
        self._come_again()
        if self.wire is not None:
            # The front end ends, and with it the connection.
            wire, self.wire = self.wire, None
            self.world.scheduler.after(0.5, wire.break_off)

    def _come_again(self) -> None:
        """Come to the door again some time after it was over, whatever ended it."""
        if self._life == self._ended_life:
            return
        self._ended_life = self._life
        if self.may_crash and self.world.is_worth_coming:
            seconds = 4 + 16 * self.world.chance.fraction(f"again/{self.name}", self._life)
            self.world.come_back(self, seconds)

    def _send(self, sent: tuple[frames.ClientFrame, ...]) -> None:
        appends = any(isinstance(frame, frames.Append) for frame in sent)
        if appends and self.crashes_at == "before it was sent":
            self._die()
            return
        for frame in sent:
            if self.wire is None:
                return
            self.wire.send(frame)
            if appends and self.crashes_at == "in the middle of sending":
                # The bytes are in the socket, or they are not: half of them is as good as none.
                if self.world.chance.fraction("half sent", self.number) < 0.5:
                    self.wire.up.swallows = True
                self._die()
                return
        if appends and self.crashes_at == "after it was sent":
            self._die()

    def _die(self) -> None:
        moment = self.crashes_at
        self.world.reached(f"client crash {moment}")
        self.world.tell(f"{self.name}'s client dies {moment}.")
        wire = self.wire
        if wire is not None:
            # What is in the socket still arrives.
            self.wire = None
            self.world.scheduler.after(0.3, wire.break_off)
        self.crash()
        if moment:
            self.world.come_back(self, 3.0)

    def _ticking(self, life: int) -> "Ticking":
        return Ticking(self, life)

    def tick(self) -> None:
        """Let a second pass, and do what any client's person does without thinking."""
        machine = self.machine
        if machine is None:
            return
        self.take(machine.tick(self.seat_world()))
        machine = self.machine
        if self._is_told_to_knock():
            # One way back for everything: whoever reads that leaves and knocks again.
            self.world.tell(f"{self.name} leaves, and knocks again.")
            self.crash()
            self.world.come_back(self, 3.0)
            return
        if isinstance(machine, Visitor) and machine.place is Place.LOBBY:
            self.do(Accept(self.name))
        elif isinstance(machine, Sitting) and machine.seat.is_staff:
            self._keep_the_door(machine.seat)

    def _is_told_to_knock(self) -> bool:
        seat = self.seat
        is_told = seat is not None and seat.alarm == BROKEN_CHANGE
        return is_told and self.may_crash and self.world.liar.is_honest

    def _keep_the_door(self, seat: Seat) -> None:
        for letter in seat.letters:
            # A clock that was set back meanwhile is no reason to let nobody in any more.
            if abs(self.now - letter.since) > 1:
                no = self.do(Admit(letter.handle or letter.knock))
                if no is not None and returning.is_full(seat):
                    self._make_a_place(seat)
                    break
        for who in seat.lasting.asking:
            self.do(LetKeep(who))

    def _make_a_place(self, seat: Seat) -> None:
        """Remove whoever has been away longest, as the refusal suggests; never the host."""
        people = (
            (person for person in seat.state.people if person.role != HOST) if seat.state else ()
        )
        known = [
            (author.heard, one.identity) for one in people if (author := seat.author(one.identity))
        ]
        heard, who = min(known, default=(self.now, b""))
        if self.now - heard > AWAY_SECONDS and who != seat.facts.identity and not seat.wishes:
            self.world.tell(f"{self.name} makes a place in the full room.")
            self.do(Remove(who))

    def _try_later(self) -> None:
        self._tries += 1
        jitter = self.world.chance.fraction(f"jitter/{self.name}", self._tries)
        life = self._life
        self.world.scheduler.after(self._relays.wait(jitter), lambda: self._connect(life))

    def _connect(self, life: int) -> None:
        if life != self._life or self.is_over or self.wire is not None or self.machine is None:
            return
        station = self.world.station_for(self)
        if not station.is_up or self.cut_off_until > self.world.scheduler.now:
            self._relays.failed()
            self._try_later()
            return
        scheduler, latency = self.world.scheduler, self.latency + self.slower_by
        wire = Wire(
            self.world.next_number(),
            self,
            station,
            Pipe(scheduler, latency),
            Pipe(scheduler, latency),
        )
        self.wire = wire
        wire.up.carry(lambda: station.connect(wire) if not wire.is_broken else None)
        self.take(self.machine.reached(station.address))
        wire.send(frames.Hello(frames.VERSION, frames.VERSION))


class Ticking:
    """The beat of one client, about once a second, until it ends."""

    def __init__(self, person: Person, life: int) -> None:
        self._person = person
        self._life = life

    def __call__(self) -> None:
        person = self._person
        if self._life != person._life or person.is_over or person.world.is_frozen:
            return
        person.tick()
        person.world.scheduler.after(1.0, self)
