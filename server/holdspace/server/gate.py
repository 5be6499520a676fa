"""The door: sockets, queues and clocks around the pure core.

Everything a stranger can do before the core sees a frame is bounded here: handshake time, path,
frame size, rate, unread bytes. The core's effects are carried out here and nowhere else.
"""

import asyncio
import http
import os
import socket
import time
from collections.abc import Callable, Coroutine, Iterable
from contextlib import suppress
from itertools import count

from websockets.asyncio.server import Server, ServerConnection, serve
from websockets.exceptions import ConnectionClosed
from websockets.http11 import Request, Response
from websockets.typing import Subprotocol

from holdspace.protocol.frames import MAX_FRAME, decode_client_frame, encode
from holdspace.protocol.refusals import CLOSES, Close, PeerError
from holdspace.server.bucket import Bucket
from holdspace.server.effects import Effect, HangUp, Read, Send, Store
from holdspace.server.journal import Event, Journal, silent_logger
from holdspace.server.limits import Limits
from holdspace.server.log import Log, NotSaved, Outcome, Saved, UnusableLogError
from holdspace.server.outbox import CLOSE_SECONDS, WRITE_LIMIT, Outbox
from holdspace.server.relay import Relay

SUBPROTOCOL = Subprotocol("holdspace.1")
_TICK_SECONDS = 0.5
_KEEPALIVE_SECONDS = 20.0
_DRAIN_SECONDS = 5.0


class Gate:
    """Serve one relay core on one listening socket."""

    def __init__(self, relay: Relay, log: Log, limits: Limits, journal: Journal) -> None:
        self._relay = relay
        self._log = log
        self._limits = limits
        self._journal = journal
        self._outboxes: dict[int, Outbox] = {}
        self._numbers = count(1)
        self._tasks: set[asyncio.Task[None]] = set()
        self._is_stopping = False
        self._is_saving = True
        self._idle = asyncio.Event()
        # Seconds since 1970 that only ever go forward, however the machine's clock is set.
        self._started = time.time() - time.monotonic()

    async def run(
        self, listener: socket.socket, stop: asyncio.Event, ready: Callable[[], None]
    ) -> None:
        """Serve until `stop` is set, then let everybody go and save what was acknowledged."""
        loop = asyncio.get_running_loop()
        loop.set_exception_handler(lambda _loop, _context: self._journal.note(Event.UNEXPECTED))
        self._log.start(lambda outcome: _call_soon(loop, self._logged, outcome))
        server = await self._listen(listener)
        ticking = loop.create_task(self._tick())
        ready()
        try:
            await stop.wait()
            self._journal.note(Event.STOPPING)
            await self._drain(server)
        finally:
            ticking.cancel()
            await asyncio.to_thread(self._log.close)
        self._journal.note(Event.STOPPED)

    async def _listen(self, listener: socket.socket) -> Server:
        return await serve(
            self._attend,
            sock=listener,
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

    async def _attend(self, connection: ServerConnection) -> None:
        number = next(self._numbers)
        # asyncio does this only for sockets it made itself; without it every second frame waits
        # some 40 ms for the other end's delayed acknowledgement.
        connection.transport.get_extra_info("socket").setsockopt(
            socket.IPPROTO_TCP, socket.TCP_NODELAY, True
        )
        outbox = Outbox(
            connection,
            self._limits.unread_bytes,
            lambda: self._perform(self._relay.too_slow(number, self._now())),
        )
        self._outboxes[number] = outbox
        writer = asyncio.create_task(outbox.run())
        self._perform(self._relay.connected(number, os.urandom(32), self._now()))
        try:
            await self._take_frames(number, connection)
        except ConnectionClosed:
            pass
        except Exception:  # noqa: BLE001  # no detail may reach the peer or the log
            self._journal.note(Event.UNEXPECTED)
        finally:
            self._perform(self._relay.disconnected(number, self._now()))
            if not outbox.is_finishing:
                writer.cancel()
            await asyncio.wait([writer])
            del self._outboxes[number]

    async def _take_frames(self, number: int, connection: ServerConnection) -> None:
        limits, now = self._limits, self._now()
        frames = Bucket.full(limits.frames_per_second, limits.frames_burst, now)
        sizes = Bucket.full(limits.bytes_per_second, limits.bytes_burst, now)
        async for data in connection:
            now = self._now()
            wait = max(frames.take(1, now), sizes.take(len(data), now))
            if wait:
                await asyncio.sleep(wait)
            if self._is_stopping:
                continue
            try:
                # WS06: holdspace speaks in binary frames only.
                frame = decode_client_frame(data) if isinstance(data, bytes) else None
            except PeerError:
                frame = None
            if frame is None:
                self._perform(self._relay.not_understood(number, self._now()))
                return
            self._perform(self._relay.receive(number, frame, self._now()))

    def _perform(self, effects: Iterable[Effect]) -> None:
        for effect in effects:
            match effect:
                case Send():
                    self._send(effect)
                case Store():
                    self._log.submit(effect.ticket, effect.record)
                case Read():
                    self._begin(self._read(effect))
                case HangUp():
                    outbox = self._outboxes.get(effect.connection)
                    if outbox is not None:
                        outbox.finish(effect.code)

    def _send(self, effect: Send) -> None:
        data = encode(effect.frame)
        for number in effect.to:
            outbox = self._outboxes.get(number)
            if outbox is not None:
                outbox.push(data)

    async def _read(self, effect: Read) -> None:
        outbox = self._outboxes.get(effect.connection)
        if outbox is None:
            return
        await outbox.drained()
        try:
            entries = await asyncio.to_thread(
                self._log.read,
                effect.meeting,
                effect.after,
                effect.up_to,
                max_weight=self._limits.read_weight,
            )
        except UnusableLogError:
            self._journal.note(Event.UNREADABLE)
            entries = ()
        self._perform(self._relay.loaded(effect.connection, effect.number, entries, self._now()))

    def _logged(self, outcome: Outcome) -> None:
        match outcome:
            case Saved(tickets):
                if not self._is_saving:
                    self._is_saving = True
                    self._journal.note(Event.SAVES_AGAIN)
                self._perform(self._relay.saved(tickets, self._now()))
            case NotSaved():
                if self._is_saving:
                    self._is_saving = False
                    self._journal.note(Event.NOT_SAVED)
                self._perform(self._relay.not_saved(self._now()))
                self._log.resume()
        if self._relay.is_idle:
            self._idle.set()

    async def _tick(self) -> None:
        while True:
            await asyncio.sleep(_TICK_SECONDS)
            self._perform(self._relay.tick(self._now()))

    async def _drain(self, server: Server) -> None:
        self._is_stopping = True
        server.close(close_connections=False)
        with suppress(TimeoutError):
            async with asyncio.timeout(_DRAIN_SECONDS):
                await self._until_idle()
        self._perform(self._relay.closing(self._now()))
        with suppress(TimeoutError):
            async with asyncio.timeout(2 * CLOSE_SECONDS):
                await server.wait_closed()

    async def _until_idle(self) -> None:
        if not self._relay.is_idle:
            self._idle.clear()
            await self._idle.wait()

    def _begin(self, work: Coroutine[None, None, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def _now(self) -> float:
        return self._started + time.monotonic()


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


def _call_soon(
    loop: asyncio.AbstractEventLoop, function: Callable[[Outcome], None], outcome: Outcome
) -> None:
    if not loop.is_closed():
        loop.call_soon_threadsafe(function, outcome)
