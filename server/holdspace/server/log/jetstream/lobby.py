"""Who is at the door, told to the other relays over a stream in the nodes' memory.

One message for each knock, gone by itself after a quarter of an hour. What is lost here is made
good by whoever knocks: their client knocks again.
"""

import asyncio
import os
from collections import deque
from collections.abc import Awaitable, Callable

import msgspec
from nats.aio.client import Client
from nats.errors import Error as NatsError

from holdspace.server.log import Noted, Report
from holdspace.server.log.jetstream.api import Api
from holdspace.server.log.jetstream.ending import ended
from holdspace.server.log.jetstream.follower import Follower, Message
from holdspace.server.log.jetstream.subjects import Subjects
from holdspace.server.log.records import KnockEnded, KnockMade, Note

_SENDER = "Holdspace-Relay"
_TRIES = 4
_TRY_SECONDS = 2.0
_encoder = msgspec.msgpack.Encoder()
_decoder: msgspec.msgpack.Decoder[Note] = msgspec.msgpack.Decoder(KnockMade | KnockEnded)


class LobbyNotes:
    """Tell and hear who knocks."""

    def __init__(
        self,
        client: Client,
        subjects: Subjects,
        hand_out: Report,
        catch_up: Callable[[], Awaitable[bool]],
    ) -> None:
        self._client = client
        self._subjects = subjects
        self._hand_out = hand_out
        self._catch_up = catch_up
        self._heard: deque[Note] = deque()
        self._handing_out: asyncio.Task[None] | None = None
        self._us = os.urandom(8).hex()
        self._last: asyncio.Task[None] | None = None
        self.follower = Follower(client, Api(client), subjects.lobby_stream, self._take)

    def tell(self, note: Note) -> None:
        """Tell the other relays, after all that was told before."""
        self._last = asyncio.create_task(self._tell(note, self._last))

    async def stop(self) -> None:
        """Tell and hear no more."""
        await self.follower.stop()
        tasks = [task for task in (self._last, self._handing_out) if task is not None]
        await ended(tasks)

    async def _tell(self, note: Note, before: "asyncio.Task[None] | None") -> None:
        if before is not None:
            await asyncio.wait([before])
        subject = self._subjects.knock(note.room, note.knock)
        for _ in range(_TRIES):
            try:
                await self._client.request(
                    subject, _encoder.encode(note), _TRY_SECONDS, headers={_SENDER: self._us}
                )
            except (NatsError, TimeoutError, OSError):
                await asyncio.sleep(_TRY_SECONDS / _TRIES)
            else:
                return

    def _take(self, message: Message) -> None:
        if message.headers.get(_SENDER) == self._us:
            return
        try:
            note = _decoder.decode(message.data)
        except (msgspec.MsgspecError, RecursionError):
            return
        self._heard.append(note)
        if self._handing_out is None:
            self._handing_out = asyncio.create_task(self._hand_all_out())

    async def _hand_all_out(self) -> None:
        # A knock can be here before the invitation it needs: the log is another stream.
        await self._catch_up()
        self._handing_out = None
        while self._heard:
            self._hand_out(Noted(self._heard.popleft()))
