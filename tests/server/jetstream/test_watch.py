"""A relay knows whether it hears its cluster, and lets people go when it does not."""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import pytest

from holdspace.server.log.jetstream import watch as watching
from holdspace.server.log.jetstream.api import NO_MESSAGE, ApiError, UnreachableError
from holdspace.server.log.jetstream.eraser import GRAVESTONE_SECONDS
from holdspace.server.log.jetstream.follower import Follower
from holdspace.server.log.jetstream.subjects import Subjects
from holdspace.server.log.jetstream.watch import CUT_OFF_SECONDS, Told, Watch

CREATED = "yesterday"


class Played:
    """A watch whose cluster has a stream of 9 messages, of which the last there is number 7."""

    def __init__(self) -> None:
        nobody: Any = self
        self.told: list[str] = []
        self.heard = asyncio.Event()
        self.error: Exception | None = None
        self.created = CREATED
        self.there = 7
        self.as_it_is_asked: Callable[[], None] = lambda: None
        self.follower = Follower(nobody, nobody, "stream", lambda _message: None)
        told = Told(self.cut_off, self.join, self.start_again, self.look_at)
        self.watch = Watch(nobody, Subjects("test"), self.follower, told, created=CREATED)

    async def ask(self, what: str, **_body: object) -> dict[str, Any]:
        if self.error is not None:
            raise self.error
        self.as_it_is_asked()
        if what.startswith("STREAM.MSG.GET"):
            return {"message": {"seq": self.there}}
        return {"created": self.created, "state": {"last_seq": 9}}

    async def ask_patiently(self, what: str, _seconds: float) -> dict[str, Any]:
        return await self.ask(what)

    def note(self, what: str) -> None:
        self.told.append(what)
        self.heard.set()

    def cut_off(self) -> None:
        self.note("cut off")

    def start_again(self) -> None:
        self.note("start again")

    async def join(self) -> None:
        self.note("join")

    async def look_at(self, info: dict[str, Any]) -> None:
        assert info["created"] == self.created

    def silent_for(self, seconds: float) -> None:
        """Let it be so long since anything was heard, or went on."""
        at = asyncio.get_running_loop().time() - seconds
        self.watch._contact = self.watch._moved = at

    async def run(self) -> list[str]:
        """Let it look until it tells something."""
        task = asyncio.create_task(self.watch.run())
        async with asyncio.timeout(20):
            await self.heard.wait()
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task
        return self.told

    @property
    def asks_for_a_new_consumer(self) -> bool:
        return self.follower._is_lost.is_set()


@pytest.fixture
async def played(monkeypatch: pytest.MonkeyPatch) -> Played:
    monkeypatch.setattr(watching, "WATCH_SECONDS", 0.0)
    monkeypatch.setattr(watching, "_MOMENT_SECONDS", 0.01)
    return Played()


@pytest.mark.parametrize("error", [UnreachableError(), ApiError(1, "no")])
async def test_a_cluster_that_answers_nothing_for_long_is_out_of_reach(
    played: Played, error: Exception
) -> None:
    played.error = error
    played.silent_for(CUT_OFF_SECONDS + 1)
    assert {*await played.run()} == {"cut off"}


async def test_who_hears_everything_belongs_to_it(played: Played) -> None:
    played.follower.know(9)
    assert {*await played.run()} == {"join"}


@pytest.mark.parametrize("is_other", [False, True])
async def test_a_stream_set_up_anew_or_not_seen_for_long_is_read_from_its_beginning(
    played: Played, is_other: bool
) -> None:
    if is_other:
        played.created = "today"
    else:
        played.silent_for(GRAVESTONE_SECONDS / 2 + 1)
    told = await played.run()
    assert told[0] == "start again"
    assert told.count("start again") == 1


async def test_who_was_away_for_less_than_a_gravestone_stands_goes_on_from_there(
    played: Played,
) -> None:
    played.follower.know(9)
    played.silent_for(GRAVESTONE_SECONDS / 2 - 60)
    assert {*await played.run()} == {"join"}


async def test_everything_is_heard_when_the_last_that_is_not_erased_was(played: Played) -> None:
    assert await played.watch.hear_all(0.05) is False
    played.follower.know(7)
    assert await played.watch.hear_all(20)
    assert played.follower.known == 9


async def test_it_goes_on_where_the_rest_was_erased(played: Played) -> None:
    played.follower.know(7)
    played.silent_for(CUT_OFF_SECONDS + 1)
    for _ in range(2):
        await played.watch._check_progress(9)
    assert (played.follower.known, played.told) == (9, [])


async def test_a_consumer_that_stands_still_is_replaced_and_then_given_up(played: Played) -> None:
    played.there = 9
    for seconds, is_replaced, told in ((1, False, []), (5, True, []), (13, True, ["cut off"])):
        played.silent_for(seconds)
        await played.watch._check_progress(9)
        assert (played.asks_for_a_new_consumer, played.told) == (is_replaced, told)


@pytest.mark.parametrize("known", [9, 3])
async def test_one_that_goes_on_or_is_at_the_end_is_left_alone(played: Played, known: int) -> None:
    played.there = 9
    played.follower.know(known)
    played.silent_for(CUT_OFF_SECONDS + 1)
    await played.watch._check_progress(9)
    assert (played.asks_for_a_new_consumer, played.told) == (False, [])


async def test_a_stream_without_messages_is_heard_to_its_end(played: Played) -> None:
    played.error = ApiError(NO_MESSAGE, "no message found")
    assert await played.watch._last_there() == 0
    played.error = ApiError(1, "something else")
    with pytest.raises(ApiError):
        await played.watch._last_there()


async def test_what_was_heard_before_a_new_beginning_is_not_taken_for_heard_after_it(
    played: Played,
) -> None:
    played.follower.know(7)
    await played.watch._check_progress(9)
    played.as_it_is_asked = played.follower.start_again
    await played.watch._check_progress(9)
    assert played.follower.known == 0
