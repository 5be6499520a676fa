"""One websocket to a room's relays that keeps coming back: connect, pass frames, back off, try again.

The link knows frames but not meetings: proofs, resuming and everything else that has meaning are
the seat's. What it adds is time: how long to wait, when to give up on a first try, and which
closes must not be retried. Where a room has several relays, it goes on over the next.
"""

import asyncio
import os
import socket
import ssl
from collections.abc import Callable, Sequence
from typing import Protocol, cast
from urllib.parse import urlsplit

from websockets.asyncio.client import connect
from websockets.exceptions import (
    ConnectionClosed,
    InvalidHandshake,
    InvalidStatus,
    InvalidURI,
    NegotiationError,
)
from websockets.typing import Subprotocol

from holdspace.protocol import frames
from holdspace.protocol.overriding import override
from holdspace.protocol.refusals import Close, PeerError, close_answer
from holdspace.protocol.translation import N_, _
from holdspace.protocol.values import value

from .pulse import PulsedConnection
from .relays import Relays
from .socks import TOR, Proxy, connect_through, seems_onion

SUBPROTOCOL = Subprotocol("holdspace.1")
OPEN_TIMEOUT = 8.0
OUTGOING_BOUND = 256
NOT_A_RELAY = N_(
    "That address answers, but not as a holdspace relay of this version. Nothing was sent. "
    "Check the address with whoever runs it."
)
UNREACHABLE = N_(
    "The relay cannot be reached. Nothing was sent. Check the network and the relay's address, then "
    "start again."
)
LETS_NOBODY_IN = N_(
    "The relay answers, but lets nobody in just now. Nothing was lost. If that does not change by "
    "itself, try again in a few minutes."
)
TOO_MANY_REQUESTS, SERVER_ERRORS = 429, 500
UNREACHABLE_THROUGH = N_(
    "The relay cannot be reached through the proxy at {proxy}. Nothing was sent. Check that Tor, or "
    "whatever proxy you chose, runs there, and the relay's address, then start again."
)
FOREIGN = N_("The relay sent something that no relay sends. Nothing of it was used.")


@value()
class Up:
    """The socket to this relay is open and Hello was sent; a Greeting comes next."""

    relay: str


@value()
class Lost:
    """The connection is gone; `words` for the person; the link tries again by itself."""

    words: str


@value()
class Ended:
    """The link will not try again; `words` say what happened and what to do."""

    words: str
    code: int = 0


Happening = Up | Lost | Ended | frames.RelayFrame


class Listener(Protocol):
    """Whoever the link tells what happens; called in order, on the event loop."""

    def __call__(self, happening: Happening) -> None: ...


class _Fatal(Exception):
    """Trying the same relay again cannot help, and any other only if it `may_be_elsewhere`."""

    def __init__(self, ended: Ended) -> None:
        super().__init__(ended.words)
        self.ended = ended
        self.may_be_elsewhere = ended.code != Close.MEETING_OVER


class _Connect(connect):
    """Talk to the invited address or to nobody: a redirect could name an address of anybody."""

    @override
    def process_redirect(self, exc: Exception) -> Exception:
        return exc


