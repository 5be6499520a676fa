"""Publish what the relay asks for: one message at a time for each meeting and each room.

What comes meanwhile waits and goes as one message. So many entries share one sync, and nobody's
later words can be stored before their earlier ones, however often a message has to be repeated. A
repeat carries the same id, and has the same effect once. Done is what the stream handed out: an
acknowledgement tells its place, but what stands before it has to be known first.
"""

import asyncio
import json
import os
import re
from collections import deque
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field
from enum import Enum, unique
from typing import NamedTuple

from nats.aio.client import Client
from nats.aio.msg import Msg
from nats.errors import Error as NatsError

from holdspace.server.log.jetstream.ending import ended
from holdspace.server.log.jetstream.follower import Message
from holdspace.server.log.jetstream.wire import Batch
from holdspace.server.log.records import Record

REPEAT_SECONDS = 1.5
GIVE_UP_SECONDS = 12.0
MAX_BATCH = 256
MAX_BATCH_BYTES = 256 * 1024
_MESSAGE_ID, _EXPECTED = "Nats-Msg-Id", "Nats-Expected-Last-Subject-Sequence"
_MOVED_ON = frozenset((10071, 10164))
# No space, message too large, a limit of the account or the stream: it was not and will not be kept.
_REFUSED = frozenset((10002, 10023, 10047, 10054, 10077, 10122))
_LAST_NUMBER = re.compile(r"\d+$")
_MOMENT_SECONDS = 0.05
# None where nobody waits.
Tickets = tuple[int | None, ...]


@unique
class End(Enum):
    """Name how it ended with one message."""

    DELIVERED = "it is on the stream"
    BEATEN = "somebody else's came first, and this one is not and will not be there"
    OVER = "its meeting is over"
    REFUSED = "the cluster will not keep it"
    UNKNOWN = "nobody answered"


@dataclass(frozen=True, slots=True)
class Wish:
    """Hold one record that is to be published; `weight` is about its size."""

    ticket: int | None
    record: Record
    subject: str
    weight: int = 0
    # Goes alone, and only if its subject is as it was when somebody decided on it.
    only_after: int | None = None
    # Goes alone, and only if its subject is as this relay knows it: no late copy is stored.
    is_guarded: bool = False

    @property
    def goes_alone(self) -> bool:
        return self.is_guarded or self.only_after is not None


class _News(NamedTuple):
    end: End
    moved_to: int | None = None


@dataclass(slots=True, eq=False)
class _Flight:
    number: int
    tickets: Tickets
    subject: str
    payload: bytes
    headers: dict[str, str]
    news: "asyncio.Future[_News]" = field(init=False)
    was_repeated: bool = False


@dataclass(slots=True)
class _Lane:
    waiting: deque[Wish] = field(default_factory=deque)
    task: asyncio.Task[None] | None = None
    is_given_up: bool = False


@dataclass(frozen=True, slots=True)
class Around:
    """What lanes are told by, and tell, the log they belong to."""

    pack: Callable[[str, Batch], bytes | None]
    newest_on: Callable[[str], int]
    moved: Callable[[str, int], None]
    acked: Callable[[Message], None]
    reached: Callable[[int], Awaitable[None]]
    ended: Callable[[Tickets, End], None]


