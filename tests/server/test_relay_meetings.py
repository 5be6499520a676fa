"""Stories of a meeting's log: what is acknowledged, who reads how far, and what a commit changes."""

import pickle
from dataclasses import replace as with_

import pytest
from msgspec.structs import replace

from holdspace.protocol.frames import (
    Ack,
    Attached,
    BeginMeeting,
    ClientFrame,
    CloseMeeting,
    Done,
    Entry,
    MeetingClosed,
    Prove,
    Refuse,
    RelayFrame,
)
from holdspace.protocol.keys import Purpose, SigningKey, begin_digest
from holdspace.protocol.refusals import Close, Refusal
from holdspace.server.effects import Read
from holdspace.server.limits import ENTRY_COST, Limits
from holdspace.server.log.records import Kept
from holdspace.server.relay import Relay
from relay_papers import Circle, key
from relay_table import ORIGIN, Caller, Table, of_type, refused, running

SMALL_ORDER = (1).to_bytes(32, "little")
NON_CANONICAL = (2**255 - 1).to_bytes(32, "little")


def entries(frames: list[RelayFrame]) -> list[tuple[int, int, bytes]]:
    return [(one.seq, one.epoch, one.payload) for one in frames if isinstance(one, Entry)]


def walk(caller: Caller, circle: Circle, epoch: int) -> list[RelayFrame]:
    return caller.send(caller.papers.prove(circle, epoch))