class Link:
    """Keep one connection to one of these relays alive until `stop()`; tell `listener` everything.

    `jitter` gives numbers in [0, 1) so that many clients do not come back in the same instant.
    """

    def __init__(
        self,
        relays: Sequence[str],
        listener: Listener,
        jitter: Callable[[], float],
        *,
        start: int = 0,
        socks: Proxy | None = None,
    ) -> None:
        self._relays = Relays(relays, start)
        self._socks = socks
        # One name for the whole of a link: Tor gives it circuits that nothing else here shares.
        self._alone = os.urandom(8).hex().encode()
        self._listener = listener
        self._jitter = jitter
        self._outgoing: asyncio.Queue[bytes | None] = asyncio.Queue(OUTGOING_BOUND)
        self._was_up = False
        self._stopping = False
        self._connection: PulsedConnection | None = None

    def send(self, frame: frames.ClientFrame) -> None:
        """Queue a frame for the open connection; without one it is dropped (the seat sends again)."""
        if self._connection is None:
            return
        try:
            self._outgoing.put_nowait(frames.encode(frame))
        except asyncio.QueueFull:
            self._drop_connection()

    def go_elsewhere(self) -> None:
        """Leave this relay for the next: it does not have what the room's relays should have."""
        self._drop_connection()

    async def run(self) -> None:
        """Connect again and again until stopped or told that it cannot help."""
        while not self._stopping:
            try:
                lost = await self._one_connection()
            except _Fatal as fatal:
                if not (fatal.may_be_elsewhere and self._relays.give_up()):
                    self._listener(fatal.ended)
                    return
                lost = Lost("")
            if self._stopping:
                return
            if not self._was_up and self._relays.is_hopeless:
                self._listener(Ended(lost.words or self._unreachable()))
                return
            self._listener(Lost(lost.words or self._waiting_words()))
            await asyncio.sleep(self._relays.wait(self._jitter()))

    async def stop(self, *, drain: float = 1.0) -> None:
        """Send what is queued, for at most `drain` seconds, and close."""
        self._stopping = True
        if self._connection is None:
            return
        self._outgoing.put_nowait(None) if not self._outgoing.full() else None
        try:
            async with asyncio.timeout(drain):
                await self._connection.wait_closed()
        except TimeoutError:
            self._drop_connection()

    def _drop_connection(self) -> None:
        if self._connection is not None:
            self._connection.transport.abort()

    async def _one_connection(self) -> Lost:
        """Live through one connection; a Lost without words means that it never opened."""
        self._outgoing = asyncio.Queue(OUTGOING_BOUND)
        relay = self._relays.address
        try:
            connection = await _Connect(
                relay,
                sock=await self._socket_through_proxy(relay),
                subprotocols=[SUBPROTOCOL],
                compression=None,
                open_timeout=OPEN_TIMEOUT,
                max_size=frames.MAX_FRAME,
                # Asked and answered at moments of our own (pulse.py).
                ping_interval=None,
                create_connection=PulsedConnection,
                close_timeout=2,
                user_agent_header=None,
                proxy=None,
                ssl=_tls() if relay.startswith("wss:") else None,
            )
        except (InvalidURI, InvalidHandshake, ssl.SSLError) as error:
            return self._judge_failure(error)
        except (OSError, TimeoutError):
            self._relays.failed()
            return Lost("")
        return await self._talk(cast("PulsedConnection", connection), relay)

    async def _socket_through_proxy(self, relay: str) -> socket.socket | None:
        proxy = proxy_for(relay, self._socks)
        if proxy is None:
            return None
        host, port = place_of(relay)
        return await connect_through(proxy, host, port, alone=self._alone)

    async def _talk(self, connection: PulsedConnection, relay: str) -> Lost:
        self._connection = connection
        if connection.subprotocol != SUBPROTOCOL:
            await connection.close()
            raise _Fatal(Ended(_(NOT_A_RELAY)))
        tasks = [
            asyncio.create_task(self._write(connection)),
            asyncio.create_task(connection.beat(self._jitter)),
        ]
        try:
            self.send(frames.Hello(frames.VERSION, frames.VERSION))
            self._listener(Up(relay))
            await self._read(connection)
        except PeerError:
            await connection.close(Close.NOT_UNDERSTOOD)
            raise _Fatal(Ended(_(FOREIGN))) from None
        except ConnectionClosed:
            pass
        finally:
            self._connection = None
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
        return self._judge_close(connection.close_code or 0)

    async def _read(self, connection: PulsedConnection) -> None:
        async for message in connection:
            if isinstance(message, str):
                raise PeerError("The relay sent text.")
            frame = frames.decode_relay_frame(message)
            if isinstance(frame, frames.Greeting) and frame.version != frames.VERSION:
                raise _Fatal(Ended(close_answer(Close.WRONG_VERSION).sentence, Close.WRONG_VERSION))
            if frame is not None:
                self._was_up = True
                if not isinstance(frame, frames.Greeting | frames.Refuse):
                    self._relays.served()
                self._listener(frame)

    async def _write(self, connection: PulsedConnection) -> None:
        while (data := await self._outgoing.get()) is not None:
            await connection.send(data)
        await connection.close()

    def _judge_failure(self, error: Exception) -> Lost:
        """Tell an address that will never work from a relay that is just starting again."""
        if isinstance(error, InvalidURI):
            raise _Fatal(
                Ended(_("That is no relay address. It should look like wss://relay.example"))
            )
        if isinstance(error, ssl.SSLCertVerificationError):
            raise _Fatal(
                Ended(_("The relay's certificate could not be checked, so nothing was sent to it."))
            )
        status = error.response.status_code if isinstance(error, InvalidStatus) else 0
        is_busy = status == TOO_MANY_REQUESTS or status >= SERVER_ERRORS
        is_other = (status and not is_busy) or isinstance(error, NegotiationError)
        if is_other and not self._was_up:
            raise _Fatal(Ended(_(NOT_A_RELAY)))
        self._relays.failed()
        return Lost(_(LETS_NOBODY_IN) if is_busy else "")

    def _judge_close(self, code: int) -> Lost:
        answer = close_answer(code)
        if not answer.try_again and not self._stopping:
            raise _Fatal(Ended(answer.sentence, code))
        self._relays.failed(code)
        return Lost(answer.sentence)

    def _unreachable(self) -> str:
        proxy = proxy_for(self._relays.address, self._socks)
        return _(UNREACHABLE_THROUGH).replace("{proxy}", proxy.shown) if proxy else _(UNREACHABLE)

    def _waiting_words(self) -> str:
        if self._was_up:
            return _(
                "The relay does not answer yet. Your words are safe here, and your place is kept."
            )
        return _("The relay does not answer yet. Trying again.")


LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})


def place_of(relay: str) -> tuple[str, int]:
    """Return the host and port of a relay's address."""
    parts = urlsplit(relay)
    return parts.hostname or "", parts.port or (443 if parts.scheme == "wss" else 80)


def proxy_for(relay: str, chosen: Proxy | None) -> Proxy | None:
    """Return what a relay must be reached through: Tor for an onion address, whatever else is said."""
    host, _port = place_of(relay)
    if host in LOOPBACK:
        return None
    return chosen or (TOR if seems_onion(host) else None)


def _tls() -> ssl.SSLContext:
    context = ssl.create_default_context()
    context.minimum_version = ssl.TLSVersion.TLSv1_3
    return context
