"""One who leads cannot be reached, and another one holds the room: everybody reads who (A5)."""

import pytest

from holdspace.client.seat import holding
from holdspace.client.seat import intents as i
from holdspace.client.seat.view import Line, Place
from holdspace.protocol.refusals import Refusal
from seat_forging import release, turn_back
from seat_table import Guest, Table, who


@pytest.fixture
def circle(table: Table) -> tuple[Guest, Guest, Guest]:
    """Ana is the host, Ben leads with her, Chi is a member."""
    ana = table.host()
    ben, chi = table.join("Ben", ana), table.join("Chi", ana)
    table.do(ana, i.Promote(who(ana, "Ben")))
    table.do(ana, i.ChangeMode("open"))
    table.wait(20)
    return ana, ben, chi


def said(guest: Guest) -> list[str]:
    return [p.text for p in guest.view.transcript if p.line is Line.SHARE]


def told(guest: Guest, words: str) -> int:
    return sum(words in line for line in guest.lines)


def test_everybody_reads_who_holds_the_room_and_it_goes_on(
    table: Table, circle: tuple[Guest, Guest, Guest]
) -> None:
    ana, ben, chi = circle
    table.disconnect(ana)
    table.wait(25)
    assert (
        told(chi, "Ana cannot be reached just now. Ben holds the room. The meeting goes on.") == 1
    )
    assert told(ben, "Ana cannot be reached just now. You hold the room") == 1
    assert holding.YOURS_NOW.format(name="Ana") in ben.words
    assert chi.view.holder_words == "Ana cannot be reached. Ben holds the room."
    assert ben.view.holder_words == "Ana cannot be reached. You hold the room."
    assert [person.name for person in chi.view.people if person.leads_now] == ["Ben"]
    assert not chi.view.is_held
    table.do(chi, i.Say("we go on"))
    assert said(ben) == ["we go on"]


def test_who_comes_back_takes_up_again_and_everybody_reads_it(
    table: Table, circle: tuple[Guest, Guest, Guest]
) -> None:
    ana, ben, chi = circle
    table.disconnect(ana)
    table.wait(60)
    table.connect(ana)
    table.wait(3)
    for guest in (ben, chi):
        assert told(guest, holding.IS_BACK.format(name="Ana")) == 1
        assert guest.view.holder_words == ""
    assert [person.name for person in chi.view.people if person.leads_now] == ["Ana"]
    assert not told(ana, "cannot be reached just now")
    assert table.do(ana, i.ChangeMode("hands")) is None
    assert chi.view.mode == "hands"


def test_whoever_holds_the_room_lets_in_moves_on_removes_and_closes(
    table: Table, circle: tuple[Guest, Guest, Guest]
) -> None:
    ana, ben, chi = circle
    code = ana.view.invitation
    table.disconnect(ana)
    table.wait(25)
    dan = table.visitor("Dan", code)
    assert table.do(dan, i.Accept("Dan")) is None
    table.do(ben, i.Admit(ben.view.knocks[0].knock))
    assert len(chi.view.people) == 4
    table.do(ben, i.ChangeMode("hands"))
    assert dan.view.mode == "hands"
    table.do(ben, i.Remove(who(ben, "Dan"), "Not today."))
    table.wait(10)
    assert dan.view.place is Place.REMOVED
    table.do(ben, i.CloseTheMeeting())
    assert chi.view.place is Place.CLOSED


def test_who_says_goodbye_while_the_host_is_gone_is_taken_out_all_the_same(
    table: Table, circle: tuple[Guest, Guest, Guest]
) -> None:
    ana, ben, chi = circle
    table.disconnect(ana)
    # Before anybody knows that the host's program, whose part this is, has died.
    table.wait(2)
    table.do(chi, i.Leave())
    assert any(person.name == "Chi" for person in ben.view.people)
    table.wait(25)
    assert [person.name for person in ben.view.people] == ["Ana", "Ben"]


def test_with_nobody_left_who_leads_the_room_rests_and_nobody_is_named(
    table: Table, circle: tuple[Guest, Guest, Guest]
) -> None:
    ana, ben, chi = circle
    table.disconnect(ana)
    table.wait(30)
    table.disconnect(ben)
    table.wait(30)
    assert chi.view.is_held
    assert chi.view.holder_words == ""
    table.connect(ben)
    table.wait(3)
    assert chi.view.holder_words == "Ana cannot be reached. Ben holds the room."


def test_who_was_cut_off_themselves_does_not_think_that_others_were(
    table: Table, circle: tuple[Guest, Guest, Guest]
) -> None:
    _, _, chi = circle
    table.disconnect(chi)
    table.wait(90)
    table.connect(chi)
    table.wait(3)
    assert not told(chi, "cannot be reached just now")
    assert chi.view.holder_words == ""


def test_two_who_are_left_hold_the_room_together(
    table: Table, circle: tuple[Guest, Guest, Guest]
) -> None:
    ana, ben, chi = circle
    table.do(ana, i.Promote(who(ana, "Chi")))
    table.wait(2)
    table.disconnect(ana)
    table.wait(25)
    assert ben.view.holder_words.endswith("You hold the room, with Chi.")
    assert chi.view.holder_words.endswith("You hold the room, with Ben.")


def test_a_relay_that_refuses_for_a_while_takes_from_nobody_what_they_can_do_later(
    table: Table, circle: tuple[Guest, Guest, Guest]
) -> None:
    ana, _, chi = circle
    refused = turn_back(table, ana, Refusal.RELAY_FULL)
    heard = len(ana.words)
    table.do(chi, i.Leave())
    table.wait(60)
    # Once when they said goodbye, and not with every tick: each try uses up a step of the ratchet (R14).
    assert len(refused) == len(ana.words) - heard == 1
    release(table)
    dan = table.join("Dan", ana)
    table.wait(2)
    # With new keys it is tried again.
    assert [person.name for person in dan.view.people] == ["Ana", "Ben", "Dan"]
