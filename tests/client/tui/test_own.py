"""Cards and the own page on the screen: typed, pressed, set aside, and nothing wanted of the room."""

from dataclasses import replace

import screen_samples as sample
from holdspace.client.seat.view import RoomView
from holdspace.client.tui.app import HoldspaceApp
from holdspace.client.tui.screens.own import OwnScreen
from holdspace.client.tui.screens.room import RoomScreen
from holdspace.client.tui.screens.talk import TalkScreen
from screen_player import screen_text, shown, until


def in_stage(kind: str) -> RoomView:
    stages = tuple(replace(one, kind=kind if one.is_current else "") for one in sample.stages())
    return replace(sample.ROOM, stages=stages, room=b"r" * 16)


async def test_a_plan_is_made_set_aside_gone_on_with_and_put_into_the_field() -> None:
    async with shown(in_stage("goal_set")) as (pilot, player):
        app = pilot.app
        assert isinstance(app, HoldspaceApp)
        await pilot.press("escape", "G")
        assert isinstance(app.screen, TalkScreen)
        await pilot.press(*"walk", "enter")
        await until(pilot, lambda: "How much of it?" in screen_text(app), "the next question")
        await pilot.press("escape")
        assert isinstance(app.screen, RoomScreen)
        await pilot.press("G")
        assert "How much of it?" in screen_text(app)
        await pilot.press("enter", "enter", "enter", "4", "enter")
        await until(pilot, lambda: "different" in screen_text(app), "a kinder size")
        # A yes in any language: j is for "ja".
        await pilot.press("k", "j")
        await until(pilot, lambda: isinstance(app.screen, RoomScreen), "the room")
        assert app.keeper.notebook.plans[0].sure == 4
        assert app._room.composer.text == "My plan: walk. 4 of 10 sure."
        assert "nothing was sent" in app.notice
        assert player.wanted == []


async def test_looking_back_has_the_key_in_its_stage_and_four_answers() -> None:
    async with shown(in_stage("goal_review")) as (pilot, player):
        await pilot.press("escape", "G")
        assert "There is no plan of yours" in screen_text(pilot.app)
        assert player.wanted == []


async def test_an_idea_is_typed_and_read_again() -> None:
    async with shown(in_stage("")) as (pilot, player):
        app = pilot.app
        assert isinstance(app, HoldspaceApp)
        await pilot.press("escape", "I", *"warm socks", "enter")
        await until(pilot, lambda: bool(app.keeper.notebook.ideas), "the idea")
        await pilot.press("escape", "J")
        assert isinstance(app.screen, OwnScreen)
        assert "warm socks" in screen_text(app)
        await pilot.press("n")
        await until(pilot, lambda: app._room.composer.text == "/note ", "the command")
        assert player.wanted == []
