"""Coming back, against a relay and members who would like to use it."""

from dataclasses import replace

import msgspec
import pytest
from msgspec import structs

from holdspace.client import kept_rooms
from holdspace.client.kept_rooms import KeptRoom
from holdspace.client.room_keys import own_key
from holdspace.client.seat import host as host_module
from holdspace.client.seat import returning, room_keeping
from holdspace.client.seat.intents import Admit, KeepTheRoom, LetKeep, Raise, Remove, Say
from holdspace.client.seat.people import came_back, room_key_in
from holdspace.client.seat.step import Moment
from holdspace.client.seat.view import Place, Refusal
from holdspace.protocol import frames
from holdspace.protocol.keys import SigningKey
from holdspace.protocol.meeting.letters import AttendanceGive, KeepGive
from holdspace.protocol.meeting.slips import (
    Attendance,
    Slip,
    encode_attendance,
    read_attendance,
    sign_slip,
    vouch_leaf,
)
from holdspace.protocol.mls import Add
from holdspace.protocol.mls import Remove as Remove_
from holdspace.protocol.refusals import Refusal as RelayRefusal
from seat_forging import force_commit, proposal, take_back_nothing_once
from seat_table import Guest, Table, kept, who


def place(guest: Guest) -> Place:
    return guest.view.place


@pytest.fixture
def ana(table: Table, host: Guest) -> Guest:
    """Return somebody who keeps the room."""
    guest = table.join("Ana", host)
    table.do(host, KeepTheRoom())
    table.do(guest, KeepTheRoom())
    table.do(host, LetKeep(who(host, "Ana")))
    return guest


def test_a_relay_that_brings_a_returning_knock_again_moves_nobody(
    table: Table, host: Guest, ana: Guest
) -> None:
    knocks: list[frames.Knocking] = []

    def keep_copy(frame: frames.RelayFrame) -> frames.RelayFrame:
        if isinstance(frame, frames.Knocking):
            knocks.append(frame)
        return frame

    host.tamper = keep_copy
    table.disconnect(ana)
    back = table.come_again(kept(ana))
    epoch, people = host.seat.seat.group.epoch, host.view.people
    again = host.machine.receive(knocks[-1], table.world())
    assert host.seat.seat.group.epoch == epoch
    assert again.frames == ()
    # The same letter under another number is no letter: it is sealed for its own.
    other = structs.replace(knocks[-1], knock=b"o" * 16)
    step = host.machine.receive(other, table.world())
    [answer] = step.frames
    assert isinstance(answer, frames.DeclineKnock)
    assert answer.knock == other.knock
    assert step.machine.view().people == host.view.people == people
    assert step.machine.view().knocks == ()
    table.do(back, Say("Still here."))
    assert "Still here." in host.lines


def test_a_knock_of_an_earlier_meeting_opens_nothing_in_the_next(
    table: Table, host: Guest, ana: Guest
) -> None:
    knocks: list[frames.Knocking] = []

    def keep_copy(frame: frames.RelayFrame) -> frames.RelayFrame:
        if isinstance(frame, frames.Knocking):
            knocks.append(frame)
        return frame

    host.tamper = keep_copy
    table.disconnect(ana)
    table.come_again(kept(ana))
    mara = table.open_again(kept(host))
    people = mara.view.people
    step = mara.machine.receive(knocks[-1], table.world())
    # One answer, which nobody can read: whoever waits there asks for the card of this meeting.
    [answer] = step.frames
    assert isinstance(answer, frames.DeclineKnock)
    assert answer.knock == knocks[-1].knock
    assert step.machine.view().knocks == ()
    assert step.machine.view().people == people
    assert [notice.words for notice in step.notices] == [
        "Somebody knocked with a letter that cannot be read. They were not let in."
    ]


def test_a_stolen_room_key_without_its_private_half_takes_no_seat(
    table: Table, host: Guest, ana: Guest, monkeypatch: pytest.MonkeyPatch
) -> None:
    leaf = next(
        m.leaf_node
        for m in host.seat.seat.group.members
        if room_key_in(m.leaf_node, kept(ana).room) == own_key(kept(ana)).public
    )
    public = room_key_in(leaf, kept(ana).room)

    def forged(key: SigningKey, *, room: bytes, signature_key: bytes) -> bytes:
        return public + vouch_leaf(key, room=room, signature_key=signature_key)[32:]

    table.do(ana, Raise())
    table.disconnect(ana)
    thief = structs.replace(kept(ana), my_key_seed=b"t" * 32)
    monkeypatch.setattr(host_module, "vouch_leaf", forged)
    guest = table.come_again(thief)
    assert place(guest) is Place.WAITING
    table.do(host, Admit(host.view.knocks[0].knock))
    assert place(guest) is Place.ROOM
    assert len(host.view.people) == 3
    assert [hand.person.identity for hand in host.view.hands] == [ana.seat.seat.facts.identity]


