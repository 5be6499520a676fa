"""A relay whose log others share too: what it hears of them reaches people, and what it says the others.

The cluster is played; with three real nodes it is in tests/server/jetstream/test_cluster.py.
"""

import asyncio
from collections.abc import AsyncIterator

import pytest

from holdspace.protocol.frames import Ack, Attached, Card, Done, Entry, Knocking, Refuse
from holdspace.protocol.refusals import Close, Refusal
from holdspace.server.guest import Guest
from holdspace.server.log.jetstream import cluster as joining
from holdspace.server.log.jetstream import lanes, watch
from holdspace.server.log.jetstream.log import JetStreamLog
from played_nats import SETTINGS, PlayedNats
from relay_papers import Circle
from relay_process import PATIENCE, Running, relay_here, visiting

FAR = 2**30


@pytest.fixture
def nats(monkeypatch: pytest.MonkeyPatch) -> PlayedNats:
    played = PlayedNats()
    monkeypatch.setattr(joining, "Client", played.client)
    monkeypatch.setattr(joining, "_NODES_ANSWER_SECONDS", 0.05)
    monkeypatch.setattr(watch, "WATCH_SECONDS", 0.02)
    return played


@pytest.fixture
async def relays(nats: PlayedNats) -> AsyncIterator[tuple[Running, Running]]:
    async with (
        relay_here(JetStreamLog(SETTINGS)) as one,
        relay_here(JetStreamLog(SETTINGS)) as other,
    ):
        yield one, other


async def test_people_at_two_relays_talk_and_knock(relays: tuple[Running, Running]) -> None:
    circle = Circle()
    async with visiting(relays[0].url) as host, visiting(relays[1].url) as member:
        await host.open(circle)
        assert isinstance(await member.ask(member.papers.attach(circle)), Attached)
        said = member.papers.append("hello")
        assert await member.ask(said) == Ack(said.ref, 1)
        assert await host.hear() == Entry(1, 0, False, b"hello")
        assert isinstance(await host.ask(host.papers.invite(circle, FAR)), Done)
        assert isinstance(await host.ask(host.papers.watch(circle)), Done)
        async with visiting(relays[1].url) as newcomer:
            assert isinstance(await newcomer.ask(newcomer.papers.card(circle)), Card)
            assert isinstance(await newcomer.ask(newcomer.papers.knock(circle)), Done)
            assert isinstance(await host.hear(), Knocking)
    assert [relay.gate._counts.saved for relay in relays] == [4, 4]


async def test_what_took_effect_is_told_the_log_so_that_it_finds_it_again(
    relays: tuple[Running, Running],
) -> None:
    circle = Circle()
    async with visiting(relays[0].url) as host:
        await host.open(circle)
        await host.ask(host.papers.append("words"))
        async with visiting(relays[1].url) as late:
            await late.ask(late.papers.attach(circle))
            assert await late.hear() == Entry(1, 0, False, b"words")
        await host.send(host.papers.close(circle))
        assert await host.closed() == Close.MEETING_OVER
    for relay in relays:
        assert isinstance(relay.log, JetStreamLog)
        assert relay.log._contents.index.meetings == {}


async def test_when_much_comes_what_a_log_tells_waits_for_more_and_is_told_all_the_same(
    relays: tuple[Running, Running], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(relays[0].gate._turns, "wait", lambda _now: 0.001)
    async with visiting(relays[0].url) as host:
        await host.open(Circle())
        for number in range(3):
            said = host.papers.append(f"words {number}")
            await host.send(said)
            while not isinstance(await host.hear(), Ack):
                pass


async def test_who_is_not_answered_is_sent_away_to_come_back(
    nats: PlayedNats, relays: tuple[Running, Running], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lanes, "GIVE_UP_SECONDS", 0.05)
    circle = Circle()
    async with visiting(relays[0].url) as host:
        await host.open(circle)
        nats.is_silent = True
        await host.send(host.papers.append("into the void"))
        assert await host.closed() == Close.NOT_SAVING
        assert not any(isinstance(one, Ack | Entry) for one in host.got)
    nats.is_silent = False
    # At once: it is not as if nothing could be heard at all.
    assert relays[0].said.getvalue() == ""
    async with visiting(relays[0].url) as back:
        assert isinstance(await back.ask(back.papers.attach(circle)), Attached)
        said = back.papers.append("into the void")
        assert await back.ask(said) == Ack(said.ref, 1)


async def test_that_the_others_cannot_be_heard_is_written_down_and_that_they_can_again(
    nats: PlayedNats, relays: tuple[Running, Running], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watch, "CUT_OFF_SECONDS", 0.1)
    async with visiting(relays[0].url) as host:
        await host.open(Circle())
        nats.is_silent = True
        assert await host.closed() == Close.NOT_SAVING
    nats.is_silent = False
    async with asyncio.timeout(PATIENCE):
        while "joined" not in relays[0].said.getvalue():
            await asyncio.sleep(0.001)
    said = [line.split(":")[1] for line in relays[0].said.getvalue().splitlines()]
    assert said == [" cut-off", " joined"]


async def test_a_key_that_held_nowhere_is_paid_for_also_when_the_others_were_asked_first(
    relays: tuple[Running, Running], monkeypatch: pytest.MonkeyPatch
) -> None:
    wrong = list[str]()
    monkeypatch.setattr(Guest, "was_wrong", lambda _guest: wrong.append("NOT_HERE"))
    async with visiting(relays[0].url) as stranger:
        attach = stranger.papers.attach(Circle("unknown"))
        assert await stranger.ask(attach) == Refuse(attach.ref, Refusal.NOT_HERE)
    assert len(wrong) == 1
