"""A meeting as the relay sees it: who of the connections sent a frame of which size and kind, and when.

Real seats and the relay's real core, with people who raise hands, take their time, write, nod and
pass; clocks that beat a little off, lines with delays of their own, latecomers and lost lines.
Nothing in the record says what was sent. Who had the floor when is kept beside it, to judge guesses.
"""

import heapq
import random
from bisect import bisect_right
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from itertools import count

from typing_extensions import override

from holdspace.client.clock import beat_seconds
from holdspace.client.seat import intents as i
from holdspace.client.seat.intents_apart import AskAside, SayAside, SayNotOk
from holdspace.client.seat.view import Place
from holdspace.protocol import frames
from holdspace.protocol.meeting.kinds import TurnMode
from quick_sealing import quick_sealing
from seat_table import Guest, Table
from shortcuts import shortcuts
from small_flow import SMALL_FLOW

NAMES = ("Ana", "Ben", "Chi", "Dov", "Eva", "Fay", "Gus", "Hal", "Ida", "Jon", "Kim", "Lea")
MODES: tuple[TurnMode, ...] = ("hands", "round", "gather")
LIVE_SECONDS = 120.0
# A program that draws what is typed is late now and then: seconds, on average, while somebody writes.
BUSY_SECONDS = 0.012


@dataclass(frozen=True)
class Overheard:
    """One frame on its way to the relay; `who` is a line, which the relay knows by its address."""

    at: float
    who: int
    size: int
    kind: str


@dataclass
class Record:
    """What the relay saw of a meeting. The host's line is known to it, for it alone opened the room.

    `changes`: when each line of the others came up and went down, in turns, whoever came first first.
    """

    begun: float
    changes: dict[int, list[float]] = field(default_factory=dict)
    frames: list[Overheard] = field(default_factory=list)
    floors: list[tuple[float, int]] = field(default_factory=list)

    @property
    def ended(self) -> float:
        return self.begun + LIVE_SECONDS

    def floor_at(self, moment: float) -> int:
        """Return whose line had the floor then; -1 for nobody's."""
        at = bisect_right(self.floors, (moment, len(NAMES)))
        return self.floors[at - 1][1] if at else -1


@dataclass
class Person:
    """Somebody at the table with habits of their own."""

    guest: Guest
    number: int
    delay: float
    writes_until: float = 0.0
    sent_until: float = 0.0
    shares_seen: int = 0
    floor_used: int = 0


