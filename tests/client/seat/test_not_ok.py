"""A flag that only facilitators see: raised in one act, in every moment, and taken back as easily (M26)."""

import pytest

from holdspace.client.seat import intents as i
from holdspace.client.seat import intents_apart as p
from holdspace.client.seat import not_ok
from holdspace.client.seat.sealing import Unsealed
from holdspace.client.seat.view import Urgency
from holdspace.protocol import frames
from holdspace.protocol.meeting.kinds import MAX_WORDS
from holdspace.protocol.meeting.letters import NotOk, OkAgain
from seat_forging import keep, me, release, send_event
from seat_table import Guest, Table

Circle = tuple[Guest, Guest, Guest]


@pytest.fixture
def circle(table: Table) -> Circle:
    ana = table.host()
    return ana, table.join("Ben", ana), table.join("Chi", ana)


def flags(guest: Guest) -> list[tuple[str, str]]:
    return [(flag.person.name, flag.words) for flag in guest.view.flags]


def raise_it(table: Table, guest: Guest, words: str = "") -> None:
    assert table.do(guest, p.SayNotOk(words)) is None


def test_only_the_facilitators_show_it(table: Table, circle: Circle) -> None:
    ana, ben, chi = circle
    raise_it(table, ben, "my hands shake")
    assert flags(ana) == [("Ben", "my hands shake")]
    assert flags(ben) == flags(chi) == []
    assert chi.lines == ben.lines or not any("not OK" in line for line in chi.lines + chi.words)
    assert [n.urgency for n in ana.notices if "Ben is not OK" in n.words] == [Urgency.BELL]


def test_who_raised_it_reads_that_the_facilitators_were_told(table: Table, circle: Circle) -> None:
    ana, ben, _ = circle
    table.disconnect(ben)
    raise_it(table, ben)
    # Not before it is true.
    assert not_ok.TOLD not in ben.words
    table.connect(ben)
    assert ben.words.count(not_ok.TOLD) == 1
    assert ben.view.is_flagged
    assert flags(ana) == [("Ben", "")]


def test_who_writes_more_than_there_is_room_for_is_told_what_arrives(
    table: Table, circle: Circle
) -> None:
    ana, ben, _ = circle
    raise_it(table, ben, "x" * MAX_WORDS)
    assert not_ok.ONLY_BEGUN not in ben.words
    raise_it(table, ben, "x" * MAX_WORDS + " the rest")
    assert not_ok.ONLY_BEGUN in ben.words
    assert flags(ana) == [("Ben", "x" * MAX_WORDS)]
    raise_it(table, ben, "the rest")
    assert flags(ana) == [("Ben", "the rest")]


@pytest.mark.parametrize("mode", ["listen", "open", "hands", "round", "silent"])
def test_it_works_in_every_way_of_taking_turns(table: Table, circle: Circle, mode: str) -> None:
    ana, ben, _ = circle
    assert table.do(ana, i.ChangeMode(mode)) is None  # type: ignore[arg-type]
    raise_it(table, ben)
    assert flags(ana) == [("Ben", "")]


def test_it_works_on_hold_and_while_writing_is_paused(table: Table, circle: Circle) -> None:
    ana, ben, _ = circle
    assert table.do(ana, i.PauseTheWriting(me(ben))) is None
    assert table.do(ana, i.HoldRoom()) is None
    raise_it(table, ben)
    assert flags(ana) == [("Ben", "")]


def test_it_can_be_taken_back(table: Table, circle: Circle) -> None:
    ana, ben, _ = circle
    raise_it(table, ben)
    assert table.do(ben, p.SayOk()) is None
    assert flags(ana) == []
    assert "Ben says they are OK again." in ana.words
    assert not ben.view.is_flagged
    assert table.do(ben, p.SayOk()) == not_ok.NOT_RAISED


