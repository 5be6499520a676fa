"""On the way in: what can go otherwise than somebody hoped, and that it is told in one sentence."""

from dataclasses import replace

import pytest

from holdspace.client.seat import at_the_door
from holdspace.client.seat import intents as i
from holdspace.client.seat.door_words import NOT_ANSWERED, NOT_OPEN, READS_ONLY
from holdspace.client.seat.view import Connection, Place, Refusal
from holdspace.client.seat.visitor import Visitor
from holdspace.protocol import frames
from holdspace.protocol.invite import MAX_INTRODUCTION
from holdspace.protocol.refusals import Close, close_answer
from holdspace.protocol.refusals import Refusal as RelayRefusal
from seat_forging import keep
from seat_table import Guest, Table, kept, who

QUESTION = "What brings you here?"


@pytest.fixture
def ana(table: Table) -> Guest:
    return table.host()


@pytest.fixture
def ben(table: Table, ana: Guest) -> Guest:
    """Somebody who reads the card."""
    return table.visitor("Ben", ana.view.invitation)


def hears(table: Table, guest: Guest, frame: frames.RelayFrame) -> None:
    table._take(guest, guest.machine.receive(frame, table.world()))


def test_a_relay_that_is_no_relay_for_this_program_is_the_end_of_the_way(ben: Guest) -> None:
    answer = close_answer(int(Close.WRONG_VERSION))
    step = ben.machine.ended(answer.sentence, int(Close.WRONG_VERSION))
    assert step.machine.view().place is Place.ENDED
    assert step.machine.view().ended_words == answer.sentence
    # What somebody read last stays: a line that ends afterwards says nothing more.
    again = step.machine.ended("something else", 4500)
    assert again.machine.view().ended_words == answer.sentence


def test_nothing_is_accepted_before_the_card_is_read_or_twice(
    table: Table, ana: Guest, ben: Guest
) -> None:
    nothing = Refusal("There is nothing to accept at the moment.")
    assert table.do(ben, i.Accept("Ben")) is None
    assert table.do(ben, i.Accept("Ben")) == nothing
    assert len(ana.view.knocks) == 1


def test_a_name_that_cannot_be_had_is_asked_for_again(table: Table, ana: Guest, ben: Guest) -> None:
    refusal = table.do(ben, i.Accept("Ana"))
    assert refusal is not None
    assert ben.view.place is Place.LOBBY
    assert ana.view.knocks == ()


def test_an_introduction_that_is_too_long_is_kept(table: Table, ana: Guest, ben: Guest) -> None:
    page = "x" * (MAX_INTRODUCTION + 1)
    refusal = table.do(ben, i.Accept("Ben", page))
    assert refusal is not None
    assert refusal.kept == page
    assert str(MAX_INTRODUCTION) in refusal.words
    assert ana.view.knocks == ()


def test_before_the_knock_there_is_nobody_to_write_to(table: Table, ben: Guest) -> None:
    assert table.do(ben, i.SayAtDoor("Hello?")) == Refusal(at_the_door.NOT_ASKED.sentence, "Hello?")


def test_a_card_that_the_host_did_not_sign_is_not_shown(table: Table, ana: Guest) -> None:
    ben = table.visitor("Ben", ana.view.invitation)
    machine = ben.machine
    assert isinstance(machine, Visitor)
    ben.machine = replace(machine, card=None, place=Place.OUTSIDE)
    hears(table, ben, frames.Card(1, b"a card of somebody else"))
    assert ben.view.place is Place.ENDED
    assert ben.view.card is None


def test_answers_to_knocks_that_are_not_theirs_change_nothing(table: Table, ben: Guest) -> None:
    assert table.do(ben, i.Accept("Ben")) is None
    before = ben.machine
    other = b"another's knock."
    for frame in (
        frames.Welcomed(other, bytes(16), 1, b"sealed for somebody"),
        frames.Declined(other, b"sealed for somebody"),
        frames.KnockGone(other),
        frames.Ack(3, 1),
    ):
        hears(table, ben, frame)
    assert ben.machine == before


def test_who_only_reads_today_is_passed_by_and_told_so(
    table: Table, ana: Guest, ben: Guest
) -> None:
    assert table.do(ben, i.Accept("Ben", reads_only=True)) is None
    assert table.do(ana, i.Admit(ana.view.knocks[0].knock)) is None
    table.wait(1)
    assert READS_ONLY in ben.words
    assert [person.is_resting for person in ana.view.people] == [False, True]


