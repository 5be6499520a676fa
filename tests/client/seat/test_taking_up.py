"""A host whose program died comes back to the meeting that went on, and is its host again (A5)."""

import pytest
from msgspec import structs

from holdspace.client.kept_rooms import KeptRoom
from holdspace.client.seat import changing, taking_up
from holdspace.client.seat import intents as i
from holdspace.client.seat.replacing import replace
from holdspace.client.seat.seat import Restoration
from holdspace.client.seat.step import Moment
from holdspace.client.seat.view import Place
from holdspace.protocol import frames
from holdspace.protocol.keys import SigningKey
from holdspace.protocol.meeting.letters import HostAgain
from holdspace.protocol.meeting.roles import HOST, vouch
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
    ours, other = room.host.secrets.root, SigningKey.from_seed(bytes(32))
    seat, claims = ben.seat.seat, who(ben, "Chi")

    def is_believed(root: SigningKey, host_seat: bytes) -> bool:
        facts, moment = seat.facts, Moment.of(table.world())
        entry = vouch(root, claims, HOST, room=facts.room, meeting=facts.meeting)
        hostless = replace(seat, host_seat=host_seat, group=without_host.group)
        heard = taking_up.received(hostless, claims, HostAgain(entry.vouch), moment)
        return bool(heard.wishes or heard.change)

    # As it is between the host's seat going on and its role: the list names Ben alone.
    table.do(ben, i.Remove(who(ben, "Ana"), ""))
    table.wait(10)
    without_host = ben.seat.seat
    assert is_believed(ours, claims)
    assert not is_believed(ours, b"")
    assert not is_believed(other, claims)
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
    believing = replace(seat, host_seat=claims)
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
