"""A host whose program died comes back to the meeting that went on, and is its host again (A5)."""

import pytest
from msgspec import structs

from holdspace.client.kept_rooms import KeptRoom
from holdspace.client.seat import changing, ladder, taking_up
from holdspace.client.seat import intents as i
from holdspace.client.seat.replacing import replace
from holdspace.client.seat.returning import key_of
from holdspace.client.seat.seat import Restoration
from holdspace.client.seat.step import Moment
from holdspace.client.seat.view import Place
from holdspace.protocol import frames
from holdspace.protocol.keys import SigningKey
from holdspace.protocol.meeting.letters import HostAgain
from holdspace.protocol.meeting.roles import HOST, vouch
from holdspace.protocol.recovery import secrets_of
from holdspace.protocol.refusals import Refusal
from seat_forging import keep, release, turn_back
from seat_table import Guest, Table, kept, who


@pytest.fixture
def circle(table: Table) -> tuple[Guest, Guest, Guest]:
    """Ana is the host and keeps the room, Ben leads with her, Chi is a member."""
    ana = table.host()
    ben, chi = table.join("Ben", ana), table.join("Chi", ana)
    table.do(ana, i.Promote(who(ana, "Ben")))
    table.do(ana, i.KeepTheRoom())
    table.do(ana, i.ChangeMode("hands"))
    table.wait(20)
    return ana, ben, chi


def dies(table: Table, guest: Guest) -> KeptRoom:
    """Let somebody's program die, all that was in its memory with it; return what is in the notebook."""
    room = kept(guest)
    table.disconnect(guest)
    del table.guests[guest.name]
    return room


def test_the_host_comes_back_to_their_seat_and_is_the_host_again(
    table: Table, circle: tuple[Guest, Guest, Guest]
) -> None:
    ana, ben, chi = circle
    table.do(chi, i.Raise())
    room = dies(table, ana)
    table.wait(60)
    table.do(ben, i.ChangeMode("open"))
    again = table.come_again(room)
    assert again.view.place is Place.ROOM
    table.wait(5)
    for guest in (again, ben, chi):
        roles = {person.name: person.role.value for person in guest.view.people}
        assert roles == {"Ana": "host", "Ben": "co-facilitator", "Chi": "member"}
        assert [person.name for person in guest.view.people if person.leads_now] == ["Ana"]
    assert taking_up.HOST_AGAIN in again.words
    assert again.view.is_host
    assert again.view.mode == "open"


def test_back_as_host_they_do_what_only_a_host_can(
    table: Table, circle: tuple[Guest, Guest, Guest]
) -> None:
    ana, ben, chi = circle
    room = dies(table, ana)
    table.wait(30)
    again = table.come_again(room)
    table.wait(5)
    dan = table.join("Dan", again)
    assert dan.view.place is Place.ROOM
    table.do(again, i.Promote(who(again, "Dan")))
    table.wait(2)
    assert next(p.role.value for p in chi.view.people if p.name == "Dan") == "co-facilitator"
    # Who stands at the door with them has the new key of it, too.
    eva = table.visitor("Eva", again.view.invitation)
    table.do(eva, i.Accept("Eva"))
    assert [knock.name for knock in ben.view.knocks] == ["Eva"]
    table.do(again, i.CloseTheMeeting())
    assert chi.view.place is Place.CLOSED


def test_nobody_else_is_put_into_the_list_and_nobody_by_another_key(
    table: Table, circle: tuple[Guest, Guest, Guest]
) -> None:
    ana, ben, chi = circle
    room = dies(table, ana)
    table.wait(30)
    assert room.host is not None
    ours, other = secrets_of(room.host.seed).root, SigningKey.from_seed(bytes(32))
    seat, claims = ben.seat.seat, who(ben, "Chi")

    def is_believed(root: SigningKey, room_key: bytes) -> bool:
        facts, moment = seat.facts, Moment.of(table.world())
        entry = vouch(root, claims, HOST, room=facts.room, meeting=facts.meeting)
        hostless = replace(seat, host_room_key=room_key, group=without_host.group)
        heard = taking_up.received(hostless, claims, HostAgain(entry.vouch), moment)
        return bool(heard.wishes or heard.change)

    # As it is between the host's seat going on and its role: the list names Ben alone.
    table.do(ben, i.Remove(who(ben, "Ana"), ""))
    table.wait(10)
    without_host = ben.seat.seat
    hers, anas = key_of(without_host, claims), without_host.host_room_key
    assert is_believed(ours, hers)
    assert not is_believed(ours, anas)
    assert not is_believed(ours, b"")
    assert not is_believed(other, hers)
    assert chi.view.place is Place.ROOM


def test_while_there_is_a_host_there_is_no_other(
    table: Table, circle: tuple[Guest, Guest, Guest]
) -> None:
    ana, ben, _ = circle
    seat = ben.seat.seat
    host = ana.seat.seat.host
    assert host is not None
    claims = who(ben, "Chi")
    entry = vouch(host.root, claims, HOST, room=seat.facts.room, meeting=seat.facts.meeting)
    moment = Moment.of(table.world())
    believing = replace(seat, host_room_key=key_of(seat, claims))
    assert taking_up.received(believing, claims, HostAgain(entry.vouch), moment) == believing


