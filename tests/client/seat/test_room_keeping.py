"""Rooms over time: kept by two who both say yes, opened again, come back to, and forgotten."""

import pytest
from msgspec import structs

from holdspace.client.kept_rooms import KeptRoom
from holdspace.client.seat import room_keeping
from holdspace.client.seat.after import KEPT
from holdspace.client.seat.host import Opening, open_room
from holdspace.client.seat.intents import (
    Accept,
    Admit,
    BackToTheDoor,
    CloseTheMeeting,
    Demote,
    ForgetPerson,
    GiveAttendance,
    GiveLastWord,
    HoldRoom,
    KeepTheRoom,
    Leave,
    LetKeep,
    LockTheDoor,
    PauseTheWriting,
    Promote,
    Raise,
    Remove,
    Say,
    ScheduleTheRoom,
)
from holdspace.client.seat.sealing import Unsealed
from holdspace.client.seat.step import Moment
from holdspace.client.seat.view import Place, Refusal, Role
from holdspace.protocol.keys import SigningKey
from holdspace.protocol.meeting.letters import AttendanceGive, KeepAsk, KeepNo
from holdspace.protocol.meeting.slips import Attendance, encode_attendance, read_attendance
from seat_forging import me, send_event
from seat_table import AGREEMENTS, Guest, Table, kept, who

DAY = 24 * 3600


def place(guest: Guest) -> Place:
    return guest.view.place


def keeping(table: Table, host: Guest, *guests: Guest) -> None:
    """Let these people keep the room, with everybody's yes."""
    if host.seat.seat.lasting.kept is None:
        assert table.do(host, KeepTheRoom()) is None
    for guest in guests:
        assert table.do(guest, KeepTheRoom()) is None
        assert table.do(host, LetKeep(who(host, guest.name))) is None


@pytest.fixture
def ana(table: Table, host: Guest) -> Guest:
    return table.join("Ana", host)


def next_meeting(table: Table, host: Guest, *guests: Guest) -> tuple[Guest, ...]:
    """Close this meeting, and let everybody come to the next one as they do."""
    rooms = [kept(guest) for guest in (host, *guests)]
    table.do(host, CloseTheMeeting())
    table.wait(3600)
    return (table.open_again(rooms[0]), *(table.come_again(room) for room in rooms[1:]))


def test_nothing_is_kept_unless_somebody_asks(table: Table, host: Guest, ana: Guest) -> None:
    table.wait(60)
    for guest in (host, ana):
        assert guest.seat.seat.lasting.kept is None
        assert not guest.view.keeping.is_kept


def test_it_takes_a_yes_from_both(table: Table, host: Guest, ana: Guest) -> None:
    assert table.do(host, KeepTheRoom()) is None
    refusal = table.do(host, LetKeep(who(host, "Ana")))
    assert refusal is not None
    assert "not asked" in refusal.words
    assert table.do(ana, KeepTheRoom()) is None
    assert ana.seat.seat.lasting.kept is None
    assert "Ana asks to keep this room" in host.words[-1]
    assert table.do(host, LetKeep(who(host, "Ana"))) is None
    assert ana.view.keeping.is_kept
    assert [pin.name for pin in host.view.keeping.pins] == ["Ana"]


def test_the_host_may_say_no(table: Table, host: Guest, ana: Guest) -> None:
    table.do(host, KeepTheRoom())
    table.do(ana, KeepTheRoom())
    assert table.do(host, LetKeep(who(host, "Ana"), is_yes=False)) is None
    assert ana.seat.seat.lasting.kept is None
    assert "rather that you come by a code" in ana.words[-1]
    assert host.view.keeping.pins == ()


def test_nobody_else_learns_who_keeps_the_room(table: Table, host: Guest, ana: Guest) -> None:
    ben = table.join("Ben", host)
    before = (list(ben.words), list(ben.lines))
    keeping(table, host, ana)
    assert (ben.words, ben.lines) == before
    assert ben.seat.seat.lasting.kept is None


