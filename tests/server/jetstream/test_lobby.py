"""Who knocks is told to the other relays, in order, and after the log that a knock needs."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

import msgspec
import pytest
from nats.errors import NoRespondersError

from holdspace.server.log import Noted, Outcome
from holdspace.server.log.jetstream import lobby
from holdspace.server.log.jetstream.lobby import LobbyNotes
from holdspace.server.log.jetstream.subjects import Subjects
from holdspace.server.log.records import KnockEnded, KnockMade, Note
from played_nats import PlayedNats, Stream
from relay_papers import Circle, id16

HERE, SUBJECTS = Circle(), Subjects("test")
KNOCK_KEY = HERE.knock_key.public


def knock(who: str = "newcomer") -> KnockMade:
    return KnockMade(
        room=HERE.room,
        knock=id16("knock", who),
        knock_key=KNOCK_KEY,
        sealed=b"sealed",
        until_minute=9,
    )


def ended(who: str = "newcomer") -> KnockEnded:
    return KnockEnded(room=HERE.room, knock=id16("knock", who), declined=b"no")


@dataclass
class Relay:
    """One relay's side of it, and what it heard."""

    nats: PlayedNats
    heard: list[Outcome] = field(default_factory=list)
    caught_up: int = 0
    is_log_here: asyncio.Event = field(default_factory=asyncio.Event)

    def __post_init__(self) -> None:
        client: Any = self.nats.client()
        self.notes = LobbyNotes(client, SUBJECTS, self.heard.append, self.catch_up)
        self.notes.follower.start()
        self.is_log_here.set()

    async def catch_up(self) -> bool:
        self.caught_up += 1
        await self.is_log_here.wait()
        return True

    async def until(self, number: int) -> list[Note]:
        async with asyncio.timeout(20):
            while len(self.heard) < number:
                await asyncio.sleep(0.001)
        return [one.note for one in self.heard if isinstance(one, Noted)]


@pytest.fixture
def nats(monkeypatch: pytest.MonkeyPatch) -> PlayedNats:
    monkeypatch.setattr(lobby, "_TRY_SECONDS", 0.04)
    played = PlayedNats()
    played.streams[SUBJECTS.lobby_stream] = Stream({"subjects": [SUBJECTS.lobby]})
    return played


@pytest.fixture
async def relays(nats: PlayedNats) -> AsyncIterator[tuple[Relay, Relay]]:
    one, other = Relay(nats), Relay(nats)
    async with asyncio.timeout(20):
        while len(nats.streams[SUBJECTS.lobby_stream].consumers) < 2:
            await asyncio.sleep(0)
    yield one, other
    for relay in (one, other):
        await relay.notes.stop()


async def test_what_one_tells_the_other_hears_in_order(relays: tuple[Relay, Relay]) -> None:
    one, other = relays
    told = [knock("ada"), knock("ben"), ended("ada")]
    for note in told:
        one.notes.tell(note)
    assert await other.until(3) == told
    # Nobody hears of their own.
    assert one.heard == []


async def test_each_knock_has_a_subject_so_that_its_latest_state_counts(
    nats: PlayedNats, relays: tuple[Relay, Relay]
) -> None:
    one, other = relays
    one.notes.tell(knock())
    await other.until(1)
    (stored,) = nats.streams[SUBJECTS.lobby_stream].messages.values()
    assert stored.subject == SUBJECTS.knock(HERE.room, knock().knock)


async def test_a_knock_is_not_handed_out_before_the_invitation_it_needs(
    relays: tuple[Relay, Relay],
) -> None:
    one, other = relays
    other.is_log_here.clear()
    one.notes.tell(knock("ada"))
    one.notes.tell(knock("ben"))
    async with asyncio.timeout(20):
        while len(other.notes._heard) < 2:
            await asyncio.sleep(0.001)
    assert other.heard == []
    other.is_log_here.set()
    assert await other.until(2) == [knock("ada"), knock("ben")]
    # One question served both; the next knock asks again.
    assert other.caught_up == 1
    one.notes.tell(ended("ada"))
    await other.until(3)
    assert other.caught_up == 2


async def test_what_no_relay_of_ours_wrote_is_passed_over(
    nats: PlayedNats, relays: tuple[Relay, Relay]
) -> None:
    one, other = relays
    subject = SUBJECTS.knock(HERE.room, knock().knock)
    for data in (b"", b"\xc1", b"\x91" * 5000, msgspec.msgpack.encode([99, b"", b""])):
        nats.put(subject, data)
    one.notes.tell(knock())
    assert await other.until(1) == [knock()]


async def test_a_note_that_gets_no_answer_is_told_again_and_the_next_one_waits(
    nats: PlayedNats, relays: tuple[Relay, Relay], monkeypatch: pytest.MonkeyPatch
) -> None:
    one, other = relays
    answer, times = nats.answer, list[str]()

    def deaf_at_first(subject: str, data: bytes, headers: dict[str, str]) -> Any:
        if subject.startswith("holdspace."):
            times.append(subject)
            if len(times) < 3:
                raise NoRespondersError
        return answer(subject, data, headers)

    monkeypatch.setattr(nats, "answer", deaf_at_first)
    one.notes.tell(knock("ada"))
    one.notes.tell(knock("ben"))
    assert await other.until(2) == [knock("ada"), knock("ben")]
    assert len(times) == 4


async def test_a_note_that_nobody_takes_is_given_up_for_the_next_one(
    nats: PlayedNats, relays: tuple[Relay, Relay]
) -> None:
    one, other = relays
    nats.is_silent = True
    one.notes.tell(knock("ada"))
    last = one.notes._last
    assert last is not None
    await last
    nats.is_silent = False
    one.notes.tell(knock("ben"))
    # Whoever knocks does so again when nobody has come.
    assert await other.until(1) == [knock("ben")]


async def test_who_stops_tells_no_more(nats: PlayedNats, relays: tuple[Relay, Relay]) -> None:
    one, other = relays
    other.is_log_here.clear()
    one.notes.tell(knock("ada"))
    async with asyncio.timeout(20):
        while not other.caught_up:
            await asyncio.sleep(0.001)
    await other.notes.stop()
    nats.is_silent = True
    one.notes.tell(knock("ben"))
    await asyncio.sleep(0)
    await one.notes.stop()
    assert one.notes._last is not None
    assert one.notes._last.cancelled()
    assert other.heard == []