def test_who_knocks_with_the_pass_but_another_key_waits_at_the_door(
    table: Table, circle: tuple[Guest, Guest, Guest]
) -> None:
    ana, ben, _ = circle
    room = dies(table, ana)
    table.wait(30)
    stranger = structs.replace(room, my_key_seed=bytes(32), host=None)
    at_door = table.come_again(stranger, "Ana")
    assert at_door.view.place is not Place.ROOM
    table.wait(5)
    assert [person.name for person in ben.view.people] == ["Ana", "Ben", "Chi"]


def test_who_is_not_answered_asks_again_and_is_told_once(
    table: Table, circle: tuple[Guest, Guest, Guest]
) -> None:
    ana, ben, _ = circle
    room = dies(table, ana)
    table.wait(30)
    again = table.come_again(room)
    asked = keep(table, again, frames.Append)
    table.wait(5)
    first = len(asked)
    table.wait(taking_up.AGAIN_SECONDS)
    assert again.words.count(taking_up.ASKS) == 1
    assert len(asked) > first > 0
    assert not again.view.is_host
    release(table)
    for frame in asked:
        table._send(again, frame)
    table.wait(3)
    assert again.view.is_host
    assert [person.role.value for person in ben.view.people][:1] == ["host"]


def test_a_host_who_is_in_the_list_already_is_not_put_there_again(
    table: Table, circle: tuple[Guest, Guest, Guest]
) -> None:
    ana, ben, _ = circle
    host, facts = ana.seat.seat.host, ben.seat.seat.facts
    assert host is not None
    claims = who(ben, "Ana")
    entry = vouch(host.root, claims, HOST, room=facts.room, meeting=facts.meeting)
    moment = Moment.of(table.world())
    seat = changing.wish(ben.seat.seat, Restoration(entry), moment)
    assert (seat.wishes, seat.change) == ((), None)
    assert moment.frames == []


def test_what_the_relay_refuses_is_tried_some_times_and_again_with_new_keys(
    table: Table, circle: tuple[Guest, Guest, Guest]
) -> None:
    ana, ben, _ = circle
    room = dies(table, ana)
    table.wait(30)
    again = table.come_again(room)
    refused = turn_back(table, ben, Refusal.RELAY_FULL)
    table.wait((taking_up.MOST_TRIES + 2) * taking_up.AGAIN_SECONDS)
    assert len(refused) == taking_up.MOST_TRIES
    release(table)
    table.do(ben, i.Remove(who(ben, "Chi"), ""))
    table.wait(taking_up.AGAIN_SECONDS)
    assert again.view.is_host


def test_whose_program_just_died_waits_until_nothing_is_heard_of_it_any_more(
    table: Table, circle: tuple[Guest, Guest, Guest]
) -> None:
    ana, ben, _ = circle
    room = dies(table, ana)
    table.wait(2)
    again = table.come_again(room)
    [knock] = ben.view.knocks
    assert (knock.note, knock.warning) == (taking_up.STILL_HEARD, "")
    table.wait(25)
    assert again.view.place is Place.ROOM
    table.wait(5)
    assert again.view.is_host
    assert ben.view.knocks == ()
    assert ben.words.count("Ana belongs to this room, and comes in at once.") == 1


def test_a_copy_of_the_notebook_takes_no_seat_of_a_host_who_is_here(
    table: Table, circle: tuple[Guest, Guest, Guest]
) -> None:
    ana, ben, chi = circle
    copy = table.come_again(kept(ana), "a copy")
    table.wait(60)
    assert copy.view.place is Place.WAITING
    assert ana.view.is_host
    assert [person.name for person in chi.view.people] == ["Ana", "Ben", "Chi"]
    # Both who stand at the door are told what it is, once, and see it beside the knock.
    for guest, words in (
        (ana, taking_up.OWN_KEY),
        (ben, taking_up.TWO_PROGRAMS.format(name="Ana")),
    ):
        assert guest.words.count(words) == 1
        assert [knock.warning for knock in guest.view.knocks] == [words]


def test_nor_later_when_their_line_is_cut_for_a_while(
    table: Table, circle: tuple[Guest, Guest, Guest]
) -> None:
    ana, ben, _ = circle
    room = kept(ana)
    copy = table.come_again(room, "a copy")
    table.wait(30)
    table.disconnect(ana)
    # With a fresh letter, too: what is known is the key.
    table.disconnect(copy)
    copy = table.come_again(room, "a copy")
    table.wait(60)
    assert copy.view.place is Place.WAITING
    table.connect(ana)
    table.wait(5)
    assert ana.view.is_host
    assert ana.view.place is Place.ROOM
    assert [person.name for person in ben.view.people] == ["Ana", "Ben", "Chi"]


