"""A whole meeting by one key: what is ready is read, a stage's second part opens, the next one begins."""

from holdspace.client.library import read_flow
from holdspace.client.seat.intents import ChangeMode, NextStage
from seat_table import Guest, Table


def where(guest: Guest) -> tuple[str, str]:
    assert guest.view.stage
    return guest.view.stage.title, guest.view.mode


def test_a_stage_of_two_parts_takes_the_key_twice() -> None:
    table = Table()
    ana = table.host("Ana", flow=read_flow("intro-60.en"))
    seen = []
    for _ in range(4):
        assert table.do(ana, NextStage()) is None
        seen.append(where(ana))
    assert seen == [
        ("Welcome", "listen"),
        ("Agreements", "silent"),
        ("Agreements", "hands"),
        ("Try the room", "open"),
    ]


def test_whoever_chose_another_way_of_taking_turns_goes_on_to_the_next_stage() -> None:
    table = Table()
    ana = table.host("Ana", flow=read_flow("intro-60.en"))
    for _ in range(2):
        table.do(ana, NextStage())
    assert table.do(ana, ChangeMode("open")) is None
    assert table.do(ana, NextStage()) is None
    assert where(ana)[0] == "Try the room"