def test_a_host_who_does_not_keep_the_room_is_told_what_comes_first(
    table: Table, host: Guest, ana: Guest
) -> None:
    table.do(ana, KeepTheRoom())
    assert "first /keeproom" in host.words[-1]
    refusal = table.do(host, LetKeep(who(host, "Ana")))
    assert refusal is not None
    assert "/keeproom" in refusal.words


def test_the_same_room_opens_again_and_who_belongs_to_it_comes_in_at_once(
    table: Table, host: Guest, ana: Guest
) -> None:
    keeping(table, host, ana)
    before = host.seat.seat.facts
    mara, back = next_meeting(table, host, ana)
    after = mara.seat.seat.facts
    assert (after.room, after.host_key) == (before.room, before.host_key)
    assert after.check_phrase == before.check_phrase
    assert (after.meeting, after.identity) != (before.meeting, before.identity)
    assert place(back) is Place.ROOM
    assert "Ana belongs to this room, and comes in at once." in mara.words
    assert mara.view.knocks == ()
    table.do(back, Say("Good to be back."))
    assert "Good to be back." in mara.lines


def test_who_keeps_a_room_reads_at_its_end_how_to_come_again(
    table: Table, host: Guest, ana: Guest
) -> None:
    ben = table.join("Ben", host)
    keeping(table, host, ana)
    table.do(host, CloseTheMeeting())
    assert ana.view.ended_words.endswith(KEPT)
    assert "holdspace join" not in ben.view.ended_words


def test_who_did_not_keep_it_waits_at_the_door_as_always(
    table: Table, host: Guest, ana: Guest
) -> None:
    keeping(table, host, ana)
    mara, _ = next_meeting(table, host, ana)
    ben = table.visitor("Ben", mara.view.invitation)
    table.do(ben, Accept("Ben"))
    assert place(ben) is Place.WAITING
    assert [knock.name for knock in mara.view.knocks] == ["Ben"]


def test_the_pass_alone_lets_nobody_in_unseen(table: Table, host: Guest, ana: Guest) -> None:
    keeping(table, host, ana)
    stranger = structs.replace(kept(ana), my_key_seed=b"s" * 32, slip=b"")
    table.do(host, CloseTheMeeting())
    mara = table.open_again(kept(host))
    guest = table.come_again(stranger)
    assert place(guest) is Place.WAITING
    assert [knock.name for knock in mara.view.knocks] == ["Ana"]


def test_somebody_elses_slip_is_worth_nothing(table: Table, host: Guest, ana: Guest) -> None:
    keeping(table, host, ana)
    thief = structs.replace(kept(ana), my_key_seed=b"s" * 32)
    table.do(host, CloseTheMeeting())
    mara = table.open_again(kept(host))
    guest = table.come_again(thief)
    assert place(guest) is Place.WAITING
    assert mara.view.knocks[0].warning == ""


def test_a_locked_door_and_a_held_room_ask_the_host_first(
    table: Table, host: Guest, ana: Guest
) -> None:
    keeping(table, host, ana)
    rooms = kept(host), kept(ana)
    table.do(host, CloseTheMeeting())
    mara = table.open_again(rooms[0])
    table.do(mara, LockTheDoor())
    assert mara.view.keeping.is_locked
    back = table.come_again(rooms[1])
    assert place(back) is Place.WAITING
    table.do(mara, Admit(mara.view.knocks[0].knock))
    assert place(back) is Place.ROOM
    table.do(mara, LockTheDoor(is_locked=False))
    table.do(mara, Remove(who(mara, "Ana")))
    table.do(mara, HoldRoom())
    assert place(table.come_again(rooms[1])) is Place.WAITING