def test_a_host_whose_line_was_cut_and_whose_seat_went_on_is_told_where(
    table: Table, circle: tuple[Guest, Guest, Guest]
) -> None:
    ana, ben, chi = circle
    room = kept(ana)
    table.disconnect(ana)
    table.wait(30)
    copy = table.come_again(room, "a copy")
    table.wait(5)
    assert copy.view.is_host
    assert "Ana is back, at the same place; Ben let them in." in chi.lines
    table.connect(ana)
    assert ana.view.place is Place.REMOVED
    assert ana.view.ended_words == ladder.GOES_ON_ELSEWHERE.format(by="Ben")
    assert [person.name for person in ben.view.people] == ["Ana", "Ben", "Chi"]


def test_who_is_let_in_by_hand_takes_the_seat_and_both_are_told(
    table: Table, circle: tuple[Guest, Guest, Guest]
) -> None:
    ana, ben, _ = circle
    other = table.come_again(kept(ana), "another device")
    table.wait(30)
    assert table.do(ben, i.Admit(ben.view.knocks[0].knock)) is None
    table.wait(5)
    assert other.view.is_host
    assert ana.view.ended_words == ladder.GOES_ON_ELSEWHERE.format(by="Ben")


def test_a_host_who_was_removed_while_away_is_the_host_again_once_let_in_by_hand(
    table: Table, circle: tuple[Guest, Guest, Guest]
) -> None:
    ana, ben, chi = circle
    room = dies(table, ana)
    table.wait(30)
    table.do(ben, i.Remove(who(ben, "Ana"), ""))
    table.wait(10)
    again = table.come_again(room)
    [knock] = ben.view.knocks
    assert knock.note == taking_up.HOSTS_KEY
    table.do(ben, i.Admit(knock.knock))
    table.wait(5)
    assert again.view.is_host
    assert {person.name: person.role.value for person in chi.view.people}["Ana"] == "host"


def test_who_is_taken_up_by_nobody_asks_some_times_and_reads_what_they_are(
    table: Table, circle: tuple[Guest, Guest, Guest]
) -> None:
    ana, ben, _ = circle
    room = dies(table, ana)
    table.wait(30)
    table.do(ben, i.Remove(who(ben, "Ana"), ""))
    table.wait(10)
    # As a program of before, which knows nobody's key once they are gone.
    ben.machine = replace(ben.seat, seat=replace(ben.seat.seat, host_room_key=b""))
    again = table.come_again(room)
    table.do(ben, i.Admit(ben.view.knocks[0].knock))
    asked = keep(table, again, frames.Append)
    table.wait(20 * taking_up.AGAIN_SECONDS)
    assert [again.words.count(words) for words in (taking_up.ASKS, taking_up.NOT_HOST)] == [1, 1]
    release(table)
    letters = again.seat.seat.asked_to_be_host.times
    assert letters == taking_up.MOST_TRIES
    assert asked
    # With new keys they ask again, and are told nothing twice.
    table.do(ben, i.Remove(who(ben, "Chi"), ""))
    table.wait(20 * taking_up.AGAIN_SECONDS)
    assert again.words.count(taking_up.NOT_HOST) == 1
    assert not again.view.is_host


def test_a_second_program_let_in_by_the_host_reads_that_there_is_one_already(
    table: Table, circle: tuple[Guest, Guest, Guest]
) -> None:
    ana, ben, _ = circle
    second = table.come_again(kept(ana), "another device")
    table.do(ana, i.Admit(ana.view.knocks[0].knock))
    table.wait(60)
    assert second.words.count(taking_up.HAS_HOST) == 1
    assert taking_up.ASKS not in second.words
    assert second.seat.seat.asked_to_be_host.times == 0
    # Where the host leaves, the key of their seat is here, too.
    table.do(ana, i.Leave())
    table.wait(10)
    assert second.view.is_host
    assert [person.role.value for person in ben.view.people] == ["co-facilitator", "member", "host"]


def test_a_relay_that_shows_the_letter_of_a_host_again_raises_no_alarm(
    table: Table, circle: tuple[Guest, Guest, Guest]
) -> None:
    ana, ben, chi = circle
    table.do(ana, i.Promote(who(ana, "Chi")))
    table.wait(20)
    room, knocks = dies(table, ana), list[frames.Knocking]()

    def copied(frame: frames.RelayFrame) -> frames.RelayFrame:
        knocks.extend([frame] if isinstance(frame, frames.Knocking) else [])
        return frame

    chi.tamper = copied
    table.wait(30)
    again = table.come_again(room)
    assert again.view.place is Place.ROOM
    # Before the new key of the door is there, the one before opens the letter still.
    table._take(chi, chi.machine.receive(knocks[-1], table.world()))
    table.wait(40)
    assert again.view.is_host
    assert taking_up.TWO_PROGRAMS.format(name="Ana") not in (*chi.words, *ben.words)
    assert [person.name for person in chi.view.people] == ["Ana", "Ben", "Chi"]
