"""The door: who gets as far as a websocket, on which sockets, and within which bounds.

One rule holds wherever a place is short: whoever has shown nothing yet and came first makes place
for the next. So no number of idle connections keeps anybody out, and who is in stays in.
What comes in through the door is attended to by the gate.
"""

import asyncio
import http
import os
import ssl
from collections.abc import Awaitable, Callable, Sequence
from functools import partial

from websockets.asyncio.server import Server, ServerConnection, serve, unix_serve
from websockets.http11 import Request, Response
from websockets.typing import Subprotocol

from holdspace.protocol.frames import MAX_FRAME
from holdspace.protocol.refusals import CLOSES, Close
from holdspace.server.addresses import Address, Proxies, forwarded_for
from holdspace.server.guest import Guest
from holdspace.server.journal import Event, Journal, silent_logger
from holdspace.server.limits import Limits
from holdspace.server.listeners import Listener
from holdspace.server.outbox import CLOSE_SECONDS, WRITE_LIMIT
from holdspace.server.tls import Certificates, Tls, UnusableCertificateError
from holdspace.server.visitors import Visitors

SUBPROTOCOL = Subprotocol("holdspace.1")
_KEEPALIVE_SECONDS = 20.0
_FORGET_SECONDS = 60.0

Attend = Callable[[Guest], Awaitable[None]]


