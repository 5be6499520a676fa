"""Connections break and the relay dies; nothing that was said is lost, doubled or out of order."""

import pytest

from holdspace.client.seat import intents as i
from holdspace.client.seat.connecting import ROUNDS
from holdspace.client.seat.view import Connection, Line, Place
from holdspace.protocol import frames
from holdspace.protocol.refusals import Refusal
from seat_table import RELAY, Guest, Table

OTHER = "wss://other.example"


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


@pytest.fixture
def cluster() -> Table:
    return Table(relays=(RELAY, OTHER))


def test_a_meeting_goes_on_over_another_relay_and_says_so_once(cluster: Table) -> None:
    ana = cluster.host()
    ben = cluster.join("Ben", ana)
    cluster.do(ben, i.Say("before"))
    cluster.kill_relay(then=OTHER)
    cluster.do(ana, i.Say("while it was dead"))
    for guest in (ana, ben):
        cluster.connect(guest)
    # The other relay takes proofs that name it, and no others.
    assert shares(ana) == shares(ben) == ["before", "while it was dead"]
    for guest in (ana, ben):
        assert guest.words.count(f"The relay changed, to {OTHER}. Nothing was lost.") == 1
        assert guest.view.card is not None
        assert guest.view.card.relay == OTHER
        assert guest.view.card.relays == (RELAY, OTHER)
    cluster.kill_relay()
    cluster.connect(ben)
    assert sum("relay changed" in words for words in ben.words) == 1


def test_somebody_new_comes_in_over_the_relay_that_is_left(cluster: Table) -> None:
    ana = cluster.host()
    cluster.kill_relay(then=OTHER)
    cluster.connect(ana)
    ben = cluster.join("Ben", ana)
    assert ben.view.card is not None
    assert ben.view.card.relay == OTHER
    assert not ben.words or "relay changed" not in " ".join(ben.words)


def test_a_knock_is_repeated_at_another_relay(cluster: Table) -> None:
    ana = cluster.host()
    ben = cluster.visitor("Ben", ana.view.invitation)
    cluster.do(ben, i.Accept("Ben"))
    cluster.kill_relay(then=OTHER)
    cluster.connect(ana)
    cluster.connect(ben)
    cluster.do(ana, i.Admit(ana.view.knocks[0].knock))
    assert [p.name for p in ben.view.people] == ["Ana", "Ben"]


def turned_away(table: Table, guest: Guest, refusal: Refusal) -> bool:
    """Let the relay refuse whatever was asked last; tell whether the guest goes elsewhere."""
    ref = max(frame_ref for frame_ref, _, _ in guest.seat.seat.wire.asked)
    step = guest.machine.receive(frames.Refuse(ref, refusal), table.world())
    guest.machine = step.machine
    return step.goes_elsewhere


@pytest.mark.parametrize("refusal", [Refusal.NOT_HERE, Refusal.GAP])
def test_a_relay_behind_its_cluster_is_left_for_the_others_and_not_for_ever(
    cluster: Table, refusal: Refusal
) -> None:
    ana = cluster.host()
    ben = cluster.join("Ben", ana)
    ben.tamper = lambda frame: None if isinstance(frame, frames.Attached) else frame
    for _ in range(2 * ROUNDS):
        cluster.disconnect(ben)
        cluster.connect(ben)
        assert turned_away(cluster, ben, refusal)
        assert ben.view.place is Place.ROOM
    cluster.disconnect(ben)
    cluster.connect(ben)
    assert not turned_away(cluster, ben, refusal)
    assert ben.view.place is Place.ENDED


def test_a_room_with_one_relay_is_looked_for_nowhere_else(table: Table) -> None:
    ana = table.host()
    ben = table.join("Ben", ana)
    ben.tamper = lambda frame: None if isinstance(frame, frames.Attached) else frame
    table.disconnect(ben)
    table.connect(ben)
    assert not turned_away(table, ben, Refusal.NOT_HERE)
    assert ben.view.place is Place.ENDED


def test_an_invitation_that_one_relay_does_not_know_is_asked_for_at_the_next(
    cluster: Table,
) -> None:
    ana = cluster.host()
    ben = cluster.visitor("Ben", ana.view.invitation)
    refuse = frames.Refuse(1, Refusal.INVITATION_OVER)
    first = ben.machine.receive(refuse, cluster.world())
    assert first.goes_elsewhere
    assert first.machine.view().place is Place.LOBBY
    second = first.machine.receive(refuse, cluster.world())
    assert not second.goes_elsewhere
    assert second.machine.view().place is Place.ENDED
