"""Esc, one step for each press: out of a question, out of a page, out of the field, then away."""

import pytest

import screen_samples as sample
from holdspace.client.seat.intents import Leave
from holdspace.client.tui.app import Ending
from holdspace.client.tui.screens.confirm import ConfirmScreen
from holdspace.client.tui.screens.room import RoomScreen
from screen_player import screen_text, shown, until


async def test_two_presses_close_a_page_and_leave_the_field(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # A busy machine takes longer for two presses than anybody in a hurry.
    monkeypatch.setattr("holdspace.client.tui.escapes.WINDOW", 60.0)
    async with shown(sample.FACILITATOR) as (pilot, _):
        await pilot.press("f1")
        assert "Keys and commands" in screen_text(pilot.app)
        await pilot.press("escape", "escape")
        room = pilot.app.screen
        assert isinstance(room, RoomScreen)
        assert not room.is_writing
        assert "● ● ○" in screen_text(pilot.app)


@pytest.mark.parametrize("keys", [("escape", "q"), ("escape", "c", "x"), ("f2",)])
async def test_a_third_press_closes_the_screen_wherever_it_began(
    keys: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    # A busy machine takes longer for three presses than anybody in a hurry.
    monkeypatch.setattr("holdspace.client.tui.escapes.WINDOW", 60.0)
    async with shown(sample.FACILITATOR) as (pilot, player):
        await pilot.press(*keys, "escape", "escape", "escape")
        await until(pilot, lambda: pilot.app.return_value is Ending.VANISHED, "the end")
        assert player.wanted == []


async def test_presses_with_another_key_between_them_are_not_three_in_a_row(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("holdspace.client.tui.escapes.WINDOW", 60.0)
    async with shown(sample.FACILITATOR) as (pilot, _):
        await pilot.press("escape", "f1", "escape", "down", "escape")
        assert pilot.app.return_value is None
        assert isinstance(pilot.app.screen, RoomScreen)


@pytest.mark.parametrize(
    ("key", "wanted"), [("y", [Leave()]), ("j", [Leave()]), ("n", []), ("m", [])]
)
async def test_a_question_takes_a_yes_and_a_no_in_any_language(
    key: str, wanted: list[Leave]
) -> None:
    async with shown(sample.ROOM) as (pilot, player):
        await pilot.press("escape", "q")
        await pilot.press(key)
        assert player.wanted == wanted
        assert isinstance(pilot.app.screen, ConfirmScreen) == (key == "m")