class TestSaying:
    def test_an_entry_is_acked_and_then_given_to_everybody(
        self, table: Table, circle: Circle, host: Caller
    ) -> None:
        member = table.call()
        member.attach(circle)
        said = member.papers.append("hello")
        assert member.send(said) == [Ack(said.ref, 1), Entry(1, 0, False, b"hello")]
        assert host.news() == [Entry(1, 0, False, b"hello")]

    def test_nobody_hears_of_it_before_it_is_saved(
        self, table: Table, circle: Circle, host: Caller
    ) -> None:
        table.hold()
        assert host.send(host.papers.append("hello")) == []
        table.let_go()
        assert [type(frame) for frame in host.news()] == [Ack, Entry]

    def test_a_message_sent_again_keeps_its_first_place(
        self, table: Table, circle: Circle, host: Caller
    ) -> None:
        once = host.papers.append("hello")
        host.send(once)
        host.send(host.papers.append("something else"))
        assert host.send(replace(once, ref=77)) == [Ack(77, 1)]

    def test_sent_again_before_it_is_saved_both_are_acked_when_it_is(
        self, table: Table, circle: Circle, host: Caller
    ) -> None:
        table.hold()
        once = host.papers.append("hello")
        assert host.send(once) == []
        assert host.send(replace(once, ref=77)) == []
        table.let_go()
        assert host.news() == [Ack(once.ref, 1), Ack(77, 1), Entry(1, 0, False, b"hello")]

    def test_who_left_before_it_was_saved_is_told_nothing_and_their_words_are_there(
        self, table: Table, circle: Circle, host: Caller
    ) -> None:
        member = table.call()
        member.attach(circle)
        table.hold()
        member.send(member.papers.append("last words"))
        member.hang_up()
        table.let_go()
        assert not of_type(Ack, member.got)
        assert entries(host.news()) == [(1, 0, b"last words")]

    def test_what_cannot_be_saved_is_refused_and_leaves_no_gap(
        self, table: Table, circle: Circle, host: Caller
    ) -> None:
        # RL17
        table.disk_is_full = True
        assert refused(host.send(host.papers.append("lost"))) == [Refusal.NOT_SAVED]
        table.disk_is_full = False
        again = host.send(host.papers.append("lost"))
        assert entries(again) == [(1, 0, b"lost")]

    def test_a_disk_that_stands_still_does_not_fill_the_memory(self, circle: Circle) -> None:
        table = Table(with_(Limits(), pending=2))
        host = running(table, circle)
        table.hold()
        answers = [refused(host.send(host.papers.append(words))) for words in ("a", "b", "c")]
        assert answers == [[], [], [Refusal.TOO_FAST]]
        table.let_go()
        assert [words for _, _, words in entries(host.news())] == [b"a", b"b"]

    def test_a_full_disk_takes_back_all_that_was_under_way(
        self, table: Table, circle: Circle, host: Caller
    ) -> None:
        table.hold()
        host.send(host.papers.append("kept"))
        table.disk_is_full = True
        host.send(host.papers.append("first"))
        host.send(host.papers.append("second"))
        table.disk_is_full = False
        host.send(host.papers.append("third"))
        table.let_go()
        news = host.news()
        assert refused(news) == [Refusal.NOT_SAVED] * 3
        assert entries(news) == [(1, 0, b"kept")]
        assert entries(host.send(host.papers.append("third"))) == [(2, 0, b"third")]

    def test_an_epoch_change_that_was_not_saved_sends_its_members_back_to_what_is(
        self, table: Table, circle: Circle, host: Caller
    ) -> None:
        member = table.call()
        member.attach(circle)
        table.disk_is_full = True
        table.hold()
        host.send(host.papers.bundle(circle, 0))
        assert refused(member.send(member.papers.append("early"))) == [Refusal.STALE_EPOCH]
        table.disk_is_full = False
        table.let_go()
        assert member.closed is Close.NOT_SAVING
        back = table.call()
        back.attach(circle)
        assert entries(back.send(back.papers.append("early"))) == [(1, 0, b"early")]

    def test_slots_that_were_not_saved_were_never_in_force(
        self, table: Table, circle: Circle, host: Caller
    ) -> None:
        table.disk_is_full = True
        others = tuple(circle.slot(number).public for number in range(1, 9))
        host.send(host.papers.bundle(circle, 0, slots=others))
        table.disk_is_full = False
        back = table.call()
        back.attach(circle)
        assert of_type(Ack, back.send(back.papers.bundle(circle, 0, slot=circle.slot(0))))

    def test_rl16_a_full_meeting_still_takes_the_removal_of_whoever_filled_it(
        self, circle: Circle
    ) -> None:
        table = Table(with_(Limits(), meeting_bytes=20 * ENTRY_COST))
        host = running(table, circle)
        flood = [host.send(host.papers.append(f"flood {number}")) for number in range(20)]
        assert refused(flood[0]) == []
        assert refused(flood[-1]) == [Refusal.MEETING_FULL_OF_WORDS]
        removal = host.send(host.papers.bundle(circle, 0))
        assert [type(frame) for frame in removal] == [Ack, Entry]

    def test_a_quota_is_free_again_when_the_meeting_is_over(self, circle: Circle) -> None:
        table = Table(with_(Limits(), total_bytes=3 * ENTRY_COST))
        host = running(table, circle)
        host.send(host.papers.append("one"))
        host.send(host.papers.append("two"))
        assert refused(host.send(host.papers.append("three"))) == [Refusal.MEETING_FULL_OF_WORDS]
        host.send(host.papers.close(circle))
        other = running(table, Circle("other"))
        assert of_type(Ack, other.send(other.papers.append("three")))


