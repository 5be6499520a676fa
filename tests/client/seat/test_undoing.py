"""Ten seconds to take something back, as people in the room meet it (M31)."""

from holdspace.client.seat import intents as i
from holdspace.client.seat.undoing import ALL_DOWN, NO_TURN, OFFERS, TOO_LATE
from holdspace.client.seat.view import Refusal
from holdspace.protocol.meeting.undoing import NOTHING_TO_UNDO
from seat_table import Guest, Table
from small_flow import SMALL_FLOW


def holds_floor(guest: Guest) -> bool:
    return bool(guest.view.me and guest.view.me.has_floor)


def test_a_pass_can_be_taken_back_for_ten_seconds(table: Table) -> None:
    ana = table.host()
    ben = table.join("Ben", ana)
    table.do(ana, i.ChangeMode("round"))
    table.do(ana, i.Say("Welcome."))
    table.wait(60)
    assert holds_floor(ben)
    table.do(ben, i.PassTurn())
    assert OFFERS["pass"] in ben.words
    table.wait(5)
    assert ben.view.can_undo
    assert table.do(ben, i.UndoIt()) is None
    assert holds_floor(ben)
    assert "Ben takes the pass back." in ana.lines
    assert not ben.view.can_undo


def test_a_pass_where_everybody_tries_it_gives_up_nothing_and_says_so(table: Table) -> None:
    ana = table.host()
    ben = table.join("Ben", ana)
    table.do(ben, i.PassTurn())
    assert ben.words[-1] == NO_TURN
    assert NO_TURN not in ana.words
    assert not ben.view.can_undo


def test_after_ten_seconds_it_stands(table: Table) -> None:
    ana = table.host()
    ben = table.join("Ben", ana)
    table.do(ana, i.ChangeMode("round"))
    table.do(ana, i.PassTurn())
    table.wait(11)
    assert table.do(ana, i.UndoIt()) == Refusal(TOO_LATE)
    assert holds_floor(ben)
    # The picture looks at the clock every five seconds.
    table.wait(5)
    assert not ana.view.can_undo


def test_a_stage_begun_by_mistake_goes_back_with_its_clock(table: Table) -> None:
    ana = table.host(flow=SMALL_FLOW)
    table.join("Ben", ana)
    table.do(ana, i.NextStage())
    table.wait(90)
    began = ana.view.stage_started
    table.do(ana, i.NextStage())
    assert ana.view.stages[1].is_current
    table.wait(4)
    table.do(ana, i.UndoIt())
    assert ana.view.stages[0].is_current
    assert ana.view.stage_started == began


def test_hands_taken_down_go_up_again_by_the_same_command(table: Table) -> None:
    ana = table.host()
    ben = table.join("Ben", ana)
    table.do(ana, i.ChangeMode("listen"))
    table.do(ben, i.Raise())
    table.do(ana, i.LowerAllHands())
    assert ALL_DOWN in ana.words
    assert table.do(ben, i.UndoIt()) == Refusal(NOTHING_TO_UNDO)
    table.do(ana, i.UndoIt())
    assert [hand.person.name for hand in ana.view.hands] == ["Ben"]
