"""How fast a relay acknowledges, next to the fastest this machine's disk could be asked to sync.

The relay is a process of its own with its SQLite log; people are real connections that wait for
their acks. The floor, bare SQLite commits with synchronous=FULL, is measured in the same run, so
that the ratios can be compared between machines and the rates cannot.
"""

import asyncio
import os
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Coroutine
from dataclasses import replace
from pathlib import Path

from websockets.asyncio.client import ClientConnection, connect

from holdspace.protocol.frames import (
    SLOT_COUNT,
    Ack,
    Append,
    Attach,
    Attached,
    BeginMeeting,
    ClientFrame,
    Done,
    Greeting,
    Hello,
    OpenRoom,
    decode_relay_frame,
    encode,
)
from holdspace.protocol.keys import Occasion, Purpose, SigningKey, begin_digest, prove
from holdspace.server.commands.serve import serve
from holdspace.server.config import Config, Listen, LogSettings
from holdspace.server.door import SUBPROTOCOL
from holdspace.server.limits import MIB, Limits

ENTRIES = 600
ROUNDS = 3
PAYLOAD = bytes(512)
ROOM = bytes(16)
KEY = SigningKey.from_seed(bytes(32))
SLOTS = (KEY.public,) * SLOT_COUNT

# A bench asks more of one connection than a person may.
UNLEASHED = replace(
    Limits(), frames_per_second=1e9, bytes_per_second=1e12, bytes_burst=1e12, unread_bytes=64 * MIB
)


class Person:
    """One connection that reads all the time and counts its acks."""

    def __init__(self, url: str, socket: ClientConnection, nonce: bytes) -> None:
        self._url = url
        self._socket = socket
        self._nonce = nonce
        self._acks: dict[int, float] = {}
        self._acked = asyncio.Event()
        self._answered = asyncio.Event()
        self._reading = asyncio.create_task(self._read())

    @classmethod
    async def come(cls, url: str) -> "Person":
        socket = await connect(url, subprotocols=[SUBPROTOCOL], compression=None, max_queue=None)
        await socket.send(encode(Hello(1, 1)))
        greeting = decode_relay_frame(bytes(await socket.recv(decode=False)))
        if not isinstance(greeting, Greeting):
            raise TypeError("the relay does not greet")
        return cls(url, socket, greeting.nonce)

    async def leave(self) -> None:
        self._reading.cancel()
        await self._socket.close()

    async def send(self, frame: ClientFrame) -> None:
        await self._socket.send(encode(frame))

    def proof(
        self, purpose: Purpose, digest: bytes = b"", *, room: bytes = b"", meeting: bytes = b""
    ) -> bytes:
        """Sign that this connection may do something."""
        return prove(KEY, purpose, Occasion(self._url, room, meeting, 0, self._nonce), digest)

    def attach(self, meeting: bytes) -> Attach:
        return Attach(0, meeting, 0, 0, self.proof(Purpose.ATTACH, meeting=meeting))

    def open(self) -> OpenRoom:
        return OpenRoom(0, ROOM, KEY.public, self.proof(Purpose.OPEN, room=ROOM))

    def begin(self, meeting: bytes) -> BeginMeeting:
        digest = begin_digest(KEY.public, SLOTS)
        proof = self.proof(Purpose.BEGIN, digest, room=ROOM, meeting=meeting)
        return BeginMeeting(0, ROOM, meeting, KEY.public, SLOTS, proof)

    async def say(self, number: int) -> float:
        """Append one entry, wait for its ack, and return how long that took."""
        started = time.perf_counter()
        await self.send(Append(number, os.urandom(16), 0, PAYLOAD))
        while number not in self._acks:
            self._acked.clear()
            await self._acked.wait()
        return self._acks.pop(number) - started

    async def ask(self, frame: ClientFrame) -> None:
        """Send a request and wait until it is answered."""
        self._answered.clear()
        await self.send(frame)
        await self._answered.wait()

    async def _read(self) -> None:
        async for data in self._socket:
            frame = decode_relay_frame(data) if isinstance(data, bytes) else None
            if isinstance(frame, Ack):
                self._acks[frame.ref] = time.perf_counter()
                self._acked.set()
            elif isinstance(frame, Done | Attached):
                self._answered.set()


