"""A relay core on the table: its log, its clock and everybody who is connected, without a socket.

`Table` carries out the core's effects at once, in order. `hold` keeps the log's answers back, to
look at what happens while something is not saved yet.
"""

from collections import deque
from dataclasses import dataclass, field

from at_once import at_once
from holdspace.protocol.frames import (
    ClientFrame,
    Entry,
    Hello,
    Refuse,
    RelayFrame,
    decode_relay_frame,
)
from holdspace.protocol.frames import encode as encode_frame
from holdspace.protocol.refusals import Close, Refusal
from holdspace.server.effects import Effect, HangUp, Read, Send, Store, TellWhenTaken
from holdspace.server.limits import Limits
from holdspace.server.log import NotSaved, Outcome, Saved
from holdspace.server.log.memory import MemoryLog
from holdspace.server.log.records import LogEntry, Record
from holdspace.server.relay import Relay
from relay_papers import Circle, Papers, seeded

ORIGIN = "wss://relay.example"
START = 1_800_000_000.0


@dataclass
class Caller:
    """One connection, with all it was ever sent."""

    table: "Table"
    number: int
    nonce: bytes
    got: list[RelayFrame] = field(default_factory=list)
    closed: Close | None = None
    seen: int = 0

    @property
    def papers(self) -> Papers:
        return Papers(ORIGIN, self.nonce, self.table.next_ref)

    def send(self, frame: ClientFrame) -> list[RelayFrame]:
        """Send a frame and return what came, to here, since the last look."""
        self.table.perform(self.table.relay.receive(self.number, frame, self.table.now))
        return self.news()

    def news(self) -> list[RelayFrame]:
        """Return what came since the last look."""
        news, self.seen = self.got[self.seen :], len(self.got)
        return news

    def hang_up(self) -> None:
        self.table.perform(self.table.relay.disconnected(self.number, self.table.now))

    def attach(self, circle: Circle, epoch: int = 0, after: int = 0) -> list[RelayFrame]:
        return self.send(self.papers.attach(circle, epoch, after))


class Table:
    """Play a relay and everybody around it."""

    def __init__(self, limits: Limits | None = None) -> None:
        self.limits = limits or Limits()
        self.now = START
        self.is_holding = False
        self.are_reads_slow = False
        self.disk_is_full = False
        self.log = MemoryLog(self._fails)
        self.callers: dict[int, Caller] = {}
        self._outcomes: deque[Outcome] = deque()
        self._effects: deque[Effect] = deque()
        self._reads: deque[Read | TellWhenTaken] = deque()
        self._refs = 0
        self.start_relay()

    @property
    def minute(self) -> int:
        return int(self.now // 60)

    def next_ref(self) -> int:
        self._refs += 1
        return self._refs

    def start_relay(self) -> None:
        """Start (again) from what the log kept; connections are gone."""
        self._outcomes.clear()
        self._effects.clear()
        self._reads.clear()
        self.callers.clear()
        self.relay = Relay(self.limits, [ORIGIN], self.log.load())
        at_once(self.log.start(self._outcomes.append))

    def call(self, *, says_hello: bool = True, visitor: int | None = None) -> Caller:
        """Connect somebody."""
        number = self.next_ref()
        caller = Caller(self, number, seeded("nonce", number))
        self.callers[number] = caller
        self.perform(self.relay.connected(number, caller.nonce, self.now, visitor=visitor))
        if says_hello:
            caller.send(Hello(1, 1))
        return caller

    def perform(self, effects: list[Effect]) -> None:
        """Carry out effects, and whatever follows from them."""
        self._effects.extend(effects)
        while self._effects or (self._outcomes and not self.is_holding):
            if self._effects:
                self._carry_out(self._effects.popleft())
            else:
                self._answer(self._outcomes.popleft())

    def hold(self) -> None:
        """Let the log take its time."""
        self.is_holding = True

    def let_go(self) -> None:
        """Let the log answer."""
        self.is_holding = False
        self.perform([])

    def read_once(self) -> bool:
        """Carry out one read that was held back, if there is one."""
        if not self._reads:
            return False
        are_slow, self.are_reads_slow = self.are_reads_slow, False
        self._carry_out(self._reads.popleft())
        self.are_reads_slow = are_slow
        self.perform([])
        return True

    def read(
        self, meeting: bytes, after: int, up_to: int, *, max_weight: int = 10**9
    ) -> list[LogEntry]:
        """Return what the log keeps of a meeting."""
        return [*at_once(self.log.read(meeting, after, up_to, max_weight=max_weight))]

    def wait(self, seconds: float) -> None:
        """Let time pass."""
        self.now += seconds
        self.perform(self.relay.tick(self.now))

    def _carry_out(self, effect: Effect) -> None:
        match effect:
            case Send(to, frames):
                # What cannot be sent as bytes must not be sent at all.
                assert [decode_relay_frame(encode_frame(frame)) for frame in frames] == [*frames]
                for number in to:
                    assert self.callers[number].closed is None
                    self.callers[number].got += frames
            case HangUp(number, code):
                self.callers[number].closed = code
            case Store(ticket, record):
                self.log.submit(ticket, record)
            case Read() | TellWhenTaken() if self.are_reads_slow:
                self._reads.append(effect)
            case TellWhenTaken(number):
                self._effects.extend(self.relay.taken(number))
            case Read(number, read, meeting, after, up_to):
                entries = self.read(meeting, after, up_to, max_weight=4096)
                self._effects.extend(self.relay.loaded(number, read, entries, self.now))

    def _answer(self, outcome: Outcome) -> None:
        match outcome:
            case Saved(tickets):
                self._effects.extend(self.relay.saved(tickets, self.now))
            case NotSaved():
                self._effects.extend(self.relay.not_saved(self.now))
                self.log.resume()

    def _fails(self, _record: Record) -> bool:
        return self.disk_is_full


def refused(frames: list[RelayFrame]) -> list[Refusal]:
    """Return the refusals among frames."""
    return [Refusal(frame.code) for frame in frames if isinstance(frame, Refuse)]


def of_type(kind: type, frames: list[RelayFrame]) -> list[RelayFrame]:
    """Return the frames of one type."""
    return [frame for frame in frames if isinstance(frame, kind)]


def entries(frames: list[RelayFrame]) -> list[tuple[int, int, bytes]]:
    """Return what was read of a log: place, epoch and payload."""
    return [(one.seq, one.epoch, one.payload) for one in frames if isinstance(one, Entry)]


def walk(caller: Caller, circle: Circle, epoch: int) -> list[RelayFrame]:
    """Let somebody prove an epoch, and return what they are handed."""
    return caller.send(caller.papers.prove(circle, epoch))


def running(table: Table, circle: Circle) -> Caller:
    """Return the connection of a host whose meeting runs."""
    host = table.call()
    for frame in (host.papers.open(circle), host.papers.begin(circle)):
        host.send(frame)
    host.attach(circle)
    host.news()
    return host