class Hall(Table):
    """A table with time between the seconds: everybody has a clock and a line of their own."""

    def __init__(self, seed: int, *, is_covered: bool, busy: float = BUSY_SECONDS) -> None:
        super().__init__(seed)
        self.busy = busy
        self.people: dict[str, Person] = {}
        self._agenda: list[tuple[float, int, Callable[[], None]]] = []
        self._order = count()
        self.record = Record(0.0)
        self.founder = self.host(NAMES[0], SMALL_FLOW, is_covered=is_covered)
        self._seat(self.founder)

    def come(self) -> None:
        """Let the next one in, as soon as the host is there to open."""
        if not self.founder.connection:
            self.after(5, self.come)
            return
        guest = self.join(NAMES[len(self.people)], self.founder)
        self._seat(guest)
        self.record.changes[self.people[guest.name].number] = [self.now]

    def write_first(self) -> None:
        """Let everybody write by themselves; then their words are read one after another."""
        for person in list(self.people.values())[1:]:
            ready = i.KeepReady("word " * self.random.randint(8, 120))
            self.after(self.random.uniform(3, 30), partial(self._does, person, ready))
        self.after(30, partial(_try, self, self.people[NAMES[0]], i.ReleaseTheWords("round")))

    def after(self, seconds: float, act: Callable[[], None]) -> None:
        """Do something later."""
        heapq.heappush(self._agenda, (self.now + seconds, next(self._order), act))

    def pass_time(self, until: float) -> None:
        """Let everything happen that is to happen before then."""
        while self._agenda and self._agenda[0][0] <= until:
            at, _, act = heapq.heappop(self._agenda)
            self.now = max(self.now, at)
            act()
        self.now = until

    def _seat(self, guest: Guest) -> None:
        person = Person(guest, len(self.people), self.random.uniform(0.005, 0.15))
        self.people[guest.name] = person
        self.after(self.random.random(), lambda: self._beat(person))

    def _beat(self, person: Person) -> None:
        self._arrive(self.relay.tick(self.now))
        self._take(person.guest, person.guest.machine.tick(self.world()))
        if person.guest.seat.seat.place is not Place.ROOM:
            return
        self._live(person)
        late = self.random.expovariate(1 / self.busy) if self.now < person.writes_until else 0.0
        self.after(beat_seconds(self.random.random()) + late, lambda: self._beat(person))

    @override
    def connect(self, guest: Guest) -> None:
        self._note_line(guest)
        super().connect(guest)

    @override
    def disconnect(self, guest: Guest) -> None:
        self._note_line(guest)
        super().disconnect(guest)

    def _note_line(self, guest: Guest) -> None:
        person = self.people.get(guest.name)
        if person is not None and person.number:
            self.record.changes[person.number].append(self.now)

    @override
    def _send(self, guest: Guest, frame: frames.ClientFrame) -> None:
        person = self.people.get(guest.name)
        if person is not None and guest.connection:
            # Each line has its own delay, which changes a little; what was sent first arrives first.
            way = person.delay + self.random.expovariate(100.0)
            person.sent_until = max(person.sent_until, self.now + way)
            kind, size = type(frame).__name__, len(frames.encode(frame))
            self.record.frames.append(Overheard(person.sent_until, person.number, size, kind))
        super()._send(guest, frame)
        self._note_floor()

    def _note_floor(self) -> None:
        state = self.founder.seat.seat.state if self.people else None
        holder = -1
        if state is not None and state.floor is not None:
            name = next(p.name for p in state.people if p.identity == state.floor.identity)
            holder = self.people[name].number if name in self.people else -1
        if not self.record.floors or self.record.floors[-1][1] != holder:
            self.record.floors.append((self.now, holder))

    def _live(self, person: Person) -> None:
        """Let somebody do what they feel like at this second."""
        state, chance = person.guest.seat.seat.state, self.random.random
        me = person.guest.seat.seat.facts.identity
        if state is None or state.stage < 0:
            return
        if person.number == 0:
            self._lead(person)
        if state.has_floor(me):
            self._take_the_floor(person)
        elif (
            person.number and state.mode == "hands" and not state.place_of(me) and chance() < 1 / 40
        ):
            self._does(person, i.Raise())
        elif chance() < 1 / 500:
            self._does(person, SayNotOk("It is a lot today."))
        elif person.number and chance() < 1 / 500:
            self._does(person, AskAside(self.founder.seat.seat.facts.identity))
        if chance() < 1 / 30:
            self._talk_apart(person)
        shares = person.guest.seat.seat.passages
        if shares != person.shares_seen and chance() < 1 / 15:
            person.shares_seen = shares
            self._does(person, i.NodTo())

    def _talk_apart(self, person: Person) -> None:
        view = person.guest.view
        if view.asking:
            self._does(person, i.AnswerTheInvite(is_yes=True))
        if view.asides:
            words = "word " * self.random.randint(3, 60)
            self._does(person, SayAside(view.asides[0].handle, words))

    def _lead(self, person: Person) -> None:
        state = person.guest.seat.seat.state
        if state is not None and state.mode == "round" and state.round is None and not state.floor:
            self._does(person, i.ChangeMode("hands"))
        if self.random.random() < 1 / 120:
            self._does(person, i.MoreTime())

    def _take_the_floor(self, person: Person) -> None:
        state = person.guest.seat.seat.state
        floor = state.floor.number if state and state.floor else 0
        if floor == person.floor_used:
            return
        person.floor_used = floor
        if self.random.random() < 0.1:
            self._does(person, i.PassTurn())
            return
        words = "word " * self.random.randint(8, 300)
        seconds = 3 + min(45.0, len(words) / self.random.uniform(6, 14))
        person.writes_until = self.now + seconds

        def say() -> None:
            person.writes_until = 0.0
            self.do(person.guest, i.Say(words))

        self.after(seconds, say)

    def _does(self, person: Person, intent: i.Intent) -> None:
        self.after(self.random.random() * 3, lambda: _try(self, person, intent))


def _try(hall: Hall, person: Person, intent: i.Intent) -> None:
    hall.do(person.guest, intent)


def overhear(seed: int, *, is_covered: bool, busy: float = BUSY_SECONDS) -> Record:
    """Return what the relay sees of the meeting with this seed; programs are so `busy` while people write."""
    # Chance comes from the seed alone, so that a table can be made again.
    with shortcuts(), quick_sealing():
        people, is_late = who_comes(seed)
        hall = gather(people - is_late, seed, is_covered=is_covered, busy=busy)
        return hold(hall, is_late=is_late)


def who_comes(seed: int) -> tuple[int, bool]:
    """Return how many people the meeting with this seed has, and whether the last one comes late."""
    chance = random.Random(seed)
    return chance.randint(4, 8), chance.random() < 0.3


def gather(people: int, seed: int, *, is_covered: bool, busy: float = BUSY_SECONDS) -> Hall:
    """Return a hall in which so many people have come together."""
    hall = Hall(seed, is_covered=is_covered, busy=busy)
    for _ in range(people - 1):
        hall.come()
    return hall


def hold(hall: Hall, *, is_late: bool) -> Record:
    """Hold a meeting of whoever is there; return what the relay saw of it."""
    chance = hall.random
    hall.pass_time(hall.now + 3)
    hall.do(hall.founder, i.NextStage())
    [mode] = chance.choices(MODES, (5, 3, 2))
    hall.do(hall.founder, i.ChangeMode(mode))
    if mode == "gather":
        hall.write_first()
    hall.pass_time(hall.now + 10)
    hall.record.begun = hall.now
    if is_late:
        hall.after(chance.uniform(10, 100), hall.come)
    if chance.random() < 0.3:
        _lose_a_line(hall, chance.uniform(10, 100), chance.uniform(3, 30))
    hall.pass_time(hall.now + LIVE_SECONDS)
    hall.record.frames.sort(key=lambda one: one.at)
    return hall.record


def _lose_a_line(hall: Hall, after: float, seconds: float) -> None:
    person = hall.random.choice(list(hall.people.values()))

    def lose() -> None:
        hall.disconnect(person.guest)
        hall.after(seconds, lambda: hall.connect(person.guest))

    hall.after(after, lose)
