"""The door: who gets as far as a websocket, on which sockets, and within which bounds.

Everything a stranger can do before a frame is read is bounded here: handshake time, headers,
path, frame size. What comes in through the door is attended to by the gate.
"""

import asyncio
import http
import socket
from collections.abc import Awaitable, Callable, Sequence

from websockets.asyncio.server import Server, ServerConnection, serve
from websockets.http11 import Request, Response
from websockets.typing import Subprotocol

from holdspace.protocol.frames import MAX_FRAME
from holdspace.protocol.refusals import CLOSES, Close
from holdspace.server.journal import silent_logger
from holdspace.server.limits import Limits
from holdspace.server.outbox import CLOSE_SECONDS, WRITE_LIMIT

SUBPROTOCOL = Subprotocol("holdspace.1")
_KEEPALIVE_SECONDS = 20.0


class Guest(ServerConnection):
    """One connection, from its first byte on."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:  # type: ignore[explicit-override]
        """Take in somebody who has just connected."""
        # asyncio does this only for sockets it made itself; without it every second frame waits
        # some 40 ms for the other end's delayed acknowledgement.
        transport.get_extra_info("socket").setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, True)
        super().connection_made(transport)


class Door:
    """Let people in at these sockets; it closes them when it is closed."""

    def __init__(self, listeners: Sequence[socket.socket], limits: Limits) -> None:
        self._listeners = listeners
        self._limits = limits
        self._servers: list[Server] = []

    async def open(self, attend: Callable[[Guest], Awaitable[None]]) -> None:
        """Call `attend` for everybody who comes in; they are let go when it returns."""
        self._servers = [await self._serve(listener, attend) for listener in self._listeners]

    def close(self) -> None:
        """Let nobody else in; whoever is in stays."""
        for server in self._servers:
            server.close(close_connections=False)

    async def emptied(self) -> None:
        """Wait until everybody is gone, once the door is closed."""
        for server in self._servers:
            await server.wait_closed()

    async def _serve(
        self, listener: socket.socket, attend: Callable[[Guest], Awaitable[None]]
    ) -> Server:
        return await serve(
            attend,  # type: ignore[arg-type]  # it is given what `create_connection` made
            sock=listener,
            create_connection=Guest,
            compression=None,
            max_size=MAX_FRAME,
            max_queue=4,
            write_limit=WRITE_LIMIT,
            open_timeout=self._limits.handshake_seconds,
            close_timeout=CLOSE_SECONDS,
            ping_interval=_KEEPALIVE_SECONDS,
            ping_timeout=_KEEPALIVE_SECONDS,
            server_header=None,
            subprotocols=[SUBPROTOCOL],
            process_request=_admit,
            logger=silent_logger(),
        )


def _admit(connection: ServerConnection, request: Request) -> Response | None:
    # R16: one path, and nothing about a room in it. Every other request gets the same answer.
    offered = request.headers.get_all("Sec-WebSocket-Protocol")
    names = {name.strip() for line in offered for name in line.split(",")}
    if "Origin" in request.headers:
        sentence = CLOSES[Close.NOT_FOR_BROWSERS].sentence
        return connection.respond(http.HTTPStatus.FORBIDDEN, sentence + "\n")
    if request.path != "/" or SUBPROTOCOL not in names:
        return connection.respond(http.HTTPStatus.NOT_FOUND, "Nothing here.\n")
    return None
