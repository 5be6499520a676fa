"""The card for hard moments lies over everything, sends nothing, and takes nothing away (A15, M25)."""

import pytest

import screen_samples as sample
from holdspace.client.seat.view import Place, RoomView
from holdspace.client.tui.app import Ending
from holdspace.client.tui.screens.confirm import ConfirmScreen
from holdspace.client.tui.screens.page import CrisisScreen
from holdspace.client.tui.screens.practice import PracticeScreen
from holdspace.client.tui.screens.room import RoomScreen
from screen_player import screen_text, shown, until

CARD = "If you or someone is in danger now"
ENDED = sample.ended(Place.CLOSED)


EVERYWHERE = (
    (sample.OUTSIDE, ()),
    (sample.LOBBY, ()),
    (sample.WAITING, ()),
    (sample.ROOM, ()),
    (sample.ROOM, ("escape", "q")),
    (sample.ROOM, ("escape", "P")),
    (sample.ROOM, ("escape", "a")),
    (sample.FACILITATOR, ("escape", "f")),
    (sample.FACILITATOR, ("escape", "c", "down", "x")),
    (sample.HELD, ()),
    (sample.LOST, ()),
    (ENDED, ()),
)


@pytest.mark.parametrize(("view", "keys"), EVERYWHERE)
async def test_one_key_from_every_screen_and_back_to_it(
    view: RoomView, keys: tuple[str, ...]
) -> None:
    async with shown(view) as (pilot, player):
        await pilot.press(*keys)
        before = pilot.app.screen
        await pilot.press("f2")
        assert CARD in screen_text(pilot.app)
        assert "Nothing was sent" in screen_text(pilot.app)
        await pilot.press("f2", "escape")
        assert pilot.app.screen is before
        assert player.wanted == []


async def test_the_draft_and_the_place_in_it_are_untouched() -> None:
    async with shown(sample.ROOM) as (pilot, _):
        await pilot.press(*"I was wri", "f2", "escape", *"ting")
        screen = pilot.app.screen
        assert isinstance(screen, RoomScreen)
        assert screen.composer.text == "I was writing"


async def test_a_question_that_lay_there_can_still_be_answered() -> None:
    async with shown(sample.ROOM) as (pilot, player):
        await pilot.press("escape", "q", "f2", "escape")
        assert isinstance(pilot.app.screen, ConfirmScreen)
        await pilot.press("y")
        assert len(player.wanted) == 1


async def test_steadying_is_one_key_and_leads_back_to_the_card() -> None:
    async with shown(sample.LOBBY) as (pilot, player):
        await pilot.press("f2", "g")
        assert isinstance(pilot.app.screen, PracticeScreen)
        await pilot.press("escape")
        assert isinstance(pilot.app.screen, CrisisScreen)
        assert player.wanted == []


async def test_whoever_reads_it_goes_on_reading_when_the_meeting_ends() -> None:
    async with shown(sample.ROOM) as (pilot, player):
        await pilot.press("f2")
        player.become(ENDED)
        await until(pilot, lambda: pilot.app.view.place is Place.CLOSED, "the end")  # type: ignore[attr-defined]
        assert CARD in screen_text(pilot.app)
        await pilot.press("escape")
        assert "The meeting is closed" in screen_text(pilot.app)


@pytest.mark.parametrize(("view", "keys"), EVERYWHERE)
async def test_the_quick_exit_works_from_all_of_them_and_sends_nothing(
    view: RoomView, keys: tuple[str, ...]
) -> None:
    async with shown(view) as (pilot, player):
        await pilot.press(*keys, "f12")
        await until(pilot, lambda: pilot.app.return_value is Ending.VANISHED, "the end")
        assert player.wanted == []
