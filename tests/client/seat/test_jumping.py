"""A laptop that was shut for an hour, and a clock that was set: nobody loses the room by it."""

import pytest

from holdspace.client.seat import intents as i
from holdspace.client.seat.jumping import JUMPED
from holdspace.client.seat.view import Connection, Place
from seat_table import Guest, Table

HOUR = 3600.0


def tick(table: Table, guest: Guest, ahead: float) -> bool:
    """Let a second pass for one whose clock is ahead; tell whether the connection is to go."""
    before, table.now = table.now, table.now + ahead
    step = guest.machine.tick(table.world())
    table._take(guest, step)
    table.now = before
    return step.goes_elsewhere


@pytest.mark.parametrize("jump", [HOUR, -HOUR])
def test_who_slept_connects_anew_and_is_in_the_room(table: Table, jump: float) -> None:
    host = table.host()
    ben = table.join("Ben", host)
    table.wait(5)
    assert tick(table, ben, jump)
    assert ben.view.place is Place.ROOM
    assert ben.view.connection is Connection.LOST
    assert ben.view.connection_words == JUMPED
    assert not tick(table, ben, jump + 1)


def test_a_room_does_not_close_for_who_slept(table: Table) -> None:
    host = table.host()
    ben = table.join("Ben", host)
    table.wait(5)
    tick(table, ben, HOUR)
    table.disconnect(ben)
    # From here on this device's clock is the one of the table.
    table.now += HOUR
    table.connect(ben)
    table.wait(3)
    assert ben.view.place is Place.ROOM
    assert not ben.seat.seat.is_unled


def test_a_clock_that_is_set_back_silences_nobody(table: Table) -> None:
    host = table.host()
    ben = table.join("Ben", host)
    table.wait(5)
    seat = ben.seat.seat
    tick(table, ben, -HOUR)
    table.disconnect(ben)
    table.connect(ben)
    after = ben.seat.seat
    assert after.last_spoke <= table.now - HOUR + 5
    assert all(known.heard <= table.now for _, known in after.authors)
    assert seat.facts == after.facts


def test_words_on_their_way_are_not_lost_by_it(table: Table) -> None:
    host = table.host()
    ben = table.join("Ben", host)
    table.wait(5)
    table.disconnect(ben)
    assert table.do(ben, i.Say("I am still here.")) is None
    tick(table, ben, HOUR)
    table.connect(ben)
    assert "I am still here." in host.lines


def test_a_slow_second_is_no_jump(table: Table) -> None:
    host = table.host()
    ben = table.join("Ben", host)
    table.wait(5)
    assert not tick(table, ben, 20)
    assert ben.view.connection is Connection.CONNECTED


def test_a_jump_before_the_first_beat_is_one_too(table: Table) -> None:
    host = table.host()
    ben = table.join("Ben", host)
    assert tick(table, ben, -HOUR)
    assert ben.view.connection_words == JUMPED
