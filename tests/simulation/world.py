"""A whole meeting in one process: people, network, relay and disk, under one scheduler.

    plan -> World -> Result

Who is who: `Scheduler` and `Chance` are time and dice; `Person` a client with its link; `Wire` and
`Pipe` the network; `Station` and `Disk` the relay; FAULTS what breaks; `Law` what must hold; `Plan`
what a seed decides; the story what happened, in plain sentences.

Phase 1: people come, do everything there is to do, and things break. Phase 2: nothing breaks any
more, and within a minute all who are there have the same meeting, or were told to knock.
"""

import tempfile
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from functools import partial
from hashlib import sha256
from pathlib import Path
from random import Random
from unittest.mock import patch

from disk import MemoryStore, SqliteStore, Store
from faults import FAULTS
from holdspace.client.seat import reading
from holdspace.client.seat.host import Opening, open_room, own_key_package
from holdspace.client.seat.intents import KeepTheRoom
from holdspace.client.seat.step import Engine
from holdspace.client.seat.visitor import come_again, visit
from holdspace.protocol import mls
from holdspace.protocol.meeting.state import apply
from holdspace.protocol.mls import KeyPackage
from law import SETTLE_SECONDS, Broken, Law
from liar import LIES, Honest
from person import Person
from plan import ARRIVAL_SECONDS, HEAL_SECONDS, Decision, Plan, names
from scheduler import Chance, Scheduler
from shortcuts import shortcuts
from small_flow import SMALL_FLOW
from station import Station
from stub_mls import KeyUsedTwice, StubEngine
from what_people_do import GUIDING, JOINING_IN, SCENES, leading

START = 1_800_000_000.0
RELAY = "ws://127.0.0.1:8787"
AGREEMENTS = ("What is shared stays here.", "Passing is fine.")
# Without any of these a plan is one in which nothing breaks by itself.
CALM = frozenset({"drop", "delay", "forged event"})


@dataclass
class Result:
    """What became of a plan."""

    seed: int
    law: str = ""
    words: str = ""
    reached: Counter[str] = field(default_factory=Counter)
    acted: Counter[str] = field(default_factory=Counter)
    entries: int = 0
    events: int = 0
    trace: str = ""
    story: list[str] = field(default_factory=list)
    steps: int = 0
    seconds: float = 0.0
    traits: tuple[str, ...] = ()