def test_changed_agreements_are_accepted_again_first(table: Table, host: Guest, ana: Guest) -> None:
    keeping(table, host, ana)
    rooms = kept(host), kept(ana)
    table.do(host, CloseTheMeeting())
    mara = table.open_again(rooms[0], (*AGREEMENTS, "We begin on time."))
    back = table.come_again(rooms[1])
    assert place(back) is Place.LOBBY
    assert "have changed" in back.view.now_words
    assert (back.view.door_words, back.view.kept_as) == (back.view.now_words, "Ana")
    table.do(back, Accept("Ana"))
    assert place(back) is Place.ROOM
    table.do(mara, CloseTheMeeting())
    table.open_again(kept(mara), (*AGREEMENTS, "We begin on time."))
    assert place(table.come_again(kept(back))) is Place.ROOM


def test_a_crashed_client_comes_back_to_the_same_seat_hand_and_floor(
    table: Table, host: Guest, ana: Guest
) -> None:
    ben = table.join("Ben", host)
    keeping(table, host, ana, ben)
    for guest in (ana, ben):
        table.do(guest, Raise())
    table.do(host, Say("Ana begins."))
    order = [person.name for person in host.view.people]
    hands = [hand.person.name for hand in host.view.hands]
    floor = host.view.floor.name if host.view.floor else ""
    table.disconnect(ana)
    back = table.come_again(kept(ana))
    for guest in (host, ben, back):
        assert [person.name for person in guest.view.people] == order
        assert [hand.person.name for hand in guest.view.hands] == hands
        assert (guest.view.floor.name if guest.view.floor else "") == floor
    assert "Ana is back, at the same place; Mara let them in." in ben.lines
    assert "Ana is back, at the same place." in host.lines
    assert ben.view.log[-1].words == "Mara let Ana come back to their seat."
    assert not any("Ana has left" in words or "removed Ana" in words for words in ben.lines)
    assert len(host.seat.seat.group.members) == 3
    states = {guest.seat.seat.state for guest in (host, ben, back)}
    assert len(states) == 1


def test_a_crashed_co_facilitator_comes_back_as_one(table: Table, host: Guest, ana: Guest) -> None:
    keeping(table, host, ana)
    table.do(host, Promote(who(host, "Ana")))
    table.disconnect(ana)
    back = table.come_again(kept(ana))
    assert back.view.is_facilitator
    assert [p.role for p in host.view.people] == [Role.HOST, Role.FACILITATOR]
    table.do(back, HoldRoom())
    assert host.view.is_held


def test_the_roster_of_co_facilitators_lasts_until_it_is_changed(
    table: Table, host: Guest, ana: Guest
) -> None:
    keeping(table, host, ana)
    table.do(host, Promote(who(host, "Ana")))
    assert kept(ana).my_role == "co-facilitator"
    mara, back = next_meeting(table, host, ana)
    assert back.view.is_facilitator
    table.do(back, HoldRoom())
    assert mara.view.is_held
    table.do(mara, Demote(who(mara, "Ana")))
    mara, back = next_meeting(table, mara, back)
    assert place(back) is Place.ROOM
    assert not back.view.is_facilitator


def test_who_is_removed_while_they_are_here_is_not_let_in_again_unseen(
    table: Table, host: Guest, ana: Guest
) -> None:
    keeping(table, host, ana)
    room = kept(ana)
    table.do(host, Remove(who(host, "Ana")))
    assert host.view.keeping.pins[0].is_revoked
    back = table.come_again(room)
    assert place(back) is Place.WAITING
    assert "sent them away" in host.view.knocks[0].warning
    table.do(host, Admit(host.view.knocks[0].knock))
    assert not host.view.keeping.pins[0].is_revoked


def test_who_is_asked_back_to_the_door_waits_there_also_if_they_are_known(
    table: Table, host: Guest, ana: Guest
) -> None:
    keeping(table, host, ana)
    mara, back = next_meeting(table, host, ana)
    table.do(mara, BackToTheDoor(who(mara, "Ana"), "One moment, please."))
    assert place(back) is Place.LOBBY
    table.do(back, Accept("Ana"))
    assert place(back) is Place.WAITING
    assert not mara.view.keeping.pins[0].is_revoked
    table.do(mara, Admit(mara.view.knocks[0].knock))
    assert place(back) is Place.ROOM


