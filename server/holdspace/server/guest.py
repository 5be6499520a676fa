"""One connection from its first byte on.

What a stranger can send before anybody judges a frame is bounded here, in bytes, time or number: a
PROXY line, a TLS hello, an HTTP head, and then pings and pieces that no client of ours would send.
"""

import asyncio
import socket
import ssl
from typing import Any, Protocol, cast

from websockets.frames import Frame, Opcode
from websockets.protocol import Event

from holdspace.protocol.frames import SIZE_CLASSES, ClientFrame
from holdspace.protocol.overriding import override
from holdspace.protocol.refusals import PeerError
from holdspace.server.addresses import Address, address_of, read_proxy_line
from holdspace.server.bucket import Bucket
from holdspace.server.limits import Limits
from holdspace.server.listeners import Listening
from holdspace.server.visitors import Visitor
from holdspace.server.wire import Wire

# Pings, pongs, pieces of messages: a client of ours sends one every 20 seconds.
_ODD_PER_SECOND, _ODD_BURST = 1.0, 40.0
# What the system keeps for somebody who has not read it yet; the outbox keeps the rest, and counts.
_SEND_BUFFER = 128 * 1024
# What is parsed before somebody looks how many of them there were.
_PIECE = 4 * 1024
_HEAD_TOO_LARGE = (
    b"HTTP/1.1 431 Request Header Fields Too Large\r\nConnection: close\r\n"
    b"Content-Length: 14\r\nContent-Type: text/plain; charset=utf-8\r\n\r\nNothing here.\n"
)


class Porter(Protocol):
    """What the door decides about guests."""

    limits: Limits

    def arrived(self, guest: "Guest") -> None:
        """Count somebody who has just connected."""

    def context_for(self, guest: "Guest") -> ssl.SSLContext | None:
        """Return what to speak TLS with, if the guest is to speak TLS."""

    def expects_line(self, guest: "Guest") -> bool:
        """Tell whether a PROXY line comes first."""

    def lets_in(self, guest: "Guest") -> bool:
        """Tell whether a guest may go on, if that can be told yet."""

    def left(self, guest: "Guest") -> None:
        """Forget a guest; it may be told twice."""


