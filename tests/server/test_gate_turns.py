"""What comes together goes together: one batch for the log, one write for each socket."""

import asyncio
from collections.abc import AsyncIterator
from io import StringIO
from types import SimpleNamespace

import pytest
from typing_extensions import override

from holdspace.protocol.frames import Ack, Attached, Entry, Refuse, encode
from holdspace.protocol.refusals import Refusal
from holdspace.server.bucket import Bucket
from holdspace.server.effects import Send, SendPage, Store
from holdspace.server.gate import Gate
from holdspace.server.guest import Guest
from holdspace.server.journal import Journal
from holdspace.server.limits import Limits
from holdspace.server.log import GivenUp, NotSaved, Outcome, Saved
from holdspace.server.log.memory import MemoryLog
from holdspace.server.log.records import LogEntry, MeetingClosed
from relay_papers import Circle
from relay_process import PATIENCE, Running, relay_here, visiting


@pytest.fixture
async def relay() -> AsyncIterator[Running]:
    async with relay_here() as running:
        yield running


async def test_a_page_goes_out_though_nothing_else_happens(relay: Running) -> None:
    async with visiting(relay.url) as host, visiting(relay.url) as late:
        circle = Circle()
        await host.open(circle)
        await host.ask(host.papers.append("words"))
        assert isinstance(await late.ask(late.papers.attach(circle)), Attached)
        assert await late.hear() == Entry(1, 0, False, b"words")


async def test_frames_are_taken_whole_as_they_come(relay: Running) -> None:
    async with visiting(relay.url) as host:
        await host.open(Circle())
        (visit,) = relay.gate._visits.values()
        assert visit.guest.is_listened_to
        # Nothing is left of the request, which may tell for whom a proxy speaks.
        assert visit.guest.request is not None
        assert (len(visit.guest.request.headers), visit.guest.response) == (0, None)