class TestEpochs:
    def test_rl01_an_entry_of_the_epoch_before_is_stale(
        self, table: Table, circle: Circle, host: Caller
    ) -> None:
        host.send(host.papers.bundle(circle, 0))
        walk(host, circle, 1)
        assert refused(host.send(host.papers.append("late", 0))) == [Refusal.STALE_EPOCH]
        assert entries(host.send(host.papers.append("in time", 1))) == [(2, 1, b"in time")]

    def test_rl02_an_entry_of_the_epoch_after_is_refused(
        self, table: Table, circle: Circle, host: Caller
    ) -> None:
        assert refused(host.send(host.papers.append("early", 1))) == [Refusal.STALE_EPOCH]
        assert entries(host.send(host.papers.append("now", 0))) == [(1, 0, b"now")]

    def test_nothing_is_taken_from_who_has_yet_to_prove_the_epoch(
        self, table: Table, circle: Circle, host: Caller
    ) -> None:
        host.send(host.papers.bundle(circle, 0))
        assert refused(host.send(host.papers.append("early", 1))) == [Refusal.STALE_EPOCH]
        assert refused(host.send(host.papers.bundle(circle, 1))) == [Refusal.LOST_RACE]

    @pytest.mark.parametrize("is_slow", [False, True])
    def test_rl03_of_two_bundles_for_one_epoch_one_wins(
        self, table: Table, circle: Circle, host: Caller, is_slow: bool
    ) -> None:
        other = table.call()
        other.attach(circle)
        other.news()
        if is_slow:
            table.hold()
        host.send(host.papers.bundle(circle, 0, commit="of one"))
        other.send(other.papers.bundle(circle, 0, commit="of the other", slot=circle.slot(1)))
        table.let_go()
        assert [type(frame) for frame in host.got[-2:]] == [Ack, Entry]
        lost = other.got[1:]
        assert refused(lost) == [Refusal.LOST_RACE]
        assert entries(lost) == [(1, 0, b"of one")]

    def test_who_has_walked_on_and_bundles_for_the_epoch_before_has_lost_the_race(
        self, table: Table, circle: Circle, host: Caller
    ) -> None:
        host.send(host.papers.bundle(circle, 0))
        walk(host, circle, 1)
        late = host.papers.bundle(circle, 0, commit="late")
        assert refused(host.send(late)) == [Refusal.LOST_RACE]

    def test_a_bundle_sent_again_is_acked_again(
        self, table: Table, circle: Circle, host: Caller
    ) -> None:
        bundle = host.papers.bundle(circle, 0)
        host.send(bundle)
        assert host.send(replace(bundle, ref=77)) == [Ack(77, 1)]

    def test_rl11_a_member_without_a_slot_cannot_change_the_epoch(
        self, table: Table, circle: Circle, host: Caller
    ) -> None:
        bundle = host.papers.bundle(circle, 0, slot=key("not a facilitator"))
        assert refused(host.send(bundle)) == [Refusal.NOT_FACILITATOR]
        assert entries(host.send(host.papers.append("still epoch 0"))) == [(1, 0, b"still epoch 0")]

    def test_a_slot_without_the_epochs_key_cannot_either(
        self, table: Table, circle: Circle, host: Caller
    ) -> None:
        bundle = host.papers.bundle(circle, 0, signer=key("somebody removed"))
        assert refused(host.send(bundle)) == [Refusal.NOT_FACILITATOR]

    def test_a_bundle_changed_on_the_way_is_refused(
        self, table: Table, circle: Circle, host: Caller
    ) -> None:
        bundle = replace(host.papers.bundle(circle, 0), commit=b"another commit")
        assert refused(host.send(bundle)) == [Refusal.NOT_FACILITATOR]

    @pytest.mark.parametrize("bad", [SMALL_ORDER, NON_CANONICAL])
    def test_rl13_unsafe_keys_open_nothing(
        self, table: Table, circle: Circle, host: Caller, bad: bytes
    ) -> None:
        as_access = host.papers.bundle(circle, 0, next_access_key=bad)
        as_slot = host.papers.bundle(circle, 0, slots=(*circle.slots[:7], bad))
        assert refused(host.send(as_access)) == [Refusal.BAD_KEY]
        assert refused(host.send(as_slot)) == [Refusal.BAD_KEY]
        assert entries(host.send(host.papers.append("still epoch 0"))) == [(1, 0, b"still epoch 0")]

    def test_a_slot_that_was_taken_away_is_worth_nothing(
        self, table: Table, circle: Circle, host: Caller
    ) -> None:
        others = tuple(circle.slot(number).public for number in range(1, 9))
        host.send(host.papers.bundle(circle, 0, slots=others))
        walk(host, circle, 1)
        assert refused(host.send(host.papers.bundle(circle, 1))) == [Refusal.NOT_FACILITATOR]
        assert of_type(Ack, host.send(host.papers.bundle(circle, 1, slot=circle.slot(8))))