def test_who_says_more_changes_the_flag_and_rings_no_second_time(
    table: Table, circle: Circle
) -> None:
    ana, ben, _ = circle
    raise_it(table, ben)
    raise_it(table, ben, "it is the noise")
    assert flags(ana) == [("Ben", "it is the noise")]
    rings = [n for n in ana.notices if n.urgency is Urgency.BELL and "not OK" in n.words]
    assert len(rings) == 1


def test_who_becomes_a_facilitator_meanwhile_is_told(table: Table, circle: Circle) -> None:
    ana, ben, chi = circle
    raise_it(table, ben, "please")
    assert table.do(ana, i.Promote(me(chi))) is None
    table.wait(2)
    assert flags(chi) == [("Ben", "please")]
    assert table.do(ana, i.Demote(me(chi))) is None
    assert flags(chi) == []


def test_who_becomes_one_after_it_was_taken_back_is_not(table: Table, circle: Circle) -> None:
    ana, ben, chi = circle
    raise_it(table, ben)
    assert table.do(ben, p.SayOk()) is None
    assert table.do(ana, i.Promote(me(chi))) is None
    table.wait(2)
    assert flags(chi) == []


def test_a_facilitator_learns_that_they_have_gone(table: Table, circle: Circle) -> None:
    ana, ben, _ = circle
    raise_it(table, ben)
    assert table.do(ben, i.Leave()) is None
    table.wait(2)
    assert flags(ana) == []
    assert any("Ben, who was not OK, is no longer in the room." in words for words in ana.words)


def test_the_only_facilitator_is_told_where_there_is_help(table: Table, circle: Circle) -> None:
    assert table.do(circle[0], p.SayNotOk()) == not_ok.NOBODY_TO_TELL


def test_a_flag_sent_to_a_member_is_not_shown(table: Table, circle: Circle) -> None:
    _, ben, chi = circle
    send_event(table, ben, Unsealed(me(chi), NotOk("look at me")))
    assert flags(chi) == []
    assert not any("look at me" in words for words in chi.words)


def test_hostile_words_are_made_safe(table: Table, circle: Circle) -> None:
    ana, ben, _ = circle
    send_event(table, ben, Unsealed(me(ana), NotOk("\x1b[2Jroom: \u202eall\nturn: yours")))
    assert flags(ana) == [("Ben", "[2Jroom: all turn: yours")]


def test_who_goes_before_they_could_read_it_is_not_waited_for(table: Table, circle: Circle) -> None:
    ana, ben, chi = circle
    table.do(ana, i.Promote(me(chi)))
    kept = keep(table, ben, frames.Append)
    raise_it(table, ben)
    to_ana, _to_chi = kept
    release(table)
    # One of two has it, so they are not all told.
    table._send(ben, to_ana)
    assert not_ok.TOLD not in ben.words
    table.do(ana, i.Remove(me(chi)))
    table.wait(2)
    assert ben.words.count(not_ok.TOLD) == 1
    assert flags(ana) == [("Ben", "")]


def test_what_says_the_same_again_is_not_said_twice(table: Table, circle: Circle) -> None:
    ana, ben, chi = circle
    raise_it(table, ben, "my hands shake")
    told = len(ana.notices)
    send_event(table, ben, Unsealed(me(ana), NotOk("my hands shake")))
    # Nor does taking back what nobody said.
    send_event(table, chi, Unsealed(me(ana), OkAgain()))
    assert len(ana.notices) == told
    assert flags(ana) == [("Ben", "my hands shake")]


def test_nobody_is_told_where_nobody_leads_any_more(table: Table, circle: Circle) -> None:
    ana, ben, chi = circle
    table.do(ana, i.Promote(me(chi)))
    table.do(chi, p.SayNotOk())
    assert flags(ana) == [("Chi", "")]
    assert chi.words.count(not_ok.TOLD) == 1
    table.do(ana, i.Leave())
    table.wait(2)
    assert [person.name for person in chi.view.people] == ["Ben", "Chi"]
    assert chi.words.count(not_ok.TOLD) == 1
    assert flags(ben) == []