def test_an_empty_seat_is_tidied_away_without_offence(
    table: Table, host: Guest, ana: Guest
) -> None:
    keeping(table, host, ana)
    table.disconnect(ana)
    table.wait(60)
    table.do(host, Remove(who(host, "Ana")))
    assert not host.view.keeping.pins[0].is_revoked
    assert place(table.come_again(kept(ana))) is Place.ROOM


def test_the_host_forgets_somebody_by_their_number(table: Table, host: Guest, ana: Guest) -> None:
    keeping(table, host, ana)
    assert table.do(host, ForgetPerson(2)) is not None
    assert table.do(host, ForgetPerson(1)) is None
    assert [pin.name for pin in host.view.keeping.pins] == ["-"]
    mara, back = next_meeting(table, host, ana)
    assert place(back) is Place.WAITING
    assert mara.view.knocks[0].name == "Ana"


def test_who_knocked_before_the_host_opened_again_comes_in_when_they_do(
    table: Table, host: Guest, ana: Guest
) -> None:
    keeping(table, host, ana)
    rooms = kept(host), kept(ana)
    # The host's client dies without closing, so that the last meeting's card is still there.
    table.disconnect(host)
    table.disconnect(ana)
    back = table.come_again(rooms[1])
    assert place(back) is Place.WAITING
    table.open_again(rooms[0])
    assert place(back) is Place.ROOM


def test_more_people_than_the_lobby_holds_come_back_by_themselves(
    table: Table, host: Guest
) -> None:
    names = ["Ana", "Ben", "Chi", "Dov", "Eli"]
    guests = [table.join(name, host) for name in names]
    keeping(table, host, *guests)
    rooms = kept(host), [kept(guest) for guest in guests]
    for guest in (host, *guests):
        table.disconnect(guest)
    back = [table.come_again(room) for room in rooms[1]]
    assert {place(guest) for guest in back} == {Place.WAITING}
    mara = table.open_again(rooms[0])
    table.wait(6)
    assert {place(guest) for guest in back} == {Place.ROOM}
    assert sorted(person.name for person in mara.view.people) == [
        "Ana",
        "Ben",
        "Chi",
        "Dov",
        "Eli",
        "Mara",
    ]
    assert mara.view.knocks == ()


def test_a_recovered_host_knows_slips_but_lets_nobody_in_unseen(
    table: Table, host: Guest, ana: Guest
) -> None:
    keeping(table, host, ana)
    part = kept(host).host
    assert part is not None
    lost = structs.replace(kept(host), host=structs.replace(part, pins=()))
    table.do(host, CloseTheMeeting())
    mara, back = table.open_again(lost), table.come_again(kept(ana))
    assert place(back) is Place.WAITING
    assert "a slip that you signed" in mara.view.knocks[0].note
    assert mara.view.knocks[0].warning == ""
    table.do(mara, Admit(mara.view.knocks[0].knock))
    assert [pin.name for pin in mara.view.keeping.pins] == ["Ana"]
    _, back = next_meeting(table, mara, back)
    assert place(back) is Place.ROOM


def with_older_notebook(
    table: Table, host: Guest, ana: Guest
) -> tuple[Guest, list[Guest], tuple[KeptRoom, KeptRoom]]:
    """Let Ana and Ben keep the room, send Ben away in the next meeting, and put the first notebook back."""
    ben = table.join("Ben", host)
    keeping(table, host, ana, ben)
    older = kept(host)
    table.now += DAY
    mara, ana, ben = next_meeting(table, host, ana, ben)
    table.do(mara, Remove(who(mara, "Ben")))
    rooms = kept(ana), kept(ben)
    table.do(mara, CloseTheMeeting())
    table.now += DAY
    mara = table.open_again(older)
    return mara, [table.come_again(room) for room in rooms], rooms