class TestReading:
    def test_rl07_a_key_reads_up_to_the_commit_that_closes_its_epoch(
        self, table: Table, circle: Circle, host: Caller
    ) -> None:
        host.send(host.papers.append("in epoch 0"))
        host.send(host.papers.bundle(circle, 0))
        walk(host, circle, 1)
        host.send(host.papers.append("in epoch 1", 1))
        late = table.call()
        asked = late.papers.attach(circle, 0)
        got = late.send(asked)
        assert got[0] == Attached(asked.ref, 0, 2, 0)
        assert entries(got) == [(1, 0, b"in epoch 0"), (2, 0, b"commit of epoch 0")]

    def test_rl08_somebody_removed_gets_the_commit_and_then_nothing(
        self, table: Table, circle: Circle, host: Caller
    ) -> None:
        removed = table.call()
        removed.attach(circle)
        removed.news()
        host.send(host.papers.bundle(circle, 0))
        walk(host, circle, 1)
        host.send(host.papers.append("without you", 1))
        assert entries(removed.news()) == [(1, 0, b"commit of epoch 0")]
        table.wait(15)
        assert removed.closed is Close.PROVE_AGAIN
        assert removed.news() == []
        assert host.closed is None

    def test_somebody_removed_cannot_prove_on(
        self, table: Table, circle: Circle, host: Caller
    ) -> None:
        removed = table.call()
        removed.attach(circle)
        host.send(host.papers.bundle(circle, 0))
        removed.send(replace(removed.papers.prove(circle, 1), proof=bytes(64)))
        assert removed.closed is Close.WRONG_PROOF

    def test_the_next_entry_waits_for_the_next_proof(
        self, table: Table, circle: Circle, host: Caller
    ) -> None:
        slow = table.call()
        slow.attach(circle)
        host.send(host.papers.bundle(circle, 0))
        walk(host, circle, 1)
        host.send(host.papers.append("hello", 1))
        slow.news()
        table.wait(14)
        got = walk(slow, circle, 1)
        assert isinstance(got[0], Done)
        assert entries(got) == [(2, 1, b"hello")]
        table.wait(15)
        assert slow.closed is None

    def test_nobody_skips_an_epoch(self, table: Table, circle: Circle, host: Caller) -> None:
        away = table.call()
        away.attach(circle)
        for epoch in range(2):
            host.send(host.papers.bundle(circle, epoch))
            walk(host, circle, epoch + 1)
        away.news()
        assert refused(walk(away, circle, 2)) == [Refusal.STALE_EPOCH]
        assert entries(walk(away, circle, 1)) == [(2, 1, b"commit of epoch 1")]

    def test_rl09_who_was_away_for_five_epochs_walks_to_the_head(
        self, table: Table, circle: Circle, host: Caller
    ) -> None:
        for epoch in range(5):
            host.send(host.papers.append(f"in epoch {epoch}", epoch))
            host.send(host.papers.bundle(circle, epoch))
            walk(host, circle, epoch + 1)
        everything = entries(host.got)
        away = table.call()
        away.attach(circle, 0)
        for epoch in range(1, 6):
            walk(away, circle, epoch)
        assert entries(away.got) == everything
        assert [seq for seq, _, _ in everything] == list(range(1, 11))
        assert of_type(Ack, away.send(away.papers.append("back again", 5)))

    def test_a_long_log_comes_in_pieces_and_new_entries_wait_their_turn(
        self, table: Table, circle: Circle, host: Caller
    ) -> None:
        for number in range(50):
            host.send(host.papers.append(f"words {number}"))
        late = table.call()
        table.are_reads_slow = True
        late.attach(circle)
        host.send(host.papers.append("said meanwhile"))
        table.read_once()
        host.send(host.papers.append("said while reading"))
        table.are_reads_slow = False
        while table.read_once():
            pass
        assert entries(late.got) == entries(host.got)
        assert len(entries(late.got)) == 52

    def test_a_log_that_cannot_be_read_back_is_never_shown_with_a_gap(
        self, table: Table, circle: Circle, host: Caller
    ) -> None:
        host.send(host.papers.append("one"))
        host.send(host.papers.append("two"))
        whole = table.read(circle.meeting, 0, 2)
        for lacking in ([], whole[1:], whole[:1] * 2):
            table.read = lambda *_place, kept=lacking, **_weight: kept  # type: ignore[method-assign]
            late = table.call()
            late.attach(circle)
            assert late.closed is Close.NOT_SAVING
            assert entries(late.got) == []

    def test_reading_goes_on_after_what_was_read(
        self, table: Table, circle: Circle, host: Caller
    ) -> None:
        for words in ("one", "two", "three"):
            host.send(host.papers.append(words))
        back = table.call()
        assert entries(back.attach(circle, after=2)) == [(3, 0, b"three")]

    def test_a_key_opens_nothing_from_before_its_epoch(
        self, table: Table, circle: Circle, host: Caller
    ) -> None:
        host.send(host.papers.append("before"))
        host.send(host.papers.bundle(circle, 0))
        joiner = table.call()
        asked = joiner.papers.attach(circle, 1, after=0)
        assert joiner.send(asked) == [Attached(asked.ref, 2, 2, 1)]

    def test_who_read_more_than_there_is_hears_that_something_was_lost(
        self, table: Table, circle: Circle, host: Caller
    ) -> None:
        ahead = table.call()
        assert refused(ahead.attach(circle, after=1)) == [Refusal.GAP]

    def test_a_meeting_has_only_so_many_connections(self, circle: Circle) -> None:
        table = Table(with_(Limits(), connections_per_meeting=2))
        running(table, circle)
        table.call().attach(circle)
        third = table.call()
        third.attach(circle)
        assert third.closed is Close.CROWDED

    def test_what_was_read_for_the_first_attachment_is_not_given_to_the_second(
        self, table: Table, circle: Circle, host: Caller
    ) -> None:
        for words in ("one", "two"):
            host.send(host.papers.append(words))
        moving = table.call()
        table.are_reads_slow = True
        moving.attach(circle)
        moving.attach(circle, after=1)
        while table.read_once():
            pass
        assert entries(moving.got) == [(2, 0, b"two")]

    def test_attaching_again_takes_the_place_of_the_first_time(
        self, table: Table, circle: Circle, host: Caller
    ) -> None:
        host.send(host.papers.append("one"))
        host.attach(circle, after=0)
        assert entries(host.send(host.papers.append("two"))) == [(2, 0, b"two")]


