"""What a relay counts of its own work is what came, what went, and what the log made of it."""

from collections.abc import AsyncIterator
from dataclasses import replace

import pytest

from holdspace.protocol.frames import Ack, Attached, Entry, Refuse, encode
from holdspace.protocol.refusals import Close, Refusal
from holdspace.server.counts import Counts
from holdspace.server.log.memory import MemoryLog
from holdspace.server.outbox import as_message
from relay_papers import Circle
from relay_process import Running, relay_here, visiting


@pytest.fixture
async def relay() -> AsyncIterator[Running]:
    async with relay_here() as running:
        yield running


def so_far(relay: Running) -> Counts:
    """Return a copy of the sums."""
    counts = relay.gate._counts
    return replace(counts, refusals=counts.refusals.copy(), closes=counts.closes.copy())


async def test_what_is_said_is_counted_once_as_it_comes_once_saved_and_for_each_who_hears_it(
    relay: Running,
) -> None:
    circle = Circle()
    async with visiting(relay.url) as host, visiting(relay.url) as member:
        await host.open(circle)
        await member.ask(member.papers.attach(circle))
        before = so_far(relay)
        said, entry = host.papers.append("words"), Entry(1, 0, False, b"words")
        assert await host.ask(said) == Ack(said.ref, 1)
        assert await host.hear() == await member.hear() == entry
        heard = len(as_message(Ack(said.ref, 1))) + 2 * len(as_message(entry))
        assert so_far(relay) == replace(
            before,
            frames_in=before.frames_in + 1,
            bytes_in=before.bytes_in + len(encode(said)),
            frames_out=before.frames_out + 3,
            bytes_out=before.bytes_out + heard,
            submitted=before.submitted + 1,
            saved=before.saved + 1,
            saves=before.saves + 1,
        )


async def test_a_page_that_somebody_reads_counts_as_the_frames_it_holds(relay: Running) -> None:
    circle = Circle()
    async with visiting(relay.url) as host, visiting(relay.url) as late:
        await host.open(circle)
        entries = [Entry(number, 0, False, b"words %d" % number) for number in (1, 2, 3)]
        for entry in entries:
            await host.ask(host.papers.append(entry.payload.decode()))
        before = so_far(relay)
        attached = await late.ask(late.papers.attach(circle))
        assert isinstance(attached, Attached)
        assert [await late.hear() for _ in entries] == entries
        after = so_far(relay)
        assert after.frames_out - before.frames_out == 1 + len(entries)
        assert after.bytes_out - before.bytes_out == sum(
            len(as_message(frame)) for frame in (attached, *entries)
        )


async def test_who_comes_is_refused_or_is_sent_away_is_counted_by_code(relay: Running) -> None:
    assert so_far(relay).connections == 0
    async with visiting(relay.url) as stranger, visiting(relay.url) as other:
        assert so_far(relay).connections == 2
        for _ in range(2):
            attach = stranger.papers.attach(Circle("unknown"))
            assert await stranger.ask(attach) == Refuse(attach.ref, Refusal.NOT_HERE)
        await other.socket.send("words of a chat")
        assert await other.closed() == Close.NOT_UNDERSTOOD
        counts = so_far(relay)
        assert (counts.refusals, counts.closes) == (
            {Refusal.NOT_HERE: 2},
            {Close.NOT_UNDERSTOOD: 1},
        )


async def test_each_time_the_log_saves_nothing_is_counted() -> None:
    full = [False]
    async with relay_here(MemoryLog(lambda _record: full[0])) as relay, visiting(relay.url) as host:
        await host.open(Circle())
        before, full[0] = so_far(relay), True
        for failed in (1, 2):
            said = host.papers.append("words")
            assert await host.ask(said) == Refuse(said.ref, Refusal.NOT_SAVED)
            assert so_far(relay).saves_failed == failed
        assert so_far(relay).saved == before.saved
