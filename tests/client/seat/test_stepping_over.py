"""T5 on the devices: who is away when reached is stepped over once, then first again."""

from holdspace.client.seat import intents as i
from holdspace.client.seat import stepping_over
from holdspace.protocol import frames
from holdspace.protocol.meeting.events import StepOverAway
from seat_forging import keep, release, seat_of
from seat_table import Guest, Table


def circle(table: Table) -> tuple[Guest, Guest, Guest, Guest]:
    ana = table.host()
    ben, chi, dua = (table.join(name, ana) for name in ("Ben", "Chi", "Dua"))
    table.do(ana, i.ChangeMode("hands"))
    return ana, ben, chi, dua


def floor(guest: Guest) -> str:
    return guest.view.floor.name if guest.view.floor else ""


def test_the_turn_moves_on_and_comes_back_first(table: Table) -> None:
    ana, ben, chi, dua = circle(table)
    for guest in (chi, ben, dua):
        table.do(guest, i.Raise())
    table.disconnect(ben)
    table.wait(50)
    table.do(chi, i.Say("done"))
    assert floor(ana) == "Ben"
    table.wait(2)
    assert floor(ana) == floor(dua) == "Dua"
    assert [hand.person.name for hand in ana.view.hands] == ["Ben"]
    assert any("Ben is away; the place is kept" in text for text in dua.lines)
    table.connect(ben)
    assert stepping_over.YOU_WERE_AWAY in ben.words
    table.wait(10)
    table.do(dua, i.Say("done too"))
    assert floor(ben) == "Ben"


def test_who_is_only_quiet_is_not_away(table: Table) -> None:
    ana, ben, chi, _ = circle(table)
    table.do(ben, i.Raise())
    table.do(chi, i.Raise())
    table.wait(300)
    assert floor(ana) == "Ben"


def test_a_place_is_kept_for_ten_minutes(table: Table) -> None:
    _, ben, chi, dua = circle(table)
    for guest in (chi, ben):
        table.do(guest, i.Raise())
    table.disconnect(ben)
    table.wait(560)
    assert [hand.person.name for hand in dua.view.hands] == ["Ben"]
    table.wait(60)
    assert dua.view.hands == ()
    assert any("Ben is away for long" in text for text in dua.lines)


def test_a_facilitator_who_was_cut_off_says_nothing_of_others(table: Table) -> None:
    ana, ben, chi, _ = circle(table)
    table.do(ben, i.Raise())
    table.do(chi, i.Raise())
    table.disconnect(ana)
    table.wait(120)
    table.connect(ana)
    table.wait(5)
    assert floor(chi) == "Ben"


def test_what_is_on_its_way_is_not_said_again(table: Table) -> None:
    ana, ben, chi, dua = circle(table)
    for guest in (chi, ben, dua):
        table.do(guest, i.Raise())
    table.disconnect(ben)
    table.wait(50)
    kept = keep(table, ana, frames.Append)
    table.do(chi, i.Say("done"))
    table.wait(4)
    said = [item.event for item in seat_of(ana).outbox.waiting]
    assert [type(event) for event in said].count(StepOverAway) == 1
    release(table)
    for frame in kept:
        table._send(ana, frame)
    assert sum("Ben is away; the place is kept" in text for text in chi.lines) == 1
