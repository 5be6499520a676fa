"""The gate: queues and clocks between the door and the pure core.

What somebody who came in through the door sends and leaves unread is bounded here: rate, size and
meaning of frames, bytes waiting for them. The core's effects are carried out here and nowhere else.
"""

import asyncio
import os
import time
from collections.abc import Callable, Coroutine, Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import count
from typing import Any, ClassVar

from websockets.exceptions import ConnectionClosed

from holdspace.protocol.frames import ClientFrame, Refuse, decode_client_frame
from holdspace.protocol.refusals import PeerError, Refusal
from holdspace.server.bucket import Bucket
from holdspace.server.counts import Counts
from holdspace.server.door import Door
from holdspace.server.effects import (
    CatchUp,
    Effect,
    HangUp,
    Propose,
    Read,
    Send,
    SendPage,
    Settled,
    Share,
    Store,
    TellWhenTaken,
)
from holdspace.server.guest import Guest
from holdspace.server.journal import Event, Journal
from holdspace.server.limits import Limits
from holdspace.server.log import (
    Asked,
    CutOff,
    GivenUp,
    Joined,
    Log,
    NotSaved,
    Outcome,
    Placed,
    Report,
    Saved,
    UnusableLogError,
)
from holdspace.server.log.records import LogEntry
from holdspace.server.outbox import CLOSE_SECONDS, Outbox, Outboxes, as_message
from holdspace.server.pages import Pages, Span
from holdspace.server.relay import Relay
from holdspace.server.stopping import Stop
from holdspace.server.turns import Turns