class TestProofs:
    def test_rl10_a_proof_overheard_is_worth_nothing_elsewhere(
        self, table: Table, circle: Circle, host: Caller
    ) -> None:
        other = Circle("other")
        running(table, other)
        member, thief = table.call(), table.call()
        overheard = member.papers.attach(circle)
        in_other_meeting = replace(overheard, meeting=other.meeting)
        elsewhere = member.papers
        elsewhere.origin = "wss://phishing.example"
        for_another_purpose = replace(
            overheard,
            proof=member.papers.proof(circle.access(0), Purpose.CLOSE, meeting=circle.meeting),
        )
        assert refused(thief.send(overheard)) == [Refusal.NOT_HERE]
        assert refused(member.send(in_other_meeting)) == [Refusal.NOT_HERE]
        assert refused(member.send(elsewhere.attach(circle))) == [Refusal.NOT_HERE]
        assert refused(member.send(for_another_purpose)) == [Refusal.NOT_HERE]
        assert member.send(overheard) == [Attached(overheard.ref, 0, 0, 0)]

    def test_a_proof_holds_at_every_address_the_relay_is_known_by(
        self, table: Table, circle: Circle, host: Caller
    ) -> None:
        table.relay = Relay(table.limits, ["ws://127.0.0.1:8787", ORIGIN], table.log.load())
        member = table.call()
        assert of_type(Attached, member.attach(circle))
        # Its next proof is tried there first.
        assert table.relay._world.connections[member.number].origin == ORIGIN

    def test_unknown_meeting_wrong_key_and_closed_meeting_get_the_same_answer(
        self, table: Table, circle: Circle, host: Caller
    ) -> None:
        stranger = table.call()
        asked: list[ClientFrame] = [
            stranger.papers.attach(Circle("never opened")),
            replace(stranger.papers.attach(circle), proof=bytes(64)),
            stranger.papers.attach(circle, epoch=7),
        ]
        answers = [stranger.send(frame) for frame in asked]
        host.send(host.papers.close(circle))
        answers.append(stranger.send(stranger.papers.attach(circle)))
        assert [refused(answer) for answer in answers] == [[Refusal.NOT_HERE]] * 4

    def test_the_key_that_stands_in_for_nobodys_opens_nothing(
        self, table: Table, circle: Circle
    ) -> None:
        # It is in the sources, and RFC 8032 prints its secret half.
        stand_in = SigningKey.from_seed(
            bytes.fromhex("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60")
        )
        thief = table.call()
        proof = thief.papers.proof(stand_in, Purpose.CLOSE, meeting=circle.meeting)
        host = running(table, circle)
        close = CloseMeeting(7, circle.meeting, stand_in.public, proof)
        assert refused(thief.send(close)) == [Refusal.NOT_HERE]
        assert host.closed is None