def test_an_older_notebook_is_noticed_and_who_was_sent_away_since_waits(
    table: Table, host: Guest, ana: Guest
) -> None:
    mara, [back, ben], _ = with_older_notebook(table, host, ana)
    assert any(words.startswith("Your notebook is an older copy: Ana") for words in mara.words)
    assert (place(back), place(ben)) == (Place.WAITING, Place.WAITING)
    assert all("older copy" in knock.note for knock in mara.view.knocks)
    # Said once, however many come.
    assert sum("an older copy:" in words for words in mara.words) == 1


def test_who_is_let_in_once_belongs_to_the_room_again_and_nobody_else(
    table: Table, host: Guest, ana: Guest
) -> None:
    mara, [back, _], rooms = with_older_notebook(table, host, ana)
    table.do(mara, Admit(mara.view.knocks[0].knock))
    assert place(back) is Place.ROOM
    older = kept(mara)
    table.do(mara, CloseTheMeeting())
    table.now += DAY
    mara = table.open_again(older)
    back, ben = table.come_again(rooms[0]), table.come_again(rooms[1])
    assert (place(back), place(ben)) == (Place.ROOM, Place.WAITING)
    assert not any("an older copy:" in words for words in mara.words)


def test_an_older_notebook_without_a_newer_slip_is_as_good_as_any(
    table: Table, host: Guest, ana: Guest
) -> None:
    keeping(table, host, ana)
    for _ in range(3):
        table.now += DAY
        host, ana = next_meeting(table, host, ana)
        assert place(ana) is Place.ROOM
    assert not any("older copy" in words for words in host.words)


def test_the_schedule_reaches_who_is_here_and_who_comes_later(
    table: Table, host: Guest, ana: Guest
) -> None:
    keeping(table, host, ana)
    assert table.do(host, ScheduleTheRoom("tomorrow")) is not None
    assert table.do(ana, ScheduleTheRoom("2026-12-01 18:00")) is not None
    assert table.do(host, ScheduleTheRoom("2026-12-01 18:00 weekly")) is None
    words = "Tuesday 1 December 2026, 18:00 (UTC), and then every week"
    assert ana.view.keeping.meets == words
    assert f"This room meets on {words}." in ana.lines
    assert table.join("Ben", host).view.keeping.meets == words
    assert kept(ana).schedule == kept(host).schedule is not None
    mara, back = next_meeting(table, host, ana)
    assert back.view.keeping.meets == mara.view.keeping.meets == words


def test_an_attendance_slip_names_nobody_and_no_room(table: Table, host: Guest, ana: Guest) -> None:
    table.do(host, GiveAttendance())
    slip = ana.words[-1].split()[-1]
    assert read_attendance(slip).host_key == host.seat.seat.facts.host_key
    assert "Ana" not in slip
    assert ana.view.keeping.attended == 1


def test_one_persons_keys_in_two_rooms_do_not_match(table: Table, host: Guest, ana: Guest) -> None:
    other = Table(seed=2)
    second = other.host("Mara")
    there = other.join("Ana", second)
    keys = {guest.seat.seat.lasting.key.public for guest in (ana, there)}
    assert len(keys) == 2


def test_no_secret_of_a_kept_room_shows_in_a_repr(table: Table, host: Guest, ana: Guest) -> None:
    keeping(table, host, ana)
    for guest in (host, ana):
        text = repr(guest.seat.seat)
        assert "Ana" not in text.replace("name='Ana'", "")
        assert repr(kept(guest).my_key_seed)[2:-1] not in text


def test_the_last_word_survives_a_crash_too(table: Table, host: Guest, ana: Guest) -> None:
    keeping(table, host, ana)
    table.do(host, GiveLastWord(who(host, "Ana")))
    before = host.seat.seat.state
    table.disconnect(ana)
    table.come_again(kept(ana))
    after = host.seat.seat.state
    assert before is not None
    assert after is not None
    assert after.is_queue_closed == before.is_queue_closed