class Guest(Wire):
    """One connection, and whose share of the relay it takes."""

    __slots__ = (
        "_door", "_early", "_head_bytes", "_is_made", "_odd", "_raw", "_stepping_in", "asked",
        "deadline", "peer", "visitor",
    )  # fmt: skip

    def __init__(self, *protocol: Any, door: Porter, asked: Listening, **settings: Any) -> None:
        super().__init__(*protocol, **settings)
        self.asked = asked
        self.peer: Address | None = None
        self.visitor: Visitor | None = None
        self.deadline: asyncio.TimerHandle | None = None
        self._door = door
        self._raw: asyncio.Transport
        # What came before it could be read; None once bytes go where they belong.
        self._early: bytearray | None = bytearray()
        self._head_bytes = 0
        self._is_made = False
        self._odd = Bucket.full(_ODD_PER_SECOND, _ODD_BURST, self.loop.time())
        self._stepping_in: asyncio.Task[None] | None = None

    def asks(self, kind: type[ClientFrame]) -> float | None:
        """Pay for a frame: how many seconds it has to wait, or None if it is too much to keep."""
        return self.visitor.asks(kind, self.loop.time()) if self.visitor else 0.0

    def was_wrong(self) -> None:
        """Pay for a proof that held nowhere."""
        if self.visitor is not None:
            self.visitor.was_wrong(self.loop.time())

    def turn_away(self) -> None:
        """Close at once, without a word."""
        self._raw.abort()

    @override
    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Take in somebody who has just connected."""
        # Not every event loop's streams are asyncio's, they only do the same.
        self._raw = cast(asyncio.Transport, transport)
        opened = transport.get_extra_info("socket")
        self._door.arrived(self)
        if opened.family != socket.AF_UNIX:
            # asyncio does this only for sockets it made itself; without it every second frame
            # waits some 40 ms for the other end's delayed acknowledgement.
            opened.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, True)
            # Left alone, the system keeps megabytes for somebody who does not read.
            opened.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, _SEND_BUFFER)
            self.peer = address_of((transport.get_extra_info("peername") or ("",))[0])
            if self.peer is None:
                return self.turn_away()
        if not self._door.expects_line(self):
            self._step_in()
        return None

    @override
    def data_received(self, data: bytes) -> None:
        """Take bytes, as far as they may be taken now."""
        if self._early is not None:
            self._keep(data)
        elif self.request is None:
            self._read_head(data)
        elif self.is_listened_to or len(data) <= _PIECE:
            super().data_received(data)
        else:
            for at in range(0, len(data), _PIECE):
                if not self._raw.is_closing():
                    super().data_received(data[at : at + _PIECE])

    @override
    def eof_received(self) -> None:
        """Let go of somebody who says no more before having said anything."""
        if self._is_made:
            super().eof_received()

    @override
    def connection_lost(self, exc: Exception | None) -> None:
        """Forget whose connection it was."""
        self._door.left(self)
        if self._is_made:
            super().connection_lost(exc)
        self.fall_apart(self._raw)

    @override
    def process_event(self, event: Event) -> None:
        """Take one frame of the websocket, unless it is one of too many that say nothing."""
        if isinstance(event, Frame) and _is_odd(event) and self._odd.take(1, self.loop.time()):
            self.turn_away()
            return
        super().process_event(event)

    def _keep(self, data: bytes) -> None:
        self._early = (self._early or bytearray()) + data
        if len(self._early) > self._door.limits.head_bytes:
            self.turn_away()
        elif self._stepping_in is None:
            self._read_line(bytes(self._early))

    def _read_line(self, data: bytes) -> None:
        try:
            line = read_proxy_line(data)
        except PeerError:
            self.turn_away()
            return
        if line is not None:
            self.peer = line.client or self.peer
            self._early = bytearray(data[line.length :])
            self._step_in()

    def _step_in(self) -> None:
        if not self._door.lets_in(self):
            self.turn_away()
            return
        context = self._door.context_for(self)
        if context is None:
            self._made(self._raw)
        else:
            self._stepping_in = self.loop.create_task(self._speak_tls(context))

    async def _speak_tls(self, context: ssl.SSLContext) -> None:
        # Not left to the server, which would count nobody and bound nothing before the TLS hello.
        starting = self.loop.create_task(
            self.loop.start_tls(
                self._raw,
                self,
                context,
                server_side=True,
                ssl_handshake_timeout=self._door.limits.handshake_seconds,
            )
        )
        # One turn for `start_tls` to put its own protocol in, and one for that to be connected:
        # then it is given what came before, and only after that can anything else be read.
        self.loop.call_soon(self.loop.call_soon, self._hand_over_hello)
        try:
            transport = await starting
        except OSError:
            transport = None
        if transport is None or transport.is_closing():
            self.turn_away()
            self._door.left(self)
            return
        self._made(transport)

    def _hand_over_hello(self) -> None:
        hello, self._early = self._early, bytearray()
        protocol = cast("asyncio.BufferedProtocol", self._raw.get_protocol())
        while hello and not self._raw.is_closing():
            buffer = memoryview(protocol.get_buffer(len(hello)))
            size = min(len(buffer), len(hello))
            buffer[:size] = hello[:size]
            protocol.buffer_updated(size)
            del hello[:size]

    def _made(self, transport: asyncio.Transport) -> None:
        self._is_made = True
        super().connection_made(transport)
        early, self._early = self._early, None
        if early:
            self.data_received(bytes(early))

    def _read_head(self, data: bytes) -> None:
        left = self._door.limits.head_bytes - self._head_bytes
        self._head_bytes += len(data)
        super().data_received(data[:left])
        if self.request is not None and data[left:]:
            self.data_received(data[left:])
        elif self.request is None and self._head_bytes > self._door.limits.head_bytes:
            # Who was told already that it is no request cannot be told anything more.
            if self.protocol.handshake_exc is None and not self.transport.is_closing():
                self.transport.write(_HEAD_TOO_LARGE)
            self.transport.close()


def _is_odd(frame: Frame) -> bool:
    # What we speak travels in whole binary messages, none of them shorter than a size class.
    is_message = frame.fin and frame.opcode is Opcode.BINARY
    return not is_message or len(frame.data) < SIZE_CLASSES[0]
