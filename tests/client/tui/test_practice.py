"""An exercise over the room: one line, other ways by a key, and nobody is told."""

from dataclasses import replace

import screen_samples as sample
from holdspace.client import pacing
from holdspace.client.tui.screens.practice import SENT, PracticeScreen
from holdspace.client.tui.screens.room import RoomScreen
from screen_player import screen_text, shown


async def test_the_stage_s_own_exercise_begins_and_can_be_changed() -> None:
    stages = tuple(replace(one, technique="soften-8.en") for one in sample.stages())
    async with shown(replace(sample.ROOM, stages=stages)) as (pilot, player):
        await pilot.press("escape", "P")
        assert isinstance(pilot.app.screen, PracticeScreen)
        assert "Softening" in screen_text(pilot.app)
        assert SENT in screen_text(pilot.app)
        await pilot.press("g")
        assert "Five things you can see" in screen_text(pilot.app)
        await pilot.press("enter")
        assert "Four things touching you" in screen_text(pilot.app)
        await pilot.press("r")
        assert pacing.REST_WORDS[:20] in screen_text(pilot.app)
        await pilot.press("escape")
        assert isinstance(pilot.app.screen, RoomScreen)
        assert player.wanted == []


async def test_an_exercise_is_begun_by_its_name_too() -> None:
    async with shown(sample.ROOM) as (pilot, player):
        await pilot.press(*"/practice senses", "enter")
        assert "Five things you can see" in screen_text(pilot.app)
        assert player.wanted == []


async def test_the_lines_of_a_form_can_be_taken_into_the_text_field() -> None:
    async with shown(sample.ROOM) as (pilot, player):
        await pilot.press(*"/practice rehearse", "enter")
        assert "copy the lines" in screen_text(pilot.app)
        await pilot.press("c", "escape")
        assert isinstance(pilot.app.screen, RoomScreen)
        assert "One request:" in pilot.app.screen.composer.text
        assert player.wanted == []