class TestTheEnd:
    def test_closing_deletes_the_log_and_tells_everybody(
        self, table: Table, circle: Circle, host: Caller
    ) -> None:
        member = table.call()
        member.attach(circle)
        host.send(host.papers.append("hello"))
        member.news()
        close = host.papers.close(circle)
        assert host.send(close)[-2:] == [Done(close.ref), MeetingClosed(circle.meeting)]
        assert member.news() == [MeetingClosed(circle.meeting)]
        assert host.closed is member.closed is Close.MEETING_OVER
        assert table.read(circle.meeting, 0, 9) == []
        assert table.log.load().meetings == ()

    def test_a_member_who_is_no_facilitator_cannot_close(
        self, table: Table, circle: Circle, host: Caller
    ) -> None:
        member, stranger = table.call(), table.call()
        member.attach(circle)
        forged = member.papers.close(circle, slot=key("member"))
        assert refused(member.send(forged)) == [Refusal.NOT_FACILITATOR]
        assert refused(stranger.send(stranger.papers.close(circle, slot=key("me")))) == [
            Refusal.NOT_HERE
        ]

    def test_nothing_is_taken_while_the_meeting_is_being_closed(
        self, table: Table, circle: Circle, host: Caller
    ) -> None:
        member = table.call()
        member.attach(circle)
        table.hold()
        member.send(member.papers.append("just in time"))
        host.send(host.papers.close(circle))
        assert refused(member.send(member.papers.append("too late"))) == [Refusal.NOT_HERE]
        table.let_go()
        assert entries(member.news()) == [(1, 0, b"just in time")]
        assert member.closed is Close.MEETING_OVER

    def test_a_closing_that_was_not_saved_did_not_happen(
        self, table: Table, circle: Circle, host: Caller
    ) -> None:
        table.disk_is_full = True
        assert refused(host.send(host.papers.close(circle))) == [Refusal.NOT_SAVED]
        table.disk_is_full = False
        back = table.call()
        back.attach(circle)
        assert of_type(Ack, back.send(back.papers.append("still here")))

    def test_the_rooms_next_meeting_ends_the_one_before(
        self, table: Table, circle: Circle, host: Caller
    ) -> None:
        later = Circle(circle.name, time=2)
        again = table.call()
        again.send(again.papers.begin(later))
        assert host.closed is Close.MEETING_OVER
        assert of_type(Attached, again.attach(later))
        assert [one.meeting for one in table.log.load().meetings] == [later.meeting]

    def test_a_meeting_nobody_comes_back_to_is_forgotten(
        self, table: Table, circle: Circle, host: Caller
    ) -> None:
        for _ in range(10):
            table.wait(3600)
            host.send(host.papers.append(f"still talking at {table.minute}"))
        assert host.closed is None
        table.wait(table.limits.meeting_minutes * 60 + 60)
        assert host.closed is Close.MEETING_OVER
        assert table.log.load().meetings == ()
        table.wait(table.limits.room_minutes * 60)
        assert table.log.load().rooms == ()

    def test_what_could_not_be_deleted_is_as_it_was_until_it_can(
        self, table: Table, circle: Circle, host: Caller
    ) -> None:
        host.send(host.papers.append("hello"))
        before = pickle.dumps(table.log.load())
        table.disk_is_full = True
        table.wait(table.limits.room_minutes * 60)
        assert host.closed is None
        assert pickle.dumps(table.log.load()) == before
        back = table.call()
        assert entries(back.attach(circle)) == [(1, 0, b"hello")]
        table.disk_is_full = False
        table.wait(60)
        assert back.closed is Close.MEETING_OVER
        assert table.log.load() == Kept()