_TICK_SECONDS = 1.0
# With the time to close connections and the log, a relay stops within ten seconds.
_SAVE_SECONDS = 4.0
# By so much later is read on after a frame that had to wait, so that it is judged before the next.
_AFTERWARDS = 0.001
_NOTED: dict[type[Outcome], Event] = {CutOff: Event.CUT_OFF, Joined: Event.JOINED}


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
        self._outboxes = Outboxes(limits.unread_bytes)
        self._visits: dict[int, _Visit] = {}
        # What the turn of the event loop that is under way leaves to do at its end.
        self._submitted: list[Asked] = []
        self._is_turn_ending = False
        self._turns = Turns()
        self._pages = Pages(self._read_page)
        self._loop: asyncio.AbstractEventLoop
        self._numbers = count(1)
        self._tasks: set[asyncio.Task[None]] = set()
        self._is_stopping = False
        self._is_saving = True
        self._idle = asyncio.Event()
        # Seconds since 1970 that only ever go forward, however the machine's clock is set.
        self._started = time.time() - time.monotonic()

    @property
    def is_deserted(self) -> bool:
        """Tell whether nobody sits in any meeting just now."""
        return self._relay.is_deserted

    async def run(self, door: Door, stop: Stop, ready: Callable[[], None]) -> None:
        """Serve until `stop` is asked for, then let everybody go and save what was acknowledged."""
        self._loop = loop = asyncio.get_running_loop()
        loop.set_exception_handler(lambda _loop, _context: self._journal.note(Event.UNEXPECTED))
        await self._log.start(self._report())
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

    async def _attend(self, guest: Guest) -> None:
        visit = self._visit(guest)
        self._visits[visit.number] = visit
        self._counts.connections += 1
        share = guest.visitor.number if guest.visitor else None
        nonce = os.urandom(32)
        self._perform(self._relay.connected(visit.number, nonce, self._now(), visitor=share))
        guest.listen(partial(self._take, visit))
        try:
            # What does not come in whole frames, or came with the request.
            async for data in guest:
                await asyncio.sleep(self._take(visit, data))
        except ConnectionClosed:
            pass
        finally:
            self._perform(self._relay.disconnected(visit.number, self._now()))
            del self._visits[visit.number]
            await visit.outbox.ended()
            self._outboxes.close(visit.number)

    def _visit(self, guest: Guest) -> "_Visit":
        number, limits, now = next(self._numbers), self._limits, self._now()
        return _Visit(
            number,
            guest,
            self._outboxes.open(number, guest, partial(self._too_slow, number)),
            Bucket.full(limits.frames_per_second, limits.frames_burst, now),
            Bucket.full(limits.bytes_per_second, limits.bytes_burst, now),
        )

    def _take(self, visit: "_Visit", data: bytes | str) -> float:
        """Take a frame; return for how many seconds no other of this connection is to be read."""
        counts, now, size = self._counts, self._now(), len(data)
        counts.frames_in += 1
        counts.bytes_in += size
        wait = max(visit.frames.take(1, now), visit.sizes.take(size, now))
        if self._is_stopping:
            return wait
        try:
            return max(wait, self._judge(visit, data, now))
        except Exception:  # noqa: BLE001  # no detail may reach the peer or the log
            self._counts.faults += 1
            self._journal.note(Event.UNEXPECTED)
            visit.outbox.abort()
            return wait

    def _judge(self, visit: "_Visit", data: bytes | str, now: float) -> float:
        try:
            # WS06: holdspace speaks in binary frames only.
            frame = decode_client_frame(data) if isinstance(data, bytes) else None
        except PeerError:
            frame = None
        if frame is None:
            self._perform(self._relay.not_understood(visit.number, now))
            return 0.0
        wait = visit.guest.asks(type(frame))
        if wait is None:
            self._perform(self._relay.too_fast(visit.number, frame))
            return 0.0
        if wait:
            self._loop.call_later(wait, self._receive_late, visit, frame)
            return wait + _AFTERWARDS
        self._receive(visit, frame, now)
        return 0.0

    def _receive_late(self, visit: "_Visit", frame: ClientFrame) -> None:
        self._receive(visit, frame, self._now())

    def _receive(self, visit: "_Visit", frame: ClientFrame, now: float) -> None:
        effects = self._relay.receive(visit.number, frame, now)
        if effects and type(effects[0]) is Send and _is_no_to_a_stranger(effects[0]):
            visit.guest.was_wrong()
        self._perform(effects)

    def _perform(self, effects: Iterable[Effect]) -> None:
        for effect in effects:
            self._DEEDS[type(effect)](self, effect)

    def _send(self, effect: Send) -> None:
        to, frames, counts = effect.to, effect.frames, self._counts
        messages = [*map(as_message, frames)]
        counts.frames_out += len(to) * len(messages)
        counts.bytes_out += len(to) * sum(map(len, messages))
        # What is refused is told by itself.
        if type(first := frames[0]) is Refuse:
            counts.refusals[first.code] += 1
        self._outboxes.send(to, messages)
        if not self._is_turn_ending:
            self._end_turn_soon()

    def _submit(self, effect: Store | Propose) -> None:
        self._submitted.append((effect.ticket, effect.record))
        if not self._is_turn_ending:
            self._end_turn_soon()

    def _settle(self, effect: Settled) -> None:
        self._log.settle(effect.record, effect.place, is_void=effect.is_void)

    def _share(self, effect: Share) -> None:
        self._log.share(effect.note)

    def _catch_up_soon(self, effect: CatchUp) -> None:
        self._begin(self._catch_up(effect))

    def _hang_up(self, effect: HangUp) -> None:
        self._counts.closes[effect.code] += 1
        self._outboxes.finish(effect.connection, effect.code)

    def _too_slow(self, number: int) -> None:
        self._perform(self._relay.too_slow(number, self._now()))

    def _end_turn_soon(self) -> None:
        self._is_turn_ending = True
        wait = self._turns.wait(self._loop.time())
        if wait:
            self._loop.call_later(wait, self._end_turn)
        else:
            self._loop.call_soon(self._end_turn)

    def _end_turn(self) -> None:
        """Do what came together at once: one batch for the log, one write for each socket."""
        self._is_turn_ending = False
        self._turns.end(len(self._submitted), self._loop.time())
        self._hand_over()
        self._outboxes.flush()

    def _hand_over(self) -> None:
        submitted, self._submitted = self._submitted, []
        if submitted:
            self._counts.submitted += len(submitted)
            self._log.submit_all(submitted)

    def _read_soon(self, effect: Read) -> None:
        self._outboxes.when_drained(effect.connection, partial(self._begin_to_read, effect))

    def _begin_to_read(self, effect: Read) -> None:
        entries = self._pages.ready((effect.meeting, effect.after, effect.up_to))
        if entries is None:
            self._begin(self._read(effect))
        else:
            # Not at once: whoever reads on from here is not to nest ever deeper.
            self._loop.call_soon(self._loaded, effect, entries)

    def _tell_when_taken(self, effect: TellWhenTaken) -> None:
        number = effect.connection
        # Not at once either.
        tell_soon = partial(self._loop.call_soon, self._taken, number)
        self._outboxes.when_drained(number, tell_soon)

    def _taken(self, number: int) -> None:
        self._perform(self._relay.taken(number))

    async def _read(self, effect: Read) -> None:
        span = (effect.meeting, effect.after, effect.up_to)
        self._loaded(effect, await self._pages.read(span))

    def _loaded(self, effect: Read, entries: Sequence[LogEntry]) -> None:
        now = self._now()
        self._perform(self._relay.loaded_page(effect.connection, effect.number, entries, now=now))

    async def _read_page(self, span: Span) -> Sequence[LogEntry]:
        meeting, after, up_to = span
        weight = self._limits.read_weight
        try:
            return await self._log.read(meeting, after, up_to, max_weight=weight)
        except UnusableLogError:
            self._journal.note(Event.UNREADABLE)
        except Exception:  # noqa: BLE001  # whoever reads would wait for ever, and hear nothing more
            self._counts.faults += 1
            self._journal.note(Event.UNEXPECTED)
        return ()

    def _send_page(self, effect: SendPage) -> None:
        message, counts = self._pages.message(effect), self._counts
        counts.frames_out += len(effect.entries)
        counts.bytes_out += len(message)
        self._outboxes.send((effect.connection,), (message,))
        if not self._is_turn_ending:
            self._end_turn_soon()

    def _report(self) -> Report:
        """Return how the log tells what became of records."""
        loop, logged = self._loop, self._logged
        if not self._log.is_alone:
            # A shared log is on this loop; waking it as from a thread would cost a system call.
            return lambda outcome: loop.call_soon(logged, outcome)

        def report(outcome: Outcome) -> None:
            if not loop.is_closed():
                loop.call_soon_threadsafe(logged, outcome)

        return report

    def _logged(self, outcome: Outcome) -> None:
        # What follows from it came together already, and needs no turn of its own to end.
        is_ending, self._is_turn_ending = self._is_turn_ending, True
        try:
            self._follow(outcome)
        finally:
            self._is_turn_ending = is_ending
            # A shared log tells one thing after the other: when much comes, they wait for more.
            is_more_to_come = not self._log.is_alone and self._turns.wait(self._loop.time()) > 0
            if not is_more_to_come:
                self._outboxes.flush()
            if (is_more_to_come or self._submitted) and not is_ending:
                self._end_turn_soon()
            if self._relay.is_idle:
                self._idle.set()

    def _follow(self, outcome: Outcome) -> None:
        match outcome:
            case Saved(tickets):
                self._counts.saves += 1
                self._counts.saved += len(tickets)
                if not self._is_saving:
                    self._is_saving = True
                    self._journal.note(Event.SAVES_AGAIN)
                self._perform(self._relay.saved(tickets, self._now()))
            case NotSaved():
                self._counts.saves_failed += 1
                if self._is_saving:
                    self._is_saving = False
                    self._journal.note(Event.NOT_SAVED)
                # What was asked for before this is known must not be taken after it.
                self._hand_over()
                self._perform(self._relay.not_saved(self._now()))
                self._log.resume()
            case GivenUp():
                self._hand_over()
                self._hear(outcome)
                self._log.resume()
            case _:
                self._hear(outcome)

    def _hear(self, outcome: Outcome) -> None:
        """Do what follows from what happened to a log that several relays share."""
        if isinstance(outcome, Placed):
            self._counts.saves += 1
            self._counts.saved += len(outcome.records)
        elif type(outcome) in _NOTED:
            self._journal.note(_NOTED[type(outcome)])
        self._perform(self._relay.heard(outcome, self._now()))

    async def _catch_up(self, effect: CatchUp) -> None:
        try:
            is_current = await self._log.catch_up()
        except Exception:  # noqa: BLE001  # whoever asked would wait for ever, and all they send after
            self._counts.faults += 1
            self._journal.note(Event.UNEXPECTED)
            is_current = False
        number, now = effect.connection, self._now()
        effects = self._relay.caught_up(number, now, is_current=is_current)
        visit = self._visits.get(number)
        if visit is not None:
            # Late, it is still a key that held nowhere.
            for one in effects:
                if type(one) is Send and _is_no_to_a_stranger(one):
                    visit.guest.was_wrong()
        self._perform(effects)

    async def _tick(self) -> None:
        while True:
            await asyncio.sleep(_TICK_SECONDS)
            self._perform(self._relay.tick(self._now()))

    async def _drain(self, door: Door, stop: Stop) -> None:
        self._is_stopping = True
        door.close()
        await stop.patiently(self._until_idle(), _SAVE_SECONDS)
        self._perform(self._relay.closing(self._now(), for_good=stop.is_for_good))
        await stop.patiently(door.emptied(), CLOSE_SECONDS + 1)
        door.turn_everybody_away()

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

    _DEEDS: ClassVar[dict[type[Effect], Callable[["Gate", Any], None]]] = {
        Send: _send,
        SendPage: _send_page,
        Store: _submit,
        Propose: _submit,
        Settled: _settle,
        Share: _share,
        CatchUp: _catch_up_soon,
        Read: _read_soon,
        TellWhenTaken: _tell_when_taken,
        HangUp: _hang_up,
    }


@dataclass(slots=True, eq=False)
class _Visit:
    """One connection: what waits for it, and how much it may send."""

    number: int
    guest: Guest
    outbox: Outbox
    frames: Bucket
    sizes: Bucket


def _is_no_to_a_stranger(sent: Send) -> bool:
    first = sent.frames[0]
    return type(first) is Refuse and first.code == Refusal.NOT_HERE
