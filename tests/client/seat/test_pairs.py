"""Pairs as each person reads them on their own screen (S1)."""

import pytest

from holdspace.client.seat import intents as i
from holdspace.client.seat import pairs
from holdspace.client.seat.view import PairsView
from holdspace.protocol.meeting import pairing
from seat_table import Guest, Table

Circle = dict[str, Guest]


@pytest.fixture
def circle(table: Table) -> Circle:
    """Return a host and four people, in a stage that makes pairs."""
    ana = table.host()
    people = {"Ana": ana} | {name: table.join(name, ana) for name in ("Ben", "Chi", "Dua", "Eli")}
    table.do(ana, i.ChangeMode("pairs"))
    return people


def shown(guest: Guest) -> PairsView:
    assert guest.view.pairs
    return guest.view.pairs


def partners(guest: Guest) -> list[str]:
    return sorted(person.name for person in shown(guest).partners)


def pair_up(table: Table, circle: Circle, *names: str) -> None:
    for name in names:
        assert table.do(circle[name], i.BePaired()) is None
    assert table.do(circle["Ana"], i.MakePairs()) is None


def test_a_yes_is_a_count_and_nobody_s_name(table: Table, circle: Circle) -> None:
    before = circle["Chi"].lines
    table.do(circle["Ben"], i.BePaired())
    assert shown(circle["Ben"]).is_willing
    assert pairs.SAID_YES in circle["Ben"].words
    assert shown(circle["Ana"]).willing == shown(circle["Chi"]).willing == 1
    assert "1 has said yes to a pair." in circle["Ana"].words
    assert circle["Chi"].lines == before
    table.do(circle["Ben"], i.BePaired(is_willing=False))
    assert shown(circle["Ana"]).willing == 0


def test_everybody_sees_the_same_pairs_and_who_is_with_whom(table: Table, circle: Circle) -> None:
    pair_up(table, circle, "Ben", "Chi", "Dua", "Eli")
    others = {name: partners(circle[name]) for name in ("Ben", "Chi", "Dua", "Eli")}
    assert all(len(names) == 1 and others[names[0]] == [who] for who, names in others.items())
    assert partners(circle["Ana"]) == []
    assert shown(circle["Ana"]).paired == 4
    assert circle["Ben"].view.now_words.startswith(f"You are with {others['Ben'][0]}.")
    assert any("just the two of you" in words for words in circle["Ben"].words)


def test_whoever_said_nothing_stays_and_rests(table: Table, circle: Circle) -> None:
    pair_up(table, circle, "Ben", "Chi")
    assert partners(circle["Dua"]) == []
    refusal = table.do(circle["Dua"], i.Say("hello?"))
    assert refusal
    assert "pairs" in refusal.words
    assert refusal.kept == "hello?"
    assert table.do(circle["Dua"], i.Raise()) is None


def test_one_key_calls_and_a_facilitator_comes(table: Table, circle: Circle) -> None:
    pair_up(table, circle, "Ben", "Chi")
    before = circle["Dua"].lines
    table.do(circle["Ben"], i.CallIntoPair())
    assert [{p.name for p in one} for one in shown(circle["Ana"]).calls] == [{"Ben", "Chi"}]
    assert any(words.startswith("A pair calls") for words in circle["Ana"].words)
    assert any("Ben called a facilitator" in words for words in circle["Chi"].words)
    # Nobody else learns that somebody called.
    assert circle["Dua"].lines == before
    assert shown(circle["Dua"]).calls == ()
    table.do(circle["Ana"], i.GoToCaller())
    assert partners(circle["Ben"]) == ["Ana", "Chi"]
    assert any("stays with those who were there" in words for words in circle["Chi"].words)


def test_whoever_comes_back_takes_the_other_one_along(table: Table, circle: Circle) -> None:
    pair_up(table, circle, "Ben", "Chi")
    table.do(circle["Ben"], i.ComeBackFromPair())
    assert partners(circle["Chi"]) == []
    assert "Ben is back in the room." in circle["Dua"].lines
    assert pairs.BACK in circle["Ben"].words
    refusal = table.do(circle["Chi"], i.ComeBackFromPair())
    assert refusal
    assert refusal.words == pairing.IN_NO_PAIR


def test_one_key_brings_everybody_back(table: Table, circle: Circle) -> None:
    pair_up(table, circle, "Ben", "Chi", "Dua", "Eli")
    table.do(circle["Ana"], i.BringAllBack())
    assert all(partners(guest) == [] for guest in circle.values())
    assert all(pairs.BACK in circle[name].words for name in ("Ben", "Chi", "Dua", "Eli"))


def test_time_to_change_over_is_said_once_and_softly(table: Table, circle: Circle) -> None:
    pair_up(table, circle, "Ben", "Chi")
    table.wait(200)
    assert circle["Ben"].words.count(pairs.SWAP) == 1
    assert pairs.SWAP not in circle["Dua"].words


def test_a_partner_whose_connection_is_gone_is_said_to_be(table: Table, circle: Circle) -> None:
    pair_up(table, circle, "Ben", "Chi")
    table.disconnect(circle["Chi"])
    table.wait(60)
    assert sum("Chi has gone quiet" in words for words in circle["Ben"].words) == 1
    table.connect(circle["Chi"])
    assert partners(circle["Chi"]) == ["Ben"]


def test_there_are_no_pairs_elsewhere(table: Table, circle: Circle) -> None:
    table.do(circle["Ana"], i.ChangeMode("hands"))
    for guest, intent in (
        (circle["Ben"], i.BePaired()),
        (circle["Ana"], i.MakePairs()),
        (circle["Ben"], i.CallIntoPair()),
    ):
        assert table.do(guest, intent)
    assert circle["Ben"].view.pairs is None