class TestRestarting:
    def test_all_that_was_acked_is_there_after_a_restart(
        self, table: Table, circle: Circle, host: Caller
    ) -> None:
        once = host.papers.append("one")
        host.send(once)
        host.send(host.papers.bundle(circle, 0))
        walk(host, circle, 1)
        host.send(host.papers.append("two", 1))
        before = entries(host.got)
        table.start_relay()
        back = table.call()
        back.attach(circle, 0)
        walk(back, circle, 1)
        assert entries(back.got) == before
        assert back.send(replace(once, ref=77)) == [Ack(77, 1)]
        assert of_type(Ack, back.send(back.papers.bundle(circle, 1)))

    def test_rl05_killed_between_saving_and_acking_there_is_one_copy(
        self, table: Table, circle: Circle, host: Caller
    ) -> None:
        table.hold()
        said = host.papers.append("hello")
        assert host.send(said) == []
        table.is_holding = False
        table.start_relay()
        back = table.call()
        back.attach(circle)
        assert back.send(said)[-1] == Ack(said.ref, 1)
        assert entries(back.got) == [(1, 0, b"hello")]


class TestBeginning:
    def test_the_same_beginning_again_gets_the_same_answer(
        self, table: Table, circle: Circle, host: Caller
    ) -> None:
        again = table.call()
        begin = again.papers.begin(circle)
        assert again.send(begin) == [Done(begin.ref)]
        assert host.closed is None

    def test_a_full_relay_too_says_again_that_a_meeting_has_begun(self, circle: Circle) -> None:
        table = Table(with_(Limits(), total_bytes=2 * ENTRY_COST + 1))
        host = running(table, circle)
        assert of_type(Ack, host.send(host.papers.bundle(circle, 0, commit="c")))
        host.news()
        begin = host.papers.begin(circle)
        assert refused(host.send(host.papers.begin(Circle(circle.name, time=2)))) == [
            Refusal.RELAY_FULL
        ]
        assert host.send(begin) == [Done(begin.ref)]

    def test_only_the_root_key_begins_a_meeting(
        self, table: Table, circle: Circle, host: Caller
    ) -> None:
        thief = table.call()
        begin = replace(thief.papers.begin(Circle(circle.name, time=2)), proof=bytes(64))
        assert refused(thief.send(begin)) == [Refusal.NOT_HERE]

    def test_a_room_has_one_root_key(self, table: Table, circle: Circle, host: Caller) -> None:
        squatter = table.call()
        mine = key("squatter")
        proof = squatter.papers.proof(mine, Purpose.OPEN, room=circle.room)
        frame = replace(squatter.papers.open(circle), root_key=mine.public, proof=proof)
        assert refused(squatter.send(frame)) == [Refusal.ALREADY_THERE]

    def test_swapped_keys_begin_nothing(self, table: Table, circle: Circle) -> None:
        host = table.call()
        host.send(host.papers.open(circle))
        host.news()
        begin = replace(host.papers.begin(circle), access_key=key("middle man").public)
        assert refused(host.send(begin)) == [Refusal.NOT_HERE]

    @pytest.mark.parametrize("bad", [SMALL_ORDER, NON_CANONICAL])
    def test_rl13_nothing_begins_with_an_unsafe_key(
        self, table: Table, circle: Circle, bad: bytes
    ) -> None:
        host = table.call()
        unsafe_root = replace(host.papers.open(circle), root_key=bad)
        assert refused(host.send(unsafe_root)) == [Refusal.BAD_KEY]
        host.send(host.papers.open(circle))
        host.news()
        for access, slots in (
            (bad, circle.slots),
            (circle.access(0).public, (bad, *circle.slots[1:])),
        ):
            proof = host.papers.proof(
                circle.root,
                Purpose.BEGIN,
                room=circle.room,
                meeting=circle.meeting,
                digest=begin_digest(access, slots),
            )
            frame = BeginMeeting(7, circle.room, circle.meeting, access, slots, proof)
            assert refused(host.send(frame)) == [Refusal.BAD_KEY]

    def test_a_handle_names_one_meeting(self, table: Table, circle: Circle, host: Caller) -> None:
        other = table.call()
        proof = other.papers.proof(
            circle.root,
            Purpose.BEGIN,
            room=circle.room,
            meeting=circle.meeting,
            digest=begin_digest(key("another").public, circle.slots),
        )
        frame = BeginMeeting(
            7, circle.room, circle.meeting, key("another").public, circle.slots, proof
        )
        assert refused(other.send(frame)) == [Refusal.ALREADY_THERE]
        assert host.closed is None

    def test_a_beginning_is_not_done_before_it_is_saved(self, table: Table, circle: Circle) -> None:
        host = table.call()
        host.send(host.papers.open(circle))
        host.news()
        table.hold()
        assert host.send(host.papers.begin(circle)) == []
        assert refused(host.send(host.papers.begin(circle))) == [Refusal.ALREADY_THERE]
        assert refused(host.attach(circle)) == [Refusal.NOT_HERE]

    def test_a_room_or_meeting_that_was_not_saved_is_not_there(
        self, table: Table, circle: Circle
    ) -> None:
        host = table.call()
        table.disk_is_full = True
        assert refused(host.send(host.papers.open(circle)))[-1:] == [Refusal.NOT_SAVED]
        table.disk_is_full = False
        assert refused(host.send(host.papers.begin(circle))) == [Refusal.NOT_HERE]
        host.send(host.papers.open(circle))
        table.disk_is_full = True
        assert refused(host.send(host.papers.begin(circle))) == [Refusal.NOT_SAVED]
        table.disk_is_full = False
        assert refused(host.attach(circle)) == [Refusal.NOT_HERE]
        assert of_type(Done, host.send(host.papers.begin(circle)))

    def test_a_meeting_goes_on_when_the_next_one_could_not_be_saved(
        self, table: Table, circle: Circle, host: Caller
    ) -> None:
        again = table.call()
        table.disk_is_full = True
        assert refused(again.send(again.papers.begin(Circle(circle.name, time=2)))) == [
            Refusal.NOT_SAVED
        ]
        table.disk_is_full = False
        back = table.call()
        back.attach(circle)
        assert of_type(Ack, back.send(back.papers.append("still here")))

    def test_a_full_relay_begins_no_meeting(self, circle: Circle) -> None:
        words = "x" * 1000
        cost = 2 * ENTRY_COST + len(words)
        table = Table(with_(Limits(), total_bytes=cost))
        host = running(table, circle)
        assert of_type(Ack, host.send(host.papers.bundle(circle, 0, commit=words)))
        late = table.call()
        late.send(late.papers.open(Circle("other")))
        assert refused(late.send(late.papers.begin(Circle("other")))) == [Refusal.RELAY_FULL]
        host.send(host.papers.close(circle))
        assert of_type(Done, late.send(late.papers.begin(Circle("other"))))

    def test_a_room_is_kept_while_somebody_may_still_knock(
        self, table: Table, circle: Circle
    ) -> None:
        host = table.call()
        host.send(host.papers.open(circle))
        next_week = table.minute + 7 * 24 * 60
        host.send(host.papers.invite(circle, next_week))
        table.wait(6 * 24 * 3600)
        assert len(table.log.load().rooms) == 1
        table.wait(2 * 24 * 3600)
        assert table.log.load() == Kept()

    def test_rooms_have_a_limit(self, circle: Circle) -> None:
        table = Table(with_(Limits(), rooms=1))
        running(table, circle)
        late = table.call()
        assert refused(late.send(late.papers.open(Circle("other")))) == [Refusal.RELAY_FULL]


def test_a_refusal_names_what_was_asked(table: Table) -> None:
    caller = table.call()
    caller.news()
    assert caller.send(Prove(9, 1, bytes(64))) == [Refuse(9, Refusal.NOT_ATTACHED)]


def test_entries_that_went_with_their_meeting_are_not_taken_for_lost(
    table: Table, circle: Circle, host: Caller
) -> None:
    host.send(host.papers.append("words"))
    late = table.call()
    table.are_reads_slow = True
    late.send(late.papers.attach(circle))
    [read] = table._reads
    assert isinstance(read, Read)
    table.hold()
    host.send(host.papers.close(circle))
    # The log has deleted the meeting, and has not yet told.
    assert table.relay.loaded(read.connection, read.number, [], table.now) == []
    table.let_go()
    assert late.closed is Close.MEETING_OVER