def test_whoever_commits_cannot_give_a_seat_to_somebody_else(
    table: Table, host: Guest, ana: Guest
) -> None:
    before = host.seat.seat.group
    table.do(host, Remove(who(host, "Ana")))
    zoe = table.join("Zoe", host)
    assert came_back(before, host.seat.seat.group, kept(host).room) == ()
    assert not any("is back" in words for words in zoe.lines)


def test_an_old_knock_in_somebodys_place_is_seen_with_whoever_let_it_in(
    table: Table, host: Guest, ana: Guest
) -> None:
    # As a facilitator could who kept an earlier knock: nobody sits behind it any more.
    ben, room = table.join("Ben", host), kept(ana)
    slot = SigningKey.from_seed(b"s" * 32).public
    old = host_module.own_key_package(
        "Ana", slot, table.world(), room=room.room, room_key=own_key(room)
    )
    here = host.seat.seat.group.members
    leaf = next(
        m.leaf_index for m in here if room_key_in(m.leaf_node, room.room) == own_key(room).public
    )
    force_commit(table, host, [proposal(Remove_(leaf)), proposal(Add(old.key_package))])
    assert "Ana is back, at the same place; Mara let them in." in ben.lines
    assert place(ana) is Place.REMOVED
    assert "or Mara let in an old knock of yours" in ana.view.ended_words
    # The way back is the usual one.
    assert place(table.come_again(room)) is Place.ROOM


def test_two_rooms_do_not_know_each_others_keys(table: Table, ana: Guest) -> None:
    leaf = ana.seat.seat.group.members[1].leaf_node
    assert room_key_in(leaf, kept(ana).room)
    assert room_key_in(leaf, b"another room....") == b""


def test_nobody_but_the_host_gives_slips(table: Table, host: Guest, ana: Guest) -> None:
    ben = table.join("Ben", host)
    me = ben.seat.seat
    assert table.do(ben, KeepTheRoom()) is None
    forged = SigningKey.from_seed(b"f" * 32)
    slip = Slip(me.facts.room, ben.seat.seat.lasting.key.public, "Ben", "co-facilitator", 1)
    note = KeepGive(sign_slip(forged, slip), b"p" * 16, ("wss://relay.example",), 2**30)
    moment = Moment.of(table.world())
    seat = ben.seat.seat
    by_host, by_ana = who(ben, "Mara"), who(ben, "Ana")
    assert room_keeping.on_give(seat, by_ana, note, moment) is seat
    assert room_keeping.on_give(seat, by_host, note, moment) is seat
    root = host.seat.seat.host
    assert root is not None
    real = structs.replace(note, slip=sign_slip(root.root, slip))
    assert room_keeping.on_give(seat, by_ana, real, moment) is seat
    hostile = structs.replace(real, relays=("\x1b]0;x",))
    assert room_keeping.on_give(seat, by_host, hostile, moment) is seat
    assert room_keeping.on_give(seat, by_host, real, moment).lasting.kept is not None


def test_what_was_not_asked_for_is_not_kept(table: Table, host: Guest, ana: Guest) -> None:
    ben = table.join("Ben", host)
    root, seat = host.seat.seat.host, ben.seat.seat
    assert root is not None
    slip = Slip(seat.facts.room, seat.lasting.key.public, "Ben", "member", 1)
    note = KeepGive(sign_slip(root.root, slip), b"p" * 16, ("wss://relay.example",), 1)
    moment = Moment.of(table.world())
    assert room_keeping.on_give(seat, who(ben, "Mara"), note, moment) is seat
    assert moment.notices == []


def test_another_name_under_a_known_key_is_for_the_host_to_judge(
    table: Table, host: Guest, ana: Guest
) -> None:
    table.do(ana, Say("I go now."))
    table.disconnect(ana)
    guest = table.come_again(structs.replace(kept(ana), my_name="Anouk"))
    assert place(guest) is Place.WAITING
    assert [knock.name for knock in host.view.knocks] == ["Anouk"]