async def talk(url: str, people: int, at_once: int) -> tuple[float, list[float]]:
    """Let the people of a new meeting append; return acks a second, and how long each took."""
    everybody = [await Person.come(url) for _ in range(people)]
    meeting = os.urandom(16)
    await everybody[0].ask(everybody[0].open())
    await everybody[0].ask(everybody[0].begin(meeting))
    for person in everybody:
        await person.ask(person.attach(meeting))
    numbers = iter(range(1, ENTRIES + 1))
    latencies: list[float] = []

    async def one_after_another(person: Person) -> None:
        latencies.extend([await person.say(number) for number in numbers])

    started = time.perf_counter()
    await asyncio.gather(*(one_after_another(one) for one in everybody for _ in range(at_once)))
    took = time.perf_counter() - started
    for person in everybody:
        await person.leave()
    return ENTRIES / took, latencies


def floor(folder: Path) -> list[float]:
    """Return how long bare commits of the same size take, one after another."""
    database = sqlite3.connect(folder / "floor.db", isolation_level=None)
    database.execute("PRAGMA journal_mode=WAL")
    database.execute("PRAGMA synchronous=FULL")
    database.execute("CREATE TABLE IF NOT EXISTS entry (seq INTEGER PRIMARY KEY, payload BLOB)")
    took = []
    for _ in range(ENTRIES):
        started = time.perf_counter()
        database.execute("INSERT INTO entry (payload) VALUES (?)", (PAYLOAD,))
        took.append(time.perf_counter() - started)
    database.close()
    return took


def show(name: str, rate: float, latencies: list[float], base: tuple[float, list[float]]) -> None:
    """Print one line of figures, each also as a ratio to the floor."""
    cuts, floor_cuts = statistics.quantiles(latencies, n=100), statistics.quantiles(base[1], n=100)
    sys.stdout.write(
        f"  {name:<34}{rate:>8,.0f} /s {rate / base[0]:>6.2f}x"
        f"   p50 {cuts[49] * 1000:>6.2f} ms {cuts[49] / floor_cuts[49]:>6.2f}x"
        f"   p99 {cuts[98] * 1000:>6.2f} ms {cuts[98] / floor_cuts[98]:>6.2f}x\n"
    )
    sys.stdout.flush()


def run_relay(folder: str) -> None:
    """Be the relay."""
    log = LogSettings(folder=Path(folder))
    serve(Config(listen=Listen(port=0), log=log, limits=UNLEASHED))


def main() -> None:
    """Measure the floor and the relay in turns, and print the medians."""
    works: dict[str, Callable[[str], Coroutine[None, None, tuple[float, list[float]]]]] = {
        "1 person, 1 at a time": lambda url: talk(url, 1, 1),
        "1 person, 16 at a time": lambda url: talk(url, 1, 16),
        "12 people, 1 at a time": lambda url: talk(url, 12, 1),
        "12 people, 8 at a time": lambda url: talk(url, 12, 8),
    }
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        relay = subprocess.Popen(  # noqa: S603  # this very file
            [sys.executable, __file__, "--be-the-relay", str(folder / "relay")],
            stdout=subprocess.PIPE,
            text=True,
        )
        url = next(relay.stdout or iter([""])).removeprefix("listening on ").strip()
        try:
            for turn in range(1, ROUNDS + 1):
                base = floor(folder)
                rate = len(base) / sum(base)
                sys.stdout.write(f"\nTurn {turn} of {ROUNDS}, {ENTRIES} entries of 512 bytes\n")
                show("bare SQLite commit, FULL", rate, base, (rate, base))
                for label, work in works.items():
                    show(label, *asyncio.run(work(url)), (rate, base))
        finally:
            relay.terminate()
            relay.wait()


if __name__ == "__main__":
    if sys.argv[1:2] == ["--be-the-relay"]:
        run_relay(sys.argv[2])
    else:
        main()
