"""Stories of how a meeting begins in a room, and how it ends."""

import pickle
from dataclasses import replace as with_

import pytest
from msgspec.structs import replace

from holdspace.protocol.frames import (
    Ack,
    Attached,
    BeginMeeting,
    Done,
    MeetingClosed,
    Prove,
    Refuse,
)
from holdspace.protocol.keys import Purpose, begin_digest
from holdspace.protocol.refusals import Close, Refusal
from holdspace.server.limits import ENTRY_COST, Limits
from holdspace.server.log.records import Kept
from relay_papers import NON_CANONICAL, SMALL_ORDER, Circle, key
from relay_table import Caller, Table, entries, of_type, refused, running


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