def test_the_room_of_a_member_is_not_open_until_its_host_opens_it(table: Table) -> None:
    ana = table.host()
    ben = table.join("Ben", ana)
    assert table.do(ana, i.KeepTheRoom()) is None
    assert table.do(ben, i.KeepTheRoom()) is None
    assert table.do(ana, i.LetKeep(who(ana, "Ben"))) is None
    room = kept(ben)
    table.do(ana, i.CloseTheMeeting())
    again = table.come_again(room)
    assert again.view.place is Place.ENDED
    assert again.view.is_not_open
    assert again.view.ended_words == NOT_OPEN


def test_who_keeps_the_room_knocks_again_by_the_same_card_with_the_same_letter(
    table: Table,
) -> None:
    ana = table.host()
    ben = table.join("Ben", ana)
    table.do(ana, i.KeepTheRoom())
    table.do(ben, i.KeepTheRoom())
    table.do(ana, i.LetKeep(who(ana, "Ben")))
    room = kept(ben)
    table.do(ben, i.Leave())
    table.do(ana, i.HoldRoom())
    again = table.come_again(room)
    assert [one.name for one in ana.view.knocks] == ["Ben"]
    number = ana.view.knocks[0].number
    table.disconnect(again)
    assert again.view.connection is Connection.LOST
    table.connect(again)
    assert [(one.name, one.number) for one in ana.view.knocks] == [("Ben", number)]
    assert table.do(ana, i.Admit(ana.view.knocks[0].knock)) is None
    assert again.view.place is Place.ROOM


# ---- a word at the door


def test_what_cannot_be_said_at_the_door_is_kept(table: Table, ana: Guest, ben: Guest) -> None:
    assert table.do(ben, i.Accept("Ben")) is None
    table.do(ana, i.WordAtDoor(ana.view.knocks[0].knock, QUESTION))
    assert table.do(ben, i.SayAtDoor("  ")) == Refusal("There is nothing written yet.")
    page = "x" * (MAX_INTRODUCTION + 3)
    assert table.do(ben, i.SayAtDoor(page)) == Refusal(
        "That is too long for the door, by 3 characters. It is kept.", page
    )
    assert [line.text for line in ana.view.knocks[0].thread] == [QUESTION]


def test_what_nobody_reads_for_long_is_no_longer_taken(
    table: Table, ana: Guest, ben: Guest
) -> None:
    assert table.do(ben, i.Accept("Ben")) is None
    table.do(ana, i.WordAtDoor(ana.view.knocks[0].knock, QUESTION))
    table.disconnect(ana)
    said = [f"line {number}" for number in range(at_the_door.MOST_UNSAID + 2)]
    answers = [table.do(ben, i.SayAtDoor(text)) for text in said]
    assert answers[:-1] == [None] * (len(said) - 1)
    assert answers[-1] == Refusal("Much is waiting to be read already. It is kept here.", said[-1])


def test_in_the_lobby_nothing_of_the_room_can_be_done(table: Table, ben: Guest) -> None:
    refusal = table.do(ben, i.Say("Hello, all."))
    assert refusal == Refusal("You are not in the room yet.", "Hello, all.")
    assert table.do(ben, i.Leave()) is None
    assert ben.view.place is Place.LEFT
    table.wait(1)
    assert ben.view.ended_words == "You have left. Nobody was told anything about you."


def test_who_was_cut_off_for_longer_than_their_key_is_good_is_told(
    table: Table, ben: Guest
) -> None:
    assert table.do(ben, i.Accept("Ben")) is None
    table.wait(1)
    table.disconnect(ben)
    table.now += 31 * 60
    table.wait(1)
    assert ben.view.place is Place.ENDED
    assert ben.view.ended_words == NOT_ANSWERED


def test_whose_clock_is_set_back_knocks_again_at_a_full_door_all_the_same(
    table: Table, ben: Guest
) -> None:
    knocks = keep(table, ben, frames.Knock)
    table.do(ben, i.Accept("Ben"))
    hears(table, ben, frames.Refuse(knocks[0].ref, RelayRefusal.LOBBY_FULL))
    table.now -= 3600
    table.wait(2)
    assert len(knocks) == 2
