"""Waiting at a door that nobody opens: it has an end, and the words for it."""

from holdspace.client.seat import intents as i
from holdspace.client.seat.door_words import NOT_ANSWERED
from holdspace.client.seat.patience import NOT_YET
from holdspace.client.seat.view import Place
from holdspace.protocol import frames
from seat_table import Guest, Table

ENDED = "This meeting has ended, so nobody can let you in."


def knocking(table: Table, host: Guest, name: str = "Ben") -> Guest:
    guest = table.visitor(name, host.view.invitation)
    table.do(guest, i.Accept(name))
    assert guest.view.place is Place.WAITING
    return guest


def test_who_waits_while_the_meeting_ends_is_told_at_once(table: Table) -> None:
    ana = table.host()
    ben = knocking(table, ana)
    table.do(ana, i.CloseTheMeeting())
    assert ben.view.place is Place.ENDED
    assert ben.view.ended_words.startswith(ENDED)


def test_who_comes_after_the_meeting_is_told_before_they_read_and_type(table: Table) -> None:
    ana = table.host()
    code = ana.view.invitation
    table.do(ana, i.CloseTheMeeting())
    late = table.visitor("Ben", code)
    assert late.view.place is Place.ENDED
    assert late.view.ended_words.startswith(ENDED)


def test_who_is_not_answered_is_told_so_and_then_that_it_is_over(table: Table) -> None:
    ana = table.host()
    ben = knocking(table, ana)
    table.disconnect(ana)
    table.wait(310)
    assert ben.words.count(NOT_YET) == 1
    assert ben.view.place is Place.WAITING
    table.wait(600)
    assert ben.view.ended_words == NOT_ANSWERED


def test_nobody_waits_longer_than_their_key_is_good_however_often_they_come_back(
    table: Table,
) -> None:
    ana = table.host()
    ben = knocking(table, ana)
    table.disconnect(ana)
    for _ in range(31):
        table.disconnect(ben)
        table.wait(61)
        if ben.view.place is Place.WAITING:
            table.connect(ben)
    assert ben.view.ended_words == NOT_ANSWERED


def test_who_keeps_the_room_does_not_knock_for_ever_at_a_door_that_nobody_opens(
    table: Table,
) -> None:
    ana = table.host()
    ben = table.join("Ben", ana)
    table.do(ana, i.KeepTheRoom())
    table.do(ben, i.KeepTheRoom())
    who = next(person.identity for person in ana.view.people if person.name == "Ben")
    table.do(ana, i.LetKeep(who))
    kept = ben.seat.kept
    assert kept
    table.do(ben, i.Leave())
    table.disconnect(ana)
    again = table.come_again(kept)
    assert again.view.place is Place.WAITING
    table.wait(16 * 60)
    assert again.view.ended_words == NOT_ANSWERED


def test_a_code_that_was_taken_back_without_a_connection_ends_with_the_next_one(
    table: Table,
) -> None:
    ana = table.host()
    before = ana.view.invitation
    ben = knocking(table, ana)
    table.disconnect(ana)
    assert table.do(ana, i.NewInvitation()) is None
    table.connect(ana)
    assert ben.view.ended_words == NOT_ANSWERED
    late = table.visitor("Cleo", before)
    assert late.view.place is Place.ENDED
    assert ana.seat.seat.host is not None
    assert not ana.seat.seat.host.ended


def test_who_waits_with_a_code_is_told_when_the_host_opens_the_room_anew(table: Table) -> None:
    """The host's client died, and with it the keys that open letters sealed for that code."""
    ana = table.host()
    table.do(ana, i.KeepTheRoom())
    kept = ana.seat.kept
    assert kept is not None
    ben = knocking(table, ana)
    table.disconnect(ana)
    again = table.open_again(kept)
    assert again.view.place is Place.ROOM
    assert ben.view.ended_words == NOT_ANSWERED
    # And who has that code still learns it before they read and type.
    late = table.visitor("Cleo", ana.view.invitation)
    assert late.view.place is Place.ENDED


def test_who_read_the_agreements_while_the_room_was_opened_anew_knocks_at_the_new_door(
    table: Table,
) -> None:
    ana = table.host()
    ben = table.join("Ben", ana)
    table.do(ana, i.KeepTheRoom())
    table.do(ben, i.KeepTheRoom())
    who = next(person.identity for person in ana.view.people if person.name == "Ben")
    table.do(ana, i.LetKeep(who))
    kept, room = ben.seat.kept, ana.seat.kept
    assert kept is not None
    assert room is not None
    for one in (ana, ben):
        table.disconnect(one)
    anew = ("What is shared stays here.", "Phones are away.")
    first = table.open_again(room, anew)
    again = table.come_again(kept)
    shown = again.view
    assert shown.place is Place.LOBBY
    table.disconnect(first)
    table.open_again(room, anew)
    assert table.do(again, i.Accept("Ben")) is None
    shown_anew = again.view
    assert shown_anew.place is Place.LOBBY
    assert table.do(again, i.Accept("Ben")) is None
    assert again.view.place is Place.ROOM


def deaf(_frame: frames.RelayFrame) -> None:
    """Let somebody's line stand still: what is sent to them does not arrive."""


def test_a_no_that_died_with_the_relay_is_said_again(table: Table) -> None:
    ana = table.host()
    ben = knocking(table, ana)
    hears, ben.tamper = ben.tamper, deaf
    [letter] = ana.view.knocks
    table.do(ana, i.Decline(letter.knock, "Not today."))
    table.kill_relay()
    ben.tamper = hears
    table.connect(ana)
    table.connect(ben)
    assert ben.view.place is Place.DECLINED
    assert ben.view.ended_words.endswith("Not today.")
    assert not ana.view.knocks


def test_a_word_at_the_door_that_died_with_the_relay_is_said_again(table: Table) -> None:
    ana = table.host()
    ben = knocking(table, ana)
    hears, ben.tamper = ben.tamper, deaf
    [letter] = ana.view.knocks
    table.do(ana, i.WordAtDoor(letter.knock, "Who asked you to come?"))
    table.kill_relay()
    ben.tamper = hears
    for guest in (ben, ana):
        table.connect(guest)
    assert [line.text for line in ben.view.door_thread] == ["Who asked you to come?"]
    table.wait(60)
    assert [letter.name for letter in ana.view.knocks] == ["Ben"]
