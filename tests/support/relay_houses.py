"""A relay to tell stories at, with any log: its core in this process, or a process with sockets.

Both are visited in the same way, so that one story is told to all of them.
"""

import asyncio
import itertools
import secrets
import time
from collections.abc import AsyncIterator, Iterable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from holdspace.protocol.frames import (
    ClientFrame,
    Greeting,
    Hello,
    RelayFrame,
    decode_client_frame,
    decode_relay_frame,
    encode,
)
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
from holdspace.server.limits import MIB, Limits
from holdspace.server.log import GivenUp, Log, NotSaved, Outcome, Saved
from holdspace.server.log.jetstream.log import JetStreamLog
from holdspace.server.log.memory import MemoryLog
from holdspace.server.log.sqlite import SqliteLog
from holdspace.server.relay import Relay
from nats_cluster import RELAY, SYSTEM, NatsCluster
from relay_papers import Circle, Papers, seeded
from relay_process import RelayProcess, visiting

PATIENCE = 30.0
ORIGIN = "wss://relay.example"
# Stories ask more of one connection than a person may, and fill a meeting in a moment.
LIMITS = Limits(
    meeting_bytes=MIB,
    frames_per_second=1e6,
    frames_burst=1e6,
    bytes_per_second=1e9,
    bytes_burst=1e9,
    unread_bytes=64 * MIB,
)
_NAMED = ("frames_per_second", "frames_burst", "bytes_per_second", "bytes_burst", "unread_bytes")


class Person(Protocol):
    """Somebody who visits a relay."""

    papers: Papers
    got: list[RelayFrame]

    async def send(self, frame: ClientFrame) -> None: ...
    async def hear(self) -> RelayFrame: ...
    async def ask(self, frame: ClientFrame) -> RelayFrame: ...
    async def closed(self) -> int: ...
    async def open(self, circle: Circle) -> None: ...


class House(Protocol):
    """A relay with a log."""

    @property
    def remembers(self) -> bool:
        """Tell whether what is acknowledged survives the relay."""

    def visit(self) -> AbstractAsyncContextManager[Person]:
        """Connect and say hello."""

    async def restart(self) -> None:
        """End the relay without a warning and start it again."""


def variables(cluster: NatsCluster, name: str) -> dict[str, str]:
    """Return the settings of a relay process that keeps its log in a cluster."""
    return {
        "log_kind": "jetstream",
        "log_servers": ",".join(cluster.servers),
        "log_name": name,
        "log_credentials": RELAY,
        "log_system_credentials": SYSTEM,
    }


def unleashed(limits: Limits = LIMITS) -> dict[str, str]:
    """Return the settings of a relay process that does not slow stories down."""
    values = {f"limits_{name}": f"{getattr(limits, name):.0f}" for name in _NAMED}
    # All who visit come from one address.
    return values | {
        "limits_meeting_bytes": str(limits.meeting_bytes),
        "proxies_exempt": "127.0.0.0/8",
    }


class ProcessHouse:
    """A relay process."""

    def __init__(self, kind: str, folder: Path, cluster: NatsCluster | None) -> None:
        self.remembers = kind != "memory"
        self._options: list[str | Path] = ["--port", "0", "--data", folder / "relay"]
        self._settings = unleashed()
        if kind == "memory":
            self._options = ["--port", "0", "--memory"]
        if cluster is not None:
            self._settings |= variables(cluster, f"house-{secrets.token_hex(4)}")
        self._process = self._start()

    def visit(self) -> AbstractAsyncContextManager[Person]:
        return visiting(self._process.url)

    async def restart(self) -> None:
        await asyncio.to_thread(self._process.kill)
        self._process = await asyncio.to_thread(self._start)

    def end(self) -> None:
        self._process.kill()

    def _start(self) -> RelayProcess:
        process = RelayProcess(*self._options, **self._settings)
        assert process.url, process.end()
        return process


@dataclass
class Neighbour:
    """Somebody who visits a core in this process: frames travel as bytes, without a socket."""

    house: "CoreHouse"
    number: int
    papers: Papers
    got: list[RelayFrame] = field(default_factory=list)
    coming: "asyncio.Queue[bytes | int]" = field(default_factory=asyncio.Queue)

    async def send(self, frame: ClientFrame) -> None:
        self.house.take(self.number, decode_client_frame(encode(frame)))
        await asyncio.sleep(0)

    async def hear(self) -> RelayFrame:
        async with asyncio.timeout(PATIENCE):
            data = await self.coming.get()
        assert isinstance(data, bytes), data
        frame = decode_relay_frame(data)
        assert frame is not None
        self.got.append(frame)
        return frame

    async def ask(self, frame: ClientFrame) -> RelayFrame:
        await self.send(frame)
        return await self.hear()

    async def closed(self) -> int:
        async with asyncio.timeout(PATIENCE):
            while not isinstance(code := await self.coming.get(), int):
                pass
        return code

    async def open(self, circle: Circle) -> None:
        for frame in (self.papers.open(circle), self.papers.begin(circle)):
            await self.ask(frame)
        await self.ask(self.papers.attach(circle))


