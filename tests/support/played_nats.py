"""A NATS cluster in memory: streams that do what JetStream's do, as far as a relay asks for it.

Played, so that each moment can be held: nodes that answer nothing, lag, say no or sync late. What real
nodes do is asked in tests/server/jetstream/test_cluster.py and beside it.
"""

import asyncio
import base64
import json
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from itertools import count
from typing import Any, ClassVar

from nats.errors import NoRespondersError, NoServersError
from nats.errors import TimeoutError as NatsTimeoutError

from holdspace.server.log.jetstream.settings import JetStreamSettings

NODES = ("n1", "n2", "n3")
NO_STREAM, NO_MESSAGE, NOT_THERE, WRONG_LAST = 10059, 10037, 10043, 10071
RELAY, SYSTEM = "relay:relay-secret", "system:system-secret"
SETTINGS = JetStreamSettings(("nats://played",), "test", RELAY, SYSTEM)
Answer = dict[str, Any]


@dataclass
class Msg:
    """A message as the NATS client hands it over."""

    subject: str
    data: bytes
    headers: dict[str, str] | None = None
    reply: str = ""


Hear = Callable[[Msg], Awaitable[None]]


@dataclass
class Stored:
    """A message of a stream."""

    subject: str
    data: bytes
    headers: dict[str, str]


@dataclass
class Consumer:
    """Where a consumer sends what it has, the message it comes to next, and how many it sent."""

    inbox: str
    place: int
    counted: int = 0


class RefusedError(Exception):
    """JetStream says no, with one of its codes."""

    def __init__(self, code: int, words: str = "", status: int = 400) -> None:
        super().__init__(words)
        self.answer = {"error": {"code": status, "err_code": code, "description": words}}


@dataclass
class Stream:
    """One stream, and those who follow it."""

    config: Answer
    created: str = "yesterday"
    last: int = 0
    messages: dict[int, Stored] = field(default_factory=dict)
    ids: dict[str, int] = field(default_factory=dict)
    consumers: list[Consumer] = field(default_factory=list)
    # Nodes of it that are away.
    away: set[str] = field(default_factory=set)

    def info(self, wanted: str) -> Answer:
        """Tell how it is set up and how far it goes, and which subjects like `wanted` it holds."""
        there = {one.subject for one in self.messages.values() if fits(one.subject, wanted)}
        state = {"last_seq": self.last, "messages": len(self.messages)}
        others = [{"name": name, "current": name not in self.away} for name in NODES[1:]]
        return {
            "config": self.config,
            "created": self.created,
            "state": state | ({"subjects": dict.fromkeys(there, 1)} if there else {}),
            "cluster": {"leader": NODES[0], "replicas": others},
        }

    def newest(self, subject: str) -> int:
        """Return the last place that a subject has, 0 if it has none."""
        places = (place for place, one in self.messages.items() if fits(one.subject, subject))
        return max(places, default=0)

    def store(self, subject: str, data: bytes, headers: dict[str, str]) -> Answer:
        """Keep a message, once, and if its subject is as its sender thinks."""
        message_id = headers.get("Nats-Msg-Id", "")
        if message_id in self.ids:
            return {"seq": self.ids[message_id], "duplicate": True}
        expected, newest = headers.get("Nats-Expected-Last-Subject-Sequence"), self.newest(subject)
        if expected is not None and int(expected) != newest:
            raise RefusedError(WRONG_LAST, f"wrong last sequence: {newest}")
        self.last += 1
        self.messages[self.last] = Stored(subject, data, headers)
        if message_id:
            self.ids[message_id] = self.last
        return {"seq": self.last}


