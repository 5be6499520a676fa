"""Several relays on one cluster are one relay to the people who meet there."""

import asyncio
import random
import secrets
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path

import pytest
from websockets.exceptions import ConnectionClosed

from cluster_trouble import (
    a_relay_is_killed,
    a_relay_is_paused,
    meeting,
    the_leader_is_killed,
)
from holdspace.protocol.frames import (
    Ack,
    Attached,
    Card,
    Declined,
    Done,
    Entry,
    KnockGone,
    Knocking,
    MeetingClosed,
    Refuse,
    Welcomed,
)
from holdspace.protocol.refusals import Close, Refusal
from holdspace.server.log.jetstream import watch
from holdspace.server.log.jetstream.follower import Message
from holdspace.server.log.jetstream.log import JetStreamLog
from holdspace.server.log.records import MeetingBegun
from nats_cluster import NatsCluster
from relay_houses import LIMITS
from relay_papers import Circle, id16, welcome
from relay_process import PATIENCE, Running, Visitor, relay_here, visiting

FAR = 2**30


class Pair:
    """Two relays of one cluster, in this process."""

    def __init__(self, one: Running, other: Running, name: str) -> None:
        self.one = one
        self.other = other
        self.name = name


@pytest.fixture
async def relays(cluster: NatsCluster) -> AsyncIterator[Pair]:
    name = f"pair-{secrets.token_hex(4)}"
    settings = cluster.settings(name)
    async with (
        relay_here(JetStreamLog(settings), LIMITS) as one,
        relay_here(JetStreamLog(settings), LIMITS) as other,
    ):
        yield Pair(one, other, name)


async def joined(relay: Running) -> None:
    """Wait until a relay that was cut off has heard the others again."""
    async with asyncio.timeout(PATIENCE):
        while " joined:" not in relay.said.getvalue():
            await asyncio.sleep(0.1)


async def until(visitor: Visitor, kind: type) -> object:
    while not isinstance(heard := await visitor.hear(), kind):
        pass
    return heard


async def test_members_of_one_meeting_sit_on_different_relays(relays: Pair) -> None:
    circle = Circle()
    async with visiting(relays.one.url) as host, visiting(relays.other.url) as member:
        await host.open(circle)
        # Acknowledged there, so known here, however little later that is asked.
        assert isinstance(await member.ask(member.papers.attach(circle)), Attached)
        for number in range(5):
            for person in (host, member):
                await person.send(person.papers.append(f"{number} {person.papers.origin}"))
        for person in (host, member):
            while sum(isinstance(one, Entry) for one in person.got) < 10:
                await person.hear()
        heard = [[e for e in person.got if isinstance(e, Entry)] for person in (host, member)]
        assert heard[0] == heard[1]
        await host.send(host.papers.bundle(circle, 0))
        assert await until(member, Entry) == Entry(11, 0, True, b"commit of epoch 0")
        assert isinstance(await member.ask(member.papers.prove(circle, 1)), Done)
        await member.send(member.papers.close(circle))
        assert await until(host, MeetingClosed) == MeetingClosed(circle.meeting)
        assert await host.closed() == await member.closed() == Close.MEETING_OVER


@pytest.mark.parametrize("time", range(4))
async def test_the_first_question_to_another_relay_is_never_too_early(
    relays: Pair, time: int
) -> None:
    circle = Circle(time=time)
    async with visiting(relays.one.url) as host, visiting(relays.other.url) as member:
        await host.open(circle)
        attach, said = member.papers.attach(circle), member.papers.append("here at once")
        await member.send(attach)
        await member.send(said)
        assert await member.hear() == Attached(attach.ref, 0, 0, 0)
        assert await member.hear() == Ack(said.ref, 1)