async def test_each_turn_knows_how_many_records_came_in_it(
    relay: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    ended, end = list[int](), relay.gate._turns.end

    def counted(records: int, now: float) -> None:
        ended.append(records)
        end(records, now)

    monkeypatch.setattr(relay.gate._turns, "end", counted)
    async with visiting(relay.url) as host:
        await host.open(Circle())
        for number in range(5):
            await host.ask(host.papers.append(f"words {number}"))
    # The room, its meeting, and what was said.
    assert sum(ended) == 2 + 5


async def test_what_is_under_way_is_held_until_it_is_done() -> None:
    asked, go_on = asyncio.Event(), asyncio.Event()

    class Slow(MemoryLog):
        @override
        async def read(
            self, meeting: bytes, after: int, up_to: int, *, max_weight: int
        ) -> list[LogEntry]:
            asked.set()
            await go_on.wait()
            return [*await super().read(meeting, after, up_to, max_weight=max_weight)]

    async with relay_here(Slow()) as relay, visiting(relay.url) as host:
        circle = Circle()
        await host.open(circle)
        await host.ask(host.papers.append("words"))
        async with visiting(relay.url) as late:
            await late.send(late.papers.attach(circle))
            async with asyncio.timeout(PATIENCE):
                await asked.wait()
            # Nobody else keeps a task alive.
            assert len(relay.gate._tasks) == 1
            go_on.set()
            while not isinstance(await late.hear(), Entry):
                pass
        assert relay.gate._tasks == set()


async def test_what_a_shared_log_tells_wakes_nobody_from_elsewhere(
    relay: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    loop = asyncio.get_running_loop()
    called, elsewhere = list[str](), list[object]()
    monkeypatch.setattr(relay.gate, "_logged", lambda outcome: called.append(str(outcome)))
    monkeypatch.setattr(loop, "call_soon_threadsafe", lambda *what: elsewhere.append(what))
    relay.gate._report()(NotSaved())
    assert (len(elsewhere), called) == (1, [])
    monkeypatch.setattr(MemoryLog, "is_alone", False)
    relay.gate._report()(NotSaved())
    await asyncio.sleep(0)
    assert (len(elsewhere), called) == (1, ["NotSaved()"])


@pytest.mark.parametrize("outcome", [NotSaved(), GivenUp(())])
async def test_what_was_asked_for_before_a_failure_is_known_fails_with_it(
    relay: Running, monkeypatch: pytest.MonkeyPatch, outcome: Outcome
) -> None:
    done = list[str]()
    monkeypatch.setattr(relay.log, "submit_all", lambda _asked: done.append("asked for"))
    monkeypatch.setattr(relay.log, "resume", lambda: done.append("goes on"))
    relay.gate._submitted = [(1, MeetingClosed(meeting=b"meeting"))]
    relay.gate._follow(outcome)
    assert done == ["asked for", "goes on"]
    relay.said.truncate(0)


async def test_when_much_comes_it_waits_for_more_and_goes_all_the_same(
    relay: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(relay.gate._turns, "wait", lambda _now: 0.001)
    async with visiting(relay.url) as host:
        await host.open(Circle())
        said = host.papers.append("words")
        assert await host.ask(said) == Ack(said.ref, 1)


async def test_what_many_read_is_read_once(relay: Running, monkeypatch: pytest.MonkeyPatch) -> None:
    read, spans = relay.log.read, list[tuple[int, int]]()

    async def counted(meeting: bytes, after: int, up_to: int, *, max_weight: int) -> list[LogEntry]:
        spans.append((after, up_to))
        return [*await read(meeting, after, up_to, max_weight=max_weight)]

    monkeypatch.setattr(relay.log, "read", counted)
    circle = Circle()
    async with visiting(relay.url) as host:
        await host.open(circle)
        await host.ask(host.papers.append("words"))
        for _ in range(3):
            async with visiting(relay.url) as late:
                await late.ask(late.papers.attach(circle))
                assert await late.hear() == Entry(1, 0, False, b"words")
    assert spans == [(0, 1)]


async def test_a_fault_ends_the_connection_it_came_by_and_no_other(
    relay: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with visiting(relay.url) as host, visiting(relay.url) as other:
        await host.open(Circle())

        def fails(*_what: object) -> None:
            raise RuntimeError

        with monkeypatch.context() as broken:
            broken.setattr(relay.gate._relay, "receive", fails)
            await other.send(other.papers.card(Circle()))
            # Not a word, and no code: what happened is nobody's business.
            assert await other.closed() == 1006
        said = host.papers.append("words")
        assert await host.ask(said) == Ack(said.ref, 1)
    assert relay.said.getvalue().startswith("holdspace-relay: unexpected:")
    assert relay.gate._counts.faults == 1


async def test_who_asks_with_keys_that_hold_nowhere_pays_for_it(
    relay: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    wrong = list[str]()
    monkeypatch.setattr(Guest, "was_wrong", lambda _guest: wrong.append("NOT_HERE"))
    async with visiting(relay.url) as host, visiting(relay.url) as stranger:
        await host.open(Circle())
        attach = stranger.papers.attach(Circle("unknown"))
        assert await stranger.ask(attach) == Refuse(attach.ref, Refusal.NOT_HERE)
        assert len(wrong) == 1
        await host.ask(host.papers.append("words"))
    assert len(wrong) == 1


async def test_much_that_is_sent_in_one_turn_ends_it_once_and_what_comes_later_ends_another(
    relay: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    gate, ended = relay.gate, list[int]()
    monkeypatch.setattr(gate._turns, "end", lambda records, _now: ended.append(records))
    monkeypatch.setattr(relay.log, "submit_all", lambda _asked: None)
    closed = MeetingClosed(meeting=b"meeting")
    for records in (1, 2):
        gate._perform([Send((1,), (Ack(1, 1),)), Send((2,), (Ack(1, 1),))])
        gate._perform([Store(ticket, closed) for ticket in range(records)])
        gate._perform([SendPage(1, (LogEntry(1, 0, False, b"words"),))])
        await asyncio.sleep(0)
        await asyncio.sleep(0)
    assert ended == [1, 2]


async def test_what_a_log_tells_needs_no_turn_of_its_own_and_takes_none_from_others(
    relay: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    gate, ended = relay.gate, list[int]()
    monkeypatch.setattr(gate._turns, "end", lambda records, _now: ended.append(records))
    gate._logged(Saved(()))
    await asyncio.sleep(0)
    assert ended == []
    gate._perform([Send((1,), (Ack(1, 1),))])
    gate._logged(Saved(()))
    gate._perform([Send((1,), (Ack(1, 1),))])
    await asyncio.sleep(0)
    assert ended == [0]


class TestHowLongOneConnectionWaits:
    """After each frame, until the next one of the same connection is read."""

    async def test_as_long_as_the_slower_of_its_two_buckets_takes_to_fill(
        self, relay: Running, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        now = relay.gate._now()
        monkeypatch.setattr(relay.gate, "_now", lambda: now)
        async with visiting(relay.url) as host:
            (visit,) = relay.gate._visits.values()
            data = encode(host.papers.card(Circle()))
            visit.frames = Bucket.full(0.5, 1, now)
            assert [relay.gate._take(visit, data) for _ in range(3)] == [0, 2, 4]
            visit.sizes = Bucket.full(len(data) / 100, len(data), now)
            assert [relay.gate._take(visit, data) for _ in range(3)] == [6, 100, 200]

    async def test_also_while_the_relay_stops_and_after_a_fault(
        self, relay: Running, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def fails(*_what: object) -> None:
            raise RuntimeError

        now = relay.gate._now()
        monkeypatch.setattr(relay.gate, "_now", lambda: now)
        async with visiting(relay.url) as host:
            (visit,) = relay.gate._visits.values()
            data = encode(host.papers.card(Circle()))
            visit.frames = Bucket.full(0.5, 0, now)
            monkeypatch.setattr(relay.gate, "_is_stopping", True)
            assert relay.gate._take(visit, data) == 2
            monkeypatch.setattr(relay.gate, "_is_stopping", False)
            monkeypatch.setattr(relay.gate._relay, "receive", fails)
            assert relay.gate._take(visit, data) == 4

    async def test_and_until_a_frame_that_has_to_wait_itself_was_judged(
        self, relay: Running, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        async with visiting(relay.url) as host:
            (visit,) = relay.gate._visits.values()
            data = encode(host.papers.card(Circle()))
            monkeypatch.setattr(Guest, "asks", lambda _guest, _kind: 3600.0)
            assert 3600 < relay.gate._take(visit, data) < 3601
            # What is refused at once keeps nobody waiting.
            monkeypatch.setattr(Guest, "asks", lambda _guest, _kind: None)
            assert relay.gate._take(visit, data) == 0
            assert relay.gate._take(visit, b"no frame") == 0


async def test_a_relays_clock_goes_on_from_when_it_began_however_the_machines_is_set(
    relay: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = SimpleNamespace(time=lambda: 2_000_000.0, monotonic=lambda: 500.0)
    monkeypatch.setattr("holdspace.server.gate.time", clock)
    gate = Gate(relay.gate._relay, relay.log, Limits(), Journal(StringIO()))
    assert gate._now() == 2_000_000
    clock.time, clock.monotonic = (lambda: 1_000.0), (lambda: 507.0)
    assert gate._now() == 2_000_007
