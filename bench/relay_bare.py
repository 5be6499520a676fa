"""The floor: what a server costs that is written in Python and does next to nothing.

It cuts frames out of what it reads, saves what came together by one statement, and hands it to
everybody in one write. It checks, judges, acknowledges and bounds nothing, and knows one room. What
a relay costs above that is what it promises; what a server in another language costs below that
cannot be reached from here.
"""

import asyncio
import socket
import sqlite3
import sys
import tempfile
import threading
from collections.abc import Sequence
from pathlib import Path
from queue import Empty, SimpleQueue

from typing_extensions import override
from websockets.utils import accept_key

from relay_people import BODY
from relay_wire import FRAME, HEADER, MASKED_HEADER

_WELCOME = (
    "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    "Sec-WebSocket-Accept: {key}\r\nSec-WebSocket-Protocol: holdspace.1\r\n\r\n"
)
_MASKED = len(MASKED_HEADER) + FRAME
_TOGETHER_SECONDS = 0.003
# So many frames go in one write, and in one statement.
_ROW = 64


class Log:
    """Save frames in a thread, as many as came together in one commit."""

    def __init__(self, folder: Path, room: "Room") -> None:
        self._room = room
        self._queue: SimpleQueue[list[bytes]] = SimpleQueue()
        self._database = sqlite3.connect(
            folder / "bare.db", isolation_level=None, check_same_thread=False
        )
        for pragma in ("journal_mode=WAL", "synchronous=FULL"):
            self._database.execute(f"PRAGMA {pragma}")
        self._database.execute("CREATE TABLE entry (seq INTEGER PRIMARY KEY, payload BLOB)")
        threading.Thread(target=self._write, daemon=True).start()

    def save(self, frames: list[bytes]) -> None:
        """Hand frames to the thread; the room hears of them when they are durable."""
        self._queue.put(frames)

    def _write(self) -> None:
        seq = 0
        while True:
            frames = self._queue.get()
            try:
                while True:
                    frames += self._queue.get_nowait()
            except Empty:
                pass
            self._database.execute("BEGIN")
            for at in range(0, len(frames), _ROW):
                values: list[object] = []
                for frame in frames[at : at + _ROW]:
                    seq += 1
                    values += (seq, bytearray(frame[:BODY]))
                rows = ", ".join(["(?, ?)"] * (len(values) // 2))
                self._database.execute(f"INSERT INTO entry VALUES {rows}", values)  # noqa: S608
            self._database.execute("COMMIT")
            self._room.loop.call_soon_threadsafe(self._room.hand_out, frames)


class Room:
    """Everybody who is connected."""

    def __init__(self, folder: Path) -> None:
        self.loop = asyncio.get_running_loop()
        self.people: set[asyncio.Transport] = set()
        self._log = Log(folder, self)
        self._coming: list[bytes] = []

    def take(self, frames: list[bytes]) -> None:
        """Save frames, with those of a moment later."""
        if not self._coming:
            self.loop.call_later(_TOGETHER_SECONDS, self._save)
        self._coming += frames

    def hand_out(self, frames: Sequence[bytes]) -> None:
        """Write frames to everybody."""
        for at in range(0, len(frames), _ROW):
            row = b"".join(HEADER + frame for frame in frames[at : at + _ROW])
            for person in self.people:
                person.write(row)

    def _save(self) -> None:
        coming, self._coming = self._coming, []
        self._log.save(coming)


class Wire(asyncio.Protocol):
    """A websocket, as far as the load of a bench needs one: its masks are zeros."""

    def __init__(self, room: Room) -> None:
        self._room = room
        self._rest = b""
        self._transport: asyncio.Transport
        self._is_open = False

    @override
    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        if not isinstance(transport, asyncio.Transport):
            raise TypeError("not a stream")
        self._transport = transport
        opened = transport.get_extra_info("socket")
        opened.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    @override
    def data_received(self, data: bytes) -> None:
        data = self._rest + data
        if not self._is_open:
            data = self._open(data)
        whole = len(data) // _MASKED * _MASKED if self._is_open else 0
        if whole:
            starts = range(len(MASKED_HEADER), whole, _MASKED)
            self._room.take([data[at : at + FRAME] for at in starts])
        self._rest = data[whole:]

    @override
    def connection_lost(self, exc: Exception | None) -> None:
        self._room.people.discard(self._transport)

    def _open(self, data: bytes) -> bytes:
        head, end, rest = data.partition(b"\r\n\r\n")
        if not end:
            return data
        lines = (line.partition(": ") for line in head.decode("ascii").splitlines())
        key = next(value for name, _, value in lines if name.lower() == "sec-websocket-key")
        self._transport.write(_WELCOME.format(key=accept_key(key)).encode())
        self._is_open = True
        self._room.people.add(self._transport)
        return rest


async def main(folder: Path) -> None:
    """Serve until the process is ended."""
    room = Room(folder)
    server = await room.loop.create_server(lambda: Wire(room), "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    sys.stdout.write(f"listening on ws://127.0.0.1:{port} (bare)\n")
    sys.stdout.flush()
    await server.serve_forever()


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as name:
        asyncio.run(main(Path(name)))
