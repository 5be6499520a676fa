"""A relay that is gone for long: what somebody is told, when, and that everything stays as it was."""

from holdspace.client.seat import intents as i
from holdspace.client.seat.cut_off import TEN_MINUTES, TWO_MINUTES
from holdspace.client.seat.host import Opening, open_room
from holdspace.client.seat.view import Line, Place
from seat_table import AGREEMENTS, RELAY, Guest, Table

ELSEWHERE = "ws://relay.example:8787"


def told(guest: Guest) -> list[str]:
    long = (TWO_MINUTES, TEN_MINUTES)
    return [p.text for p in guest.view.transcript if p.line is Line.NOTICE and p.text in long]


def test_who_waits_for_a_relay_that_is_gone_is_told_twice_and_stays(table: Table) -> None:
    ana = table.host()
    ben = table.join("Ben", ana)
    table.disconnect(ben)
    table.do(ben, i.Say("I wrote this."))
    table.wait(119)
    assert told(ben) == []
    table.wait(3)
    assert told(ben) == [TWO_MINUTES]
    table.wait(3600)
    assert told(ben) == [TWO_MINUTES, TEN_MINUTES]
    assert ben.view.place is Place.ROOM
    table.connect(ben)
    assert "I wrote this." in ana.lines


def test_a_line_that_comes_back_begins_to_count_anew(table: Table) -> None:
    ana = table.host()
    ben = table.join("Ben", ana)
    for _ in range(2):
        table.disconnect(ben)
        table.wait(125)
        table.connect(ben)
        table.wait(2)
    assert told(ben) == [TWO_MINUTES, TWO_MINUTES]


def test_who_takes_the_relay_along_closes_the_meeting_by_leaving(table: Table) -> None:
    opening = Opening("Tuesday circle", "Ana", AGREEMENTS, is_relay_here=True)
    ana = table._sit("Ana", open_room((RELAY,), opening, table.world()))
    assert ana.view.takes_relay_along
    ben = table.join("Ben", ana)
    assert not ben.view.takes_relay_along
    table.do(ana, i.Leave())
    assert (str(ana.view.place), str(ben.view.place)) == (str(Place.CLOSED), str(Place.CLOSED))


def test_a_room_remembers_that_its_relay_was_here(table: Table) -> None:
    opening = Opening("Tuesday circle", "Ana", AGREEMENTS, is_relay_here=True)
    ana = table._sit("Ana", open_room((RELAY,), opening, table.world()))
    table.do(ana, i.KeepTheRoom())
    kept = ana.seat.kept
    assert kept
    assert kept.host
    assert kept.host.is_relay_here
    # Its relay outlived the host's program once, and is not started anew then: that is no move.
    again = table.open_again(kept).seat.kept
    assert again
    assert again.host
    assert again.host.is_relay_here
    # It opens elsewhere the next time, and the newest is what counts.
    table.relays = (ELSEWHERE,)
    moved = table.open_again(again).seat.kept
    assert moved
    assert moved.host
    assert not moved.host.is_relay_here
