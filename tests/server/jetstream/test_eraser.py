"""What is over is erased in an order that never makes two relays disagree, and until it is done."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest

from holdspace.server.log.jetstream import eraser as erasing
from holdspace.server.log.jetstream.api import Api
from holdspace.server.log.jetstream.eraser import GRAVESTONE_SECONDS, Eraser, Erasure
from played_nats import NO_MESSAGE, PlayedNats, RefusedError, Stream

STREAM = "holdspace_test"
MEETING = "log.meeting.one.>"
EPOCHS, WORDS, ROOM = "log.meeting.one.epochs", "log.meeting.one.words", "log.room.here"


@pytest.fixture
def nats() -> PlayedNats:
    """A stream with a meeting's beginning and two words, a room, and one word more."""
    played = PlayedNats()
    played.streams[STREAM] = Stream({"subjects": ["log.>"]})
    for subject in (EPOCHS, WORDS, WORDS, ROOM, WORDS):
        played.streams[STREAM].store(subject, b"sealed", {})
    return played


@pytest.fixture
async def eraser(nats: PlayedNats, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Eraser]:
    monkeypatch.setattr(erasing, "_RETRY_SECONDS", 0.01)
    client: Any = nats.client()
    eraser = Eraser(Api(client), STREAM)
    yield eraser
    await eraser.stop()


async def done(eraser: Eraser) -> None:
    """Wait until this relay has erased what it has to."""
    async with asyncio.timeout(20):
        while eraser.is_busy:
            await asyncio.sleep(0.001)


def there(nats: PlayedNats) -> list[int]:
    return [*nats.streams[STREAM].messages]


async def test_a_meeting_goes_with_its_key_and_all_before_its_end(
    nats: PlayedNats, eraser: Eraser
) -> None:
    eraser.erase(Erasure((1,), MEETING, 5), is_ours=True)
    assert eraser.is_busy
    await done(eraser)
    # What came later is of another meeting with the same handle.
    assert there(nats) == [4, 5]
    # The key first: without it the rest says nothing.
    asked = [what for what, _ in nats.asked]
    assert asked == [f"STREAM.{what}.{STREAM}" for what in ("INFO", "MSG.DELETE", "PURGE")]
    # Overwritten, not only unlinked.
    assert nats.words("STREAM.MSG.DELETE") == [{"seq": 1}]
    assert not eraser.is_busy


async def test_without_a_place_all_on_a_subject_goes(nats: PlayedNats, eraser: Eraser) -> None:
    eraser.erase(Erasure(subject=MEETING), is_ours=True)
    await done(eraser)
    assert there(nats) == [4]
    assert nats.words("STREAM.PURGE") == [{"filter": MEETING}]


async def test_a_gravestone_stands_before_what_it_is_for_is_gone(
    nats: PlayedNats, eraser: Eraser
) -> None:
    nats.refused["STREAM.MSG.DELETE"] = RefusedError(1, "a node is away")
    eraser.erase(Erasure((1,), MEETING, 5, gravestone=(ROOM, b"stone")), is_ours=True)
    async with asyncio.timeout(20):
        while not nats.words("STREAM.INFO"):
            await asyncio.sleep(0.001)
    assert nats.streams[STREAM].messages[6].data == b"stone"
    assert there(nats)[:5] == [1, 2, 3, 4, 5]


async def test_what_somebody_else_has_erased_is_not_erased_again(
    nats: PlayedNats, eraser: Eraser
) -> None:
    for place in (1, 2, 3, 5):
        del nats.streams[STREAM].messages[place]
    eraser.erase(Erasure((1,), MEETING, 5, gravestone=(ROOM, b"stone")), is_ours=True)
    await done(eraser)
    assert [what for what, _ in nats.asked] == [f"STREAM.INFO.{STREAM}"]
    assert there(nats) == [4]


async def test_single_messages_go_without_a_question(nats: PlayedNats, eraser: Eraser) -> None:
    eraser.erase(Erasure((2, 3)), is_ours=True)
    await done(eraser)
    assert there(nats) == [1, 4, 5]
    assert {what for what, _ in nats.asked} == {f"STREAM.MSG.DELETE.{STREAM}"}


