"""A websocket client for benches: it reads thousands of frames of one size at the cost of one.

A load generator that takes as long over a frame as the server does measures itself. A relay's
short frames are all 1,024 bytes, so a read from the socket is a row of equal records, and counting
which of them are acks is one slice. Frames of any other kind are read one by one.
"""

import asyncio
import os
import socket
import struct
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit

from typing_extensions import override

from holdspace.protocol.frames import SIZE_CLASSES

FRAME = SIZE_CLASSES[0]
HEADER = struct.pack("!BBH", 0x82, 126, FRAME)
RECORD = len(HEADER) + FRAME
# The frame's own tag is the second byte of its MessagePack array, behind its length.
TAG = len(HEADER) + 5
# A mask of zeros: the server unmasks as for any other, and we save the work.
MASKED_HEADER = struct.pack("!BBH4x", 0x82, 0x80 | 126, FRAME)
_PING, _CLOSE = 0x9, 0x8
_UPGRADE = (
    "GET {path} HTTP/1.1\r\nHost: {host}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n"
    "Sec-WebSocket-Protocol: holdspace.1\r\n\r\n"
)

OnFrames = Callable[[bytes, int, int], None]


class Wire(asyncio.Protocol):
    """Hand rows of frames to `on_frames(data, start, count)`; each is `RECORD` bytes long."""

    def __init__(self, url: str, on_frames: OnFrames) -> None:
        parts = urlsplit(url)
        self._upgrade = _UPGRADE.format(path=parts.path or "/", host=parts.netloc).encode()
        self._on_frames = on_frames
        self._rest = b""
        self._transport: asyncio.Transport | None = None
        loop = asyncio.get_running_loop()
        self.opened: asyncio.Future[None] = loop.create_future()
        self.closed: asyncio.Future[int] = loop.create_future()

    @classmethod
    async def connect(cls, url: str, on_frames: OnFrames) -> "Wire":
        """Return a connection whose handshake is done."""
        parts = urlsplit(url)
        _, wire = await asyncio.get_running_loop().create_connection(
            lambda: cls(url, on_frames), parts.hostname or "", parts.port or 80
        )
        await wire.opened
        return wire

    def send(self, frame: bytes) -> None:
        """Send one frame of `FRAME` bytes."""
        self.write(MASKED_HEADER + frame)

    def write(self, data: bytes) -> None:
        """Send bytes that are masked websocket frames already."""
        if self._transport is not None:
            self._transport.write(data)

    def pause(self) -> None:
        """Read no more: what comes piles up at the other end."""
        if self._transport is not None:
            self._transport.pause_reading()

    def resume(self) -> None:
        """Read on."""
        if self._transport is not None and not self._transport.is_closing():
            self._transport.resume_reading()

    @contextmanager
    def alone(self) -> Iterator[socket.socket]:
        """Give the socket to somebody who waits for it and for nothing else."""
        if self._transport is None:
            raise ConnectionError("there is no connection")
        self.pause()
        with socket.socket(fileno=os.dup(self._transport.get_extra_info("socket").fileno())) as own:
            own.setblocking(True)
            yield own
            own.setblocking(False)
        self.resume()

    def abort(self) -> None:
        """Vanish without a word."""
        if self._transport is not None:
            self._transport.abort()

    @override
    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        if not isinstance(transport, asyncio.Transport):
            raise TypeError("not a stream")
        self._transport = transport
        transport.write(self._upgrade)

    @override
    def data_received(self, data: bytes) -> None:
        data = self._rest + data if self._rest else data
        start = 0 if self.opened.done() else self._open(data)
        self._rest = data[self._take(data, start) :]

    @override
    def connection_lost(self, exc: Exception | None) -> None:
        if not self.opened.done():
            self.opened.set_exception(ConnectionError("the server did not let us in"))
        if not self.closed.done():
            self.closed.set_result(1006)

    def _open(self, data: bytes) -> int:
        end = data.find(b"\r\n\r\n") + 4
        if end < 4:
            return 0
        if not data.startswith(b"HTTP/1.1 101"):
            self.opened.set_exception(ConnectionError(data[:40].decode("ascii", "replace")))
            return len(data)
        self.opened.set_result(None)
        return end

    def _take(self, data: bytes, start: int) -> int:
        while self.opened.done() and len(data) - start >= 2:
            count = (len(data) - start) // RECORD
            end = start + count * RECORD
            if count and _are_records(data, start, end, count):
                self._on_frames(data, start, count)
                start = end
                continue
            length = self._one(data, start)
            if not length:
                break
            start += length
        return start

    def _one(self, data: bytes, start: int) -> int:
        """Take one frame of any kind, and return its length, or 0 if it is not all here."""
        head = 2 + {126: 2, 127: 8}.get(data[start + 1], 0)
        size = data[start + 1] if head == 2 else int.from_bytes(data[start + 2 : start + head])
        if len(data) - start < head + size:
            return 0
        kind, body = data[start] & 0xF, data[start + head : start + head + size]
        if kind == _PING:
            self.write(struct.pack("!BB4x", 0x8A, 0x80 | size) + body)
        elif kind == _CLOSE:
            self._closing(body)
        elif size == FRAME:
            self._on_frames(data, start, 1)
        return head + size

    def _closing(self, body: bytes) -> None:
        self.write(struct.pack("!BB4x", 0x88, 0x80 | len(body)) + body)
        if not self.closed.done():
            self.closed.set_result(int.from_bytes(body[:2]))


def _are_records(data: bytes, start: int, end: int, count: int) -> bool:
    return all(
        data[start + at : end : RECORD] == HEADER[at : at + 1] * count for at in range(len(HEADER))
    )