async def test_rl03_fifty_bundles_at_two_relays_have_one_winner(relays: Pair) -> None:
    circle = Circle()
    async with AsyncExitStack() as stack:
        people = [
            await stack.enter_async_context(visiting(relay.url))
            for relay in (relays.one, relays.other) * 25
        ]
        await people[0].open(circle)
        for person in people[1:]:
            assert isinstance(await person.ask(person.papers.attach(circle)), Attached)
        bundles = [
            person.papers.bundle(
                circle, 0, commit=f"commit {number}", welcomes=(welcome(f"{number}"),)
            )
            for number, person in enumerate(people)
        ]
        await asyncio.gather(*(p.send(bundle) for p, bundle in zip(people, bundles, strict=True)))
        answers = []
        for person, bundle in zip(people, bundles, strict=True):
            while getattr(heard := await person.hear(), "ref", None) != bundle.ref:
                pass
            answers.append(heard)
        wins = [number for number, one in enumerate(answers) if isinstance(one, Ack)]
        assert len(wins) == 1
        lost = [one.code for one in answers if isinstance(one, Refuse)]
        assert lost == [Refusal.LOST_RACE] * 49
        # The losers' welcomes were never stored, at no relay and on no node.
        for relay in (relays.one, relays.other):
            log = relay.log
            assert isinstance(log, JetStreamLog)
            assert len(log._contents.index.meetings[circle.meeting].places) == 1


async def test_a_knock_at_one_relay_is_answered_through_the_other(relays: Pair) -> None:
    circle = Circle()
    async with (
        visiting(relays.one.url) as host,
        visiting(relays.other.url) as newcomer,
        visiting(relays.other.url) as unwanted,
    ):
        await host.open(circle)
        assert isinstance(await host.ask(host.papers.invite(circle, FAR)), Done)
        assert isinstance(await host.ask(host.papers.watch(circle)), Done)
        assert isinstance(await newcomer.ask(newcomer.papers.card(circle)), Card)
        for who, person in (("newcomer", newcomer), ("unwanted", unwanted)):
            assert isinstance(await person.ask(person.papers.knock(circle, who)), Done)
            knocking = await host.hear()
            assert isinstance(knocking, Knocking)
            assert knocking.knock == id16("knock", who)
        await host.send(host.papers.decline("unwanted"))
        assert isinstance(await unwanted.hear(), Declined)
        await host.send(host.papers.bundle(circle, 0, welcomes=(welcome(),)))
        assert await until(newcomer, Welcomed) == Welcomed(
            id16("knock", "newcomer"), circle.meeting, 1, b"sealed welcome for newcomer"
        )
        attached = await newcomer.ask(newcomer.papers.attach(circle, 1, 1))
        assert isinstance(attached, Attached)


async def test_who_knocked_at_a_relay_that_died_comes_back_to_the_other(relays: Pair) -> None:
    circle = Circle()
    async with visiting(relays.one.url) as host:
        await host.open(circle)
        await host.ask(host.papers.invite(circle, FAR))
        await host.ask(host.papers.watch(circle))
        async with visiting(relays.other.url) as newcomer:
            await newcomer.ask(newcomer.papers.knock(circle))
            await until(host, Knocking)
        async with visiting(relays.one.url) as back:
            assert isinstance(await back.ask(back.papers.knock(circle)), Done)
            await until(host, Knocking)
            await host.send(host.papers.decline())
            assert isinstance(await until(back, Declined), Declined)
            assert isinstance(await until(host, KnockGone), KnockGone)


async def test_a_relay_that_starts_later_knows_all(cluster: NatsCluster, relays: Pair) -> None:
    circle = Circle()
    async with visiting(relays.one.url) as host:
        await host.open(circle)
        await host.ask(host.papers.invite(circle, FAR))
        for number in range(20):
            await host.send(host.papers.append(f"{number}"))
        async with visiting(relays.other.url) as newcomer:
            await newcomer.ask(newcomer.papers.knock(circle))
            log = JetStreamLog(cluster.settings(relays.name))
            async with relay_here(log, LIMITS) as third, visiting(third.url) as late:
                await late.ask(late.papers.attach(circle))
                while sum(isinstance(one, Entry) for one in late.got) < 20:
                    await late.hear()
                # Also what was on no disk: who waits at the door.
                await late.ask(late.papers.watch(circle))
                assert isinstance(await until(late, Knocking), Knocking)


