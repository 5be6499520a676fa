"""A relay's log in a stream, moment by moment: the cluster is played, the relay's core is a list."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace
from typing import TypeVar

import pytest
from msgspec.structs import replace as changed

from holdspace.protocol.refusals import Refusal
from holdspace.server.log import (
    CutOff,
    GivenUp,
    Joined,
    Noted,
    NotPlaced,
    Outcome,
    Placed,
    StartedAgain,
    UnusableLogError,
)
from holdspace.server.log import records as r
from holdspace.server.log.jetstream import cluster as joining
from holdspace.server.log.jetstream import eraser, lanes, watch, wire
from holdspace.server.log.jetstream import log as logging
from holdspace.server.log.jetstream.ending import ended
from holdspace.server.log.jetstream.index import Index, Pages, message_of, place_of
from holdspace.server.log.jetstream.log import JetStreamLog
from holdspace.server.log.jetstream.subjects import Subjects
from holdspace.server.log.records import LogEntry
from played_nats import SETTINGS, PlayedNats, RefusedError
from relay_papers import Circle, id16, key

FAR = 2**30
HERE, LATER, OTHER = Circle(), Circle(time=2), Circle("other")
SUBJECTS = Subjects("test")
WORDS, EPOCHS = SUBJECTS.words(HERE.meeting), SUBJECTS.epochs(HERE.meeting)
ROOM = SUBJECTS.room(HERE.room)
NEWER = bytes([wire.Kind.OPEN]) + b"\xc1"
Kind = TypeVar("Kind")


def opened(circle: Circle = HERE) -> r.RoomOpened:
    return r.RoomOpened(circle.room, circle.root.public, FAR)


def begun(circle: Circle = HERE, replaces: bytes | None = None) -> r.MeetingBegun:
    access = circle.access(0).public
    return r.MeetingBegun(circle.room, circle.meeting, access, circle.slots, FAR, replaces)


def said(seq: int, words: bytes = b"words", epoch: int = 0) -> r.EntryAppended:
    return r.EntryAppended(
        meeting=HERE.meeting, seq=seq, epoch=epoch, message_id=id16(seq), payload=words, cost=1000
    )


def commit(seq: int) -> r.EpochChanged:
    return r.EpochChanged(said(seq, b"commit"), HERE.access(1).public, HERE.slots)


@dataclass
class Heard:
    """A log, and what it reported; what is placed is settled at once, as the core does."""

    nats: PlayedNats
    log: JetStreamLog
    outcomes: list[Outcome] = field(default_factory=list)
    is_settling: bool = True

    def report(self, outcome: Outcome) -> None:
        self.outcomes.append(outcome)
        if isinstance(outcome, Placed) and self.is_settling:
            for _, record, place in outcome.records:
                self.log.settle(record, place, is_void=False)

    @property
    def placed(self) -> list[tuple[int | None, r.Record]]:
        """Return the tickets and records that were placed so far."""
        found = [one for one in self.outcomes if isinstance(one, Placed)]
        return [(ticket, record) for one in found for ticket, record, _ in one.records]

    async def until(self, kind: type[Kind], number: int = 1) -> list[Kind]:
        """Wait until so many outcomes of a kind were told, and return them."""
        found: list[Kind] = []
        async with asyncio.timeout(20):
            while len(found) < number:
                await asyncio.sleep(0.001)
                found = [one for one in self.outcomes if isinstance(one, kind)]
        return found

    async def keep(self, *records: r.Record) -> None:
        """Ask for records, one after the other, until each is placed."""
        for record in records:
            before = len(self.placed)
            self.log.submit(7, record)
            async with asyncio.timeout(20):
                while len(self.placed) == before:
                    await asyncio.sleep(0.001)

    async def read(self, after: int = 0, up_to: int = 100, weight: int = 10**6) -> list[LogEntry]:
        return [*await self.log.read(HERE.meeting, after, up_to, max_weight=weight)]

    @property
    def index(self) -> Index:
        return self.log._contents.index

    def lose_pages(self) -> None:
        """Forget what was read last, so that it has to be fetched."""
        self.log._contents.pages = Pages()

    async def erased(self) -> None:
        async with asyncio.timeout(20):
            while self.log._contents.eraser.is_busy:
                await asyncio.sleep(0.001)


@pytest.fixture
def nats(monkeypatch: pytest.MonkeyPatch) -> PlayedNats:
    played = PlayedNats()
    monkeypatch.setattr(joining, "Client", played.client)
    monkeypatch.setattr(joining, "_NODES_ANSWER_SECONDS", 0.05)
    monkeypatch.setattr(watch, "WATCH_SECONDS", 0.01)
    monkeypatch.setattr(watch, "_MOMENT_SECONDS", 0.01)
    return played


@pytest.fixture
async def heard(nats: PlayedNats) -> AsyncIterator[Heard]:
    heard = Heard(nats, JetStreamLog(SETTINGS))
    await heard.log.start(heard.report)
    yield heard
    await heard.log.close()
    assert all(client.is_closed for client in nats.clients)


class TestKeeping:
    async def test_what_was_asked_for_is_placed_with_its_ticket_and_in_order(
        self, heard: Heard
    ) -> None:
        assert heard.log.load() == r.Kept()
        await heard.keep(opened(), begun())
        heard.log.submit_all([(11, said(1)), (12, said(2))])
        await heard.until(Placed, 3)
        assert heard.placed == [(7, opened()), (7, begun()), (11, said(1)), (12, said(2))]
        # Two words in one message: places tell them apart, and follow each other.
        *_, last = await heard.until(Placed)
        places = [place for _, _, place in last.records]
        assert places == [place_of(3, 0), place_of(3, 1)]

    async def test_what_another_relay_asked_for_has_no_ticket_here(
        self, heard: Heard, nats: PlayedNats
    ) -> None:
        nats.put(ROOM, wire.put_open((opened(),)))
        await heard.until(Placed)
        assert heard.placed == [(None, opened())]

    async def test_words_are_in_the_stream_only_sealed(
        self, heard: Heard, nats: PlayedNats
    ) -> None:
        await heard.keep(begun(), said(1, b"canary"))
        assert not any(b"canary" in one.data for one in nats.log.messages.values())

    async def test_who_comes_second_with_a_bundle_has_lost(
        self, heard: Heard, nats: PlayedNats
    ) -> None:
        await heard.keep(begun())
        key = heard.index.keys[HERE.meeting][1]
        nats.is_sending = False
        nats.put(EPOCHS, wire.put_sealed((commit(1),), key, EPOCHS))
        heard.log.submit(9, commit(1))
        await asyncio.sleep(0.05)
        # Nothing is said before it is known what was first.
        assert not any(isinstance(one, NotPlaced) for one in heard.outcomes)
        nats.is_sending = True
        nats.send_all()
        assert await heard.until(NotPlaced) == [NotPlaced((9,), Refusal.LOST_RACE)]
        assert [ticket for ticket, _ in heard.placed] == [7, None]

    async def test_a_full_cluster_says_so(self, heard: Heard, nats: PlayedNats) -> None:
        nats.refused[ROOM] = RefusedError(10077, "maximum bytes exceeded")
        heard.log.submit(9, opened())
        assert await heard.until(NotPlaced) == [NotPlaced((9,), Refusal.NOT_SAVED)]

    async def test_words_for_a_meeting_that_is_over_go_nowhere(self, heard: Heard) -> None:
        heard.log.submit(9, said(1))
        assert await heard.until(NotPlaced) == [NotPlaced((9,), Refusal.NOT_HERE)]

    async def test_who_gets_no_answer_is_told_that_nobody_knows(
        self, heard: Heard, nats: PlayedNats, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(lanes, "GIVE_UP_SECONDS", 0.02)
        nats.is_silent = True
        heard.log.submit(9, opened())
        assert await heard.until(GivenUp) == [GivenUp((9,))]
        nats.is_silent = False
        heard.log.resume()
        await heard.keep(opened())

    async def test_a_room_is_guarded_by_the_newest_that_is_there(
        self, heard: Heard, nats: PlayedNats
    ) -> None:
        await heard.keep(opened(), opened())
        # The newest was erased, and this relay has not heard of that.
        del nats.log.messages[2]
        await heard.keep(opened())
        assert heard.index.newest[ROOM] == 3


class TestReading:
    async def test_entries_come_back_with_their_place_and_epoch(self, heard: Heard) -> None:
        await heard.keep(begun(), said(1, b"one"), commit(2), said(3, b"three", epoch=1))
        everything = [
            LogEntry(1, 0, False, b"one"),
            LogEntry(2, 0, True, b"commit"),
            LogEntry(3, 1, False, b"three"),
        ]
        assert await heard.read() == everything
        assert await heard.read(1, 2) == everything[1:2]
        assert await heard.read(3) == []
        # From the nodes it is the same.
        heard.lose_pages()
        assert await heard.read() == everything

    async def test_more_than_are_fetched_at_once_come_in_order(self, heard: Heard) -> None:
        await heard.keep(begun())
        await heard.keep(*(said(seq, b"%d" % seq) for seq in range(1, 40)))
        heard.lose_pages()
        read = await heard.read(after=2)
        assert [(one.seq, one.payload) for one in read] == [(n, b"%d" % n) for n in range(3, 40)]

    async def test_what_was_just_said_is_not_fetched(self, heard: Heard, nats: PlayedNats) -> None:
        await heard.keep(begun(), said(1))
        nats.is_silent = True
        assert len(await heard.read()) == 1

    async def test_what_was_read_is_not_fetched_again(self, heard: Heard, nats: PlayedNats) -> None:
        await heard.keep(begun(), said(1))
        heard.lose_pages()
        await heard.read()
        nats.is_silent = True
        assert len(await heard.read()) == 1

    async def test_a_page_ends_at_its_weight_with_one_entry_at_least(self, heard: Heard) -> None:
        await heard.keep(begun(), said(1), said(2), said(3))
        # Each of them is a frame of a KiB.
        for weight, entries in ((0, 1), (1023, 1), (2047, 1), (2048, 2), (3072, 3)):
            assert len(await heard.read(weight=weight)) == entries

    async def test_a_meeting_that_is_not_there_has_no_entries(self, heard: Heard) -> None:
        assert await heard.read() == []

    async def test_a_lagging_node_does_not_matter_and_nobody_there_is_said(
        self, heard: Heard, nats: PlayedNats
    ) -> None:
        await heard.keep(begun(), said(1))
        nats.is_near = False
        heard.lose_pages()
        assert len(await heard.read()) == 1
        nats.is_silent = True
        heard.lose_pages()
        with pytest.raises(UnusableLogError, match=r"^No node of the cluster has handed an entry"):
            await heard.read()

    async def test_an_entry_that_is_not_there_or_cannot_be_opened_is_no_empty_page(
        self, heard: Heard, nats: PlayedNats
    ) -> None:
        await heard.keep(begun(), said(1))
        heard.lose_pages()
        stored = nats.log.messages.pop(2)
        with pytest.raises(UnusableLogError, match=r"^An entry is not in the stream any more"):
            await heard.read()
        for data in (stored.data[:-1] + bytes([stored.data[-1] ^ 1]), NEWER):
            nats.log.messages[2] = replace(stored, data=data)
            with pytest.raises(UnusableLogError, match=r"^An entry cannot be read any more"):
                await heard.read()
        key = heard.index.keys[HERE.meeting][1]
        other = wire.put_sealed((opened(),), key, WORDS)
        nats.log.messages[2] = replace(stored, data=other)
        with pytest.raises(UnusableLogError, match=r"^An entry of the stream is none"):
            await heard.read()


class TestErasing:
    async def test_a_meeting_that_is_closed_is_erased_by_whoever_was_asked(
        self, heard: Heard, nats: PlayedNats
    ) -> None:
        await heard.keep(opened(), begun(), said(1), r.MeetingClosed(meeting=HERE.meeting))
        await heard.erased()
        # The room, and the gravestone that every relay still has to read.
        assert [*nats.log.messages] == [1, 4]
        assert (heard.index.meetings, heard.index.keys) == ({}, {})

    async def test_what_another_relay_has_closed_is_left_to_it(
        self, heard: Heard, nats: PlayedNats
    ) -> None:
        await heard.keep(opened(), begun())
        nats.put(ROOM, wire.put_open((r.MeetingClosed(meeting=HERE.meeting),)))
        await heard.until(Placed, 3)
        await asyncio.sleep(0.02)
        assert [*nats.log.messages] == [1, 2, 3]

    async def test_what_had_no_effect_is_erased_and_leaves_no_key(
        self, heard: Heard, nats: PlayedNats
    ) -> None:
        heard.is_settling = False
        await heard.keep(begun())
        assert [*heard.index.keys] == [HERE.meeting]
        heard.log.settle(begun(), place_of(1, 0), is_void=True)
        await heard.erased()
        assert (nats.log.messages, heard.index.keys) == ({}, {})

    @pytest.mark.parametrize(
        ("record", "is_gravestone"),
        [
            (r.MeetingClosed(meeting=HERE.meeting), True),
            (r.InvitationRevoked(room=HERE.room, knock_key=key("knock").public), True),
            (r.Forgotten(minute=1), True),
            (opened(), False),
        ],
    )
    async def test_what_ends_something_stands_until_every_relay_has_read_it(
        self, heard: Heard, record: r.Record, is_gravestone: bool
    ) -> None:
        await heard.keep(record)
        buried = [message for _, message in heard.log._contents.eraser._gravestones]
        assert buried == ([1] if is_gravestone else [])

    async def test_gravestones_are_swept_away_in_time(
        self, heard: Heard, nats: PlayedNats, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(eraser, "GRAVESTONE_SECONDS", 0.0)
        monkeypatch.setattr(eraser, "_LOOK_SECONDS", (0.0, 0.0))
        monkeypatch.setattr(eraser, "_SWEEP_SECONDS", 0.01)
        second = Heard(nats, JetStreamLog(SETTINGS))
        await second.log.start(second.report)
        await second.keep(r.MeetingClosed(meeting=HERE.meeting))
        async with asyncio.timeout(20):
            while nats.log.messages:
                await asyncio.sleep(0.001)
        await second.log.close()

    async def test_what_is_left_of_a_meeting_whose_key_is_gone_means_nothing_and_goes(
        self, heard: Heard, nats: PlayedNats, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(eraser, "_LOOK_SECONDS", (0.0, 0.0))
        nats.put(WORDS, wire.put_sealed((said(1),), bytes(32), WORDS))
        async with asyncio.timeout(20):
            while nats.log.messages:
                await asyncio.sleep(0.001)
        assert heard.placed == []

    async def test_words_that_come_too_late_for_their_meeting_are_told_to_who_said_them(
        self, heard: Heard, nats: PlayedNats
    ) -> None:
        await heard.keep(begun())
        nats.is_sending = False
        heard.log.submit(9, said(1))
        async with asyncio.timeout(20):
            while nats.log.last < 2:
                await asyncio.sleep(0)
        heard.index.keys.clear()
        nats.is_sending = True
        nats.send_all()
        assert await heard.until(NotPlaced) == [NotPlaced((9,), Refusal.NOT_HERE)]


class TestTheCluster:
    async def test_a_relay_that_starts_reads_all_there_is_before_it_is_ready(
        self, heard: Heard, nats: PlayedNats
    ) -> None:
        await heard.keep(opened(), begun(), said(1))
        second = Heard(nats, JetStreamLog(SETTINGS))
        await second.log.start(second.report)
        assert second.placed == [(None, record) for _, record in heard.placed]
        assert await second.read() == await heard.read()
        await second.log.close()

    async def test_what_one_says_of_its_lobby_the_others_hear(
        self, heard: Heard, nats: PlayedNats
    ) -> None:
        second = Heard(nats, JetStreamLog(SETTINGS))
        await second.log.start(second.report)
        note = r.KnockEnded(room=HERE.room, knock=id16("knock"), declined=b"no")
        heard.log.share(note)
        assert await second.until(Noted) == [Noted(note)]
        await second.log.close()

    async def test_a_log_with_something_unknown_in_it_is_not_opened(
        self, heard: Heard, nats: PlayedNats
    ) -> None:
        nats.put(ROOM, NEWER)
        second = JetStreamLog(SETTINGS)
        with pytest.raises(UnusableLogError, match=r"^The stream of this relay's log cannot be"):
            await second.start(lambda _outcome: None)
        assert nats.clients[-1].is_closed

    async def test_one_that_cannot_be_read_to_its_end_is_not_either(
        self, heard: Heard, nats: PlayedNats, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(logging, "_REPLAY_SECONDS", 0.05)
        await heard.keep(opened())
        nats.is_sending = False
        with pytest.raises(UnusableLogError, match="too slow"):
            await JetStreamLog(SETTINGS).start(lambda _outcome: None)

    async def test_who_reads_something_unknown_sends_everybody_away_for_good(
        self, heard: Heard, nats: PlayedNats
    ) -> None:
        nats.put(ROOM, NEWER)
        await heard.until(CutOff)
        await asyncio.sleep(0.1)
        assert heard.outcomes == [CutOff()]
        assert not await heard.log.catch_up()

    async def test_a_cluster_that_is_out_of_reach_is_told_once_and_so_is_its_coming_back(
        self, heard: Heard, nats: PlayedNats, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(watch, "CUT_OFF_SECONDS", 0.05)
        nats.is_silent = True
        await heard.until(CutOff)
        await asyncio.sleep(0.1)
        assert heard.outcomes == [CutOff()]
        assert not await heard.log.catch_up()
        nats.is_silent = False
        await heard.until(Joined)
        await asyncio.sleep(0.05)
        assert heard.outcomes == [CutOff(), Joined()]
        assert await heard.log.catch_up()

    async def test_nobody_joins_before_all_is_heard(
        self, heard: Heard, nats: PlayedNats, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(logging, "CUT_OFF_SECONDS", 0.05)
        nats.is_sending = False
        nats.put(ROOM, wire.put_open((opened(),)))
        heard.log._cut_off()
        assert not await heard.log._watch.hear_all(0.02)
        await heard.log._join()
        assert heard.outcomes == [CutOff()]
        nats.is_sending = True
        nats.send_all()
        await heard.until(Joined)
        assert heard.placed == [(None, opened())]

    async def test_everybody_who_asks_at_once_is_answered_by_one_question(
        self, heard: Heard, nats: PlayedNats, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        asked = list[float]()
        hear_all = heard.log._watch.hear_all

        async def counted(seconds: float) -> bool:
            asked.append(seconds)
            return await hear_all(seconds)

        monkeypatch.setattr(heard.log._watch, "hear_all", counted)
        assert await asyncio.gather(*(heard.log.catch_up() for _ in range(5))) == [True] * 5
        assert asked == [watch.CUT_OFF_SECONDS]
        assert await heard.log.catch_up()
        assert len(asked) == 2

    async def test_who_asked_and_went_ends_nobody_elses_question(self, heard: Heard) -> None:
        impatient, patient = (asyncio.create_task(heard.log.catch_up()) for _ in range(2))
        await asyncio.sleep(0)
        impatient.cancel()
        assert await patient

    async def test_a_stream_set_up_anew_is_read_from_its_beginning(
        self, heard: Heard, nats: PlayedNats
    ) -> None:
        await heard.keep(opened(), begun(), said(1))
        heard.outcomes.clear()
        # Restored from a backup that did not have the meeting yet.
        stream = nats.log
        stream.created, stream.last = "today", 1
        stream.messages = {1: stream.messages[1]}
        await heard.until(Joined)
        await heard.until(Placed)
        kinds = [type(one) for one in heard.outcomes]
        assert kinds[:2] == [CutOff, StartedAgain]
        assert sorted(kinds[2:], key=str) == [Joined, Placed]
        assert heard.placed == [(None, opened())]
        assert heard.index.meetings == {}
        assert await heard.read() == []

    async def test_who_is_at_the_door_is_heard_anew_too(
        self, heard: Heard, nats: PlayedNats
    ) -> None:
        lobby, follower = nats.streams[SUBJECTS.lobby_stream], heard.log._lobby.follower
        nats.put(SUBJECTS.knock(HERE.room, id16("knock")), b"what a newer relay says")
        async with asyncio.timeout(20):
            await follower.reached(1)
        before = len(lobby.consumers)
        heard.log._start_again()
        async with asyncio.timeout(20):
            while len(lobby.consumers) == before:
                await asyncio.sleep(0.001)
        # It was sent what there is once more.
        assert lobby.consumers[-1].counted == 1


class TestNodesThatComeBack:
    """RL20: who was away may be set up in another way when they are back."""

    @pytest.mark.parametrize("is_lax", [False, True])
    async def test_rl20_a_node_is_asked_again_when_it_is_back(
        self, heard: Heard, nats: PlayedNats, is_lax: bool
    ) -> None:
        await looked(heard, nats)
        asked = len(nats.clients)
        nats.log.away = {"n3"}
        await looked(heard, nats)
        # Nobody is asked while it is away.
        assert len(nats.clients) == asked
        nats.lax = {"n3"} if is_lax else set()
        nats.log.away = set()
        await looked(heard, nats)
        assert len(nats.clients) == asked + 1
        assert CutOff() in heard.outcomes if is_lax else heard.outcomes == []
        if is_lax:
            # It syncs from now on; what it acknowledged before may be lost all the same.
            nats.lax = set()
            await heard.log._join()
            assert heard.outcomes == [CutOff()]

    async def test_rl20_who_knows_of_every_node_asks_no_more(
        self, heard: Heard, nats: PlayedNats
    ) -> None:
        asked = len(nats.clients)
        nats.lax = {"n3"}
        await looked(heard, nats)
        assert (len(nats.clients), heard.outcomes) == (asked, [])

    async def test_rl20_one_that_was_away_at_the_start_is_asked_once(
        self, nats: PlayedNats
    ) -> None:
        first = Heard(nats, JetStreamLog(SETTINGS))
        await first.log.start(first.report)
        await first.log.close()
        nats.log.away = {"n3"}
        nats.mute = {"n3"}
        heard = Heard(nats, JetStreamLog(SETTINGS))
        await heard.log.start(heard.report)
        await ended([heard.log._watching])
        nats.log.away = nats.mute = set()
        asked = len(nats.clients)
        for _ in range(3):
            await looked(heard, nats)
        assert len(nats.clients) == asked + 1
        await heard.log.close()

    async def test_in_development_no_node_is_asked(self, nats: PlayedNats) -> None:
        heard = Heard(nats, JetStreamLog(replace(SETTINGS, development=True)))
        await heard.log.start(heard.report)
        await looked(heard, nats)
        nats.log.away = {"n3"}
        await looked(heard, nats)
        nats.log.away, nats.lax = set(), {"n3"}
        await looked(heard, nats)
        assert (len(nats.clients), heard.outcomes) == (1, [])
        await heard.log.close()


async def looked(heard: Heard, nats: PlayedNats) -> None:
    """Let the log look once at how the stream is, and not by itself."""
    await ended([heard.log._watching])
    await heard.log._look_at(nats.log.info(""))


async def test_each_record_of_a_message_is_found_by_its_number(heard: Heard) -> None:
    await heard.keep(begun())
    heard.log.submit_all([(n, changed(said(n), payload=b"%d" % n)) for n in range(1, 6)])
    await heard.until(Placed, 2)
    (meeting,) = heard.index.meetings.values()
    assert {message_of(place) for place in meeting.places} == {2}
    heard.lose_pages()
    assert [one.payload for one in await heard.read(1, 4)] == [b"2", b"3", b"4"]
