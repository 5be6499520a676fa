"""The door is not the host's alone: every facilitator can let people in, also while the host is away."""

import pytest

from holdspace.client.seat import letters
from holdspace.client.seat.door_keys import AT_THE_DOOR, MAKE_NEW, doors_of
from holdspace.client.seat.intents import (
    Accept,
    Admit,
    Decline,
    Demote,
    HandItOver,
    NewInvitation,
    Promote,
)
from holdspace.client.seat.sealing import Unsealed
from holdspace.client.seat.sitting import Sitting
from holdspace.client.seat.step import Moment
from holdspace.client.seat.view import Place
from holdspace.protocol.meeting.letters import DoorKey
from seat_forging import send_event
from seat_table import Guest, Table, who


def at_door(guest: Guest) -> list[str]:
    return [knock.name for knock in guest.view.knocks]


def admit(table: Table, guest: Guest, name: str) -> None:
    knock = next(one.knock for one in guest.view.knocks if one.name == name)
    assert table.do(guest, Admit(knock)) is None


def knocks(table: Table, name: str, code: str) -> Guest:
    guest = table.visitor(name, code)
    assert table.do(guest, Accept(name)) is None
    return guest


@pytest.fixture
def ben(table: Table, host: Guest) -> Guest:
    """A co-facilitator who was given the key of the door."""
    guest = table.join("Ben", host)
    assert table.do(host, Promote(who(host, "Ben"))) is None
    table.wait(2)
    return guest


def test_a_co_facilitator_lets_somebody_in_while_the_host_is_away(
    table: Table, host: Guest, ben: Guest
) -> None:
    assert AT_THE_DOOR in ben.words
    code = host.view.invitation
    table.disconnect(host)
    ana = knocks(table, "Ana", code)
    assert at_door(ben) == ["Ana"]
    admit(table, ben, "Ana")
    assert ana.view.place is Place.ROOM
    assert at_door(ben) == []


def test_who_waits_already_is_told_of(table: Table, host: Guest) -> None:
    guest = table.join("Ben", host)
    knocks(table, "Ana", host.view.invitation)
    assert table.do(host, Promote(who(host, "Ben"))) is None
    table.wait(2)
    assert at_door(guest) == ["Ana"]


def test_members_never_hold_the_key(table: Table, host: Guest, ben: Guest) -> None:
    ana = table.join("Ana", host)
    knocks(table, "Zoe", host.view.invitation)
    table.wait(2)
    assert at_door(ana) == []
    assert doors_of(ana.seat.seat) == ()


def test_both_can_answer_and_only_one_answer_counts(table: Table, host: Guest, ben: Guest) -> None:
    ana = knocks(table, "Ana", host.view.invitation)
    assert at_door(host) == at_door(ben) == ["Ana"]
    admit(table, ben, "Ana")
    table.wait(2)
    assert ana.view.place is Place.ROOM
    assert at_door(host) == []
    assert [p.name for p in host.view.people].count("Ana") == 1
    zoe = knocks(table, "Zoe", host.view.invitation)
    knock = host.view.knocks[0].knock
    assert table.do(ben, Decline(knock, "Not tonight.")) is None
    assert zoe.view.place is Place.DECLINED
    assert at_door(host) == []


def test_a_new_invitation_brings_a_new_key(table: Table, host: Guest, ben: Guest) -> None:
    assert table.do(host, NewInvitation(60)) is None
    table.wait(2)
    knocks(table, "Ana", host.view.invitation)
    assert at_door(ben) == ["Ana"]


def test_who_leads_no_more_stands_at_the_door_no_more(
    table: Table, host: Guest, ben: Guest
) -> None:
    knocks(table, "Ana", host.view.invitation)
    assert table.do(host, Demote(who(host, "Ben"))) is None
    table.wait(2)
    assert doors_of(ben.seat.seat) == ()
    assert at_door(ben) == []
    assert host.words.count(MAKE_NEW) == 1


def test_a_key_from_anybody_but_the_host_changes_nothing(
    table: Table, host: Guest, ben: Guest
) -> None:
    ana = table.join("Ana", host)
    before = ben.seat.seat.doors
    for guest in (ana, ben):
        other = host if guest is ben else ben
        moment = Moment.of(table.world())
        note = DoorKey(bytes(32), 2**30, bytes(32))
        seat = letters.write(guest.seat.seat, who(guest, other.name), note, moment)
        guest.machine = Sitting(seat)
        table.wait(2)
    assert ben.seat.seat.doors == before
    assert host.seat.seat.doors == ()


def test_the_key_shows_nowhere(table: Table, host: Guest, ben: Guest) -> None:
    [door, *_] = ben.seat.seat.doors
    assert door.sealing_key.private_key.hex() not in repr(ben.seat.seat) + repr(door)
    note = DoorKey(door.sealing_key.private_key, 1, bytes(32))
    assert repr(door.sealing_key.private_key)[2:-1] not in repr(note)


def test_the_room_is_handed_over_and_everybody_reads_it(
    table: Table, host: Guest, ben: Guest
) -> None:
    ana = table.join("Ana", host)
    assert [p.name for p in ana.view.people if p.leads_now] == ["Mara"]
    assert table.do(host, HandItOver(who(host, "Ben"))) is None
    for guest in (host, ben, ana):
        assert "Mara hands the room over: Ben leads now." in guest.lines
        assert [p.name for p in guest.view.people if p.leads_now] == ["Ben"]
    assert table.do(host, HandItOver(who(host, "Ana"))) is None
    assert [p.name for p in ana.view.people if p.leads_now] == ["Ben"]


def test_a_key_of_the_door_counts_from_the_host_for_who_leads_and_for_nobody_else(
    table: Table, host: Guest, ben: Guest
) -> None:
    chi = table.join("Chi", host)
    doors = doors_of(ben.seat.seat)
    door = DoorKey(doors[0].sealing_key.private_key, doors[0].expires_minute, bytes(32))
    send_event(table, host, Unsealed(who(host, "Chi"), door))
    send_event(table, ben, Unsealed(who(host, "Mara"), door))
    assert chi.seat.seat.doors == host.seat.seat.doors == ()
    # The host's own newest code is what those who lead go by.
    assert doors_of(ben.seat.seat) == doors


@pytest.mark.parametrize("private_key", [bytes(32), b"\xff" * 32])
def test_any_bytes_of_a_key_s_length_are_one_and_open_only_what_is_sealed_to_it(
    table: Table, host: Guest, ben: Guest, private_key: bytes
) -> None:
    send_event(table, host, Unsealed(who(host, "Ben"), DoorKey(private_key, 0, bytes(32))))
    knocks(table, "Ana", host.view.invitation)
    assert at_door(ben) == at_door(host) == ["Ana"]