class Door:
    """Let people in at these listeners; they are closed with it."""

    def __init__(
        self,
        listeners: Sequence[Listener],
        limits: Limits,
        journal: Journal,
        *,
        proxies: Proxies | None = None,
        certificates: Certificates | None = None,
    ) -> None:
        self.limits = limits
        self._listeners = listeners
        self._journal = journal
        self._proxies = proxies or Proxies()
        self._certificates = certificates
        self._servers: list[Server] = []
        self._guests: set[Guest] = set()
        self._arriving: dict[Guest, None] = {}
        self._loop: asyncio.AbstractEventLoop
        self._visitors: Visitors
        self._forgetting: asyncio.TimerHandle | None = None
        self._knows_of_proxy = False
        # How many came by a trusted proxy that did not say whom it brings.
        self.unnamed = 0

    @property
    def ignores_proxy(self) -> bool:
        """Tell whether a proxy on this machine speaks for others and is not believed."""
        return self._knows_of_proxy

    @property
    def arriving(self) -> int:
        """Return how many have connected and are no guests yet."""
        return len(self._arriving)

    async def open(self, attend: Attend) -> None:
        """Call `attend` for everybody who comes in; they are let go when it returns."""
        self._loop = asyncio.get_running_loop()
        self._visitors = Visitors(self.limits, self._proxies, os.urandom, self._loop.time())
        self._forget()
        self._servers = [await self._serve(one, attend) for one in self._listeners]

    def reload(self, files: Tls) -> None:
        """Speak TLS with these files from now on; if they cannot be used, go on with the old ones."""
        if self._certificates is None:
            return
        try:
            self._certificates.reload(files)
        except UnusableCertificateError:
            self._journal.note(Event.CERTIFICATE_KEPT)
        else:
            self._journal.note(Event.CERTIFICATE_TAKEN)

    def close(self) -> None:
        """Let nobody else in; whoever is in stays."""
        if self._forgetting is not None:
            self._forgetting.cancel()
        for server in self._servers:
            server.close(close_connections=False)
        for listener in self._listeners:
            listener.remove_file()
        for guest in [*self._arriving]:
            guest.turn_away()

    def turn_everybody_away(self) -> None:
        """Close all connections at once, without a word."""
        for guest in [*self._guests]:
            guest.turn_away()

    async def emptied(self) -> None:
        """Wait until everybody is gone, once the door is closed."""
        for server in self._servers:
            await server.wait_closed()
        for listener in self._listeners:
            listener.close()

    async def _serve(self, listener: Listener, attend: Attend) -> Server:
        return await (unix_serve if listener.is_unix else serve)(
            partial(self._attend, attend),
            sock=listener.socket,
            create_connection=partial(Guest, door=self, asked=listener.asked),  # type: ignore[arg-type]
            compression=None,
            max_size=MAX_FRAME,
            max_queue=4,
            write_limit=WRITE_LIMIT,
            # The guest's own deadline holds from the first byte, before there is a websocket.
            open_timeout=None,
            close_timeout=CLOSE_SECONDS,
            ping_interval=_KEEPALIVE_SECONDS,
            ping_timeout=_KEEPALIVE_SECONDS,
            server_header=None,
            subprotocols=[SUBPROTOCOL],
            process_request=self._judge,
            logger=silent_logger(),
        )

    async def _attend(self, attend: Attend, connection: ServerConnection) -> None:
        guest = _ours(connection)
        self._arrives_no_more(guest)
        await attend(guest)

    def arrived(self, guest: Guest) -> None:
        """Count somebody who has just connected; the first who is still at it makes place."""
        guest.deadline = self._loop.call_later(self.limits.handshake_seconds, guest.turn_away)
        self._guests.add(guest)
        self._arriving[guest] = None
        if len(self._arriving) > self.limits.arriving:
            self._turn_away_first(self._arriving)

    def expects_line(self, guest: Guest) -> bool:
        """Tell whether a PROXY line comes first."""
        return guest.asked.proxy_line and self._proxies.trusts(guest.peer)

    def context_for(self, guest: Guest) -> ssl.SSLContext | None:
        """Return what to speak TLS with, if TLS is spoken here."""
        return self._certificates.context if self._certificates and guest.asked.tls else None

    def lets_in(self, guest: Guest) -> bool:
        """Tell whether a guest may go on; whom a proxy brings is judged with their request."""
        return self._proxies.trusts(guest.peer) or self._has_place(guest, guest.peer)

    def left(self, guest: Guest) -> None:
        """Forget a guest; it may be told twice."""
        self._arrives_no_more(guest)
        if guest not in self._guests:
            return
        self._guests.discard(guest)
        if guest.visitor is not None:
            guest.visitor.guests -= 1

    def _has_place(self, guest: Guest, client: Address | None) -> bool:
        now = self._loop.time()
        visitor = self._visitors.visitor(client, now)
        if guest not in self._guests or not visitor.connects(now):
            return False
        guest.visitor = visitor
        visitor.guests += 1
        visitor.arriving[guest] = None
        if visitor.is_shared and len(visitor.arriving) > self.limits.connections_per_visitor:
            self._turn_away_first(visitor.arriving)
        return True

    def _turn_away_first(self, arriving: dict[Guest, None]) -> None:
        first = next(iter(arriving))
        self._arrives_no_more(first)
        first.turn_away()

    def _arrives_no_more(self, guest: Guest) -> None:
        if guest.deadline is not None:
            guest.deadline.cancel()
        self._arriving.pop(guest, None)
        if guest.visitor is not None:
            guest.visitor.arriving.pop(guest, None)

    def _judge(self, connection: ServerConnection, request: Request) -> Response | None:
        guest = _ours(connection)
        forwarded = request.headers.get_all(self._proxies.header)
        if guest.visitor is None:
            self.unnamed += not forwarded
            client = forwarded_for(forwarded, guest.peer, self._proxies)
            if not self._has_place(guest, client):
                sentence = CLOSES[Close.CROWDED].sentence
                return guest.respond(http.HTTPStatus.SERVICE_UNAVAILABLE, sentence + "\n")
        elif forwarded and guest.peer is not None and guest.peer.is_loopback:
            self._notice_proxy()
        return _admit(guest, request)

    def _notice_proxy(self) -> None:
        # Nothing is refused: it works, but everybody behind that proxy is one visitor.
        if not self._knows_of_proxy:
            self._knows_of_proxy = True
            self._journal.note(Event.PROXY_NOT_TRUSTED)

    def _forget(self) -> None:
        self._visitors.forget(self._loop.time())
        self._forgetting = self._loop.call_later(_FORGET_SECONDS, self._forget)


def _ours(connection: ServerConnection) -> Guest:
    if not isinstance(connection, Guest):
        raise TypeError("Only guests come through the door.")
    return connection


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