class PlayedNats:
    """Three nodes, and all that they keep."""

    def __init__(self) -> None:
        self.streams: dict[str, Stream] = {}
        self.inboxes: dict[str, Hear] = {}
        self.clients: list[PlayedClient] = []
        # What was asked of JetStream, and what is refused whoever asks.
        self.asked: list[tuple[str, Answer]] = []
        self.refused: dict[str, RefusedError] = {}
        # Nodes that sync late, and nodes that do not tell; and what becomes of questions.
        self.lax: set[str] = set()
        self.mute: set[str] = set()
        self.is_shut = self.is_silent = False
        # Whether a node near by hands out what it has, and whether a follower is sent anything.
        self.is_near = self.is_sending = True
        self._numbers = count(1)
        self._tasks: set[asyncio.Task[None]] = set()

    def client(self) -> "PlayedClient":
        """Return a client that is not connected yet."""
        return PlayedClient(self)

    @property
    def log(self) -> Stream:
        """Return the stream of the relays' log."""
        return self.streams["holdspace_test"]

    def new_inbox(self) -> str:
        return f"_INBOX.{next(self._numbers)}"

    def put(self, subject: str, data: bytes) -> int:
        """Keep what somebody else has published; return its place."""
        place: int = json.loads(self.answer(subject, data, {}).data)["seq"]
        return place

    def words(self, what: str) -> list[Answer]:
        """Return what was asked of JetStream in so many words."""
        return [body for asked, body in self.asked if asked.startswith(what)]

    def deliver(self, inbox: str, message: Msg) -> None:
        """Hand a message to whoever listens, after all that was handed over before."""
        hear = self.inboxes.get(inbox) or self.inboxes.get(f"{inbox.rpartition('.')[0]}.*")
        if hear is not None:
            task = asyncio.get_running_loop().create_task(_heard(hear, message))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    def send_all(self) -> None:
        """Let consumers send what they have."""
        for stream in self.streams.values():
            for consumer in stream.consumers:
                self._send(stream, consumer)

    def answer(self, subject: str, data: bytes, headers: dict[str, str]) -> Msg:
        """Do what one message asks for, and return the answer."""
        try:
            for what, no in self.refused.items():
                if what in subject:
                    raise no
            if subject.startswith("$JS.API.DIRECT.GET."):
                return self._near(subject.rpartition(".")[2], json.loads(data))
            if subject.startswith("$JS.API."):
                said = self._ask(subject.removeprefix("$JS.API."), json.loads(data or b"{}"))
            else:
                said = self._publish(subject, data, headers)
        except RefusedError as no:
            said = no.answer
        return Msg("", json.dumps(said).encode())

    def nodes_tell(self, inbox: str) -> None:
        """Let each node tell how it is set up, and one that nobody asked."""
        for name in {*NODES, "n9"} - self.mute:
            told = {"server": {"name": name}, "data": {"config": {"sync_always": True}}}
            if name in self.lax:
                told["data"] = {"config": {}}
            self.deliver(inbox, Msg(inbox, json.dumps(told).encode()))

    def _publish(self, subject: str, data: bytes, headers: dict[str, str]) -> Answer:
        for stream in self.streams.values():
            if fits(subject, stream.config["subjects"][0]):
                stored = stream.store(subject, data, headers)
                self.send_all()
                return stored
        raise NoRespondersError

    def _ask(self, what: str, body: Answer) -> Answer:
        deed, _, name = what.rpartition(".")
        self.asked.append((what, body))
        stream = self.streams.get(name)
        if deed == "STREAM.CREATE":
            stream = self.streams[name] = Stream(body)
        if stream is None:
            raise RefusedError(NO_STREAM, "stream not found", 404)
        return self._DEEDS.get(deed, PlayedNats._info)(self, stream, body)

    def _info(self, stream: Stream, body: Answer) -> Answer:
        return stream.info(body.get("subjects_filter", ""))

    def _get(self, stream: Stream, body: Answer) -> Answer:
        place = body.get("seq") or stream.newest(body["last_by_subj"])
        if place not in stream.messages:
            raise RefusedError(NO_MESSAGE, "no message found", 404)
        one = stream.messages[place]
        data = {"data": base64.b64encode(one.data).decode()} if one.data else {}
        return {"message": {"subject": one.subject, "seq": place} | data}

    def _delete(self, stream: Stream, body: Answer) -> Answer:
        if stream.messages.pop(body["seq"], None) is None:
            raise RefusedError(NOT_THERE, "no message found")
        return {"success": True}

    def _purge(self, stream: Stream, body: Answer) -> Answer:
        for place, one in [*stream.messages.items()]:
            if fits(one.subject, body["filter"]) and place < body.get("seq", stream.last + 1):
                del stream.messages[place]
        return {"success": True}

    def _consume(self, stream: Stream, body: Answer) -> Answer:
        config = body["config"]
        stream.consumers.append(Consumer(config["deliver_subject"], config["opt_start_seq"]))
        self.send_all()
        return {}

    def _near(self, name: str, body: Answer) -> Msg:
        one = self.streams[name].messages.get(body["seq"]) if self.is_near else None
        if one is None:
            return Msg("", b"", {"Status": "404", "Nats-Subject": "of nothing"})
        return Msg("", one.data, {"Nats-Subject": one.subject})

    def _send(self, stream: Stream, consumer: Consumer) -> None:
        while self.is_sending and consumer.place <= stream.last:
            one = stream.messages.get(consumer.place)
            if one is not None:
                consumer.counted += 1
                numbers = f"{consumer.place}.{consumer.counted}.{time.time_ns()}"
                words = f"$JS.ACK.s.c.1.{numbers}.0"
                self.deliver(consumer.inbox, Msg(one.subject, one.data, one.headers, words))
            consumer.place += 1

    _DEEDS: ClassVar[dict[str, Callable[["PlayedNats", Stream, Answer], Answer]]] = {
        "STREAM.MSG.GET": _get,
        "STREAM.MSG.DELETE": _delete,
        "STREAM.PURGE": _purge,
        "CONSUMER.CREATE": _consume,
    }


