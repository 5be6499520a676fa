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


@pytest.mark.parametrize("say", ["\n\nWelcome, all of you.", "One.\n\nTwo.", "\n", "漢字" * 40])
def test_what_could_be_said_may_begin_with_an_empty_line(say: str) -> None:
    view = sample.FACILITATOR
    stages = tuple(replace(stage, say=say) for stage in view.stages)
    for width in (12, 40, 80):
        card = prompt(replace(view, stages=stages), width, 6)
        assert plain(card[-1]).startswith("Say")
        assert all(cells(row) <= max(width, 24) for row in card)
