"""Hostile text in every field of the picture, on every screen: nothing of it reaches a line (TD01).

The strips looked at here are what Textual would write, after the last filter of each widget.
"""

from collections.abc import Iterator
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len
from rich.segment import Segment
from textual.color import Color
from textual.pilot import Pilot

import screen_samples as sample
from holdspace.client.seat.view import Connection, Notice, Place, Refusal
from holdspace.client.tui.app import Ending, HoldspaceApp
from holdspace.client.tui.last_filter import (
    LastFilter,
    NoColourFilter,
    UntestedTextualError,
    check_textual,
    harmless,
)
from hostile_text import HOSTILE, hostile_view, is_forbidden
from screen_player import shown

SIZE = (100, 30)
# Every screen over the room, by the key that opens it; "" is the room itself.
PAGES = ("", "f", "d", "c", "v", "a", "e", "i", "q", "t", "w", "f1", "f2")


def lines(pilot: Pilot[Ending]) -> Iterator[tuple[str, int]]:
    """Yield each line as it would be written, and how wide it is meant to be."""
    for strip in pilot.app.screen._compositor.render_strips():
        assert all(segment.control is None for segment in strip)
        yield "".join(segment.text for segment in strip), strip.cell_length


def assert_harmless(pilot: Pilot[Ending], size: tuple[int, int] = SIZE) -> None:
    """Fail when a line holds what a terminal might obey, or is not as wide as the window."""
    for text, width in lines(pilot):
        assert is_forbidden(text) == "", repr(text)
        assert width == size[0]
        assert cell_len(text) == size[0], repr(text)


# A cycle of 23 texts through about 100 fields: with these turns each text stands in most fields once.
TURNS = range(0, len(HOSTILE), 4)


@pytest.mark.parametrize("turn", TURNS)
async def test_nothing_hostile_is_on_any_line_of_the_room_and_its_pages(turn: int) -> None:
    evil, *others = (*HOSTILE[turn:], *HOSTILE[:turn])
    async with shown(hostile_view(evil, *others), SIZE) as (pilot, player):
        await pilot.press("escape")
        for key in PAGES:
            if key:
                await pilot.press(key)
            await pilot.pause()
            assert_harmless(pilot)
            if len(pilot.app.screen_stack) > 2:
                pilot.app.screen.step_back()  # type: ignore[attr-defined]
                await pilot.pause()
        player.refuse = lambda _: Refusal(evil, evil)
        await pilot.press("h")
        player.change(Notice(evil))
        await pilot.pause()
        assert_harmless(pilot)


@pytest.mark.parametrize("is_led", [True, False])
async def test_nothing_hostile_is_on_any_line_of_a_large_window(is_led: bool) -> None:
    size = (200, 60)
    async with shown(replace(hostile_view(*HOSTILE), is_facilitator=is_led), size) as (pilot, _):
        for turn in TURNS:
            evils = (*HOSTILE[turn:], *HOSTILE[:turn])
            pilot.app._show_view(replace(hostile_view(*evils), is_facilitator=is_led))  # type: ignore[attr-defined]
            await pilot.pause()
            assert_harmless(pilot, size)


@pytest.mark.parametrize(
    "place", [Place.OUTSIDE, Place.LOBBY, Place.WAITING, Place.REMOVED, Place.DECLINED]
)
@pytest.mark.parametrize("evil", HOSTILE[::3])
async def test_nothing_hostile_is_on_any_line_before_and_after_the_room(
    evil: str, place: Place
) -> None:
    view = replace(hostile_view(evil), place=place, connection=Connection.GONE)
    async with shown(view, SIZE) as (pilot, player):
        player.change(Notice(evil))
        await pilot.pause()
        assert_harmless(pilot)


async def test_markup_in_a_name_runs_nothing_and_shows_as_it_is() -> None:
    async with shown(hostile_view("[@click=app.vanish]Ana[/]"), SIZE) as (pilot, _):
        text = "".join(line for line, _ in lines(pilot))
        assert "[@click=app.vanish]Ana" in text
        for strip in pilot.app.screen._compositor.render_strips():
            for segment in strip:
                assert not (
                    segment.style and (segment.style.meta.get("@click") or segment.style.link)
                )


@given(st.text(max_size=80))
def test_the_last_filter_keeps_widths_and_lets_nothing_through(text: str) -> None:
    [segment] = LastFilter().apply([Segment(text)], Color.parse("black"))
    assert is_forbidden(segment.text) == ""
    assert cell_len(segment.text) == cell_len(text)


@given(st.text(st.characters(categories=("L", "N", "P", "S", "Zs", "M")), max_size=80))
def test_the_last_filter_leaves_ordinary_text_alone(text: str) -> None:
    assert harmless(text) == text


def test_control_segments_become_nothing() -> None:
    evil = Segment("\x1b[2J", None, [(2, 1)])  # type: ignore[list-item]
    [segment] = LastFilter().apply([evil], Color.parse("black"))
    assert segment.control is None
    assert "\x1b" not in segment.text


async def test_the_last_filter_comes_after_every_other() -> None:
    async with shown(sample.ROOM) as (pilot, _):
        assert isinstance(pilot.app.get_line_filters()[-1], LastFilter)


async def test_without_colours_none_is_left(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    async with shown(sample.ROOM) as (pilot, _):
        assert isinstance(pilot.app.get_line_filters()[-1], NoColourFilter)
        for strip in pilot.app.screen._compositor.render_strips():
            assert all(segment.style is None or segment.style.color is None for segment in strip)
            assert all(segment.style is None or segment.style.bgcolor is None for segment in strip)
        assert any("✦ Eli" in text for text, _ in lines(pilot))


def test_another_textual_is_refused_with_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    check_textual()
    monkeypatch.setattr("holdspace.client.tui.last_filter.TESTED_TEXTUAL", "9.0.0")
    with pytest.raises(UntestedTextualError, match="use holdspace with --plain"):
        HoldspaceApp(object())  # type: ignore[arg-type]
