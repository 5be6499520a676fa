"""The line of keys names each key once, with what it does just then."""

from collections.abc import Iterator
from dataclasses import replace

import pytest

import screen_samples as sample
from holdspace.client.language import choose
from holdspace.client.seat.view import GatherView, Part, RoomView
from holdspace.client.tui.keyline import keyline, keylines
from holdspace.protocol.translation import ENGLISH, _, use

WRITING = GatherView(writing=2, ready=0, reading=0, shared=0, is_released=False, mine=Part.WRITING)


def test_where_everybody_writes_a_key_is_not_named_twice_though_hands_are_up() -> None:
    shown = "".join(
        piece.text
        for piece in keyline(replace(sample.FACILITATOR, gather=WRITING), 200, is_writing=False)
    )
    assert sample.FACILITATOR.hands
    assert "o let it be read" in shown
    assert "move the floor on" not in shown


@pytest.fixture(params=["en", "de"])
def language(request: pytest.FixtureRequest) -> Iterator[str]:
    yield choose({"HOLDSPACE_LANGUAGE": request.param})
    use(ENGLISH)


@pytest.mark.parametrize("width", [40, 48, 60, 80, 120, 200])
@pytest.mark.parametrize("view", [sample.MY_TURN, replace(sample.MY_TURN, can_pass=False)])
def test_whoever_has_the_floor_reads_first_how_to_write_and_always_where_help_is(
    language: str, view: RoomView, width: int
) -> None:
    for rows in ([keyline(view, width, is_writing=False)], keylines(view, width, is_writing=False)):
        line = "\n".join("".join(piece.text for piece in row) for row in rows)
        assert line.startswith(f"Enter {_('write')}"), language
        assert f"F2 {_('need help now')}" in line


def test_a_narrow_window_leads_to_the_hand_from_where_one_writes(language: str) -> None:
    free = replace(sample.ROOM, hands=(), can_raise=True)
    writing, reading = (
        "".join(piece.text for piece in keyline(free, 38, is_writing=is_writing))
        for is_writing in (True, False)
    )
    # In German only the help that says so has a place.
    assert {"en": "Esc keys", "de": "F1 Hilfe"}[language] in writing
    assert reading.startswith(f"h {_('raise hand')}"), language
    assert all(f"F2 {_('need help now')}" in line for line in (writing, reading))
