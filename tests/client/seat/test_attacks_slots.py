"""Cover slots that no honest client sends: many events in one, and what they do to who just came."""

import pytest

from holdspace.client.seat import intents as i
from holdspace.client.seat.intents import Accept, Admit
from holdspace.protocol import frames
from holdspace.protocol.meeting import events as ev
from seat_forging import is_calm, keep, release, seat_of, send_event
from seat_table import Table
from small_flow import SMALL_FLOW


def slot_with(table: Table, *events: ev.Event) -> ev.CoverSlot:
    parts = (
        ev.SlotPart(table.random.randbytes(16), 0, True, ev.encode_event(event)) for event in events
    )
    return ev.CoverSlot(tuple(parts))


def test_who_waits_to_be_shown_in_forgets_nothing_however_much_is_in_each_slot(
    table: Table,
) -> None:
    ana = table.host(flow=SMALL_FLOW, is_covered=True)
    ben, chi = table.join("Ben", ana), table.join("Chi", ana)
    table.do(ana, i.NextStage())
    table.do(ana, i.ChangeMode("hands"))
    table.wait(5)
    dov = table.visitor("Dov", ana.view.invitation)
    table.do(dov, Accept("Dov"))
    snapshot = keep(table, ana, frames.Append)
    table.do(ana, Admit(ana.view.knocks[0].knock))
    send_event(table, ben, slot_with(table, ev.RaiseHand("share")))
    for _ in range(25):
        send_event(table, chi, slot_with(table, *[ev.LowerHand()] * ev.MAX_PARTS_AT_ONCE))
    release(table)
    for frame in snapshot:
        table._send(ana, frame)
    table.wait(2)
    assert seat_of(dov).state == seat_of(ana).state
    assert is_calm(ana)
    assert is_calm(dov)


def test_a_slot_with_more_than_an_honest_one_holds_counts_for_nobody(table: Table) -> None:
    with pytest.raises(ev.NotAnEvent):
        ev.decode_event(
            ev.encode_event(slot_with(table, *[ev.LowerHand()] * (ev.MAX_PARTS_AT_ONCE + 1)))
        )
    # The shortest event there is, so often as there is room for.
    ana = table.host(flow=SMALL_FLOW, is_covered=True)
    ben = table.join("Ben", ana)
    table.do(ana, i.NextStage())
    table.wait(5)
    for _ in range(60):
        ben.machine = ben.seat.saying(ev.LowerHand(), table.world())
    assert ben.view.sending == 60
    table.wait(10)
    assert ben.view.sending == 0
