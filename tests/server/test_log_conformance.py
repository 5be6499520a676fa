"""One suite for every log, seen from outside: what a relay promises holds whatever keeps its log.

Each story is told to a relay core in this process and to a relay process over sockets, with the
memory, the SQLite and the JetStream log.
"""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack
from pathlib import Path

import pytest
from msgspec.structs import replace

from holdspace.protocol.frames import (
    Ack,
    Attached,
    Card,
    ClientFrame,
    Declined,
    Done,
    Entry,
    KnockGone,
    Knocking,
    MeetingClosed,
    Refuse,
    RelayFrame,
    Welcomed,
)
from holdspace.protocol.refusals import Close, Refusal
from nats_cluster import NatsCluster
from relay_houses import CoreHouse, House, Person, ProcessHouse, log_of
from relay_papers import Circle, id16, welcome

KINDS = ("memory", "sqlite", "jetstream")
FAR = 2**30


@pytest.fixture(scope="session", params=KINDS)
def process(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[ProcessHouse]:
    kind = request.param
    cluster = request.getfixturevalue("cluster") if kind == "jetstream" else None
    house = ProcessHouse(kind, tmp_path_factory.mktemp("relay"), cluster)
    yield house
    house.end()


@pytest.fixture(params=KINDS)
async def core(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[CoreHouse]:
    kind = request.param
    cluster: NatsCluster | None = None
    if kind == "jetstream":
        cluster = request.getfixturevalue("cluster")
    house = CoreHouse(log_of(kind, tmp_path, cluster))
    await house.start()
    yield house
    await house.end()


@pytest.fixture
def circle(request: pytest.FixtureRequest) -> Circle:
    """A room of this test's own: the process serves many tests."""
    return Circle(request.node.nodeid)


class Stories:
    """What every log has to make true; told to the `house` of each subclass."""

    async def test_everybody_hears_the_same_words_in_the_same_order(
        self, house: House, circle: Circle
    ) -> None:
        async with house.visit() as host, house.visit() as member:
            await host.open(circle)
            assert isinstance(await member.ask(member.papers.attach(circle)), Attached)
            for number in range(5):
                for one in (host, member):
                    await one.send(one.papers.append(f"{number} of {one.papers.nonce.hex()}"))
            heard = [await entries(one, 10) for one in (host, member)]
            assert heard[0] == heard[1]
            assert [entry.seq for entry in heard[0]] == list(range(1, 11))
            # Everybody's own words are in the order they were said in.
            for one in (host, member):
                own = [
                    e.payload[:1] for e in heard[0] if one.papers.nonce.hex().encode() in e.payload
                ]
                assert own == [b"0", b"1", b"2", b"3", b"4"]

    async def test_a_message_sent_again_has_its_first_place(
        self, house: House, circle: Circle
    ) -> None:
        async with house.visit() as host:
            await host.open(circle)
            said = host.papers.append("once")
            assert await answer(host, said) == Ack(said.ref, 1)
            again = [replace(said, ref=number) for number in (701, 702)]
            for frame in again:
                await host.send(frame)
            assert {await acked(host, frame) for frame in again} == {1}
            assert isinstance(await answer(host, host.papers.append("next")), Ack)
            assert [entry.payload for entry in await entries(host, 2)] == [b"once", b"next"]

    async def test_the_epoch_fence(self, house: House, circle: Circle) -> None:
        async with house.visit() as host:
            await host.open(circle)
            early = host.papers.append("early", 1)
            assert await answer(host, early) == Refuse(early.ref, Refusal.STALE_EPOCH)
            await answer(host, host.papers.bundle(circle, 0))
            await answer(host, host.papers.prove(circle, 1))
            late = host.papers.append("late", 0)
            assert await answer(host, late) == Refuse(late.ref, Refusal.STALE_EPOCH)
            again = replace(late, ref=800, epoch=1)
            assert await answer(host, again) == Ack(800, 2)
            heard = await entries(host, 2)
            assert [(one.seq, one.epoch, one.commit) for one in heard] == [
                (1, 0, True),
                (2, 1, False),
            ]

    async def test_of_racing_bundles_one_wins(self, house: House, circle: Circle) -> None:
        async with AsyncExitStack() as stack:
            people = [await stack.enter_async_context(house.visit()) for _ in range(5)]
            await people[0].open(circle)
            for one in people[1:]:
                await one.ask(one.papers.attach(circle))
            knocks = [welcome(f"{circle.name} {number}") for number in range(5)]
            bundles = [
                one.papers.bundle(circle, 0, commit=f"commit {number}", welcomes=(knocks[number],))
                for number, one in enumerate(people)
            ]
            answers = await asyncio.gather(*map(answer, people, bundles))
            wins = [number for number, one in enumerate(answers) if isinstance(one, Ack)]
            assert len(wins) == 1
            assert [one.code for one in answers if isinstance(one, Refuse)] == [
                Refusal.LOST_RACE
            ] * 4
            for one in people:
                assert [e.payload for e in await entries(one, 1)] == [b"commit %d" % wins[0]]
            await self._only_the_winner_welcomes(house, circle, wins[0])

    async def _only_the_winner_welcomes(self, house: House, circle: Circle, winner: int) -> None:
        # RL03: the welcome of a bundle that lost is nowhere.
        async with house.visit() as host:
            await host.ask(host.papers.invite(circle, FAR))
            for number in range(5):
                async with house.visit() as newcomer:
                    knock = newcomer.papers.knock(circle, f"{circle.name} {number}")
                    assert isinstance(await newcomer.ask(knock), Done | Refuse)
                    if number == winner:
                        assert isinstance(await newcomer.hear(), Welcomed)
                    else:
                        card = await newcomer.ask(newcomer.papers.card(circle))
                        assert isinstance(card, Card)

    async def test_who_was_away_walks_and_who_was_removed_reads_no_further(
        self, house: House, circle: Circle
    ) -> None:
        async with house.visit() as host, house.visit() as away, house.visit() as removed:
            await host.open(circle)
            for epoch in range(3):
                await answer(host, host.papers.append(f"in epoch {epoch}", epoch))
                await answer(host, host.papers.bundle(circle, epoch))
                await answer(host, host.papers.prove(circle, epoch + 1))
            everything = await entries(host, 6)
            await removed.ask(removed.papers.attach(circle, 0))
            assert await entries(removed, 2) == everything[:2]
            await away.ask(away.papers.attach(circle, 0))
            for epoch in range(1, 4):
                await entries(away, 2 * epoch)
                assert isinstance(await answer(away, away.papers.prove(circle, epoch)), Done)
            said = await answer(away, away.papers.append("back", 3))
            assert said == Ack(said.ref if isinstance(said, Ack) else 0, 7)
            assert (await entries(away, 7))[:6] == everything
            still = await answer(removed, removed.papers.append("still here", 0))
            assert isinstance(still, Refuse)
            assert still.code == Refusal.STALE_EPOCH
            assert len(told_entries(removed.got)) == 2

    async def test_who_read_more_than_there_is_hears_of_a_gap(
        self, house: House, circle: Circle
    ) -> None:
        async with house.visit() as host, house.visit() as ahead:
            await host.open(circle)
            attach = ahead.papers.attach(circle, after=1)
            assert await ahead.ask(attach) == Refuse(attach.ref, Refusal.GAP)

    async def test_unknown_and_closed_meetings_are_not_here(
        self, house: House, circle: Circle
    ) -> None:
        async with house.visit() as host, house.visit() as stranger:
            await host.open(circle)
            for unknown in (Circle(circle.name + "?"), circle):
                attach = stranger.papers.attach(unknown)
                forged = replace(attach, proof=bytes(64))
                assert await stranger.ask(forged) == Refuse(attach.ref, Refusal.NOT_HERE)

    async def test_a_knock_finds_its_answer(self, house: House, circle: Circle) -> None:
        async with house.visit() as host, house.visit() as newcomer:
            await host.open(circle)
            assert isinstance(await host.ask(host.papers.invite(circle, FAR)), Done)
            assert isinstance(await host.ask(host.papers.watch(circle)), Done)
            assert isinstance(await newcomer.ask(newcomer.papers.card(circle)), Card)
            who = circle.name
            assert isinstance(await newcomer.ask(newcomer.papers.knock(circle, who)), Done)
            assert isinstance(await host.hear(), Knocking)
            bundle = host.papers.bundle(circle, 0, welcomes=(welcome(who),))
            assert isinstance(await answer(host, bundle), Ack)
            welcomed = await newcomer.hear()
            assert isinstance(welcomed, Welcomed)
            assert (welcomed.meeting, welcomed.seq) == (circle.meeting, 1)
            assert await until(host, KnockGone) == KnockGone(id16("knock", who))
        async with house.visit() as again:
            # Whoever lost the connection before hearing it knocks again.
            assert isinstance(await again.ask(again.papers.knock(circle, who)), Done)
            assert isinstance(await again.hear(), Welcomed)

    async def test_a_knock_can_be_declined_and_an_invitation_revoked(
        self, house: House, circle: Circle
    ) -> None:
        async with house.visit() as host, house.visit() as newcomer:
            await host.open(circle)
            await host.ask(host.papers.invite(circle, FAR))
            await host.ask(host.papers.watch(circle))
            await newcomer.ask(newcomer.papers.knock(circle, circle.name))
            await host.hear()
            assert isinstance(await host.ask(host.papers.decline(circle.name)), Done)
            assert isinstance(await newcomer.hear(), Declined)
            assert isinstance(await answer(host, host.papers.revoke(circle)), Done)
            card = newcomer.papers.card(circle)
            assert await newcomer.ask(card) == Refuse(card.ref, Refusal.NOT_HERE)

    async def test_closing_ends_it_for_everybody(self, house: House, circle: Circle) -> None:
        async with house.visit() as host, house.visit() as member:
            await host.open(circle)
            await member.ask(member.papers.attach(circle))
            await answer(host, host.papers.append("words"))
            await host.send(host.papers.close(circle))
            assert await until(member, MeetingClosed) == MeetingClosed(circle.meeting)
            assert await member.closed() == await host.closed() == Close.MEETING_OVER
        async with house.visit() as back:
            attach = back.papers.attach(circle)
            assert await back.ask(attach) == Refuse(attach.ref, Refusal.NOT_HERE)
            later = Circle(circle.name, time=2)
            assert isinstance(await back.ask(back.papers.begin(later)), Done)
            attached = await back.ask(back.papers.attach(later))
            assert isinstance(attached, Attached)
            assert attached.head == 0

    async def test_the_next_meeting_ends_the_one_before(self, house: House, circle: Circle) -> None:
        async with house.visit() as host, house.visit() as again:
            await host.open(circle)
            begin = again.papers.begin(Circle(circle.name, time=2))
            assert await again.ask(begin) == Done(begin.ref)
            assert await again.ask(replace(begin, ref=900)) == Done(900)
            assert await host.closed() == Close.MEETING_OVER

    async def test_a_full_meeting_still_takes_a_bundle(self, house: House, circle: Circle) -> None:
        # RL16
        async with house.visit() as host:
            await host.open(circle)
            flood = "x" * 60_000
            frames = [host.papers.append(flood, message=f"flood {number}") for number in range(16)]
            answers = [await answer(host, frame) for frame in frames]
            taken = [one for one in answers if isinstance(one, Ack)]
            full = [one.code for one in answers if isinstance(one, Refuse)]
            assert 10 <= len(taken) < 16
            assert full == [Refusal.MEETING_FULL_OF_WORDS] * (16 - len(taken))
            assert isinstance(await answer(host, host.papers.bundle(circle, 0)), Ack)

    async def test_what_was_acknowledged_survives_the_relay(
        self, house: House, circle: Circle
    ) -> None:
        async with house.visit() as host:
            await host.open(circle)
            await host.ask(host.papers.invite(circle, FAR))
            frames: list[ClientFrame] = [host.papers.append(f"{n}") for n in range(10)]
            for frame in frames:
                assert isinstance(await answer(host, frame), Ack)
            assert isinstance(await answer(host, host.papers.bundle(circle, 0)), Ack)
            everything = await entries(host, 11)
        await house.restart()
        async with house.visit() as back:
            attached = await back.ask(back.papers.attach(circle, 0))
            if not house.remembers:
                assert isinstance(attached, Refuse)
                return
            assert await entries(back, 11) == everything
            assert isinstance(await answer(back, back.papers.prove(circle, 1)), Done)
            again = replace(back.papers.append("7"), ref=950)
            assert await answer(back, again) == Ack(950, 8)
            said = back.papers.append("after", 1)
            assert await answer(back, said) == Ack(said.ref, 12)
            assert isinstance(await answer(back, back.papers.card(circle)), Card)


class TestInThisProcess(Stories):
    @pytest.fixture
    def house(self, core: CoreHouse) -> House:
        return core


class TestOverSockets(Stories):
    @pytest.fixture
    def house(self, process: ProcessHouse) -> House:
        return process


async def answer(person: Person, frame: ClientFrame) -> RelayFrame:
    """Ask, and return the answer to that; entries may come between."""
    await person.send(frame)
    ref: int = frame.ref  # type: ignore[attr-defined]
    while getattr(heard := await person.hear(), "ref", None) != ref:
        pass
    return heard


async def acked(person: Person, frame: ClientFrame) -> int:
    """Return the place a frame was acknowledged at, sent before."""
    ref: int = frame.ref  # type: ignore[attr-defined]
    while True:
        for one in person.got:
            if isinstance(one, Ack) and one.ref == ref:
                return one.seq
        await person.hear()


async def until(person: Person, kind: type[RelayFrame]) -> RelayFrame:
    """Return the first frame of a kind, from here on."""
    while not isinstance(heard := await person.hear(), kind):
        pass
    return heard


def told_entries(frames: list[RelayFrame]) -> list[Entry]:
    return [frame for frame in frames if isinstance(frame, Entry)]


async def entries(person: Person, number: int) -> list[Entry]:
    """Return the first entries a person hears."""
    while len(told_entries(person.got)) < number:
        await person.hear()
    return told_entries(person.got)
