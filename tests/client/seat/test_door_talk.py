"""A word at the door: host and newcomer talk before anybody is let in, over knocks and answers (M17, S23)."""

from dataclasses import replace

import pytest

from holdspace.client.seat import at_the_door, door_talk, for_others
from holdspace.client.seat import intents as i
from holdspace.client.seat import intents_apart as p
from holdspace.client.seat.unsent import DOOR
from holdspace.client.seat.view import KnockView, Place
from holdspace.protocol import frames
from holdspace.server.limits import Limits
from seat_forging import keep, release, seat_of, shares
from seat_table import Guest, Table

QUESTION, ANSWER = "What brings you here, Ben?", "My back. I have not slept well for a year."


@pytest.fixture
def ana(table: Table) -> Guest:
    return table.host()


@pytest.fixture
def ben(table: Table, ana: Guest) -> Guest:
    guest = table.visitor("Ben", ana.view.invitation)
    assert table.do(guest, i.Accept("Ben", "First time")) is None
    return guest


def knock(host: Guest) -> KnockView:
    [one] = host.view.knocks
    return one


def word(table: Table, host: Guest, text: str = QUESTION) -> None:
    assert table.do(host, i.WordAtDoor(knock(host).knock, text)) is None


def answer(table: Table, guest: Guest, text: str = ANSWER) -> None:
    assert table.do(guest, i.SayAtDoor(text)) is None


def place(guest: Guest) -> Place:
    return guest.view.place


def thread(one: KnockView) -> list[tuple[bool, str]]:
    return [(line.is_mine, line.text) for line in one.thread]


def at_door(guest: Guest) -> list[tuple[bool, str]]:
    return [(line.is_mine, line.text) for line in guest.view.door_thread]


def test_they_talk_several_times_and_then_the_newcomer_is_let_in(
    table: Table, ana: Guest, ben: Guest
) -> None:
    first = knock(ana)
    for number in range(3):
        word(table, ana, f"{QUESTION} {number}")
        answer(table, ben, f"{ANSWER} {number}")
    said = [
        (who, f"{text} {n}") for n in range(3) for who, text in ((True, QUESTION), (False, ANSWER))
    ]
    assert thread(knock(ana)) == said
    assert at_door(ben) == [(not who, text) for who, text in said]
    # One and the same person at the door, under one number, with what they said first.
    assert (knock(ana).number, knock(ana).knock) == (first.number, first.knock)
    assert knock(ana).introduction == "First time"
    assert knock(ana).warning == ""
    assert table.do(ana, i.Admit(first.knock)) is None
    assert place(ben) is Place.ROOM
    assert ana.view.knocks == ()


def test_the_newcomer_hears_and_stays_at_the_door(table: Table, ana: Guest, ben: Guest) -> None:
    word(table, ana)
    assert place(ben) is Place.WAITING
    assert "A facilitator writes to you." in ben.words
    # They can be let in without having answered.
    assert table.do(ana, i.Admit(knock(ana).knock)) is None
    assert place(ben) is Place.ROOM


def test_they_can_be_answered_with_a_kind_no_after_a_talk(
    table: Table, ana: Guest, ben: Guest
) -> None:
    word(table, ana)
    answer(table, ben)
    assert table.do(ana, i.Decline(knock(ana).knock, "Not today, Ben.")) is None
    assert place(ben) is Place.DECLINED
    assert "Not today, Ben." in ben.view.ended_words


def test_who_is_not_let_in_learns_nothing_but_the_card_and_the_words(
    table: Table, ana: Guest, ben: Guest
) -> None:
    table.join("Chi", ana)
    word(table, ana)
    view = ben.view
    assert view.people == ()
    assert view.transcript == ()
    assert view.stages == ()
    assert "Chi" not in repr(view)


