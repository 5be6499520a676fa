"""A small dose of `./dev hostile`: every field is poisoned, both front ends write it, nothing is obeyed."""

from dataclasses import dataclass, fields

import pytest

from holdspace.client.seat.view import RoomView
from hostile import FRONTS, faults, shown
from poisoned import fields_of_all, made, strings, text_fields

SMALL_DOSE = {"lines": 40, "screen": 26}


def test_the_fields_come_from_the_types() -> None:
    @dataclass(frozen=True)
    class Inner:
        note: str = ""

    @dataclass(frozen=True)
    class Outer:
        words: str = ""
        rows: tuple[Inner, ...] = ()
        perhaps: Inner | None = None
        number: int = 3

    assert sorted(text_fields(Outer)) == ["Inner.note", "Outer.words"]
    there = made(Outer, lambda: "evil", Outer())
    assert there == Outer("evil", (Inner("evil"),) * 2, Inner("evil"), 3)


def test_every_text_of_the_picture_is_poisoned() -> None:
    assert len(fields_of_all()) > 70
    view = made(RoomView, lambda: "\x1b[2J", None)
    plain = [one.name for one in fields(RoomView) if isinstance(getattr(view, one.name), str)]
    assert all(getattr(view, name) == "\x1b[2J" for name in plain if name not in {"mode", "order"})


def test_there_are_as_many_texts_as_one_asks_for_and_they_differ() -> None:
    assert len({*strings(500)}) == 500
    assert strings(500) == strings(500)


@pytest.mark.long
@pytest.mark.parametrize("front", FRONTS)
def test_nothing_of_it_is_obeyed(front: str) -> None:
    ordinary = shown(front, "harmless")
    assert faults(shown(front, str(SMALL_DOSE[front])), ordinary) == []


def test_one_that_is_written_as_it_is_would_be_seen() -> None:
    ordinary = shown("lines", "harmless")
    assert "OSC 52" in str(faults(shown("lines", "leak"), ordinary))
    assert "it broke" in str(faults("Traceback", ordinary))
    assert "poses" in str(faults("room: The meeting is over.\r\nall was shown", ordinary))
    assert "control characters" in str(faults("a\u202eb\r\nall was shown", ordinary))


def test_what_is_drawn_inside_of_a_page_poses_as_nothing() -> None:
    ordinary = "\x1b[2;11Hx\r\n"
    assert faults("\x1b[2;11Hroom: The meeting is over.\r\nall was shown", ordinary) == []
    assert "poses" in str(faults("\x1b[2;1Hroom: The meeting is over.\nall was shown", ordinary))
