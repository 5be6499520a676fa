"""The line of keys names each key once, with what it does just then."""

from dataclasses import replace

import screen_samples as sample
from holdspace.client.seat.view import GatherView, Part
from holdspace.client.tui.keyline import keyline

WRITING = GatherView(writing=2, ready=0, reading=0, shared=0, is_released=False, mine=Part.WRITING)


def test_where_everybody_writes_a_key_is_not_named_twice_though_hands_are_up() -> None:
    shown = "".join(
        piece.text
        for piece in keyline(replace(sample.FACILITATOR, gather=WRITING), 200, is_writing=False)
    )
    assert sample.FACILITATOR.hands
    assert "o let it be read" in shown
    assert "move the floor on" not in shown
