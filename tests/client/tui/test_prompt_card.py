"""The card under the agenda fits whatever a stage asks, wherever it has to be cut."""

from dataclasses import replace

import pytest

import screen_samples as sample
from holdspace.client.tui.prompt import prompt
from holdspace.client.tui.rows import cells, plain


@pytest.mark.parametrize("height", range(2, 12))
def test_a_prompt_of_several_paragraphs_can_be_cut_between_two(height: int) -> None:
    view = sample.FACILITATOR
    stages = tuple(
        replace(stage, prompt="One.\n\nTwo.\n\n\nThree.", asks=(), say="") for stage in view.stages
    )
    card = prompt(replace(view, stages=stages), 40, height)
    assert 0 < len(card) <= height
    assert all(cells(row) <= 40 for row in card)
    assert plain(card[0]).strip()
