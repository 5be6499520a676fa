"""A real relay, in a process of its own or in this one, and somebody on a real socket to it."""

import asyncio
import os
import signal
import socket
import subprocess
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from io import StringIO
from pathlib import Path
from typing import Any, Self

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from holdspace.protocol.frames import (
    ClientFrame,
    Greeting,
    Hello,
    RelayFrame,
    decode_relay_frame,
    encode,
)
from holdspace.server.addresses import Proxies
from holdspace.server.config import address
from holdspace.server.door import SUBPROTOCOL, Door
from holdspace.server.gate import Gate
from holdspace.server.journal import Journal
from holdspace.server.limits import Limits
from holdspace.server.listeners import Listening, listen
from holdspace.server.log import Log
from holdspace.server.log.memory import MemoryLog
from holdspace.server.relay import Relay
from holdspace.server.stopping import Stop
from holdspace.server.tls import Certificates
from relay_papers import Circle, Papers

PATIENCE = 20.0
HERE = Listening(port=0)


@dataclass
class Running:
    """A relay in this process."""

    url: str
    log: Log
    gate: Gate
    door: Door
    said: StringIO
    stop: Stop


@asynccontextmanager
async def relay_here(
    log: Log | None = None,
    limits: Limits | None = None,
    *,
    place: Listening = HERE,
    proxies: Proxies | None = None,
    certificates: Certificates | None = None,
) -> AsyncIterator[Running]:
    """Run a relay on a free port of this machine, or at another place, until the block ends."""
    log, limits, said, stop = log or MemoryLog(), limits or Limits(), StringIO(), Stop()
    ready = asyncio.Event()
    with listen([place])[0] as listener:
        url = address("127.0.0.1", listener.port, tls=place.tls)
        journal = Journal(said)
        relay = Relay(limits, [url], log.load(), is_alone=log.is_alone)
        gate = Gate(relay, log, limits, journal)
        door = Door([listener], limits, journal, proxies=proxies, certificates=certificates)
        serving = asyncio.create_task(gate.run(door, stop, ready.set))
        await ready.wait()
        try:
            yield Running(url, log, gate, door, said, stop)
        finally:
            stop.ask()
            await serving


class RelayProcess:
    """A relay as people start it: `holdspace-relay` with a folder of its own.

    `under` is a program that starts it and looks on.
    """

    def __init__(self, *arguments: str | Path, under: Sequence[str] = (), **settings: str) -> None:
        variables = {f"HOLDSPACE_RELAY_{name.upper()}": value for name, value in settings.items()}
        self._process = subprocess.Popen(
            [*under, sys.executable, "-m", "holdspace.server", *map(str, arguments)],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env=os.environ | {"PYTHONUNBUFFERED": "1"} | variables,
        )
        assert self._process.stdout
        line = self._process.stdout.readline()
        self.url = line.removeprefix("listening on ").strip()

    @property
    def pid(self) -> int:
        """Return the number of its process."""
        return self._process.pid

    @property
    def is_running(self) -> bool:
        """Tell whether it has not ended yet."""
        return self._process.poll() is None

    @property
    def memory(self) -> int:
        """Return how many bytes of memory it holds, 0 where that cannot be known."""
        status = Path(f"/proc/{self._process.pid}/statm")
        return int(status.read_text().split()[1]) * 4096 if status.exists() else 0

    @property
    def seconds_waited(self) -> float:
        """Return how long it could have run and got no processor, 0 where that cannot be known."""
        waits = Path(f"/proc/{self._process.pid}/schedstat")
        return int(waits.read_text().split()[1]) / 1e9 if waits.exists() else 0.0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self.kill()

    def pause(self) -> None:
        """Let it stand still, as a machine does that is moved."""
        self._process.send_signal(signal.SIGSTOP)

    def resume(self) -> None:
        """Let it go on."""
        self._process.send_signal(signal.SIGCONT)

    def kill(self) -> None:
        """End it as a power cut would end a process: at once."""
        if self._process.returncode is None:
            self._process.kill()
            self._process.communicate()

    def wait(self) -> None:
        """Wait until it has ended by itself, and take what it said."""
        self._process.communicate(timeout=PATIENCE)

    def tell(self, how: signal.Signals) -> None:
        """Send it a signal."""
        self._process.send_signal(how)

    def end(self, how: signal.Signals = signal.SIGTERM) -> tuple[int, str]:
        """Ask it to end, and return its exit code and all it said."""
        self.tell(how)
        out, err = self._process.communicate(timeout=PATIENCE)
        return self._process.returncode, out + err


@dataclass
class Visitor:
    """Somebody on a real socket."""

    socket: ClientConnection
    papers: Papers
    got: list[RelayFrame] = field(default_factory=list)

    async def send(self, frame: ClientFrame) -> None:
        await self.socket.send(encode(frame))

    async def hear(self) -> RelayFrame:
        """Return the next frame; it comes within `PATIENCE` seconds or the test fails."""
        async with asyncio.timeout(PATIENCE):
            data = await self.socket.recv()
        assert isinstance(data, bytes)
        frame = decode_relay_frame(data)
        assert frame is not None
        self.got.append(frame)
        return frame

    async def ask(self, frame: ClientFrame) -> RelayFrame:
        await self.send(frame)
        return await self.hear()

    async def closed(self) -> int:
        """Read on until the relay closes the connection, and return its code."""
        async with asyncio.timeout(PATIENCE):
            with suppress(ConnectionClosed):
                while True:
                    await self.hear()
            await self.socket.wait_closed()
        return self.socket.close_code or 0

    async def open(self, circle: Circle) -> None:
        """Open a room, begin its meeting and attach to it."""
        for frame in (self.papers.open(circle), self.papers.begin(circle)):
            await self.ask(frame)
        await self.ask(self.papers.attach(circle))


@asynccontextmanager
async def visiting(
    url: str, *, receive_buffer: int | None = None, **how: Any
) -> AsyncIterator[Visitor]:
    """Connect and say hello; a small receive buffer makes a slow reader."""
    if receive_buffer:
        how["sock"] = _slow_socket(url, receive_buffer)
    async with connect(
        url,
        subprotocols=[SUBPROTOCOL],
        compression=None,
        max_size=None,
        max_queue=None,
        proxy=None,
        **how,
    ) as connection:
        visitor = Visitor(connection, Papers(url, b""))
        greeting = await visitor.ask(Hello(1, 1))
        assert isinstance(greeting, Greeting)
        visitor.papers.nonce = greeting.nonce
        yield visitor


def _slow_socket(url: str, receive_buffer: int) -> socket.socket:
    host, port = url.removeprefix("ws://").split(":")
    slow = socket.socket()
    slow.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
    slow.connect((host, int(port)))
    return slow
