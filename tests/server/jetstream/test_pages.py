"""A message is fetched from whichever node is near, and from the leader where that one lags."""

from typing import Any

import pytest

from holdspace.server.log.jetstream.api import Api, UnreachableError
from holdspace.server.log.jetstream.pages import Page, fetch
from played_nats import PlayedNats, Stream

STREAM = "holdspace_test"


@pytest.fixture
def nats() -> PlayedNats:
    played = PlayedNats()
    played.streams[STREAM] = Stream({"subjects": ["log.>"]})
    for words in (b"one", b"two", b""):
        played.streams[STREAM].store("log.words", words, {})
    return played


async def fetched(nats: PlayedNats, message: int) -> Page | None:
    client: Any = nats.client()
    return await fetch(client, Api(client), STREAM, message)


async def test_a_node_near_by_hands_it_out_and_nobody_else_is_asked(nats: PlayedNats) -> None:
    assert await fetched(nats, 2) == Page("log.words", b"two")
    assert nats.asked == []


async def test_what_a_node_near_by_does_not_have_yet_the_leader_has(nats: PlayedNats) -> None:
    nats.is_near = False
    assert await fetched(nats, 2) == Page("log.words", b"two")
    assert nats.asked == [(f"STREAM.MSG.GET.{STREAM}", {"seq": 2})]
    # An empty message comes without a word of its data.
    assert await fetched(nats, 3) == Page("log.words", b"")


async def test_what_was_erased_is_nowhere(nats: PlayedNats) -> None:
    del nats.streams[STREAM].messages[2]
    assert await fetched(nats, 2) is None


async def test_an_answer_without_a_subject_is_no_message(
    nats: PlayedNats, monkeypatch: pytest.MonkeyPatch
) -> None:
    near = nats._near

    def nameless(name: str, body: dict[str, Any]) -> Any:
        message = near(name, body)
        message.headers, message.data = None, b"what nobody asked for"
        return message

    monkeypatch.setattr(nats, "_near", nameless)
    assert await fetched(nats, 2) == Page("log.words", b"two")


async def test_nobody_who_answers_says_nothing_about_a_message(nats: PlayedNats) -> None:
    nats.is_silent = True
    with pytest.raises(UnreachableError):
        await fetched(nats, 2)