def test_nobody_else_at_the_door_or_in_the_room_sees_the_talk(
    table: Table, ana: Guest, ben: Guest
) -> None:
    chi = table.visitor("Chi", ana.view.invitation)
    assert table.do(chi, i.Accept("Chi")) is None
    first = next(one for one in ana.view.knocks if one.name == "Ben")
    assert table.do(ana, i.WordAtDoor(first.knock, QUESTION)) is None
    answer(table, ben)
    assert chi.view.door_thread == ()
    assert not any(QUESTION.encode() in data or ANSWER.encode() in data for data in table.overheard)


def test_several_words_in_a_row_all_arrive_in_their_order(
    table: Table, ana: Guest, ben: Guest
) -> None:
    word(table, ana)
    for number in range(4):
        answer(table, ben, f"line {number}")
    assert [text for is_mine, text in thread(knock(ana)) if not is_mine] == [
        f"line {number}" for number in range(4)
    ]


def test_what_is_said_while_the_connection_is_lost_arrives_when_it_is_back(
    table: Table, ana: Guest, ben: Guest
) -> None:
    word(table, ana)
    table.disconnect(ben)
    answer(table, ben)
    table.connect(ben)
    assert thread(knock(ana))[-1] == (False, ANSWER)
    assert table.do(ana, i.Admit(knock(ana).knock)) is None
    assert place(ben) is Place.ROOM


def test_the_newcomer_writes_only_when_the_host_has_begun(ben: Guest, table: Table) -> None:
    refusal = table.do(ben, i.SayAtDoor(ANSWER))
    assert refusal is not None
    assert (refusal.words, refusal.kept) == (at_the_door.NOT_ASKED.words, ANSWER)


@pytest.mark.parametrize("text", ["", "  ", "a" * 281])
def test_words_that_cannot_be_sent_are_kept(
    table: Table, ana: Guest, ben: Guest, text: str
) -> None:
    refusal = table.do(ana, i.WordAtDoor(knock(ana).knock, text))
    assert refusal is not None
    assert refusal.kept == text
    assert ben.view.door_thread == ()


def test_who_leaves_while_talking_is_gone_from_the_door(
    table: Table, ana: Guest, ben: Guest
) -> None:
    word(table, ana)
    assert table.do(ben, i.Leave()) is None
    table.disconnect(ben)
    table.wait(120)
    assert ana.view.knocks == ()


def test_an_answer_of_before_that_the_relay_shows_again_is_not_read_again(
    table: Table, ana: Guest, ben: Guest
) -> None:
    kept: list[frames.Declined] = []

    def keep(frame: frames.RelayFrame) -> frames.RelayFrame:
        if isinstance(frame, frames.Declined):
            kept.append(frame)
        return frame

    ben.tamper = keep
    word(table, ana)
    answer(table, ben)
    newest = ben.machine.knocked.knock  # type: ignore[attr-defined]
    for frame in kept:
        for name in (frame.knock, newest):
            again = frames.Declined(name, frame.sealed)
            table._take(ben, ben.machine.receive(again, table.world()))
    assert at_door(ben) == [(False, QUESTION), (True, ANSWER)]
    assert place(ben) is Place.WAITING


# Words for the host alone never go to the room.


def test_who_is_let_in_while_writing_types_nowhere_until_they_mean_the_room(
    table: Table, ana: Guest, ben: Guest
) -> None:
    word(table, ana)
    assert table.do(ana, i.Admit(knock(ana).knock)) is None
    chosen = ben.view.chosen_aside
    assert chosen is not None
    assert chosen.is_over
    assert "You were let in." in chosen.composer_words
    refusal = table.do(ben, p.SayAside(chosen.handle, ANSWER))
    assert refusal is not None
    assert refusal.kept == ANSWER
    assert shares(ana) == []
    assert table.do(ben, p.BackToRoom()) is None
    assert ben.view.chosen_aside is None
    assert table.do(ben, i.Say("Hello, all.")) is None
    assert shares(ana) == ["Hello, all."]


