"""Connections break and the relay dies; nothing that was said is lost, doubled or out of order."""

from holdspace.client.seat import intents as i
from holdspace.client.seat.view import Connection, Line
from seat_table import Guest, Table


def shares(guest: Guest) -> list[str]:
    return [p.text for p in guest.view.transcript if p.line is Line.SHARE]


def test_words_said_without_a_connection_arrive_when_it_is_back(table: Table) -> None:
    ana = table.host()
    ben = table.join("Ben", ana)
    table.disconnect(ben)
    assert ben.view.connection is Connection.LOST
    table.do(ben, i.Say("first"))
    table.do(ben, i.Say("second"))
    assert [p.is_sending for p in ben.view.transcript[-2:]] == [True, True]
    assert shares(ana) == []
    table.connect(ben)
    assert shares(ana) == shares(ben) == ["first", "second"]


def test_who_was_away_over_several_changes_walks_through_all_of_them(table: Table) -> None:
    ana = table.host()
    ben, dov = table.join("Ben", ana), table.join("Dov", ana)
    table.disconnect(ben)
    table.do(ben, i.Say("written in an epoch that is over"))
    table.join("Chi", ana)
    table.do(ana, i.Say("welcome Chi"))
    table.do(ana, i.Remove(dov.seat.seat.facts.identity))
    table.connect(ben)
    assert ben.view.connection is Connection.CONNECTED
    assert [p.name for p in ben.view.people] == ["Ana", "Ben", "Chi"]
    assert shares(ana) == shares(ben) == ["welcome Chi", "written in an epoch that is over"]


def test_a_killed_relay_loses_nothing(table: Table) -> None:
    ana = table.host()
    ben = table.join("Ben", ana)
    table.do(ben, i.Say("before"))
    table.do(ana, i.ChangeMode("hands"))
    table.do(ben, i.Raise())
    table.kill_relay()
    table.do(ana, i.Say("while it was dead"))
    for guest in (ana, ben):
        table.connect(guest)
    assert shares(ana) == shares(ben) == ["before", "while it was dead"]
    for guest in (ana, ben):
        assert guest.view.floor is not None
        assert guest.view.floor.name == "Ben"
        assert guest.view.mode == "hands"


def test_a_change_that_was_under_way_when_the_connection_broke_is_made_once(table: Table) -> None:
    ana = table.host()
    ben = table.join("Ben", ana)
    table.disconnect(ana)
    table.do(ana, i.Remove(ben.seat.seat.facts.identity))
    table.connect(ana)
    assert [p.name for p in ana.view.people] == ["Ana"]


def test_two_facilitators_remove_the_same_person_at_once(table: Table) -> None:
    ana = table.host()
    ben, chi = table.join("Ben", ana), table.join("Chi", ana)
    table.do(ana, i.Promote(ben.seat.seat.facts.identity))
    table.disconnect(ben)
    table.do(ben, i.Remove(chi.seat.seat.facts.identity))
    table.do(ana, i.Remove(chi.seat.seat.facts.identity))
    table.connect(ben)
    assert [p.name for p in ana.view.people] == [p.name for p in ben.view.people] == ["Ana", "Ben"]
    table.do(ben, i.Say("still in step"))
    assert shares(ana) == ["still in step"]


def test_a_knock_survives_a_lost_connection(table: Table) -> None:
    ana = table.host()
    ben = table.visitor("Ben", ana.view.invitation)
    table.do(ben, i.Accept("Ben"))
    table.disconnect(ben)
    table.do(ana, i.Admit(ana.view.knocks[0].knock))
    table.connect(ben)
    assert [p.name for p in ben.view.people] == ["Ana", "Ben"]