@pytest.mark.parametrize("code", [NO_MESSAGE, 10043, 10057])
async def test_a_message_that_is_gone_is_erased(
    nats: PlayedNats, eraser: Eraser, code: int
) -> None:
    nats.refused["STREAM.MSG.DELETE"] = RefusedError(code, "no message found")
    eraser.erase(Erasure((1, 2)), is_ours=True)
    await done(eraser)
    assert nats.words("STREAM.MSG.DELETE") == []


async def test_what_cannot_be_erased_yet_is_tried_until_it_can(
    nats: PlayedNats, eraser: Eraser
) -> None:
    nats.refused["STREAM.MSG.DELETE"] = RefusedError(10008, "no space")
    eraser.erase(Erasure((1,)), is_ours=True)
    await asyncio.sleep(0.05)
    assert eraser.is_busy
    nats.refused.clear()
    nats.is_silent = True
    await asyncio.sleep(0.05)
    assert eraser.is_busy
    nats.is_silent = False
    await done(eraser)
    assert there(nats) == [2, 3, 4, 5]


async def test_a_no_to_the_rest_is_left_at_that_once_the_key_is_gone(
    nats: PlayedNats, eraser: Eraser
) -> None:
    nats.refused["STREAM.PURGE"] = RefusedError(10110, "purge is not allowed")
    eraser.erase(Erasure((1,), MEETING, 5), is_ours=True)
    await done(eraser)
    assert there(nats) == [2, 3, 4, 5]


async def test_what_another_relay_should_erase_is_looked_at_later(
    nats: PlayedNats, eraser: Eraser, monkeypatch: pytest.MonkeyPatch
) -> None:
    eraser.erase(Erasure((1,)), is_ours=False)
    await asyncio.sleep(0.05)
    assert there(nats) == [1, 2, 3, 4, 5]
    # Nobody has to wait for it.
    assert not eraser.is_busy
    monkeypatch.setattr(erasing, "_LOOK_SECONDS", (0.0, 0.01))
    eraser.erase(Erasure((2,)), is_ours=False)
    async with asyncio.timeout(20):
        while 2 in there(nats):
            await asyncio.sleep(0.001)


async def test_gravestones_are_swept_away_when_every_relay_has_read_them(
    nats: PlayedNats, eraser: Eraser, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(erasing, "_SWEEP_SECONDS", 0.01)
    eraser.start()
    assert not eraser.is_busy
    # One has stood for its hour, and the minute in which others look; the next has not.
    eraser.bury(2, GRAVESTONE_SECONDS + 61)
    eraser.bury(4, GRAVESTONE_SECONDS - 1)
    eraser.bury(5, GRAVESTONE_SECONDS + 61)
    async with asyncio.timeout(20):
        while 2 in there(nats):
            await asyncio.sleep(0.001)
    await asyncio.sleep(0.05)
    assert there(nats) == [1, 3, 4, 5]


async def test_a_gravestone_that_cannot_be_swept_keeps_no_other_one(
    nats: PlayedNats, eraser: Eraser, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(erasing, "_SWEEP_SECONDS", 0.01)
    nats.refused["STREAM.MSG.DELETE"] = RefusedError(10008, "no space")
    eraser.bury(1, GRAVESTONE_SECONDS + 61)
    eraser.start()
    async with asyncio.timeout(20):
        while eraser._gravestones:
            await asyncio.sleep(0.001)
    nats.refused.clear()
    eraser.bury(2, GRAVESTONE_SECONDS + 61)
    async with asyncio.timeout(20):
        while 2 in there(nats):
            await asyncio.sleep(0.001)
    assert there(nats) == [1, 3, 4, 5]


async def test_who_stops_erases_no_more(nats: PlayedNats, eraser: Eraser) -> None:
    nats.is_silent = True
    eraser.erase(Erasure((1,)), is_ours=True)
    await asyncio.sleep(0)
    await eraser.stop()
    nats.is_silent = False
    assert not eraser.is_busy
    assert there(nats) == [1, 2, 3, 4, 5]
