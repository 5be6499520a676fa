"""Following under a cluster that loses and repeats: every message once, in order."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field

import pytest

from holdspace.server.log.jetstream import follower as following
from holdspace.server.log.jetstream.api import UnreachableError
from holdspace.server.log.jetstream.follower import Follower, Message

NOW = 1_800_000_000_000_000_000


@dataclass
class Heard:
    """A message as the NATS client hands it over."""

    subject: str = "words"
    data: bytes = b""
    reply: str = ""
    headers: dict[str, str] | None = None


class Subscription:
    async def unsubscribe(self) -> None:
        return


@dataclass
class Played:
    """A cluster with one stream, whose consumers do what a test says."""

    started_at: list[int] = field(default_factory=list)
    cbs: list[Callable[[Heard], Awaitable[None]]] = field(default_factory=list)
    published: list[str] = field(default_factory=list)
    taken: list[int] = field(default_factory=list)
    ages: list[float] = field(default_factory=list)
    count: int = 0
    config: dict[str, object] = field(default_factory=dict)
    is_unreachable: bool = False

    def new_inbox(self) -> str:
        return f"_INBOX.{len(self.cbs)}"

    async def subscribe(
        self, _inbox: str, cb: Callable[[Heard], Awaitable[None]], **_limits: int
    ) -> Subscription:
        self.cbs.append(cb)
        return Subscription()

    async def publish(self, subject: str) -> None:
        self.published.append(subject)

    async def ask(self, _what: str, **body: object) -> dict[str, object]:
        if self.is_unreachable:
            raise UnreachableError
        config = body["config"]
        assert isinstance(config, dict)
        self.config = config
        self.started_at.append(config["opt_start_seq"])
        self.count = 0
        return {}

    async def consumers(self, number: int) -> None:
        """Wait for so many consumers in all."""
        async with asyncio.timeout(20):
            while len(self.started_at) < number:
                await asyncio.sleep(0.005)

    async def give(self, *places: int, domain: str = "") -> None:
        """Let the consumer send these messages of the stream."""
        for place in places:
            self.count += 1
            numbers = f"s.c.1.{place}.{self.count}.{NOW}.0"
            words = f"$JS.ACK.{domain}.account.{numbers}.token" if domain else f"$JS.ACK.{numbers}"
            await self.cbs[-1](Heard(reply=words, data=b"%d" % place))

    async def beat(self, counted: int) -> None:
        headers = {"Status": "100", "Nats-Last-Consumer": str(counted)}
        await self.cbs[-1](Heard(headers=headers))


@pytest.fixture
async def played(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[tuple[Played, Follower]]:
    monkeypatch.setattr(following, "_PAUSE_SECONDS", 0.01)
    monkeypatch.setattr(following, "_PATIENCE_SECONDS", 1000.0)
    played = Played()

    def take(message: Message) -> None:
        assert message.data == b"%d" % message.place
        played.taken.append(message.place)
        played.ages.append(message.age)

    follower = Follower(played, played, "stream", take)  # type: ignore[arg-type]
    follower.start()
    await played.consumers(1)
    yield played, follower
    await follower.stop()


async def test_messages_come_in_order_and_erased_ones_are_no_gap(
    played: tuple[Played, Follower],
) -> None:
    cluster, follower = played
    await cluster.give(1, 2)
    await cluster.give(7, domain="hub")
    await cluster.beat(3)
    assert cluster.taken == [1, 2, 7]
    assert cluster.started_at == [1]
    async with asyncio.timeout(20):
        await follower.reached(7)


async def test_a_lost_message_is_asked_for_again(played: tuple[Played, Follower]) -> None:
    cluster, _ = played
    await cluster.give(1)
    cluster.count += 1
    await cluster.give(3)
    # What still comes from the old consumer counts no more.
    await cluster.give(4)
    await cluster.consumers(2)
    assert cluster.taken == [1]
    assert cluster.started_at == [1, 2]
    await cluster.give(2, 3, 4)
    assert cluster.taken == [1, 2, 3, 4]


async def test_what_an_old_consumer_still_sends_is_nothing_to_a_new_one(
    played: tuple[Played, Follower],
) -> None:
    cluster, follower = played
    for number in (1, 2):
        follower.look_again()
        await cluster.consumers(number + 1)
        for old in cluster.cbs[:-1]:
            await old(Heard(reply=f"$JS.ACK.s.c.1.1.1.{NOW}.0", data=b"1"))
        assert cluster.taken == []
    await cluster.give(1)
    assert (cluster.taken, cluster.started_at) == ([1], [1, 1, 1])


async def test_a_message_is_as_old_as_its_node_says_and_never_from_tomorrow(
    played: tuple[Played, Follower], monkeypatch: pytest.MonkeyPatch
) -> None:
    cluster, _ = played
    for now, age in ((NOW / 10**9 + 60, 60.0), (NOW / 10**9 - 60, 0.0)):
        monkeypatch.setattr(time, "time", lambda now=now: now)
        await cluster.give(len(cluster.taken) + 1)
        assert cluster.ages[-1] == age


async def test_a_heartbeat_shows_a_loss_at_the_end(played: tuple[Played, Follower]) -> None:
    cluster, _ = played
    await cluster.give(1)
    await cluster.beat(2)
    await cluster.consumers(2)
    assert cluster.started_at == [1, 2]


async def test_a_consumer_that_went_silent_is_replaced(
    played: tuple[Played, Follower], monkeypatch: pytest.MonkeyPatch
) -> None:
    cluster, _ = played
    await cluster.give(1)
    monkeypatch.setattr(following, "_PATIENCE_SECONDS", 0.0)
    cluster.is_unreachable = True
    await asyncio.sleep(0)
    cluster.is_unreachable = False
    await cluster.consumers(2)
    assert cluster.started_at[:2] == [1, 2]


async def test_flow_control_is_answered(played: tuple[Played, Follower]) -> None:
    cluster, _ = played
    await cluster.cbs[-1](Heard(reply="$JS.FC.1", headers={"Status": "100"}))
    stalled = {"Status": "100", "Nats-Consumer-Stalled": "$JS.FC.2", "Nats-Last-Consumer": "0"}
    await cluster.cbs[-1](Heard(headers=stalled))
    assert cluster.published == ["$JS.FC.1", "$JS.FC.2"]
    assert cluster.started_at == [1]


async def test_an_acknowledged_message_is_taken_early_if_it_is_the_next(
    played: tuple[Played, Follower],
) -> None:
    cluster, follower = played
    await cluster.give(1)
    for place in (3, 1, 2, 2, 3):
        follower.foresee(Message(place, "words", b"%d" % place, {}, 0.0))
    assert cluster.taken == [1, 2, 3]
    await cluster.give(2, 3, 4)
    assert cluster.taken == [1, 2, 3, 4]


async def test_starting_again_begins_at_the_beginning(played: tuple[Played, Follower]) -> None:
    cluster, follower = played
    await cluster.give(1, 2)
    follower.start_again()
    follower.foresee(Message(1, "words", b"1", {}, 0.0))
    await cluster.consumers(2)
    await cluster.give(1, 2)
    assert cluster.started_at == [1, 1]
    assert cluster.taken == [1, 2, 1, 2]


async def test_what_an_old_consumer_still_sends_is_not_taken_after_a_new_beginning(
    played: tuple[Played, Follower],
) -> None:
    cluster, follower = played
    await cluster.give(1, 2)
    follower.start_again()
    await cluster.give(3)
    await cluster.consumers(2)
    assert (cluster.taken, follower.known) == ([1, 2], 0)


async def test_whoever_waits_for_a_place_waits_until_it_is_reached(
    played: tuple[Played, Follower],
) -> None:
    _, follower = played
    waiting = asyncio.create_task(follower.reached(2))
    for place in (1, 1, 2):
        await asyncio.sleep(0)
        assert not waiting.done()
        follower.know(place)
    async with asyncio.timeout(20):
        await waiting


async def test_a_consumer_sends_everything_once_and_shows_every_second_that_it_is_there(
    played: tuple[Played, Follower],
) -> None:
    cluster, _ = played
    assert cluster.config == {
        "deliver_subject": "_INBOX.0",
        "deliver_policy": "by_start_sequence",
        "opt_start_seq": 1,
        "ack_policy": "none",
        "max_deliver": 1,
        "replay_policy": "instant",
        "flow_control": True,
        "idle_heartbeat": 1_000_000_000,
        "mem_storage": True,
        "num_replicas": 1,
    }
