"""Stories of the lobby: who may knock, who hears it, and how the answer finds its way back."""

from dataclasses import replace as with_
from itertools import chain

import pytest
from msgspec.structs import replace

from holdspace.protocol.frames import (
    Ack,
    Card,
    Declined,
    Done,
    Entry,
    KnockGone,
    Knocking,
    RelayFrame,
    WatchLobby,
    Welcomed,
)
from holdspace.protocol.keys import Purpose
from holdspace.protocol.refusals import Close, Refusal
from holdspace.server.limits import Limits
from relay_papers import Circle, id16, key, welcome
from relay_table import START, Caller, Table, of_type, refused, running

TOMORROW = int(START // 60) + 24 * 60


@pytest.fixture
def door(table: Table, circle: Circle, host: Caller) -> Caller:
    """The host, who put an invitation out and watches the door."""
    host.send(host.papers.invite(circle, TOMORROW))
    host.send(host.papers.watch(circle))
    host.news()
    return host


def knocks(frames: list[RelayFrame]) -> list[bytes]:
    return [frame.knock for frame in frames if isinstance(frame, Knocking)]


def knocker(table: Table, circle: Circle, who: str = "newcomer") -> Caller:
    caller = table.call()
    caller.send(caller.papers.knock(circle, who))
    return caller


class TestInvitations:
    def test_the_card_is_shown_to_who_has_the_invitation(
        self, table: Table, circle: Circle, door: Caller
    ) -> None:
        newcomer = table.call()
        asked = newcomer.papers.card(circle)
        newcomer.news()
        assert newcomer.send(asked) == [Card(asked.ref, b"sealed card")]

    def test_unknown_room_unknown_key_and_wrong_proof_get_the_same_answer(
        self, table: Table, circle: Circle, door: Caller
    ) -> None:
        other = Circle("other")
        running(table, other)
        stranger = table.call()
        unproved = replace(stranger.papers.card(circle), proof=bytes(64))
        for frame in (
            stranger.papers.card(Circle("never opened")),
            stranger.papers.card(other),
            unproved,
        ):
            assert refused(stranger.send(frame)) == [Refusal.NOT_HERE]

    def test_an_invitation_runs_out(self, table: Table, circle: Circle, door: Caller) -> None:
        table.now = TOMORROW * 60.0
        late = table.call()
        assert refused(late.send(late.papers.card(circle))) == [Refusal.INVITATION_OVER]
        assert refused(late.send(late.papers.knock(circle))) == [Refusal.INVITATION_OVER]

    def test_an_invitation_that_is_over_cannot_be_put_out(
        self, table: Table, circle: Circle, host: Caller
    ) -> None:
        frame = host.papers.invite(circle, table.minute)
        assert refused(host.send(frame)) == [Refusal.INVITATION_OVER]

    def test_an_invitation_does_not_outlive_the_longest_time(
        self, table: Table, circle: Circle, host: Caller
    ) -> None:
        host.send(host.papers.invite(circle, 2**39))
        (kept,) = table.log.load().invitations
        assert kept.expires_minute == table.minute + table.limits.invitation_minutes

    def test_only_the_root_key_invites(self, table: Table, circle: Circle, host: Caller) -> None:
        member = table.call()
        forged = replace(member.papers.invite(circle, TOMORROW), proof=bytes(64))
        assert refused(member.send(forged)) == [Refusal.NOT_HERE]

    def test_an_unsafe_knock_key_is_refused(
        self, table: Table, circle: Circle, host: Caller
    ) -> None:
        class Identity:
            public = (1).to_bytes(32, "little")

        frame = host.papers.invite(circle, TOMORROW, knock_key=Identity())  # type: ignore[arg-type]
        assert refused(host.send(frame)) == [Refusal.BAD_KEY]

    def test_a_revoked_invitation_opens_nothing(
        self, table: Table, circle: Circle, door: Caller
    ) -> None:
        waiting = knocker(table, circle)
        assert of_type(Done, door.send(door.papers.revoke(circle)))
        assert waiting.got[-1] == KnockGone(id16("knock", "newcomer"))
        again = table.call()
        assert refused(again.send(again.papers.knock(circle))) == [Refusal.NOT_HERE]
        assert table.log.load().invitations == ()

    def test_only_the_root_key_revokes(self, table: Table, circle: Circle, door: Caller) -> None:
        newcomer = table.call()
        forged = replace(newcomer.papers.revoke(circle), proof=bytes(64))
        assert refused(newcomer.send(forged)) == [Refusal.NOT_HERE]
        elsewhere = newcomer.papers.revoke(Circle("never opened"))
        assert refused(newcomer.send(elsewhere)) == [Refusal.NOT_HERE]
        assert of_type(Card, newcomer.send(newcomer.papers.card(circle)))

    def test_a_revocation_that_was_not_saved_did_not_happen(
        self, table: Table, circle: Circle, door: Caller
    ) -> None:
        table.disk_is_full = True
        assert refused(door.send(door.papers.revoke(circle))) == [Refusal.NOT_SAVED]
        table.disk_is_full = False
        newcomer = table.call()
        assert of_type(Card, newcomer.send(newcomer.papers.card(circle)))

    def test_an_invitation_that_was_not_saved_is_not_there(
        self, table: Table, circle: Circle, host: Caller
    ) -> None:
        newcomer = table.call()
        table.disk_is_full = True
        first = host.send(host.papers.invite(circle, TOMORROW))
        assert refused(first) == [Refusal.NOT_SAVED]
        assert refused(newcomer.send(newcomer.papers.card(circle))) == [Refusal.NOT_HERE]
        table.disk_is_full = False
        host.send(host.papers.invite(circle, TOMORROW))
        table.disk_is_full = True
        host.send(host.papers.invite(circle, TOMORROW + 60))
        (kept,) = table.relay._world.rooms[circle.room].invitations.values()
        assert kept.expires_minute == TOMORROW
        assert of_type(Card, newcomer.send(newcomer.papers.card(circle)))

    def test_what_ran_out_but_could_not_be_deleted_is_deleted_later(
        self, table: Table, circle: Circle, door: Caller
    ) -> None:
        knocker(table, circle).hang_up()
        door.send(door.papers.bundle(circle, 0, welcomes=(welcome(),)))
        table.disk_is_full = True
        table.wait(24 * 3600)
        room = table.relay._world.rooms[circle.room]
        assert (len(room.invitations), len(room.answers)) == (1, 1)
        table.disk_is_full = False
        table.wait(60)
        assert (room.invitations, room.answers) == ({}, {})
        assert (table.log.load().invitations, table.log.load().welcomes) == ((), ())

    def test_a_room_has_only_so_many(self, circle: Circle) -> None:
        table = Table(with_(Limits(), invitations_per_room=2))
        host = running(table, circle)
        answers = [
            host.send(host.papers.invite(circle, TOMORROW, knock_key=key("knock", number)))
            for number in (1, 2, 3, 2)
        ]
        assert [refused(answer) for answer in answers] == [[], [], [Refusal.LOBBY_FULL], []]

    def test_a_relay_that_is_full_of_them_still_takes_one_anew(self, circle: Circle) -> None:
        table = Table(with_(Limits(), invitations=1))
        host = running(table, circle)
        for expires in (TOMORROW, TOMORROW + 60):
            assert of_type(Done, host.send(host.papers.invite(circle, expires)))
        other = host.papers.invite(circle, TOMORROW, knock_key=key("other"))
        assert refused(host.send(other)) == [Refusal.RELAY_FULL]

    def test_one_that_ran_out_is_forgotten_in_that_minute(
        self, table: Table, circle: Circle, door: Caller
    ) -> None:
        table.wait(TOMORROW * 60 - table.now)
        assert table.log.load().invitations == ()

    def test_invitations_outlive_the_relay(
        self, table: Table, circle: Circle, door: Caller
    ) -> None:
        table.start_relay()
        newcomer = table.call()
        assert of_type(Card, newcomer.send(newcomer.papers.card(circle)))


class TestKnocking:
    def test_the_door_hears_a_knock(self, table: Table, circle: Circle, door: Caller) -> None:
        knocker(table, circle)
        assert door.news() == [
            Knocking(
                id16("knock", "newcomer"), circle.knock_key.public, b"sealed letter of newcomer"
            )
        ]

    def test_who_comes_to_the_door_later_hears_who_waits(
        self, table: Table, circle: Circle, door: Caller
    ) -> None:
        knocker(table, circle, "one")
        knocker(table, circle, "two")
        second = table.call()
        got = second.send(second.papers.watch(circle, circle.slot(1)))
        assert knocks(got) == [id16("knock", "one"), id16("knock", "two")]

    def test_without_a_meeting_nobody_waits_for_one(self, table: Table, circle: Circle) -> None:
        host, newcomer = table.call(), table.call()
        host.send(host.papers.open(circle))
        host.send(host.papers.invite(circle, TOMORROW))
        for asked in (newcomer.papers.card(circle), newcomer.papers.knock(circle)):
            assert refused(newcomer.send(asked)) == [Refusal.NO_MEETING]
        # Whoever proves no key learns nothing of it (security.md 5).
        unproved = replace(newcomer.papers.card(circle), proof=bytes(64))
        assert refused(newcomer.send(unproved)) == [Refusal.NOT_HERE]
        assert host.send(host.papers.begin(circle))
        assert knocks(host.send(host.papers.watch(circle))) == []

    def test_when_the_meeting_ends_everybody_at_the_door_is_told(
        self, table: Table, circle: Circle, door: Caller
    ) -> None:
        waiting = knocker(table, circle)
        waiting.news()
        door.send(door.papers.close(circle))
        assert waiting.news() == [KnockGone(id16("knock", "newcomer"), is_over=True)]
        late = table.call()
        assert refused(late.send(late.papers.knock(circle))) == [Refusal.NO_MEETING]
        # Nothing of it is left that would count against others.
        assert table.relay.is_idle

    def test_a_meeting_that_takes_anothers_place_keeps_who_is_at_the_door(
        self, table: Table, circle: Circle, door: Caller
    ) -> None:
        waiting = knocker(table, circle)
        waiting.news()
        again = Circle(circle.name, time=2)
        door.send(door.papers.begin(again))
        assert waiting.news() == []

    def test_only_facilitators_hear_knocks(
        self, table: Table, circle: Circle, door: Caller
    ) -> None:
        member, stranger = table.call(), table.call()
        member.attach(circle)
        forged = member.papers.watch(circle, key("member"))
        assert refused(member.send(forged)) == [Refusal.NOT_FACILITATOR]
        forged = stranger.papers.watch(circle, key("stranger"))
        assert refused(stranger.send(forged)) == [Refusal.NOT_HERE]
        knocker(table, circle)
        assert knocks(member.news()) == knocks(stranger.news()) == []

    def test_a_meeting_that_is_over_has_no_door(
        self, table: Table, circle: Circle, door: Caller
    ) -> None:
        other = table.call()
        other.send(other.papers.begin(Circle(circle.name, time=2)))
        slot = circle.slot()
        proof = other.papers.proof(slot, Purpose.LOBBY, room=circle.room, meeting=circle.meeting)
        frame = WatchLobby(7, circle.room, circle.meeting, slot.public, proof)
        assert refused(other.send(frame)) == [Refusal.NOT_HERE]
        mixed = Circle(circle.name, time=2).slot()
        proof = other.papers.proof(mixed, Purpose.LOBBY, room=circle.room, meeting=circle.meeting)
        frame = WatchLobby(7, circle.room, circle.meeting, mixed.public, proof)
        assert refused(other.send(frame)) == [Refusal.NOT_HERE]

    def test_a_watcher_who_is_gone_is_forgotten(
        self, table: Table, circle: Circle, door: Caller
    ) -> None:
        door.hang_up()
        assert table.relay._world.rooms[circle.room].watchers == {}

    def test_who_goes_to_another_door_hears_no_more_at_the_first(
        self, table: Table, circle: Circle, door: Caller
    ) -> None:
        other = Circle("other")
        running(table, other)
        door.send(door.papers.watch(other))
        waiting = knocker(table, circle)
        door.send(door.papers.revoke(circle))
        assert waiting.got[-1] == KnockGone(id16("knock", "newcomer"))
        assert not of_type(KnockGone, door.got)
        door.hang_up()
        assert table.relay._world.rooms[circle.room].watchers == {}

    def test_who_lost_the_slot_hears_no_more(
        self, table: Table, circle: Circle, door: Caller
    ) -> None:
        others = tuple(circle.slot(number).public for number in range(1, 9))
        door.send(door.papers.bundle(circle, 0, slots=others))
        door.news()
        knocker(table, circle)
        assert door.news() == []
        assert refused(door.send(door.papers.decline())) == [Refusal.NOT_FACILITATOR]

    def test_jn08_ten_thousand_knocks_without_the_key_leave_nothing(
        self, table: Table, circle: Circle, door: Caller
    ) -> None:
        flood = table.call()
        frame = replace(flood.papers.knock(circle), proof=bytes(64))
        for number in range(10_000):
            knock = number.to_bytes(16, "big")
            assert refused(flood.send(replace(frame, knock=knock))) == [Refusal.NOT_HERE]
        assert door.news() == []
        assert entries_still_flow(door)

    def test_jn08_with_the_key_three_wait_and_the_room_talks_on(
        self, table: Table, circle: Circle, door: Caller
    ) -> None:
        flood = table.call()
        answers = [
            refused(flood.send(flood.papers.knock(circle, f"knock {number}")))
            for number in range(100)
        ]
        assert answers[:3] == [[], [], []]
        assert answers[3:] == [[Refusal.LOBBY_FULL]] * 97
        assert len(knocks(door.news())) == 3
        assert entries_still_flow(door)

    def test_a_room_and_a_relay_hear_only_so_many_knocks(self, circle: Circle) -> None:
        table = Table(with_(Limits(), knocks_per_room=2, knocks=3))
        answers = []
        for one in (circle, Circle("other")):
            host = running(table, one)
            host.send(host.papers.invite(one, TOMORROW))
            for number in range(3):
                caller = table.call()
                frame = caller.papers.knock(one, f"{one.name} {number}")
                answers.append(refused(caller.send(frame)))
        full = [Refusal.LOBBY_FULL]
        assert answers == [[], [], full, [], full, full]

    def test_a_knock_is_over_after_a_quarter_of_an_hour(
        self, table: Table, circle: Circle, door: Caller
    ) -> None:
        waiting = knocker(table, circle)
        door.news()
        waiting.news()
        table.wait(15 * 60)
        gone = KnockGone(id16("knock", "newcomer"))
        assert waiting.news() == [gone]
        assert door.news() == [gone]

    def test_a_lost_knocker_has_a_minute_to_come_back(
        self, table: Table, circle: Circle, door: Caller
    ) -> None:
        knocker(table, circle).hang_up()
        door.news()
        table.wait(59)
        assert door.news() == []
        back = knocker(table, circle)
        assert knocks(door.news()) == [id16("knock", "newcomer")]
        table.wait(60)
        assert door.news() == []
        back.hang_up()
        table.wait(60)
        assert door.news() == [KnockGone(id16("knock", "newcomer"))]

    def test_an_answer_that_nobody_came_back_for_opens_nothing_without_its_invitation(
        self, table: Table, circle: Circle, door: Caller
    ) -> None:
        knocker(table, circle)
        door.send(door.papers.decline())
        door.send(door.papers.revoke(circle))
        table.now += table.limits.knock_seconds + 120
        back = table.call()
        assert refused(back.send(back.papers.knock(circle))) == [Refusal.NOT_HERE]

    def test_the_old_connections_end_does_not_end_the_knock_that_moved_on(
        self, table: Table, circle: Circle, door: Caller
    ) -> None:
        old = knocker(table, circle)
        knocker(table, circle)
        old.hang_up()
        door.news()
        table.wait(60)
        assert door.news() == []

    def test_nobody_can_take_over_somebody_elses_knock(
        self, table: Table, circle: Circle, door: Caller
    ) -> None:
        door.send(door.papers.invite(circle, TOMORROW, knock_key=key("other invitation")))
        knocker(table, circle)
        thief = table.call()
        frame = thief.papers.knock(circle, knock_key=key("other invitation"))
        assert refused(thief.send(frame)) == [Refusal.ALREADY_THERE]


class TestManyAtTheDoor:
    """All together they are more than a facilitator may leave unread."""

    @pytest.fixture
    def table(self) -> Table:
        return Table(with_(Limits(), knocks_per_invitation=32))

    def test_who_is_slow_is_shown_a_few_and_the_next_when_these_are_taken(
        self, table: Table, circle: Circle, door: Caller
    ) -> None:
        table.are_reads_slow = True
        everybody = [f"knock {number}" for number in range(10)]
        for who in everybody:
            knocker(table, circle, who)
        shown = [knocks(door.news())]
        while table.read_once():
            shown.append(knocks(door.news()))
        assert [len(some) for some in shown] == [1, 4, 4, 1, 0]
        assert [*chain.from_iterable(shown)] == [id16("knock", who) for who in everybody]

    def test_so_is_who_comes_to_the_door_later(
        self, table: Table, circle: Circle, door: Caller
    ) -> None:
        for number in range(5):
            knocker(table, circle, f"knock {number}")
        second = table.call()
        table.are_reads_slow = True
        first_few = second.send(second.papers.watch(circle, circle.slot(1)))
        assert len(knocks(first_few)) == 4
        # Asking again makes nobody take more at once.
        assert knocks(second.send(second.papers.watch(circle, circle.slot(1)))) == []
        table.read_once()
        assert len(knocks(second.news())) == 4

    def test_who_is_gone_before_they_were_shown_is_shown_no_more(
        self, table: Table, circle: Circle, door: Caller
    ) -> None:
        table.are_reads_slow = True
        knocker(table, circle, "first")
        for who in ("gone", "still there"):
            caller = knocker(table, circle, who)
            if who == "gone":
                caller.hang_up()
        table.wait(60)
        door.news()
        table.read_once()
        assert knocks(door.news()) == [id16("knock", "still there")]

    def test_who_left_takes_nothing_more(self, table: Table, circle: Circle, door: Caller) -> None:
        table.are_reads_slow = True
        for who in ("one", "two"):
            knocker(table, circle, who)
        door.hang_up()
        assert table.read_once()
        assert len(knocks(door.news())) == 1


class TestAnswering:
    def test_a_yes_comes_with_the_commit_that_lets_in(
        self, table: Table, circle: Circle, door: Caller
    ) -> None:
        newcomer = knocker(table, circle)
        newcomer.news()
        door.news()
        admitted = door.send(door.papers.bundle(circle, 0, welcomes=(welcome(),)))
        assert [type(frame) for frame in admitted] == [Ack, Entry, KnockGone]
        assert newcomer.news() == [
            Welcomed(id16("knock", "newcomer"), circle.meeting, 1, b"sealed welcome for newcomer")
        ]
        newcomer.attach(circle, epoch=1, after=1)
        assert of_type(Ack, newcomer.send(newcomer.papers.append("hello all", 1)))

    def test_rl04_the_welcome_of_a_refused_bundle_is_never_seen(
        self, table: Table, circle: Circle, door: Caller
    ) -> None:
        newcomer = knocker(table, circle)
        newcomer.news()
        lost = door.papers.bundle(circle, 0, welcomes=(welcome(),), slot=key("nobody"))
        assert refused(door.send(lost)) == [Refusal.NOT_FACILITATOR]
        table.disk_is_full = True
        unsaved = door.papers.bundle(circle, 0, welcomes=(welcome(),))
        assert Refusal.NOT_SAVED in refused(door.send(unsaved))
        table.disk_is_full = False
        assert newcomer.news() == []
        newcomer.hang_up()
        assert not of_type(Welcomed, knocker(table, circle).got)
        assert table.log.load().welcomes == ()

    def test_rl03_the_losers_welcome_is_never_stored(
        self, table: Table, circle: Circle, door: Caller
    ) -> None:
        newcomer = knocker(table, circle)
        table.hold()
        door.send(door.papers.bundle(circle, 0, commit="the winner"))
        other = table.call()
        other.attach(circle)
        other.send(other.papers.bundle(circle, 0, welcomes=(welcome(),), slot=circle.slot(1)))
        table.let_go()
        assert refused(other.got) == [Refusal.LOST_RACE]
        assert not of_type(Welcomed, newcomer.got)

    @pytest.mark.parametrize("relay_restarts", [False, True])
    def test_a_newcomer_who_lost_the_connection_knocks_again_and_is_welcomed(
        self, table: Table, circle: Circle, door: Caller, relay_restarts: bool
    ) -> None:
        knocker(table, circle).hang_up()
        door.send(door.papers.bundle(circle, 0, welcomes=(welcome(),)))
        door.send(door.papers.revoke(circle))
        if relay_restarts:
            table.start_relay()
        back = knocker(table, circle)
        assert back.got[-1] == Welcomed(
            id16("knock", "newcomer"), circle.meeting, 1, b"sealed welcome for newcomer"
        )

    def test_a_welcome_waits_only_so_long(self, table: Table, circle: Circle, door: Caller) -> None:
        knocker(table, circle).hang_up()
        door.send(door.papers.bundle(circle, 0, welcomes=(welcome(),)))
        assert len(table.log.load().welcomes) == 1
        table.wait(17 * 60)
        assert table.log.load().welcomes == ()
        assert not of_type(Welcomed, knocker(table, circle).got)

    def test_a_welcome_is_over_with_its_meeting(
        self, table: Table, circle: Circle, door: Caller
    ) -> None:
        knocker(table, circle).hang_up()
        door.send(door.papers.bundle(circle, 0, welcomes=(welcome(),)))
        door.send(door.papers.close(circle))
        assert not of_type(Welcomed, knocker(table, circle).got)
        assert table.log.load().welcomes == ()

    def test_a_no_is_there_for_who_comes_back_after_the_meeting(
        self, table: Table, circle: Circle, door: Caller
    ) -> None:
        knocker(table, circle).hang_up()
        door.send(door.papers.decline())
        door.send(door.papers.close(circle))
        assert of_type(Declined, knocker(table, circle).got)

    def test_a_no_is_heard_by_the_knocker_and_every_watcher(
        self, table: Table, circle: Circle, door: Caller
    ) -> None:
        second = table.call()
        second.send(second.papers.watch(circle, circle.slot(1)))
        newcomer = knocker(table, circle)
        for caller in (second, newcomer, door):
            caller.news()
        declined = door.send(door.papers.decline())
        gone = KnockGone(id16("knock", "newcomer"))
        assert [type(frame) for frame in declined] == [Done, KnockGone]
        assert second.news() == [gone]
        assert newcomer.news() == [Declined(id16("knock", "newcomer"), b"sealed no")]

    def test_a_no_waits_for_who_lost_the_connection(
        self, table: Table, circle: Circle, door: Caller
    ) -> None:
        knocker(table, circle).hang_up()
        door.send(door.papers.decline())
        assert knocker(table, circle).got[-1] == Declined(id16("knock", "newcomer"), b"sealed no")

    def test_a_no_waits_as_long_as_a_knock_does(
        self, table: Table, circle: Circle, door: Caller
    ) -> None:
        knocker(table, circle).hang_up()
        table.now += 59
        door.send(door.papers.decline())
        table.now += table.limits.knock_seconds - 1
        assert of_type(Declined, knocker(table, circle).got)

    def test_answers_kept_for_lost_knockers_are_bounded(self, circle: Circle) -> None:
        table = Table(with_(Limits(), answers_per_room=2))
        host = running(table, circle)
        host.send(host.papers.invite(circle, TOMORROW))
        host.send(host.papers.watch(circle))
        for who in ("one", "two", "three"):
            knocker(table, circle, who).hang_up()
            host.send(host.papers.decline(who))
        answers = [of_type(Declined, knocker(table, circle, who).got) for who in ("one", "three")]
        assert [len(answer) for answer in answers] == [0, 1]

    def test_who_was_answered_and_idles_makes_place(self, circle: Circle) -> None:
        table = Table(with_(Limits(), connections=2))
        host = running(table, circle)
        host.send(host.papers.invite(circle, TOMORROW))
        host.send(host.papers.watch(circle))
        answered = knocker(table, circle)
        host.send(host.papers.decline())
        newcomer = table.call()
        assert (host.closed, answered.closed, newcomer.closed) == (None, Close.CROWDED, None)

    def test_nobody_can_be_declined_twice(self, table: Table, circle: Circle, door: Caller) -> None:
        knocker(table, circle)
        door.send(door.papers.decline())
        assert refused(door.send(door.papers.decline())) == [Refusal.NOT_HERE]

    def test_watchers_leave_with_the_meeting(
        self, table: Table, circle: Circle, door: Caller
    ) -> None:
        only_watching = table.call()
        only_watching.send(only_watching.papers.watch(circle, circle.slot(1)))
        door.send(door.papers.close(circle))
        assert only_watching.closed is Close.MEETING_OVER


def entries_still_flow(caller: Caller) -> bool:
    """Tell whether the meeting takes words as before."""
    return bool(of_type(Ack, caller.send(caller.papers.append("we talk on"))))