def test_a_client_that_comes_back_again_and_again_waits_at_the_door(
    table: Table, host: Guest, ana: Guest, monkeypatch: pytest.MonkeyPatch
) -> None:
    back = ana
    for _ in range(returning.MOST_RETURNS):
        table.disconnect(back)
        back = table.come_again(kept(ana))
        assert place(back) is Place.ROOM
    table.disconnect(back)
    epoch, back = host.seat.seat.group.epoch, table.come_again(kept(ana))
    assert (place(back), host.seat.seat.group.epoch) == (Place.WAITING, epoch)
    [knock] = host.view.knocks
    assert knock.warning == returning.OFTEN
    # A program that crashes is no offence: people let them in, or some minutes do. Their seat is
    # still there, so it is no matter that the room is full.
    monkeypatch.setattr(returning, "MOST_PEOPLE", len(host.view.people))
    assert table.do(host, Admit(knock.knock)) is None
    assert place(back) is Place.ROOM
    table.wait(returning.RETURNS_WITHIN)
    table.disconnect(back)
    assert place(table.come_again(kept(ana))) is Place.ROOM


def test_a_slip_with_line_breaks_in_it_reaches_no_screen_and_no_notebook(
    table: Table, host: Guest, ana: Guest
) -> None:
    keys = host.seat.seat.host
    assert keys is not None
    slip = encode_attendance(keys.root, Attendance(keys.root.public, 20_000, 60, bytes(16)))
    moment, seat = Moment.of(table.world()), ana.seat.seat
    for text in (f"{slip}\x0b\x85", slip.replace("1:", "1:\n"), slip.upper()):
        assert read_attendance(text).minutes == 60
        note = AttendanceGive(text)
        assert room_keeping.on_attendance(seat, who(ana, "Mara"), note, moment) is seat
    seat = room_keeping.on_attendance(seat, who(ana, "Mara"), AttendanceGive(slip), moment)
    assert seat.lasting.attended == (slip,)


def test_whoever_has_no_name_costs_the_host_no_notebook(
    table: Table, host: Guest, ana: Guest
) -> None:
    """A co-facilitator with a changed client can let in a leaf with any credential."""
    seat, nobody = host.seat.seat, who(host, "Ana")
    assert seat.state is not None
    people = tuple(
        structs.replace(p, name="") if p.identity == nobody else p for p in seat.state.people
    )
    seat = replace(
        seat,
        state=structs.replace(seat.state, people=people),
        lasting=replace(seat.lasting, asking=(nobody,)),
    )
    after = room_keeping.answer(seat, nobody, is_yes=True, moment=Moment.of(table.world()))
    assert not isinstance(after, Refusal)
    room = after.lasting.kept
    assert msgspec.msgpack.decode(msgspec.msgpack.encode(room), type=KeptRoom) == room


def test_who_is_one_too_many_to_be_known_is_not_told_otherwise(
    table: Table, host: Guest, ana: Guest, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(kept_rooms, "MOST_PINS", 1)
    ben = table.join("Ben", host)
    table.do(ben, KeepTheRoom())
    refusal = table.do(host, LetKeep(who(host, "Ben")))
    assert refusal == room_keeping.TOO_MANY
    assert "Ben keeps the room from now on." not in host.words
    # Nothing is lost: when there is room, the same yes will do.
    monkeypatch.undo()
    assert table.do(host, LetKeep(who(host, "Ben"))) is None
    assert kept(ben).my_name == "Ben"


def test_a_relay_that_takes_no_card_back_at_first_shuts_nobody_out_later(
    table: Table, host: Guest, ana: Guest
) -> None:
    """The pass has one key in every meeting: what is taken back late would be the card of today."""
    table.disconnect(ana)
    room, its_host = kept(ana), kept(host)
    table.disconnect(host)
    refused = take_back_nothing_once(table, RelayRefusal.NOT_SAVED)
    again = table.open_again(its_host)
    [old] = refused
    table.wait(2)
    table.disconnect(again)
    table.connect(again)
    table.wait(2)
    keys = again.seat.seat.host
    assert keys is not None
    assert keys.door is not None
    assert (keys.door.card[0], keys.ended) == (old.knock_key, ())
    assert place(table.come_again(room)) is Place.ROOM