async def test_a_relay_that_is_cut_off_acknowledges_nothing_and_sends_everybody_away(
    cluster: NatsCluster, relays: Pair, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watch, "CUT_OFF_SECONDS", 2.0)
    circle = Circle()
    async with visiting(relays.one.url) as host:
        await host.open(circle)
        for node in cluster.nodes:
            cluster.pause(node)
        said = host.papers.append("into the void")
        await host.send(said)
        assert await host.closed() == Close.NOT_SAVING
        assert not any(isinstance(one, Ack | Entry) for one in host.got)
    with pytest.raises(ConnectionClosed) as refused:
        async with visiting(relays.one.url):
            pass
    assert refused.value.rcvd is not None
    assert refused.value.rcvd.code == Close.NOT_SAVING
    assert " cut-off:" in relays.one.said.getvalue()
    for node in cluster.nodes:
        cluster.resume(node)
    await joined(relays.one)
    async with visiting(relays.one.url) as back:
        assert isinstance(await back.ask(back.papers.attach(circle)), Attached)
        # Said again, as a client does with what it heard no ack for: it is there once.
        await back.send(said)
        await until(back, Ack)
        await back.send(back.papers.append("next"))
        while sum(isinstance(one, Entry) for one in back.got) < 2:
            await back.hear()
        heard = [one.payload for one in back.got if isinstance(one, Entry)]
        assert heard == [b"into the void", b"next"]
    await cluster.until_ready()


async def test_a_relay_that_was_away_for_long_reads_everything_anew(relays: Pair) -> None:
    log = relays.one.log
    assert isinstance(log, JetStreamLog)
    circle, gone = Circle(), Circle("gone")
    async with visiting(relays.one.url) as host:
        await host.open(circle)
        await host.ask(host.papers.invite(circle, FAR))
        said = host.papers.append("before")
        assert await host.ask(said) == Ack(said.ref, 1)
        async with visiting(relays.other.url) as other:
            await other.open(gone)
            log._start_again()
            assert await host.closed() == Close.NOT_SAVING
            await other.send(other.papers.close(gone))
            assert await other.closed() == Close.MEETING_OVER
    await joined(relays.one)
    async with visiting(relays.one.url) as back:
        await back.ask(back.papers.attach(circle))
        assert await back.hear() == Entry(1, 0, False, b"before")
        again = back.papers.append("before")
        assert await back.ask(again) == Ack(again.ref, 1)
        card = await back.ask(back.papers.card(circle))
        assert isinstance(card, Card)
        attach = back.papers.attach(gone)
        assert await back.ask(attach) == Refuse(attach.ref, Refusal.NOT_HERE)
    assert [*log._contents.index.meetings] == [circle.meeting]


async def test_what_was_on_its_way_to_the_relay_as_it_begins_anew_leaves_nothing_behind(
    relays: Pair,
) -> None:
    log = relays.one.log
    assert isinstance(log, JetStreamLog)
    circle, gone = Circle(), Circle("gone")
    async with visiting(relays.one.url) as host:
        assert isinstance(await host.ask(host.papers.open(gone)), Done)
        await host.open(circle)
        begun = MeetingBegun(gone.room, gone.meeting, gone.access(0).public, gone.slots, FAR)
        # It is not in the stream, as if it had been erased before that is read again.
        log._hand_out(Message(1000, "gone", b"", {}, 0.0), (begun,))
        log._start_again()
        assert await host.closed() == Close.NOT_SAVING
    await joined(relays.one)
    assert [*log._contents.index.meetings] == [circle.meeting]


@pytest.mark.long
async def test_nothing_acknowledged_is_lost_while_nodes_and_relays_fall(
    cluster: NatsCluster, tmp_path: Path
) -> None:
    """Two kills and a pause here; `./dev cluster-test --rounds 300` looks longer."""
    chance = random.Random(1)
    async with meeting(cluster, tmp_path, relays=2, people=3) as story:
        for trouble in (a_relay_is_killed, the_leader_is_killed, a_relay_is_paused):
            await trouble(story, chance)
            await story.goes_on(5)
