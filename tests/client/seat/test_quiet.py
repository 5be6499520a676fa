"""Nobody raises a hand: the facilitator alone is shown what could help (T14)."""

import pytest

from holdspace.client.seat import intents as i
from holdspace.client.seat import quiet
from holdspace.client.seat.view import Place
from meeting_room import FLOW
from seat_table import Guest, Table


@pytest.fixture
def talk(table: Table) -> tuple[Guest, Guest]:
    ana = table.host(flow=FLOW)
    ben = table.join("Ben", ana)
    for _ in range(3):
        table.do(ana, i.NextStage())
    assert ana.view.mode == "hands"
    return ana, ben


def offered(guest: Guest) -> list[str]:
    return [words for words in guest.words if words in quiet.OFFERS.values()]


def test_one_way_after_the_other_for_the_facilitator_alone(
    table: Table, talk: tuple[Guest, Guest]
) -> None:
    ana, ben = talk
    table.wait(20)
    assert offered(ana) == []
    table.wait(80)
    assert offered(ana) == [quiet.OFFERS[way] for way in quiet.WAYS]
    table.wait(60)
    assert len(offered(ana)) == 3
    assert offered(ben) == []
    assert ben.view.quiet_way == ""


def test_a_hand_ends_it_and_a_new_quiet_begins_anew(
    table: Table, talk: tuple[Guest, Guest]
) -> None:
    ana, ben = talk
    table.wait(28)
    assert ana.view.quiet_way == "example"
    table.do(ben, i.Raise())
    assert ana.view.quiet_way == ""
    assert table.do(ana, i.BreakTheQuiet()) == quiet.NOT_QUIET
    table.do(ben, i.Say("Something."))
    table.wait(28)
    assert offered(ana) == [quiet.OFFERS["example"]] * 2


def test_each_way_is_one_act_and_says_nothing_by_itself(
    table: Table, talk: tuple[Guest, Guest]
) -> None:
    ana, ben = talk
    table.wait(28)
    table.do(ana, i.BreakTheQuiet())
    assert ana.notices[-1].kept.startswith("I will begin")
    assert ben.view.transcript[-1].text != ana.notices[-1].kept
    table.do(ana, i.BreakTheQuiet("gather"))
    assert ben.view.mode == "gather"
    assert ana.notices[-1].kept.startswith("Let us each write")
    table.do(ana, i.ChangeMode("hands"))
    table.do(ana, i.BreakTheQuiet("skip"))
    assert ana.view.stages[3].is_current


def test_it_is_a_facilitator_s(table: Table, talk: tuple[Guest, Guest]) -> None:
    _, ben = talk
    assert ben.view.place is Place.ROOM
    assert table.do(ben, i.BreakTheQuiet()) == quiet.NOT_YOURS
