"""When nobody who leads can be reached the room rests, and nothing of anybody's is lost (A6, M19)."""

import pytest

from holdspace.client.seat import intents as i
from holdspace.client.seat import unled
from holdspace.client.seat.view import Line, Place
from holdspace.protocol import frames
from seat_forging import keep, release
from seat_table import Guest, Table


@pytest.fixture
def circle(table: Table) -> tuple[Guest, Guest, Guest]:
    ana = table.host()
    ben, chi = table.join("Ben", ana), table.join("Chi", ana)
    table.do(ana, i.ChangeMode("open"))
    table.wait(20)
    return ana, ben, chi


def me(guest: Guest) -> bytes:
    return guest.seat.seat.facts.identity


def said(guest: Guest) -> list[str]:
    return [p.text for p in guest.view.transcript if p.line is Line.SHARE]


def test_who_leads_reads_in_a_held_room_how_it_goes_on(
    table: Table, circle: tuple[Guest, Guest, Guest]
) -> None:
    ana, ben, _ = circle
    table.do(ana, i.HoldRoom())
    assert "/resume lets it go on" in ana.view.composer_words
    assert "/resume" not in ben.view.composer_words
    table.do(ana, i.ResumeRoom())
    assert "/resume" not in ana.view.composer_words


def test_within_25_seconds_everybody_reads_that_the_room_rests(
    table: Table, circle: tuple[Guest, Guest, Guest]
) -> None:
    ana, ben, chi = circle
    table.disconnect(ana)
    table.wait(25)
    for guest in (ben, chi):
        assert guest.view.is_held
        assert guest.view.hold_words == unled.HOLD_WORDS
        assert guest.lines.count(unled.RESTS) == 1


def test_nobody_can_post_and_what_they_wrote_is_kept(
    table: Table, circle: tuple[Guest, Guest, Guest]
) -> None:
    ana, ben, chi = circle
    table.disconnect(ana)
    table.wait(25)
    refusal = table.do(ben, i.Say("is anybody there?"))
    assert refusal is not None
    assert (refusal.words, refusal.kept) == (unled.WHY_NOT, "is anybody there?")
    assert said(chi) == []
    # What the screen offers and what would be done are one answer.
    assert (ben.view.can_write, ben.view.can_pass, ben.view.can_nod) == (False, False, False)
    assert table.do(ben, i.PassTurn()) is not None


def test_the_same_key_comes_back_to_a_room_on_hold_and_lets_it_go_on(
    table: Table, circle: tuple[Guest, Guest, Guest]
) -> None:
    ana, ben, chi = circle
    table.disconnect(ana)
    table.wait(40)
    table.connect(ana)
    table.wait(2)
    assert unled.YOU_WERE_AWAY in ana.words
    assert ana.view.is_held
    assert ben.view.is_held
    assert unled.GOES_ON in ben.lines
    table.do(ana, i.ResumeRoom())
    table.do(ben, i.Say("we are here"))
    assert said(chi) == ["we are here"]


def test_what_was_written_while_the_line_was_gone_goes_before_the_hold(
    table: Table, circle: tuple[Guest, Guest, Guest]
) -> None:
    ana, ben, _ = circle
    table.disconnect(ana)
    table.do(ana, i.Say("one"))
    table.do(ana, i.Say("two"))
    table.wait(40)
    sent = keep(table, ana, frames.Append)
    table.connect(ana)
    table.wait(2)
    release(table)
    words = [item.message_id for item in ana.seat.seat.outbox.waiting]
    assert [frame.message_id for frame in sent] == words
    for frame in sent:
        table._send(ana, frame)
    assert said(ben) == ["one", "two"]
    # Nothing of it was void, to be said anew.
    assert ana.seat.seat.outbox.waiting == ()
    assert ben.view.is_held


def test_a_short_break_of_the_line_holds_nothing(
    table: Table, circle: tuple[Guest, Guest, Guest]
) -> None:
    ana, ben, _ = circle
    table.disconnect(ana)
    table.wait(8)
    table.connect(ana)
    table.wait(30)
    assert unled.RESTS not in ben.lines
    assert not ben.view.is_held


def test_another_facilitator_keeps_the_room_going(
    table: Table, circle: tuple[Guest, Guest, Guest]
) -> None:
    ana, ben, chi = circle
    table.do(ana, i.Promote(me(ben)))
    table.disconnect(ana)
    table.wait(60)
    assert not chi.view.is_held
    table.connect(ana)
    table.wait(3)
    assert not ana.view.is_held
    assert unled.YOU_WERE_AWAY not in ana.words


def test_who_was_cut_off_themselves_does_not_think_that_everybody_else_was(
    table: Table, circle: tuple[Guest, Guest, Guest]
) -> None:
    _, ben, _ = circle
    table.disconnect(ben)
    table.wait(120)
    table.connect(ben)
    table.wait(3)
    assert not ben.view.is_held
    assert unled.RESTS not in ben.lines


def test_when_the_last_facilitator_says_goodbye_the_room_rests_at_once(
    table: Table, circle: tuple[Guest, Guest, Guest]
) -> None:
    ana, ben, _ = circle
    table.do(ana, i.Leave())
    table.wait(1)
    assert ben.view.is_held
    assert table.do(ben, i.Say("hello?")) is not None
    assert table.do(ben, i.Leave()) is None


def test_ready_words_wait_for_somebody_to_lead(
    table: Table, circle: tuple[Guest, Guest, Guest]
) -> None:
    ana, ben, chi = circle
    table.do(ana, i.ChangeMode("gather"))
    table.do(ben, i.Say("from Ben"))
    table.do(chi, i.Say("from Chi"))
    table.do(ana, i.ReleaseTheWords())
    table.disconnect(ana)
    table.wait(60)
    assert said(chi) in (["from Ben"], ["from Ben", "from Chi"])
    assert ben.view.place is Place.ROOM


def test_a_room_that_nobody_comes_back_to_closes_gently_for_everybody(
    table: Table, circle: tuple[Guest, Guest, Guest]
) -> None:
    ana, ben, chi = circle
    table.disconnect(ana)
    table.wait(8 * 60 + 30)
    for guest in (ben, chi):
        assert guest.lines.count(unled.CLOSES_SOON) == 1
        assert guest.view.place is Place.ROOM
    table.wait(2 * 60)
    for guest in (ben, chi):
        assert guest.view.place is Place.CLOSED
        assert unled.CLOSED in guest.view.ended_words


def test_whoever_comes_back_in_time_finds_everybody(
    table: Table, circle: tuple[Guest, Guest, Guest]
) -> None:
    ana, ben, chi = circle
    table.disconnect(ana)
    table.wait(9 * 60)
    table.connect(ana)
    table.wait(3 * 60)
    assert unled.GOES_ON in ben.lines
    assert (ben.view.place, chi.view.place) == (Place.ROOM, Place.ROOM)


def test_who_was_cut_off_themselves_is_not_shown_out(
    table: Table, circle: tuple[Guest, Guest, Guest]
) -> None:
    _, ben, _ = circle
    table.disconnect(ben)
    table.wait(11 * 60)
    table.connect(ben)
    table.wait(20)
    assert ben.view.place is Place.ROOM
    assert unled.RESTS not in ben.lines
