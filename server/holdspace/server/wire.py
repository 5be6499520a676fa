"""A websocket that hands over all whole frames of one read from the socket at once.

The library takes every frame through a parser that can wait at any byte, a queue and a task. Nearly
all that clients send are whole, masked, binary frames, and those are read here as the slices they
are. Pings and pongs are given to the library, each in one piece, so that it always stands between
two frames; from the first byte of anything else on, the connection is read the library's way.
"""

import asyncio
from collections.abc import Callable
from typing import Any

from websockets.asyncio.server import ServerConnection
from websockets.datastructures import Headers
from websockets.http11 import Request
from websockets.protocol import Protocol

from holdspace.protocol.frames import MAX_FRAME, SIZE_CLASSES
from holdspace.protocol.overriding import override

try:
    from websockets.speedups import apply_mask
except ImportError:  # not compiled for this machine
    from websockets.utils import apply_mask

_READ_AT_ONCE = 64 * 1024
# RFC 6455, 5.2: FIN and the opcode; the mask bit and the length, or in how many bytes it follows.
_MASK_BYTES = 4
_LONGEST_CONTROL = 125
_PING, _PONG = 0x89, 0x8A
# The first two bytes of a masked binary frame, and how long its head is with length and mask. Of
# shorter lengths there are none: the smallest frame of ours has 1,024 bytes.
_HEADS = {b"\x82\xfe": 2 + 2 + _MASK_BYTES, b"\x82\xff": 2 + 8 + _MASK_BYTES}

# How a frame of the smallest size begins: mask bit, length in two bytes, and the length.
_SHORTEST = b"\x82\xfe" + SIZE_CLASSES[0].to_bytes(2)
_SHORTEST_HEAD = len(_SHORTEST) + _MASK_BYTES

# Where asyncio keeps what a transport reads with: a method of that transport.
_READS_WITH = "_read_ready_cb"
# What is left of every request once it was judged.
_FORGOTTEN = Request("/", Headers())

# Take a frame, and say for how many seconds no other is to be read.
Take = Callable[[bytes], float]


class Wire(ServerConnection):
    """One connection, read frame by frame by whoever `listen`s, else by iterating over it."""

    # Slots, for with more than thirty names an object's own table takes a KiB.
    __slots__ = ("_on_room", "_take", "_unread", "_waiting")

    def __init__(self, *protocol: Any, **settings: Any) -> None:
        super().__init__(*protocol, **settings)
        self._take: Take | None = None
        self._unread = b""
        self._waiting: asyncio.TimerHandle | None = None
        self._on_room: Callable[[], None] | None = None

    @property
    def is_listened_to(self) -> bool:
        """Tell whether whole frames are taken as they come."""
        return self._take is not None

    def listen(self, take: Take) -> bool:
        """Give frames to `take` from now on, unless some came too early to be told apart."""
        # What came along with the request is in the library's hands, perhaps in parts.
        if self.protocol.reader.buffer or len(self.recv_messages.frames):
            return False
        self._take = take
        self._forget_request()
        return True

    def when_there_is_room(self, call: Callable[[], None]) -> None:
        """Call whenever the socket takes more again."""
        self._on_room = call

    @override
    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin."""
        # asyncio makes room for 256 KiB before every read: that takes longer than all the rest.
        if hasattr(transport, "max_size"):
            transport.max_size = _READ_AT_ONCE
        super().connection_made(transport)

    @override
    def data_received(self, data: bytes) -> None:
        """Read what came."""
        if self._take is None:
            super().data_received(data)
            return
        self._unread = self._unread + data if self._unread else data
        if self._waiting is None:
            self._read()

    @override
    def connection_lost(self, exc: Exception | None) -> None:
        """Forget what was not read."""
        if self._waiting is not None:
            self._waiting.cancel()
        self._take = self._on_room = None
        super().connection_lost(exc)
        self.fall_apart(self.transport)
        _forget_where(exc)

    def fall_apart(self, transport: asyncio.BaseTransport) -> None:
        """Leave nothing behind that leads to itself.

        It would be freed only when Python's collector comes by. That is seldom, and everybody waits
        while it frees what thousands left.
        """
        # Where the library's parser is, or was when it failed, leads to all of the connection and back.
        self.protocol.parser.close()
        for error in (self.connection_exc, self.protocol.parser_exc, self.protocol.handshake_exc):
            _forget_where(error)
        # uvloop's transports have no such thing.
        if hasattr(transport, _READS_WITH):
            setattr(transport, _READS_WITH, None)

    @override
    def resume_writing(self) -> None:
        """Go on sending."""
        super().resume_writing()
        if self._on_room is not None:
            self._on_room()

    def _forget_request(self) -> None:
        # It takes two KiB, and tells for whom a proxy speaks. The parser has it, too.
        self.request, self.response = _FORGOTTEN, None
        self.protocol.parser = Protocol.parse(self.protocol)

    def _read(self) -> None:
        data, at = self._unread, 0
        while self._take is not None and not self.transport.is_closing():
            start = at + _SHORTEST_HEAD
            if data.startswith(_SHORTEST, at) and len(data) >= start + SIZE_CLASSES[0]:
                # As `_binary_frame` does, for what nearly all frames are.
                at = start + SIZE_CLASSES[0]
                payload = apply_mask(data[start:at], data[start - _MASK_BYTES : start])
            elif (found := _binary_frame(data, at)) is not None:
                payload, at = found
            elif given := self._give_to_library(data, at):
                at += given
                continue
            else:
                break
            wait = self._take(payload)
            if wait:
                self._wait(wait)
                break
        self._unread = data[at:]

    def _wait(self, seconds: float) -> None:
        self.transport.pause_reading()
        self._waiting = self.loop.call_later(seconds, self._go_on)

    def _go_on(self) -> None:
        self._waiting = None
        self.transport.resume_reading()
        self._read()

    def _give_to_library(self, data: bytes, at: int) -> int:
        """Let the library read what is no binary frame; return how many bytes it was given."""
        if _is_still_coming(data, at):
            return 0
        length = _control_length(data, at)
        if length:
            super().data_received(data[at : at + length])
            return length
        self._take = None
        # Not only to the library: what comes before it may bound what it is given.
        self.data_received(data[at:])
        return len(data) - at


def _forget_where(error: BaseException | None) -> None:
    while error is not None:
        error.__traceback__ = None
        error = error.__cause__ or error.__context__


def _binary_frame(data: bytes, at: int) -> tuple[bytes, int] | None:
    """Return payload and end of the binary frame that starts here, if it is whole."""
    head = _HEADS.get(data[at : at + 2])
    if head is None:
        return None
    start = at + head
    size = int.from_bytes(data[at + 2 : start - _MASK_BYTES])
    if start + size > len(data) or size > MAX_FRAME:
        return None
    payload = apply_mask(data[start : start + size], data[start - _MASK_BYTES : start])
    return payload, start + size


def _control_length(data: bytes, at: int) -> int:
    """Return the length of the ping or pong that starts here, 0 if it is nothing of the kind."""
    size = data[at + 1] - 0x80
    if data[at] not in {_PING, _PONG} or not 0 <= size <= _LONGEST_CONTROL:
        return 0
    return 2 + _MASK_BYTES + size


def _is_still_coming(data: bytes, at: int) -> bool:
    """Tell whether the rest has to be waited for before anybody can judge what starts here."""
    there = len(data) - at
    if there < 2:
        return True
    head = _HEADS.get(data[at : at + 2])
    if head is None:
        return there < _control_length(data, at)
    return there < head or int.from_bytes(data[at + 2 : at + head - _MASK_BYTES]) <= MAX_FRAME