class Lanes:
    """Publish wishes; each ends once, delivered or not."""

    def __init__(self, client: Client, around: Around) -> None:
        self._client = client
        self._around = around
        self._us = os.urandom(8).hex()
        self._number = 0
        self._lanes: dict[bytes, _Lane] = {}
        self._flights: dict[int, _Flight] = {}
        self._inbox = client.new_inbox()

    async def start(self) -> None:
        """Listen to what the cluster answers."""
        await self._client.subscribe(f"{self._inbox}.*", cb=self._answered)

    async def stop(self) -> None:
        """Publish nothing more."""
        tasks = [lane.task for lane in self._lanes.values() if lane.task is not None]
        await ended(tasks)

    def add(self, lane_of: bytes, wish: Wish) -> None:
        """Publish a wish after all that came before it in its lane."""
        lane = self._lanes.get(lane_of)
        if lane is None:
            lane = self._lanes[lane_of] = _Lane()
        lane.waiting.append(wish)
        if lane.task is None:
            lane.task = asyncio.create_task(self._work(lane_of, lane))

    def resume(self) -> None:
        """Publish again for whoever comes back: all who were given up on are sent away by now."""
        for lane_of, lane in [*self._lanes.items()]:
            if lane.is_given_up and not lane.waiting:
                del self._lanes[lane_of]
            elif lane.is_given_up:
                tickets = tuple(wish.ticket for wish in lane.waiting)
                lane.waiting.clear()
                self._around.ended(tickets, End.UNKNOWN)

    def delivered(self, message_id: str) -> Tickets:
        """Hear of a message on the stream; return the tickets, if it is one of ours."""
        sender, _, number = message_id.partition(".")
        flight = self._flights.pop(int(number), None) if sender == self._us else None
        if flight is None:
            return ()
        if not flight.news.done():
            flight.news.set_result(_News(End.DELIVERED))
        return flight.tickets

    async def _work(self, lane_of: bytes, lane: _Lane) -> None:
        # Everything that can be asked for in this moment goes together.
        await asyncio.sleep(0)
        while lane.waiting and not lane.is_given_up:
            wishes = _next_batch(lane.waiting)
            end = await self._publish(wishes)
            if end is End.UNKNOWN:
                # What came after it must not be stored before it, nor what is still to come from
                # somebody who has not heard yet.
                lane.is_given_up = True
                wishes += lane.waiting
                lane.waiting.clear()
            if end is not End.DELIVERED:
                self._around.ended(tuple(wish.ticket for wish in wishes), end)
        if not lane.is_given_up:
            del self._lanes[lane_of]

    async def _publish(self, wishes: list[Wish]) -> End:
        first = wishes[0]
        payload = self._around.pack(first.subject, tuple(wish.record for wish in wishes))
        if payload is None:
            return End.OVER
        deadline = asyncio.get_running_loop().time() + GIVE_UP_SECONDS
        end = End.BEATEN
        while end is End.BEATEN and not self._is_beaten(first):
            end = await self._fly(self._prepare(wishes, payload), deadline)
        return end

    def _is_beaten(self, wish: Wish) -> bool:
        newest = self._around.newest_on(wish.subject)
        return wish.only_after is not None and newest > wish.only_after

    def _prepare(self, wishes: list[Wish], payload: bytes) -> _Flight:
        self._number += 1
        headers = {_MESSAGE_ID: f"{self._us}.{self._number}"}
        first = wishes[0]
        if first.only_after is not None:
            headers[_EXPECTED] = str(first.only_after)
        elif first.is_guarded:
            headers[_EXPECTED] = str(self._around.newest_on(first.subject))
        tickets = tuple(wish.ticket for wish in wishes)
        flight = _Flight(self._number, tickets, wishes[0].subject, payload, headers)
        self._flights[flight.number] = flight
        return flight

    async def _fly(self, flight: _Flight, deadline: float) -> End:
        loop = asyncio.get_running_loop()
        end: End | None = None
        while end is None and flight.number in self._flights and loop.time() < deadline:
            flight.news = loop.create_future()
            with suppress(NatsError, OSError):
                await self._client.publish(
                    flight.subject, flight.payload, f"{self._inbox}.{flight.number}", flight.headers
                )
            patience = min(REPEAT_SECONDS, deadline - loop.time())
            await asyncio.wait([flight.news], timeout=patience)
            if flight.news.done():
                end = await self._judge(flight, flight.news.result(), deadline)
            flight.was_repeated = True
        if self._flights.pop(flight.number, None) is None:
            return End.DELIVERED
        return end or End.UNKNOWN

    async def _judge(self, flight: _Flight, news: _News, deadline: float) -> End | None:
        if news.end is not End.BEATEN:
            return news.end
        if news.moved_to is None:
            # Another message for this subject is being stored, perhaps our own.
            await asyncio.sleep(_MOMENT_SECONDS)
            return None
        # Only what is on the stream up to there says whether an earlier copy of ours was first.
        with suppress(TimeoutError):
            async with asyncio.timeout_at(deadline):
                await self._around.reached(news.moved_to)
                self._around.moved(flight.subject, news.moved_to)
                return End.BEATEN
        return None

    async def _answered(self, message: Msg) -> None:
        flight = self._flights.get(int(message.subject.rpartition(".")[2]))
        if flight is None or flight.news.done() or not message.data:
            return
        answer = json.loads(message.data)
        if "error" not in answer:
            self._around.acked(
                Message(answer["seq"], flight.subject, flight.payload, flight.headers, 0.0)
            )
            return
        error = answer["error"]
        code = error.get("err_code")
        if code in _REFUSED and not flight.was_repeated:
            flight.news.set_result(_News(End.REFUSED))
        elif code in _MOVED_ON:
            number = _LAST_NUMBER.search(error.get("description", ""))
            flight.news.set_result(_News(End.BEATEN, int(number[0]) if number else None))


def _next_batch(waiting: deque[Wish]) -> list[Wish]:
    batch = [waiting.popleft()]
    size = batch[0].weight
    while waiting and len(batch) < MAX_BATCH:
        wish = waiting[0]
        size += wish.weight
        if batch[0].goes_alone or wish.goes_alone or size > MAX_BATCH_BYTES:
            break
        batch.append(waiting.popleft())
    return batch