class World:
    """One meeting, from the first knock to the last word."""

    def __init__(self, plan: Plan, *, is_real: bool = False, tells: bool = False) -> None:
        self.plan = plan
        self.scheduler = Scheduler(START)
        self.chance = Chance(plan.seed)
        self.is_stub = not is_real
        self.engine: Engine = mls if is_real else StubEngine()
        self.law = Law(self)
        self.liar: Honest = LIES[plan.lie]() if plan.lie else Honest()
        self.counts: Counter[str] = Counter()
        self.acted: Counter[str] = Counter()
        self.story: list[str] = []
        self.said: list[tuple[str, str, bytes]] = []
        self.took_back: set[str] = set()
        self.welcomes_to_hold = 0
        self.is_room_broken = False
        self.tries_as_member = False
        self.is_calm = not any(one.what in CALM for one in plan.decisions)
        self.is_frozen = False
        self.heals_at = START + ARRIVAL_SECONDS + plan.seconds
        self.events = 0
        self._tells = tells
        self._stack = ExitStack()
        self._trace = sha256()
        self._numbers = 0
        self.nonce = self.chance.source("relay")
        self.station = Station(self, RELAY, self._store())
        self.people = [Person(self, name, at) for at, name in enumerate(names(plan.people))]
        self.host = self.people[0]
        self.sides: dict[int, Station] = {}

    def run(self) -> Result:
        """Play the whole plan; what breaks a law, or anything else, is in the result."""
        law, words = "", ""
        with self._stack, shortcuts(), patch.object(reading, "apply", self.law.judged(apply)):
            try:
                self._play()
            except Broken as broken:
                law, words = broken.law, str(broken)
            except KeyUsedTwice as broken:
                law, words = "I5", str(broken)
            except Exception as error:  # whatever it is, the plan goes into the story
                law, words = "total", f"{type(error).__name__}: {error}"
                if self._tells:
                    raise
        self.station.store.close()
        return Result(
            self.plan.seed, law, words, self.counts, self.acted, self.law.entries,
            self.events, self._trace.hexdigest(), self.story, self.scheduler.steps,
            self.scheduler.now - START, self.plan.traits,
        )  # fmt: skip

    def _play(self) -> None:
        self._arrive()
        self.scheduler.at(START + self.plan.seconds / 2, lambda: self.liar.begin(self))
        for decision in self.plan.decisions:
            self.scheduler.at(START + decision.at, partial(self._decide, decision))
        self.scheduler.run_until(self.heals_at)
        self._heal()
        self.scheduler.run_until(self.heals_at + HEAL_SECONDS - SETTLE_SECONDS)
        self.is_frozen = True
        self.scheduler.run_until(self.heals_at + HEAL_SECONDS)
        if not self.liar.is_honest:
            self.law.noticed()
            return
        self.law.kept(self.station)
        self.law.converged()
        self.law.said()

    def _arrive(self) -> None:
        host = self.host
        opening = Opening(
            "Tuesday circle",
            host.name,
            AGREEMENTS,
            flow_toml=SMALL_FLOW,
            is_covered=self.plan.is_covered,
        )
        host.sit(open_room((RELAY,), opening, host.seat_world()))
        if self.plan.is_kept:
            self.scheduler.after(1.0, lambda: host.do(KeepTheRoom()))
        for person in self.people[1:]:
            self.scheduler.after(
                1.5 + 8 * self.chance.fraction("comes", person.number), person.come
            )

    def _decide(self, decision: Decision) -> None:
        chance = Random(decision.salt)
        if decision.what in FAULTS:
            FAULTS[decision.what][1](self.people[decision.who % len(self.people)], chance)
            return
        if decision.what in SCENES:
            self.tell(f"Time for {decision.what}.")
            for one in self._scene(decision, chance):
                self.scheduler.at(START + one.at, partial(self._act, one))
            return
        self._act(decision)

    def _scene(self, decision: Decision, chance: Random) -> Iterator[Decision]:
        """Yield what everybody does in a scene that begins with a decision."""
        for seconds, who, what in SCENES[decision.what]:
            for number in range(len(self.people)) if who == "all" else (decision.who,):
                at = decision.at + seconds + chance.random()
                if START + at < self.heals_at:
                    yield Decision(at, what, number, chance.randrange(2**32))

    def _act(self, decision: Decision) -> None:
        chance, present = Random(decision.salt), self.present
        if not present:
            return
        person = present[decision.who % len(present)]
        if decision.what in GUIDING and chance.random() < 0.8:
            person = leading(present, chance) or person
        seat = person.seat
        act = GUIDING.get(decision.what) or JOINING_IN[decision.what]
        sentence = act(person, seat, chance) if seat is not None else ""
        if sentence:
            self.events += 1
            self.tell(sentence)

    def _heal(self) -> None:
        self.tell("From here on nothing breaks any more.")
        self.station.disk.is_full = False
        self.station.disk.dies_at = None
        self.welcomes_to_hold = 0
        for person in self.people:
            person.heal()

    def _store(self) -> Store:
        if not self.plan.on_sqlite:
            return MemoryStore()
        shared_memory = Path("/dev/shm")  # a disk that is as fast as virtual time
        place = shared_memory if shared_memory.is_dir() else None
        folder = self._stack.enter_context(tempfile.TemporaryDirectory(dir=place))
        return SqliteStore(Path(folder))

    # what everybody asks

    @property
    def present(self) -> list[Person]:
        """Return who is in the room and has been shown where it stands."""
        return [one for one in self.people if one.seat is not None and one.seat.state is not None]

    @property
    def identity_of_host(self) -> bytes:
        return self.host.seat.facts.identity if self.host.seat else b""

    @property
    def is_worth_coming(self) -> bool:
        """Tell whether who is out has time to be in again before all must have the same meeting."""
        return self.liar.is_honest and self.scheduler.now < self.heals_at + 10

    def station_for(self, person: Person) -> Station:
        """Return the relay that this person reaches."""
        return self.sides.get(person.number, self.station)

    def other_station(self) -> Station:
        """Return another relay with the same past, as only a liar has one."""
        return Station(self, RELAY, self.station.store.copy())

    def roll_back(self, records: int) -> None:
        """Let the relay start again without the newest records."""
        older = self.station.store.copy(records)
        self.station.die()
        self.station.disk.store = older
        self.scheduler.after(1.0, self.station.start)

    def spare_package(self) -> KeyPackage:
        """Return the keys of somebody who is nobody here."""
        return own_key_package("Stranger", bytes(32), self.host.seat_world()).key_package

    def sit_down(self, person: Person) -> None:
        """Start somebody's client."""
        sit_down(person)

    def come_back(self, person: Person, seconds: float) -> None:
        """Let somebody whose client ended start it again."""
        self.scheduler.after(seconds, person.come)

    def next_number(self) -> int:
        """Return the number of a connection."""
        self._numbers += 1
        return self._numbers

    def reached(self, kind: str) -> None:
        """Count something that broke."""
        self.counts[kind] += 1

    def tell(self, sentence: str) -> None:
        """Put a sentence into the story."""
        if self._tells:
            self.story.append(f"{self.scheduler.now - START:7.2f} s  {sentence}")

    def saw(self, way: bytes, number: int, data: bytes) -> None:
        """Put what went by into the trace, byte for byte."""
        self._trace.update(b"%s %d %.6f " % (way, number, self.scheduler.now))
        self._trace.update(data)


def sit_down(person: Person) -> None:
    """Start somebody's client: by the room they keep, or by the host's invitation."""
    world, host = person.world, person.world.host
    if person is host:
        kept = person.kept[-1]
        opening = Opening(kept.room_name, kept.my_name, AGREEMENTS, kept=kept)
        person.sit(open_room((RELAY,), opening, person.seat_world()))
    elif person.kept:
        person.sit(come_again(person.kept[-1]))
    else:
        seat = host.seat
        code = seat.host.invitation if seat is not None and seat.host is not None else ""
        if code:
            person.sit(visit(code, person.seat_world()))
        else:
            world.come_back(person, 3.0)