def test_who_keeps_a_room_or_has_asked_is_told_so(table: Table, host: Guest, ana: Guest) -> None:
    assert table.do(ana, KeepTheRoom()) is None
    assert table.do(ana, KeepTheRoom()) == room_keeping.ASKED_ALREADY
    assert table.do(host, KeepTheRoom()) is None
    assert table.do(host, KeepTheRoom()) == room_keeping.KEPT_ALREADY
    assert table.do(host, LetKeep(who(host, "Ana"))) is None
    assert table.do(ana, KeepTheRoom()) == room_keeping.KEPT_ALREADY


def test_nobody_is_asked_for_a_room_whose_host_is_gone(
    table: Table, host: Guest, ana: Guest
) -> None:
    ben = table.join("Ben", host)
    table.do(host, Promote(who(host, "Ben")))
    table.do(host, Leave())
    table.wait(2)
    assert [person.name for person in ana.view.people] == ["Ana", "Ben"]
    assert table.do(ana, KeepTheRoom()) == room_keeping.NO_HOST
    assert not ana.view.keeping.has_asked
    assert table.do(ben, GiveAttendance()) == Refusal("Only the host can do that.")


def test_letters_about_keeping_count_from_whose_they_are_to_write(
    table: Table, host: Guest, ana: Guest
) -> None:
    ben = table.join("Ben", host)
    before = [(guest.seat.seat.lasting, guest.words.copy()) for guest in (ana, ben)]
    # Ben, whose program is of his own making, is no host: nobody asks him, and he gives nothing.
    send_event(table, ana, Unsealed(me(ben), KeepAsk()))
    send_event(table, ben, Unsealed(me(ana), KeepNo()))
    key = SigningKey.from_seed(bytes(32))
    slip = encode_attendance(key, Attendance(key.public, 1, 60, bytes(16)))
    send_event(table, ben, Unsealed(me(ana), AttendanceGive(slip)))
    send_event(table, host, Unsealed(me(ana), AttendanceGive("no slip at all")))
    send_event(table, host, Unsealed(me(ana), AttendanceGive(slip)))
    send_event(table, ben, Unsealed(me(host), AttendanceGive(slip)))
    assert [(guest.seat.seat.lasting, guest.words) for guest in (ana, ben)] == before
    assert host.view.keeping.attended == 0


def test_nothing_is_given_to_who_is_not_known(table: Table, host: Guest, ana: Guest) -> None:
    table.do(host, KeepTheRoom())
    table.do(ana, KeepTheRoom())
    # What she asks a second time, past her own program, is one question.
    told = len(host.words)
    send_event(table, ana, Unsealed(me(host), KeepAsk()))
    assert len(host.words) == told
    seat, moment = host.seat.seat, Moment.of(table.world())
    assert room_keeping.give(seat, me(ana), moment) == seat
    assert moment.frames == []


def test_a_room_opens_at_another_relay_and_its_slips_say_so(
    table: Table, host: Guest, ana: Guest
) -> None:
    keeping(table, host, ana)
    room = kept(host)
    opening = Opening(room.room_name, room.my_name, AGREEMENTS, kept=room)
    moved = open_room(("wss://other.example",), opening, table.world()).kept
    assert moved is not None
    assert moved.relays == ("wss://other.example",)
    assert moved.moved == int(table.now // 60)
    # Where it stays, nothing is moved.
    stays = open_room(room.relays, opening, table.world()).kept
    assert stays is not None
    assert (stays.relays, stays.moved) == (room.relays, room.moved)


def test_a_pause_goes_along_with_a_seat_that_is_come_back_to(
    table: Table, host: Guest, ana: Guest
) -> None:
    keeping(table, host, ana)
    table.do(host, PauseTheWriting(who(host, "Ana")))
    table.disconnect(ana)
    back = table.come_again(kept(ana))
    assert place(back) is Place.ROOM
    assert not back.view.can_write
    table.wait(125)
    assert back.view.can_write
