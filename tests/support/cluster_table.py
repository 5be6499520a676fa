"""Relay cores that share one log, on the table: the order, and how far each of them heard it.

Nothing travels by itself: a test stores what a relay asked for, hands out what is stored, loses
answers and lets late copies come. So every moment in between can be looked at.
"""

from collections import deque
from dataclasses import dataclass, field

from holdspace.protocol.frames import Hello, decode_relay_frame
from holdspace.protocol.frames import encode as encode_frame
from holdspace.server.effects import (
    CatchUp,
    Effect,
    HangUp,
    Propose,
    Read,
    Send,
    Settled,
    Share,
    Store,
    TellWhenTaken,
)
from holdspace.server.limits import Limits
from holdspace.server.log import GivenUp, Noted, Outcome, Placed
from holdspace.server.log import records as r
from holdspace.server.relay import Relay
from relay_papers import seeded
from relay_table import ORIGIN, START, Caller


@dataclass
class Stored:
    """One record in the order, and who hears that it was theirs."""

    record: r.Record
    asked_by: "Side | None"
    ticket: int


@dataclass
class Cluster:
    """The order that all relays of a cluster follow."""

    limits: Limits
    now: float = START
    order: list[Stored] = field(default_factory=list)
    sides: list["Side"] = field(default_factory=list)
    refs: int = 0

    def join(self) -> "Side":
        """Start one more relay, which hears everything from the beginning."""
        side = Side(self)
        self.sides.append(side)
        side.start()
        return side

    def next_ref(self) -> int:
        self.refs += 1
        return self.refs

    def settle(self) -> None:
        """Store all that was asked for, and let everybody hear it."""
        while any(side.is_behind for side in self.sides):
            for side in self.sides:
                side.store()
                side.hear()


class Side:
    """One relay of a cluster, as a table for those who call it."""

    def __init__(self, cluster: Cluster) -> None:
        self.cluster = cluster
        self.callers: dict[int, Caller] = {}

    @property
    def now(self) -> float:
        return self.cluster.now

    @property
    def is_behind(self) -> bool:
        return bool(self.waiting or self.catching_up or self.heard < len(self.cluster.order))

    def next_ref(self) -> int:
        return self.cluster.next_ref()

    def start(self) -> None:
        """Start (again): all is heard anew, nobody is connected, what was asked for is lost."""
        self.relay = Relay(self.cluster.limits, [ORIGIN], is_alone=False)
        self.waiting: deque[tuple[int, r.Record]] = deque()
        self.catching_up: list[int] = []
        self.heard = 0
        self.entries: dict[bytes, list[r.LogEntry]] = {}
        self.callers.clear()
        for stored in self.cluster.order:
            if stored.asked_by is self:
                stored.asked_by = None
        self.hear()

    def call(self) -> Caller:
        """Connect somebody."""
        number = self.next_ref()
        caller = Caller(self, number, seeded("nonce", number))  # type: ignore[arg-type]
        self.callers[number] = caller
        self.perform(self.relay.connected(number, caller.nonce, self.now))
        caller.send(Hello(1, 1))
        return caller

    def store(self, number: int = 1000) -> None:
        """Let the next records that were asked for have their place."""
        while self.waiting and number:
            ticket, record = self.waiting.popleft()
            self.cluster.order.append(Stored(record, self, ticket))
            number -= 1

    def give_up(self, *, comes_late: bool) -> None:
        """Hear nothing of the next record; perhaps it gets its place all the same."""
        if self.waiting:
            ticket, record = self.waiting.popleft()
            if comes_late:
                self.cluster.order.append(Stored(record, None, ticket))
            self.report(GivenUp((ticket,)))

    def hear(self, number: int = 100_000) -> None:
        """Hear what was stored; whoever waits for all of it is answered then."""
        for stored in self.cluster.order[self.heard : self.heard + number]:
            ticket = stored.ticket if stored.asked_by is self else None
            place, self.heard = self.heard, self.heard + 1
            self.report(Placed(((ticket, stored.record, place),)))
        if self.heard == len(self.cluster.order):
            waiting, self.catching_up = self.catching_up, []
            for connection in waiting:
                self.perform(self.relay.caught_up(connection, self.now, is_current=True))

    def report(self, outcome: Outcome) -> None:
        self.perform(self.relay.heard(outcome, self.now))

    def perform(self, effects: list[Effect]) -> None:
        """Carry out effects, and whatever follows from them."""
        todo = deque(effects)
        while todo:
            todo.extend(self._carry_out(todo.popleft()))

    def _carry_out(self, effect: Effect) -> list[Effect]:  # noqa: C901  # one case each
        match effect:
            case Send(to, frames):
                assert [decode_relay_frame(encode_frame(frame)) for frame in frames] == [*frames]
                for number in to:
                    assert self.callers[number].closed is None
                    self.callers[number].got += frames
            case HangUp(number, code):
                self.callers[number].closed = code
            case Propose(ticket, record):
                self.waiting.append((ticket, record))
            case Settled(record, _place, is_void):
                self._keep(record, is_void=is_void)
            case CatchUp(connection):
                self.catching_up.append(connection)
            case Share(note):
                for side in self.cluster.sides:
                    if side is not self:
                        side.report(Noted(note))
            case Read(number, read, meeting, after, up_to):
                entries = self.entries.get(meeting, [])[after:up_to]
                return self.relay.loaded(number, read, entries, self.now)
            case TellWhenTaken(number):
                return self.relay.taken(number)
            case Store():
                raise AssertionError("A relay of a cluster is not alone.")
        return []

    def _keep(self, record: r.Record, *, is_void: bool) -> None:
        if is_void:
            return
        match record:
            case r.EntryAppended():
                self._add(record, is_commit=False)
            case r.EpochChanged():
                self._add(record.commit, is_commit=True)
            case r.MeetingBegun():
                self.entries[record.meeting] = []

    def _add(self, entry: r.EntryAppended, *, is_commit: bool) -> None:
        entries = self.entries[entry.meeting]
        assert entry.seq == len(entries) + 1
        entries.append(r.LogEntry(entry.seq, entry.epoch, is_commit, entry.payload))
