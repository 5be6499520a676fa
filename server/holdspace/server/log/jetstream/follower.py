"""Follow one stream from its beginning: every message once, in order, whatever happens to nodes.

An ephemeral consumer without acknowledgements sends what it has. Its own counting shows a loss, its
heartbeats show that it is there; after either fails, a new one goes on from the next message.
"""

import asyncio
import time
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from typing import NamedTuple

from nats.aio.client import Client
from nats.aio.msg import Msg
from nats.aio.subscription import Subscription
from nats.errors import Error as NatsError

from holdspace.server.log.jetstream.api import Api, ApiError, UnreachableError
from holdspace.server.log.jetstream.ending import ended

_SECOND = 1_000_000_000
_HEARTBEAT_SECONDS = 1.0
_PATIENCE_SECONDS = 3.0
_PAUSE_SECONDS = 0.2
_NO_LIMIT = 0


class Message(NamedTuple):
    """Hold one message of a stream."""

    place: int
    subject: str
    data: bytes
    headers: dict[str, str]
    age: float


class Follower:
    """Hand out a stream's messages to `take`, from the one after `last`."""

    def __init__(
        self, client: Client, api: Api, stream: str, take: Callable[[Message], None]
    ) -> None:
        self._client = client
        self._api = api
        self._stream = stream
        self._take = take
        self.last = 0
        # Everything up to here was handed out or is no longer there.
        self.known = 0
        self._counted = 0
        self._generation = 0
        self._heard = 0.0
        self._is_lost = asyncio.Event()
        self._moved = asyncio.Event()
        self._subscription: Subscription | None = None
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin to follow."""
        self._task = asyncio.create_task(self._follow())

    async def stop(self) -> None:
        """Follow no more."""
        if self._task is not None:
            await ended([self._task])
        await self._unsubscribe()

    def start_again(self) -> None:
        """Go back to the stream's beginning."""
        self.last = self.known = 0
        self._is_lost.set()

    def look_again(self) -> None:
        """Ask for a new consumer: this one seems to stand still."""
        self._is_lost.set()

    def foresee(self, message: Message) -> None:
        """Hand out a message that the stream has, but did not send yet, if it is the next one."""
        if message.place == self.last + 1 and not self._is_lost.is_set():
            self._pass_on(message)

    def know(self, place: int) -> None:
        """Take in that nothing up to `place` is still to come."""
        if place > self.known:
            self.known = place
            self._moved.set()

    async def reached(self, place: int) -> None:
        """Wait until everything up to `place` was handed out."""
        while self.known < place:
            self._moved.clear()
            await self._moved.wait()

    async def _follow(self) -> None:
        loop = asyncio.get_running_loop()
        while True:
            self._is_lost.clear()
            with suppress(UnreachableError, ApiError, NatsError, OSError):
                await self._consume()
                while not self._is_lost.is_set() and loop.time() - self._heard < _PATIENCE_SECONDS:
                    with suppress(TimeoutError):
                        async with asyncio.timeout(_HEARTBEAT_SECONDS):
                            await self._is_lost.wait()
            await self._unsubscribe()
            await asyncio.sleep(_PAUSE_SECONDS)

    async def _consume(self) -> None:
        inbox = self._client.new_inbox()
        self._counted = 0
        self._subscription = await self._client.subscribe(
            inbox,
            cb=partial(self._hear, self._generation),
            pending_msgs_limit=_NO_LIMIT,
            pending_bytes_limit=_NO_LIMIT,
        )
        await self._api.ask(
            f"CONSUMER.CREATE.{self._stream}",
            stream_name=self._stream,
            config={
                "deliver_subject": inbox,
                "deliver_policy": "by_start_sequence",
                "opt_start_seq": self.last + 1,
                "ack_policy": "none",
                "max_deliver": 1,
                "replay_policy": "instant",
                "flow_control": True,
                "idle_heartbeat": int(_HEARTBEAT_SECONDS * _SECOND),
                "mem_storage": True,
                "num_replicas": 1,
            },
        )
        self._heard = asyncio.get_running_loop().time()

    async def _hear(self, generation: int, message: Msg) -> None:
        if generation != self._generation or self._is_lost.is_set():
            return
        self._heard = asyncio.get_running_loop().time()
        headers = message.headers or {}
        if "Status" in headers:
            await self._hear_control(message, headers)
            return
        place, count, written = _numbers(message.reply)
        if count != self._counted + 1:
            self._is_lost.set()
            return
        self._counted = count
        if place > self.last:
            age = max(0.0, time.time() - written)
            self._pass_on(Message(place, message.subject, message.data, headers, age))

    def _pass_on(self, message: Message) -> None:
        self.last = message.place
        self._take(message)
        self.know(message.place)

    async def _hear_control(self, message: Msg, headers: dict[str, str]) -> None:
        answer_to = message.reply or headers.get("Nats-Consumer-Stalled", "")
        if answer_to:
            await self._client.publish(answer_to)
        counted = headers.get("Nats-Last-Consumer")
        if counted is not None and int(counted) != self._counted:
            self._is_lost.set()

    async def _unsubscribe(self) -> None:
        subscription, self._subscription = self._subscription, None
        self._generation += 1
        if subscription is not None:
            with suppress(NatsError, OSError):
                await subscription.unsubscribe()


def _numbers(reply: str) -> tuple[int, int, float]:
    """Return place in the stream, the consumer's count, and when it was written from `$JS.ACK...`.

    The words before them are fewer where the cluster has no domain.
    """
    words = reply.split(".")
    first = 5 if len(words) == 9 else 7
    return int(words[first]), int(words[first + 1]), int(words[first + 2]) / _SECOND
