"""What a cluster answers is an answer, a no with its code, or nobody there."""

import asyncio
from typing import Any

import pytest

from holdspace.server.log.jetstream.api import Api, ApiError, UnreachableError
from played_nats import NO_STREAM, PlayedNats, RefusedError, Stream


@pytest.fixture
def nats() -> PlayedNats:
    played = PlayedNats()
    played.streams["words"] = Stream({"subjects": ["words.>"]})
    return played


@pytest.fixture
def api(nats: PlayedNats) -> Api:
    client: Any = nats.client()
    return Api(client)


async def test_a_question_is_asked_with_what_it_says(nats: PlayedNats, api: Api) -> None:
    nats.streams["words"].store("words.one", b"", {})
    info = await api.ask("STREAM.INFO.words", subjects_filter="words.>")
    assert info["state"] == {"last_seq": 1, "messages": 1, "subjects": {"words.one": 1}}
    assert nats.asked == [("STREAM.INFO.words", {"subjects_filter": "words.>"})]
    await api.ask("STREAM.INFO.words")
    assert nats.asked[-1] == ("STREAM.INFO.words", {})


async def test_what_is_stored_is_in_the_stream_of_its_subject(nats: PlayedNats, api: Api) -> None:
    assert await api.store("words.two", b"said") == {"seq": 1}
    (stored,) = nats.streams["words"].messages.values()
    assert (stored.subject, stored.data) == ("words.two", b"said")


async def test_a_no_has_its_code_and_its_words(api: Api) -> None:
    with pytest.raises(ApiError, match=r"^stream not found$") as refused:
        await api.ask("STREAM.INFO.other")
    assert refused.value.code == NO_STREAM


async def test_a_no_without_words_is_one_too(nats: PlayedNats, api: Api) -> None:
    no = RefusedError(1)
    no.answer = {"error": {}}
    nats.refused["STREAM.INFO"] = no
    with pytest.raises(ApiError) as refused:
        await api.ask("STREAM.INFO.words")
    assert (refused.value.code, str(refused.value)) == (0, "")


@pytest.mark.parametrize("status", [503, 408])
async def test_nodes_that_elect_a_leader_are_not_there(
    nats: PlayedNats, api: Api, status: int
) -> None:
    nats.refused["STREAM.INFO"] = RefusedError(10008, "temporarily unavailable", status)
    with pytest.raises(UnreachableError):
        await api.ask("STREAM.INFO.words")


async def test_patience_asks_again_until_somebody_answers(
    nats: PlayedNats, api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    nats.is_silent = True
    waited: list[float] = []

    async def back(seconds: float) -> None:
        waited.append(seconds)
        nats.is_silent = len(waited) < 3

    monkeypatch.setattr(asyncio, "sleep", back)
    info = await api.ask_patiently("STREAM.INFO.words", 1000, subjects_filter="words.>")
    assert info["created"] == "yesterday"
    assert len(waited) == 3
    # Not so often that those who elect a leader have no peace.
    assert min(waited) > 0.05


async def test_patience_ends(nats: PlayedNats, api: Api) -> None:
    nats.is_silent = True
    with pytest.raises(UnreachableError):
        await api.ask_patiently("STREAM.INFO.words", 0)


async def test_a_no_is_not_asked_for_again(nats: PlayedNats, api: Api) -> None:
    with pytest.raises(ApiError):
        await api.ask_patiently("STREAM.INFO.other", 1000)
    assert len(nats.asked) == 1