class CoreHouse:
    """A relay core with its log, in this process: what the gate does, without sockets."""

    remembers = True

    def __init__(self, log: Log) -> None:
        self._log = log
        self._numbers = itertools.count(1)
        self._people: dict[int, Neighbour] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    async def start(self) -> None:
        loop = asyncio.get_running_loop()
        self._relay = Relay(LIMITS, [ORIGIN], self._log.load(), is_alone=self._log.is_alone)
        await self._log.start(lambda outcome: _call_soon(loop, self._logged, outcome))
        await asyncio.sleep(0)

    async def end(self) -> None:
        if self._tasks:
            await asyncio.wait(self._tasks)
        await self._log.close()

    async def restart(self) -> None:
        await self.end()
        self._people.clear()
        match self._log:
            case SqliteLog():
                self._log = SqliteLog(self._log._folder)
            case JetStreamLog():
                self._log = JetStreamLog(self._log._settings)
        await self.start()

    @asynccontextmanager
    async def visit(self) -> AsyncIterator[Person]:
        number = next(self._numbers)
        nonce = seeded("nonce", number)
        person = self._people[number] = Neighbour(self, number, Papers(ORIGIN, nonce))
        self._perform(self._relay.connected(number, nonce, time.time()))
        greeting = await person.ask(Hello(1, 1))
        assert isinstance(greeting, Greeting)
        yield person
        if self._people.pop(number, None) is not None:
            self._perform(self._relay.disconnected(number, time.time()))

    def take(self, number: int, frame: ClientFrame) -> None:
        self._perform(self._relay.receive(number, frame, time.time()))

    def _perform(self, effects: Iterable[Effect]) -> None:
        for effect in effects:
            match effect:
                case Send(to, frames):
                    for number in to:
                        for frame in frames:
                            self._people[number].coming.put_nowait(encode(frame))
                case HangUp(number, code):
                    self._people[number].coming.put_nowait(int(code))
                case Store(ticket, record) | Propose(ticket, record):
                    self._log.submit(ticket, record)
                case Settled(record, place, is_void):
                    self._log.settle(record, place, is_void=is_void)
                case Share(note):
                    self._log.share(note)
                case Read() | CatchUp() | TellWhenTaken():
                    task = asyncio.create_task(self._wait_for(effect))
                    self._tasks.add(task)
                    task.add_done_callback(self._tasks.discard)

    async def _wait_for(self, effect: Read | CatchUp | TellWhenTaken) -> None:
        number = effect.connection
        if isinstance(effect, TellWhenTaken):
            self._perform(self._relay.taken(number))
            return
        if isinstance(effect, CatchUp):
            is_current = await self._log.catch_up()
            self._perform(self._relay.caught_up(number, time.time(), is_current=is_current))
            return
        span = (effect.after, effect.up_to)
        entries = await self._log.read(effect.meeting, *span, max_weight=4096)
        self._perform(self._relay.loaded(number, effect.number, entries, time.time()))

    def _logged(self, outcome: Outcome) -> None:
        match outcome:
            case Saved(tickets):
                self._perform(self._relay.saved(tickets, time.time()))
            case NotSaved():
                self._perform(self._relay.not_saved(time.time()))
                self._log.resume()
            case _:
                self._perform(self._relay.heard(outcome, time.time()))
                if isinstance(outcome, GivenUp):
                    self._log.resume()


def log_of(kind: str, folder: Path, cluster: NatsCluster | None) -> Log:
    """Return a new log of a kind."""
    if cluster is not None:
        return JetStreamLog(cluster.settings(f"core-{secrets.token_hex(4)}"))
    return SqliteLog(folder) if kind == "sqlite" else MemoryLog()


def _call_soon(loop: asyncio.AbstractEventLoop, function: object, outcome: Outcome) -> None:
    assert callable(function)
    if not loop.is_closed():
        loop.call_soon_threadsafe(function, outcome)