class PlayedClient:
    """One client of the cluster, with what the relay uses of it."""

    def __init__(self, nats: PlayedNats) -> None:
        self._nats = nats
        self.options: Answer = {}
        self.is_closed = False

    async def connect(self, **options: object) -> None:
        self.options = options
        self._nats.clients.append(self)
        if self._nats.is_shut:
            raise NoServersError

    async def close(self) -> None:
        self.is_closed = True

    def new_inbox(self) -> str:
        return self._nats.new_inbox()

    async def subscribe(self, inbox: str, *, cb: Hear, **_limits: int) -> "Subscription":
        self._nats.inboxes[inbox] = cb
        return Subscription(self._nats, inbox)

    async def publish(
        self,
        subject: str,
        data: bytes = b"",
        reply: str = "",
        headers: dict[str, str] | None = None,
    ) -> None:
        if self._nats.is_silent:
            return
        if subject.startswith("$SYS."):
            if self.options.get("user") == "system":
                self._nats.nodes_tell(reply)
            return
        answer = self._nats.answer(subject, data, headers or {})
        answer.subject = reply
        self._nats.deliver(reply, answer)

    async def request(
        self,
        subject: str,
        data: bytes,
        *_seconds: float,
        headers: dict[str, str] | None = None,
        **_patience: float,
    ) -> Msg:
        if self._nats.is_silent:
            raise NatsTimeoutError
        return self._nats.answer(subject, data, headers or {})


@dataclass
class Subscription:
    """An inbox that somebody listens to."""

    nats: PlayedNats
    inbox: str

    async def unsubscribe(self) -> None:
        self.nats.inboxes.pop(self.inbox, None)


def fits(subject: str, wanted: str) -> bool:
    """Tell whether a subject is one of those that are wanted, "" being none."""
    return subject == wanted or (wanted.endswith(">") and subject.startswith(wanted[:-1]))


async def _heard(hear: Hear, message: Msg) -> None:
    await hear(message)
