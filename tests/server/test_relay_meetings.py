"""Stories of a meeting's log: what is acknowledged, and what a commit changes."""

from dataclasses import replace as with_

import pytest
from msgspec.structs import replace

from holdspace.protocol.frames import (
    Ack,
    Entry,
)
from holdspace.protocol.refusals import Close, Refusal
from holdspace.server.effects import Read
from holdspace.server.limits import ENTRY_COST, Limits
from relay_papers import NON_CANONICAL, SMALL_ORDER, Circle, key
from relay_table import Caller, Table, entries, of_type, refused, running, walk


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
