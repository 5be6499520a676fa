"""Lanes under a cluster that loses, repeats and delays: played, so that each moment can be held."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field, replace

import pytest
from nats.errors import ConnectionClosedError

from holdspace.server.log.jetstream import lanes
from holdspace.server.log.jetstream.follower import Message
from holdspace.server.log.jetstream.lanes import Around, End, Lanes, Tickets, Wish
from holdspace.server.log.jetstream.wire import Batch, put_open
from holdspace.server.log.records import EntryAppended, MeetingClosed, Record

MEETING = b"m" * 16


@dataclass
class Sent:
    """What a lane published."""

    subject: str
    payload: bytes
    reply: str
    headers: dict[str, str]

    @property
    def id(self) -> str:
        return self.headers["Nats-Msg-Id"]


@dataclass
class Reply:
    """What the cluster answers, as the client hands it over."""

    subject: str
    data: bytes


class PlayedClient:
    """A NATS client whose cluster does what a test says."""

    def __init__(self) -> None:
        self.sent: list[Sent] = []
        self.is_connected = True
        self.hear: Callable[[Reply], Awaitable[None]]

    def new_inbox(self) -> str:
        return "_INBOX.test"

    async def subscribe(self, _subject: str, cb: Callable[[Reply], Awaitable[None]]) -> None:
        self.hear = cb

    async def publish(
        self, subject: str, payload: bytes, reply: str, headers: dict[str, str]
    ) -> None:
        if not self.is_connected:
            raise ConnectionClosedError
        self.sent.append(Sent(subject, payload, reply, headers))


@dataclass
class Played:
    """Lanes, their cluster, and what they told."""

    client: PlayedClient = field(default_factory=PlayedClient)
    ended: list[tuple[Tickets, End]] = field(default_factory=list)
    acked: list[Message] = field(default_factory=list)
    newest: dict[str, int] = field(default_factory=dict)
    known: int = 0
    is_over: bool = False

    async def start(self) -> None:
        self.lanes = Lanes(
            self.client,  # type: ignore[arg-type]
            Around(
                pack=self.pack,
                newest_on=lambda subject: self.newest.get(subject, 0),
                moved=lambda subject, place: self.newest.update({subject: place}),
                acked=self.acked.append,
                reached=self.reached,
                ended=lambda tickets, end: self.ended.append((tickets, end)),
            ),
        )
        await self.lanes.start()

    def pack(self, _subject: str, records: Batch) -> bytes | None:
        return None if self.is_over else put_open(records)

    async def reached(self, place: int) -> None:
        while self.known < place:
            await asyncio.sleep(0.005)

    def say(self, *tickets: int, size: int = 10) -> None:
        for ticket in tickets:
            wish = Wish(ticket, entry(ticket), "words", size)
            self.lanes.add(MEETING, wish)

    async def published(self, number: int) -> Sent:
        """Return what was published as the so-many-eth message, repeats counted."""
        async with asyncio.timeout(20):
            while len(self.client.sent) < number:
                await asyncio.sleep(0.005)
        return self.client.sent[number - 1]

    async def told(self, number: int = 1) -> list[tuple[Tickets, End]]:
        async with asyncio.timeout(20):
            while len(self.ended) < number:
                await asyncio.sleep(0.005)
        return self.ended

    async def refuse(self, sent: Sent, code: int, words: str = "") -> None:
        error = {"code": 400, "err_code": code, "description": words}
        data = json.dumps({"error": error, "stream": "s", "seq": 0}).encode()
        await self.client.hear(Reply(sent.reply, data))


def entry(number: int) -> Record:
    return EntryAppended(
        meeting=MEETING, epoch=0, message_id=bytes([number]) * 16, payload=b"w", cost=1
    )


@pytest.fixture
async def played(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Played]:
    monkeypatch.setattr(lanes, "REPEAT_SECONDS", 0.05)
    monkeypatch.setattr(lanes, "GIVE_UP_SECONDS", 0.4)
    monkeypatch.setattr(lanes, "_MOMENT_SECONDS", 0.01)
    played = Played()
    await played.start()
    yield played
    await played.lanes.stop()


async def test_what_is_said_meanwhile_goes_as_one_message(played: Played) -> None:
    played.say(1)
    first = await played.published(1)
    played.say(2, 3, 4)
    await asyncio.sleep(0)
    assert {sent.id for sent in played.client.sent} == {first.id}
    assert played.lanes.delivered(first.id) == (1,)
    while (second := played.client.sent[-1]).id == first.id:
        await asyncio.sleep(0.005)
    assert played.lanes.delivered(second.id) == (2, 3, 4)
    assert played.ended == []


async def test_a_lost_answer_repeats_the_same_message_and_counts_once(played: Played) -> None:
    played.say(1)
    played.say(2)
    first, again = await played.published(1), await played.published(2)
    assert (first.id, first.payload) == (again.id, again.payload)
    assert played.lanes.delivered(first.id) == (1, 2)
    # Delivered twice, as a follower never does: nobody is told twice.
    assert played.lanes.delivered(first.id) == ()
    assert played.lanes.delivered("somebody else.1") == ()


async def test_what_came_after_an_uncertain_message_is_uncertain_too(played: Played) -> None:
    played.say(1)
    first = await played.published(1)
    played.say(2, 3)
    assert await played.told() == [((1, 2, 3), End.UNKNOWN)]
    # Said by people who have not heard yet that they are sent away.
    played.say(4)
    played.lanes.resume()
    assert await played.told(2) == [((1, 2, 3), End.UNKNOWN), ((4,), End.UNKNOWN)]
    played.lanes.resume()
    assert {sent.id for sent in played.client.sent} == {first.id}
    # If it comes after all, it is as if somebody else had asked.
    assert played.lanes.delivered(first.id) == ()
    played.say(5)
    async with asyncio.timeout(20):
        while (sent := played.client.sent[-1]).id == first.id:
            await asyncio.sleep(0.005)
    assert played.lanes.delivered(sent.id) == (5,)


async def test_without_a_connection_it_waits_and_goes_on(played: Played) -> None:
    played.client.is_connected = False
    played.say(1)
    await asyncio.sleep(0.1)
    assert played.client.sent == []
    played.client.is_connected = True
    assert played.lanes.delivered((await played.published(1)).id) == (1,)


async def test_a_full_cluster_refuses_only_what_it_certainly_has_not(played: Played) -> None:
    played.say(1)
    await played.refuse(await played.published(1), 10077, "maximum bytes exceeded")
    assert await played.told() == [((1,), End.REFUSED)]
    played.say(2)
    await played.published(3)
    # Said after a repeat it says nothing about the first copy.
    await played.refuse(played.client.sent[-1], 10077, "maximum bytes exceeded")
    assert await played.told(2) == [((1,), End.REFUSED), ((2,), End.UNKNOWN)]


async def test_an_acknowledgement_tells_its_place(played: Played) -> None:
    played.say(1)
    sent = await played.published(1)
    await played.client.hear(Reply(sent.reply, b'{"stream":"s","seq":7,"duplicate":true}'))
    (message,) = played.acked
    assert (message.place, message.subject, message.data) == (7, "words", sent.payload)
    assert message.age == 0.0
    assert played.ended == []


async def test_a_bundle_is_beaten_only_when_all_before_it_is_known(played: Played) -> None:
    played.lanes.add(MEETING, Wish(1, entry(1), "epochs", only_after=5))
    sent = await played.published(1)
    assert sent.headers["Nats-Expected-Last-Subject-Sequence"] == "5"
    await played.refuse(sent, 10071, "wrong last sequence: 9")
    await asyncio.sleep(0.03)
    assert played.ended == []
    played.newest["epochs"] = played.known = 9
    assert await played.told() == [((1,), End.BEATEN)]


async def test_the_first_copy_of_a_repeated_bundle_may_have_won(played: Played) -> None:
    played.lanes.add(MEETING, Wish(1, entry(1), "epochs", only_after=5))
    sent = await played.published(2)
    await played.refuse(sent, 10071, "wrong last sequence: 9")
    # What stands at 9 is this very bundle.
    assert played.lanes.delivered(sent.id) == (1,)
    played.newest["epochs"] = played.known = 9
    await asyncio.sleep(0.05)
    assert played.ended == []


async def test_a_bundle_for_an_epoch_that_is_over_is_not_even_sent(played: Played) -> None:
    played.newest["epochs"] = 6
    played.lanes.add(MEETING, Wish(1, entry(1), "epochs", only_after=5))
    assert await played.told() == [((1,), End.BEATEN)]
    assert played.client.sent == []


async def test_a_record_of_a_room_goes_again_after_somebody_elses(played: Played) -> None:
    closing = MeetingClosed(meeting=MEETING)
    played.lanes.add(b"room", Wish(1, closing, "room", is_guarded=True))
    first = await played.published(1)
    assert first.headers["Nats-Expected-Last-Subject-Sequence"] == "0"
    played.newest["room"] = played.known = 4
    await played.refuse(first, 10071, "wrong last sequence: 4")
    while (second := played.client.sent[-1]).id == first.id:
        await asyncio.sleep(0.005)
    assert second.headers["Nats-Expected-Last-Subject-Sequence"] == "4"
    assert played.lanes.delivered(second.id) == (1,)


async def test_what_is_said_in_a_meeting_that_is_over_goes_nowhere(played: Played) -> None:
    played.is_over = True
    played.say(1, 2)
    assert await played.told() == [((1, 2), End.OVER)]
    assert played.client.sent == []


async def test_a_message_has_a_limit(played: Played) -> None:
    played.say(*range(1, 11), size=60 * 1024)
    assert played.lanes.delivered((await played.published(1)).id) == (1, 2, 3, 4)


async def test_what_comes_next_goes_as_soon_as_the_message_before_is_there(
    played: Played, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lanes, "REPEAT_SECONDS", 1000.0)
    monkeypatch.setattr(lanes, "GIVE_UP_SECONDS", 1000.0)
    played.say(1)
    first = await played.published(1)
    played.say(2)
    played.lanes.delivered(first.id)
    assert (await played.published(2)).id != first.id


async def test_while_somebody_elses_message_is_being_stored_it_is_tried_again(
    played: Played, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lanes, "GIVE_UP_SECONDS", 1000.0)
    played.lanes.add(MEETING, Wish(1, entry(1), "epochs", only_after=5))
    first = await played.published(1)
    await played.refuse(first, 10164, "another is under way")
    assert (await played.published(2)).id == first.id
    assert played.ended == []


async def test_what_was_newest_and_is_erased_is_not_waited_for(played: Played) -> None:
    played.newest["room"] = played.known = 9
    played.lanes.add(b"room", Wish(1, MeetingClosed(meeting=MEETING), "room", is_guarded=True))
    first = await played.published(1)
    assert first.headers["Nats-Expected-Last-Subject-Sequence"] == "9"
    await played.refuse(first, 10071, "wrong last sequence: 4")
    while (second := played.client.sent[-1]).id == first.id:
        await asyncio.sleep(0.005)
    assert second.headers["Nats-Expected-Last-Subject-Sequence"] == "4"


async def test_answers_that_say_nothing_or_come_to_nobody_are_no_answers(played: Played) -> None:
    played.say(1)
    sent = await played.published(1)
    await played.client.hear(Reply("_INBOX.test.404", b'{"stream":"s","seq":7}'))
    await played.client.hear(Reply(sent.reply, b""))
    assert played.acked == []
    assert played.lanes.delivered(sent.id) == (1,)


async def test_what_goes_alone_takes_nothing_with_it(played: Played) -> None:
    played.lanes.add(MEETING, Wish(1, entry(1), "epochs", only_after=5))
    played.say(2, 3)
    first = await played.published(1)
    assert first.subject == "epochs"
    assert played.lanes.delivered(first.id) == (1,)
    while (second := played.client.sent[-1]).id == first.id:
        await asyncio.sleep(0.005)
    assert played.lanes.delivered(second.id) == (2, 3)


async def test_nobody_waits_for_longer_than_until_it_is_given_up(
    played: Played, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lanes, "REPEAT_SECONDS", 1000.0)
    monkeypatch.setattr(lanes, "GIVE_UP_SECONDS", 0.02)
    played.say(1)
    assert await played.told() == [((1,), End.UNKNOWN)]


async def test_what_is_said_as_the_news_comes_waits_until_everybody_has_heard_it(
    played: Played, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lanes, "GIVE_UP_SECONDS", 0.02)
    told = list[Tickets]()

    def hear(tickets: Tickets, _end: End) -> None:
        told.append(tickets)
        if tickets == (1,):
            played.say(2)

    played.lanes._around = replace(played.lanes._around, ended=hear)
    played.say(1)
    first = await played.published(1)
    async with asyncio.timeout(20):
        while not told:
            await asyncio.sleep(0.005)
    assert {sent.id for sent in played.client.sent} == {first.id}
    played.lanes.resume()
    assert told == [(1,), (2,)]


async def test_who_stops_publishes_nothing_more(played: Played) -> None:
    played.say(1)
    await played.published(1)
    (lane,) = played.lanes._lanes.values()
    await played.lanes.stop()
    assert lane.task is not None
    assert lane.task.done()