def test_an_answer_finds_space_when_three_hold_the_same_code(
    table: Table, ana: Guest, ben: Guest
) -> None:
    for name in ("Chi", "Dov"):
        guest = table.visitor(name, ana.view.invitation)
        assert table.do(guest, i.Accept(name)) is None
    first = next(one for one in ana.view.knocks if one.name == "Ben")
    assert table.do(ana, i.WordAtDoor(first.knock, QUESTION)) is None
    answer(table, ben)
    bens = next(one for one in ana.view.knocks if one.name == "Ben")
    assert thread(bens)[-1] == (False, ANSWER)


def test_an_answer_that_the_relay_had_no_space_for_comes_back_when_they_are_let_in(
    table: Table, ana: Guest, ben: Guest
) -> None:
    table.relay._world.limits = replace(Limits(), knocks_per_room=1)
    word(table, ana)
    answer(table, ben)
    assert thread(knock(ana))[-1] == (True, QUESTION)
    assert table.do(ana, i.Admit(knock(ana).knock)) is None
    [back] = [notice for notice in ben.notices if notice.kept]
    assert (back.kept, back.aside) == (ANSWER, DOOR)
    assert shares(ana) == []


def test_who_did_not_talk_comes_in_as_ever(table: Table, ana: Guest, ben: Guest) -> None:
    assert table.do(ana, i.Admit(knock(ana).knock)) is None
    assert ben.view.asides == ()


# The locked door.


def test_a_locked_door_answers_a_valid_invitation_politely(table: Table, ana: Guest) -> None:
    assert table.do(ana, i.LockTheDoor()) is None
    guest = table.visitor("Ben", ana.view.invitation)
    assert table.do(guest, i.Accept("Ben")) is None
    assert place(guest) is Place.DECLINED
    assert for_others.IN_LANGUAGE["en"].locked in guest.view.ended_words
    assert ana.view.knocks == ()
    assert any("Ben knocked. The door is locked" in words for words in ana.words)
    assert table.do(ana, i.LockTheDoor(is_locked=False)) is None
    assert place(table.join("Chi", ana)) is Place.ROOM


def test_who_waits_or_talks_at_the_door_when_it_is_locked_is_not_turned_away(
    table: Table, ana: Guest, ben: Guest
) -> None:
    word(table, ana)
    assert table.do(ana, i.LockTheDoor()) is None
    answer(table, ben)
    assert thread(knock(ana))[-1] == (False, ANSWER)
    assert table.do(ana, i.Admit(knock(ana).knock)) is None
    assert place(ben) is Place.ROOM


def test_a_talk_shows_in_no_repr(table: Table, ana: Guest, ben: Guest) -> None:
    word(table, ana)
    answer(table, ben)
    assert "slept" not in repr(ben.machine)
    assert "slept" not in repr(seat_of(ana))


def test_what_somebody_says_while_they_are_being_let_in_comes_back_to_them(
    table: Table, ana: Guest, ben: Guest
) -> None:
    word(table, ana)
    kept = keep(table, ana, frames.Bundle)
    assert table.do(ana, i.Admit(knock_id(ana))) is None
    answer(table, ben)
    # Their program has knocked again with it; the knock before is the one that is answered.
    assert ana.view.knocks == ()
    release(table)
    for frame in kept:
        table._send(ana, frame)
    table.wait(1)
    assert place(ben) is Place.ROOM
    assert shares(ana) == []


def knock_id(host: Guest) -> bytes:
    return knock(host).knock


def test_who_does_not_knock_again_after_a_word_has_gone(
    table: Table, ana: Guest, ben: Guest
) -> None:
    ben.tamper = lambda _frame: None
    word(table, ana)
    table.wait(door_talk.PATIENCE - 1)
    assert [one.name for one in ana.view.knocks] == ["Ben"]
    table.wait(3)
    assert ana.view.knocks == ()
    assert "Ben has gone from the door." in ana.words
