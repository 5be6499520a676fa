"""Keys on the screen are the registry's keys, and nothing of Textual's own is left to press."""

import pytest
from textual.binding import Binding

import screen_samples as sample
from holdspace.client.acts import ACTS, Spot
from holdspace.client.tui.app import HoldspaceApp
from holdspace.client.tui.screens.base import HoldScreen, textual_key
from holdspace.client.tui.screens.door import DoorScreen
from holdspace.client.tui.screens.people import PeopleScreen
from holdspace.client.tui.screens.room import RoomScreen
from holdspace.client.tui.screens.sheet import SheetScreen
from screen_player import shown

SCREENS: dict[Spot, type[HoldScreen]] = {
    Spot.ROOM: RoomScreen,
    Spot.PEOPLE: PeopleScreen,
    Spot.DOOR: DoorScreen,
    Spot.SHEET: SheetScreen,
}


def keys_of(screen: type[HoldScreen]) -> dict[str, str]:
    """Return what each key of a screen does."""
    merged = screen._merged_bindings
    assert merged is not None
    return {key: one.action for key, several in merged.key_to_bindings.items() for one in several}


@pytest.mark.parametrize("spot", SCREENS)
def test_every_act_is_bound_to_its_key_where_its_key_works(spot: Spot) -> None:
    bound = keys_of(SCREENS[spot])
    here = [act for act in ACTS if act.spot is spot]
    for act in here:
        # A key for a thing and for its other side is bound once; the moment says which it is.
        sides = [other.id for other in here if other.key == act.key]
        for key in textual_key(act.key).split(","):
            assert any(bound[key].startswith(f"act('{side}'") for side in sides), act.id


async def test_no_palette_no_screenshot_no_selection_no_clipboard() -> None:
    async with shown(sample.ROOM) as (pilot, _):
        app = pilot.app
        assert isinstance(app, HoldspaceApp)
        assert app.ENABLE_COMMAND_PALETTE is False
        assert app.ALLOW_SELECT is False
        assert all(screen.ALLOW_SELECT is False for screen in app.screen_stack[1:])
        await pilot.press("ctrl+p")
        assert isinstance(app.screen, RoomScreen)
        keys = {key for key, bindings in app._bindings.key_to_bindings.items() for _ in bindings}
        assert keys == {"escape", "f12", "f1", "f2", "ctrl+c", "ctrl+q"}
        assert app.deliver_screenshot() is None


async def test_cut_text_stays_inside(monkeypatch: pytest.MonkeyPatch) -> None:
    async with shown(sample.MY_TURN) as (pilot, _):
        written: list[str] = []
        assert pilot.app._driver is not None
        monkeypatch.setattr(pilot.app._driver, "write", written.append)
        screen = pilot.app.screen
        assert isinstance(screen, RoomScreen)
        screen.composer.write("something private")
        screen.composer.select_all()
        await pilot.press("ctrl+x")
        assert screen.composer.text == ""
        assert not any("52;" in data for data in written)
        await pilot.press("ctrl+v")
        assert screen.composer.text == "something private"


def test_textual_s_quit_and_palette_bindings_are_not_inherited() -> None:
    inherited = [binding for binding in HoldspaceApp.BINDINGS if isinstance(binding, Binding)]
    assert {binding.action for binding in inherited} == {
        "step_back",
        "vanish",
        "open('help')",
        "open('support')",
        "open('leave')",
    }
