"""What is over is erased on every node: bytes that must not be there are looked for on their disks."""

import asyncio
import secrets

from holdspace.protocol.frames import Ack, Done, Entry
from holdspace.protocol.refusals import Close
from holdspace.server.log.jetstream import wire
from holdspace.server.log.jetstream.log import JetStreamLog
from nats_cluster import NatsCluster
from relay_houses import LIMITS
from relay_papers import Circle
from relay_process import PATIENCE, Visitor, relay_here, visiting

FAR = 2**30
WORDS = "sealed canary words"


async def erased(log: JetStreamLog) -> None:
    """Wait until a relay has erased all it has to."""
    async with asyncio.timeout(PATIENCE):
        while log._contents.eraser.is_busy:
            await asyncio.sleep(0.05)


async def talk(host: Visitor, circle: Circle) -> None:
    await host.open(circle)
    for number in range(30):
        await host.send(host.papers.append(f"{WORDS} {number}"))
    while sum(isinstance(one, Entry) for one in host.got) < 30:
        await host.hear()


async def test_a_closed_meeting_leaves_no_key_and_no_words(cluster: NatsCluster) -> None:
    log = JetStreamLog(cluster.settings(f"canary-{secrets.token_hex(4)}"))
    circle = Circle()
    async with relay_here(log, LIMITS) as relay:
        async with visiting(relay.url) as host:
            await talk(host, circle)
            _, key = log._contents.index.keys[circle.meeting]
            # The words are never on a disk but sealed, and the key is.
            assert cluster.files_with(WORDS.encode()) == []
            assert len({path.parts for path in cluster.files_with(key)}) >= len(cluster.nodes)
            await host.send(host.papers.close(circle))
            assert await host.closed() == Close.MEETING_OVER
        await erased(log)
        assert await left_of(circle, log, cluster) == {}
        # In the streams' own files it is overwritten now. The nodes' journals of what they agreed
        # on are cut off every two to three minutes: `./dev cluster-test` waits for that.
        assert cluster.files_with(key, "/streams/") == []


async def left_of(circle: Circle, log: JetStreamLog, cluster: NatsCluster) -> dict[str, int]:
    """Return the subjects of a meeting that still hold something."""
    subjects = log._subjects
    info = await cluster.ask(
        f"STREAM.INFO.{subjects.log_stream}", subjects_filter=subjects.meeting(circle.meeting)
    )
    found: dict[str, int] = info["state"].get("subjects", {})
    return found


async def test_a_meeting_that_was_replaced_is_erased_behind_a_gravestone(
    cluster: NatsCluster,
) -> None:
    log = JetStreamLog(cluster.settings(f"erase-{secrets.token_hex(4)}"))
    circle = Circle()
    async with relay_here(log, LIMITS) as relay, visiting(relay.url) as host:
        await talk(host, circle)
        async with visiting(relay.url) as again:
            later = Circle(time=2)
            assert isinstance(await again.ask(again.papers.begin(later)), Done)
            await erased(log)
            index = log._contents.index
            assert [*index.meetings] == [*index.keys] == [later.meeting]
            # A relay that starts now sees the new meeting, and nothing of the old one.
            other = JetStreamLog(log._settings)
            async with relay_here(other, LIMITS) as second, visiting(second.url) as member:
                await member.ask(member.papers.attach(later))
                said = member.papers.append("in the new one")
                assert await member.ask(said) == Ack(said.ref, 1)
                assert [*other._contents.index.meetings] == [later.meeting]


async def test_cards_that_were_changed_or_revoked_are_erased(cluster: NatsCluster) -> None:
    log = JetStreamLog(cluster.settings(f"erase-{secrets.token_hex(4)}"))
    circle = Circle()
    async with relay_here(log, LIMITS) as relay, visiting(relay.url) as host:
        await host.open(circle)
        for expires in (FAR, FAR + 1):
            assert isinstance(await host.ask(host.papers.invite(circle, expires)), Done)
        await erased(log)
        assert len(await messages_in(log, cluster)) == 4 - 1
        assert isinstance(await host.ask(host.papers.revoke(circle)), Done)
        await erased(log)
        # The room, its meeting, and the gravestone of the invitation.
        assert len(await messages_in(log, cluster)) == 3
        assert log._contents.index.invitations == {}


async def messages_in(log: JetStreamLog, cluster: NatsCluster) -> range:
    info = await cluster.ask(f"STREAM.INFO.{log._subjects.log_stream}")
    return range(info["state"]["messages"])


async def test_a_handle_that_is_used_again_keeps_its_new_meeting(cluster: NatsCluster) -> None:
    settings = cluster.settings(f"erase-{secrets.token_hex(4)}")
    log, other = JetStreamLog(settings), JetStreamLog(settings)
    circle = Circle()
    async with relay_here(log, LIMITS) as relay, relay_here(other, LIMITS) as second:
        async with visiting(relay.url) as host:
            await talk(host, circle)
            old = log._contents.index.keys[circle.meeting]
            await host.send(host.papers.close(circle))
            assert await host.closed() == Close.MEETING_OVER
        # A relay that has not heard of the end yet would take the handle for the old meeting's.
        async with asyncio.timeout(PATIENCE):
            while circle.meeting in other._contents.index.keys:
                await asyncio.sleep(0.01)
        async with visiting(second.url) as back:
            assert isinstance(await back.ask(back.papers.begin(circle)), Done)
            await back.ask(back.papers.attach(circle))
            said = back.papers.append("anew")
            assert await back.ask(said) == Ack(said.ref, 1)
            # What comes late from before means nothing to anybody, and ends nothing.
            words = log._subjects.words(circle.meeting)
            late = wire.put_sealed((), old[1], words)
            assert "seq" in await cluster.publish(words, late)
            again = back.papers.append("and on")
            while not isinstance(heard := await back.ask(again), Ack):
                assert isinstance(heard, Entry)
            assert heard.seq == 2
            await erased(log)
        async with visiting(relay.url) as member:
            await member.ask(member.papers.attach(circle))
            while sum(isinstance(one, Entry) for one in member.got) < 2:
                await member.hear()
        assert relay.said.getvalue() == second.said.getvalue() == ""
