"""A transcript has an end, and what is no longer in it fills nobody's memory."""

import pytest

from holdspace.client.seat import intents as i
from holdspace.client.seat import lines
from seat_forging import seat_of, shares
from seat_table import Table


def test_nods_go_with_the_words_they_were_for(
    table: Table, monkeypatch: pytest.MonkeyPatch
) -> None:
    ana = table.host()
    ben = table.join("Ben", ana)
    table.do(ben, i.Say("the first words"))
    table.do(ana, i.NodTo())
    assert len(seat_of(ana).nods) == 1
    monkeypatch.setattr(lines, "MOST_PASSAGES", 2)
    for word in ("one", "two", "three"):
        table.do(ben, i.Say(word))
    assert shares(ana) == ["one", "two", "three"]
    assert seat_of(ana).nods == frozenset()
