"""The gate: queues and clocks between the door and the pure core.

What somebody who came in through the door sends and leaves unread is bounded here: rate, size and
meaning of frames, bytes waiting for them. The core's effects are carried out here and nowhere else.
"""

import asyncio
import os
import time
from collections.abc import Callable, Coroutine, Iterable
from itertools import count

from websockets.exceptions import ConnectionClosed

from holdspace.protocol.frames import Refuse, decode_client_frame, encode
from holdspace.protocol.refusals import PeerError
from holdspace.server.bucket import Bucket
from holdspace.server.counts import Counts
from holdspace.server.door import Door
from holdspace.server.effects import Effect, HangUp, Propose, Read, Send, Settled, Store
from holdspace.server.guest import Guest
from holdspace.server.journal import Event, Journal
from holdspace.server.limits import Limits
from holdspace.server.log import GivenUp, Log, NotSaved, Outcome, Placed, Saved, UnusableLogError
from holdspace.server.outbox import CLOSE_SECONDS, Outbox
from holdspace.server.relay import Relay
from holdspace.server.stopping import Stop

_TICK_SECONDS = 0.5
# With the time to close connections and the log, a relay stops within ten seconds.
_SAVE_SECONDS = 4.0


class Gate:
    """Serve one relay core to everybody who comes in through one door."""

    def __init__(
        self,
        relay: Relay,
        log: Log,
        limits: Limits,
        journal: Journal,
        *,
        counts: Counts | None = None,
    ) -> None:
        self._relay = relay
        self._log = log
        self._limits = limits
        self._journal = journal
        self._counts = counts or Counts()
        self._outboxes: dict[int, Outbox] = {}
        self._numbers = count(1)
        self._tasks: set[asyncio.Task[None]] = set()
        self._is_stopping = False
        self._is_saving = True
        self._idle = asyncio.Event()
        # Seconds since 1970 that only ever go forward, however the machine's clock is set.
        self._started = time.time() - time.monotonic()

    async def run(self, door: Door, stop: Stop, ready: Callable[[], None]) -> None:
        """Serve until `stop` is asked for, then let everybody go and save what was acknowledged."""
        loop = asyncio.get_running_loop()
        loop.set_exception_handler(lambda _loop, _context: self._journal.note(Event.UNEXPECTED))
        await self._log.start(lambda outcome: _call_soon(loop, self._logged, outcome))
        await door.open(self._attend)
        ticking = loop.create_task(self._tick())
        ready()
        try:
            await stop.asked.wait()
            self._journal.note(Event.STOPPING)
            await self._drain(door, stop)
        finally:
            ticking.cancel()
            await self._log.close()
        self._journal.note(Event.STOPPED)

    async def _attend(self, connection: Guest) -> None:
        number = next(self._numbers)
        outbox = Outbox(
            connection,
            self._limits.unread_bytes,
            lambda: self._perform(self._relay.too_slow(number, self._now())),
        )
        self._outboxes[number] = outbox
        self._counts.connections += 1
        writer = asyncio.create_task(outbox.run())
        share = connection.visitor.number if connection.visitor else None
        self._perform(self._relay.connected(number, os.urandom(32), self._now(), visitor=share))
        try:
            await self._take_frames(number, connection)
        except ConnectionClosed:
            pass
        except Exception:  # noqa: BLE001  # no detail may reach the peer or the log
            self._counts.faults += 1
            self._journal.note(Event.UNEXPECTED)
        finally:
            self._perform(self._relay.disconnected(number, self._now()))
            if not outbox.is_finishing:
                writer.cancel()
            await asyncio.wait([writer])
            del self._outboxes[number]

    async def _take_frames(self, number: int, connection: Guest) -> None:
        limits, counts, now = self._limits, self._counts, self._now()
        frames = Bucket.full(limits.frames_per_second, limits.frames_burst, now)
        sizes = Bucket.full(limits.bytes_per_second, limits.bytes_burst, now)
        async for data in connection:
            counts.frames_in += 1
            counts.bytes_in += len(data)
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
            wait_for_share = connection.asks(type(frame))
            if wait_for_share is None:
                self._perform(self._relay.too_fast(number, frame))
                continue
            if wait_for_share:
                await asyncio.sleep(wait_for_share)
            self._perform(self._relay.receive(number, frame, self._now()))

    def _perform(self, effects: Iterable[Effect]) -> None:
        for effect in effects:
            match effect:
                case Send():
                    self._send(effect)
                case Store() | Propose():
                    self._counts.submitted += 1
                    self._log.submit(effect.ticket, effect.record)
                case Settled():
                    self._log.settle(effect.record, effect.place)
                case Read():
                    self._begin(self._read(effect))
                case HangUp():
                    self._counts.closes[effect.code] += 1
                    outbox = self._outboxes.get(effect.connection)
                    if outbox is not None:
                        outbox.finish(effect.code)

    def _send(self, effect: Send) -> None:
        data, counts = encode(effect.frame), self._counts
        counts.frames_out += len(effect.to)
        counts.bytes_out += len(effect.to) * len(data)
        if isinstance(effect.frame, Refuse):
            counts.refusals[effect.frame.code] += 1
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
            entries = await self._log.read(
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
                self._counts.saves += 1
                self._counts.saved += len(tickets)
                if not self._is_saving:
                    self._is_saving = True
                    self._journal.note(Event.SAVES_AGAIN)
                self._perform(self._relay.saved(tickets, self._now()))
            case Placed(records):
                self._counts.saves += 1
                self._counts.saved += len(records)
                for ticket, record, place in records:
                    self._perform(self._relay.placed(ticket, record, place, self._now()))
            case GivenUp(tickets):
                self._perform(self._relay.given_up(tickets, self._now()))
            case NotSaved():
                self._counts.saves_failed += 1
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

    async def _drain(self, door: Door, stop: Stop) -> None:
        self._is_stopping = True
        door.close()
        await stop.patiently(self._until_idle(), _SAVE_SECONDS)
        self._perform(self._relay.closing(self._now()))
        await stop.patiently(door.emptied(), CLOSE_SECONDS + 1)

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


def _call_soon(
    loop: asyncio.AbstractEventLoop, function: Callable[[Outcome], None], outcome: Outcome
) -> None:
    if not loop.is_closed():
        loop.call_soon_threadsafe(function, outcome)
