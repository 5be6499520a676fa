"""Rows: wrapping loses no word, nothing is wider than it may be, and brackets stay brackets."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from holdspace.client.tui.rows import (
    apart,
    cells,
    centred,
    clip,
    flow,
    line_count,
    pad,
    plain,
    row,
    shorten,
    wrap,
)

words = st.text(st.characters(exclude_categories=("C", "Z")) | st.just(" "), max_size=200)


@given(words, st.integers(2, 60))
def test_wrapped_lines_fit_and_keep_every_character_but_the_blanks_between(
    text: str, width: int
) -> None:
    lines = wrap(text, width)
    assert all(cell_len(line) <= width for line in lines)
    assert "".join(lines).replace(" ", "") == text.replace(" ", "")


@given(st.lists(words, max_size=4).map("\n".join), st.integers(-2, 60))
def test_lines_are_counted_as_they_are_wrapped(text: str, width: int) -> None:
    assert line_count(text, width) == len(wrap(text, width))


@given(words, st.integers(0, 40))
def test_clipping_never_makes_a_row_wider_than_asked(text: str, width: int) -> None:
    assert cells(clip(row(text, (text, "amber")), width)) <= width


def test_line_breaks_of_the_author_are_kept() -> None:
    assert wrap("one\n\ntwo three", 5) == ("one", "", "two", "three")


def test_a_word_longer_than_the_line_is_cut_between_wide_characters() -> None:
    assert wrap("漢字漢字", 5) == ("漢字", "漢字")


@pytest.mark.parametrize("width", [-5, 0, 1])
@pytest.mark.parametrize("text", ["one two", "漢字 漢"])
def test_no_width_is_too_small_to_come_to_an_end(text: str, width: int) -> None:
    assert "".join(wrap(text, width)).replace(" ", "") == text.replace(" ", "")


def test_what_was_cut_is_shown_to_be_cut() -> None:
    assert shorten("Living with pain", 8) == "Living…"
    assert plain(clip(row("Living", (" with pain", "muted")), 9)) == "Living w…"


def test_markup_in_a_text_is_only_text() -> None:
    assert plain(row("[b]bold[/b] [@click=app.quit]x[/]")) == "[b]bold[/b] [@click=app.quit]x[/]"


@pytest.mark.parametrize(
    ("width", "shown"), [(20, "left           right"), (12, "left   right"), (9, "left")]
)
def test_the_right_part_gives_way_when_there_is_no_room(width: int, shown: str) -> None:
    assert plain(apart(row("left"), row("right"), width)) == shown


def test_parts_that_flow_are_never_broken() -> None:
    parts = [row("one two"), row("three"), row("four five")]
    assert [plain(line) for line in flow(parts, 16)] == ["one two   three", "four five"]


def test_centring_and_padding_count_cells_not_characters() -> None:
    assert plain(centred(row("漢"), 6)) == "  漢"
    assert cells(pad(row("漢"), 6)) == 6
