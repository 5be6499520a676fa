"""The catch-up card of three lines, for who comes late and who comes back (S17, M11)."""

from holdspace.client.seat import intents as i
from holdspace.client.seat.view import Line
from holdspace.protocol.meeting.events import StageClock
from seat_forging import send_event
from seat_table import Guest, Table
from small_flow import SMALL_FLOW


def notices(guest: Guest) -> list[str]:
    return [p.text for p in guest.view.transcript if p.line is Line.NOTICE]


def test_who_comes_late_reads_three_lines_and_has_the_clock_of_the_others(table: Table) -> None:
    ana = table.host(flow=SMALL_FLOW)
    table.do(ana, i.NextStage())
    table.wait(50)
    ben = table.join("Ben", ana)
    assert ben.view.stage_started == ana.view.stage_started
    assert notices(ben) == [
        "We are at Welcome, 1 of 4.",
        "About 1 of 2 minutes are left.",
        "Read as long as you like; you can nod.",
    ]
    assert notices(ana) == []
    # What a facilitator's client does by itself is no act of hers.
    assert ana.view.log[-1].words == "Ana let Ben in."
    assert ben.view.log == ()


def test_before_the_first_stage_there_is_nothing_to_catch_up_with(table: Table) -> None:
    ana = table.host(flow=SMALL_FLOW)
    ben = table.join("Ben", ana)
    assert notices(ben) == []
    table.do(ana, i.NextStage())
    assert ben.view.stage_started == ana.view.stage_started


def test_who_was_there_from_the_start_keeps_their_own_clock(table: Table) -> None:
    ana = table.host(flow=SMALL_FLOW)
    ben = table.join("Ben", ana)
    table.do(ana, i.NextStage())
    began = ben.view.stage_started
    entered = ana.seat.seat.state.stage_entered if ana.seat.seat.state else 0
    send_event(table, ana, StageClock(entered, 900))
    assert ben.view.stage_started == began
    # Nor can a member set anybody's clock.
    chi = table.join("Chi", ana)
    began = chi.view.stage_started
    send_event(table, ben, StageClock(entered, 900))
    assert chi.view.stage_started == began


def test_who_was_gone_for_a_while_reads_where_we_are(table: Table) -> None:
    ana = table.host(flow=SMALL_FLOW)
    ben = table.join("Ben", ana)
    table.do(ana, i.NextStage())
    table.disconnect(ben)
    table.wait(100)
    table.do(ana, i.NextStage())
    table.connect(ben)
    table.wait(2)
    assert notices(ben)[0] == f"We are at {ana.view.stages[1].title}, 2 of 4."
    table.disconnect(ben)
    table.wait(5)
    table.connect(ben)
    table.wait(2)
    assert len(notices(ben)) == 3
