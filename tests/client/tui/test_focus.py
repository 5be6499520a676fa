"""The terminal's own cursor is on what has the focus, on every screen: braille and magnifiers follow it."""

import pytest
from textual.geometry import Region

import screen_samples as sample
from holdspace.client.acts import BY_ID
from holdspace.client.seat import intents
from holdspace.client.tui.app import Ending, HoldspaceApp
from holdspace.client.tui.composer import NEW_LINE_KEYS
from holdspace.client.tui.screens.base import TOO_SMALL, TOO_SMALL_IN_FEW_WORDS
from screen_player import screen_text, shown, until
from screen_states import LARGE
from screen_stills import Stills, stills

SMALL = (40, 12)
# Nobody tabs through more than this; a screen that had more would be none to find one's way on.
MOST_STOPS = 12


def fault(app: HoldspaceApp) -> str:
    """Return what is wrong with where the cursor stands, or ""."""
    at, focused = app.cursor_position, app.focused
    if not Region(0, 0, *app.size).contains_point(at):
        return f"{at} is outside the window"
    if focused is None or focused.region.contains_point(at):
        return ""
    return f"{at} is not on {focused.id or type(focused).__name__} at {focused.region}"


async def stops(camera: Stills) -> list[str]:
    """Go through everything that can have the focus; return where the cursor did not follow."""
    app, pilot = camera._app, camera._pilot
    found, first = [fault(app)], app.focused
    for _ in range(MOST_STOPS):
        await pilot.press("tab")
        await pilot.pause()
        if app.focused is first:
            break
        found.append(fault(app))
    return [one for one in found if one]


@pytest.mark.long
async def test_the_cursor_is_on_what_has_the_focus_on_every_screen() -> None:
    faults = {}
    # In the smallest window the most is out of sight.
    async with stills(SMALL) as camera:
        for name in LARGE:
            await camera.take(name, "calm")
            faults[name] = await stops(camera)
    assert {name: found for name, found in faults.items() if found} == {}


@pytest.mark.parametrize(
    ("size", "names"),
    [
        ((39, 30), LARGE[::4]),
        pytest.param((39, 30), LARGE, marks=pytest.mark.long),
        ((120, 11), LARGE[::6]),
    ],
    ids=str,
)
async def test_below_the_smallest_size_every_screen_is_one_plain_sentence(
    size: tuple[int, int], names: tuple[str, ...]
) -> None:
    sentence = TOO_SMALL.split()
    async with stills(size) as camera:
        for name in names:
            await camera.take(name, "calm")
            said = screen_text(camera._app).split()
            # As much of it as there is room for, and nothing of the room.
            assert said, name
            assert said == sentence[: len(said)], name


async def test_a_window_too_small_for_that_sentence_shows_a_shorter_one_whole() -> None:
    async with stills((20, 5)) as camera:
        for name in LARGE[::6]:
            await camera.take(name, "calm")
            assert screen_text(camera._app).split() == TOO_SMALL_IN_FEW_WORDS.split(), name


async def test_a_question_that_cannot_be_read_is_not_answered() -> None:
    async with shown(sample.ROOM) as (pilot, player):
        await pilot.press("escape", "q")
        await pilot.resize_terminal(39, 20)
        await pilot.press("1", "y", "enter")
        assert player.wanted == []
        await pilot.resize_terminal(80, 24)
        assert BY_ID["leave"].question in screen_text(pilot.app)
        await pilot.press("escape")
        assert BY_ID["leave"].question not in screen_text(pilot.app)


async def test_a_window_shrunk_in_mid_word_loses_no_letter_and_does_nothing_unseen() -> None:
    async with shown(sample.MY_TURN) as (pilot, player):
        await pilot.press(*"sit")
        await pilot.resize_terminal(20, 5)
        await pilot.press(*"ting", "enter")
        await pilot.resize_terminal(80, 24)
        await pilot.press(*" hurts")
        assert player.wanted == []
        await pilot.press("enter")
        assert player.wanted == [intents.Say("sitting hurts")]


async def test_keys_do_nothing_where_nothing_can_be_seen() -> None:
    async with shown(sample.MY_TURN) as (pilot, player):
        await pilot.press("escape")
        await pilot.resize_terminal(20, 5)
        await pilot.press("p", "r", "enter")
        await pilot.resize_terminal(80, 24)
        assert player.wanted == []
        await pilot.press("p")
        assert player.wanted == [intents.PassTurn()]


async def test_the_way_out_works_in_any_window() -> None:
    async with shown(sample.MY_TURN) as (pilot, _):
        await pilot.resize_terminal(20, 5)
        await pilot.press("f12")
        await until(pilot, lambda: pilot.app.return_value is Ending.VANISHED, "the end")


@pytest.mark.parametrize("key", sorted(NEW_LINE_KEYS))
async def test_enter_and_the_keys_for_a_new_line_never_change_places(key: str) -> None:
    async with shown(sample.MY_TURN) as (pilot, player):
        # However many lines there are by now.
        await pilot.press("a", key, "b", key, "c", key)
        assert player.wanted == []
        await pilot.press("d", "enter")
        assert player.wanted == [intents.Say("a\nb\nc\nd")]
