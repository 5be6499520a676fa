"""The board on the screen: the list, whose it is, and the keys of its owner."""

from dataclasses import replace

import screen_samples as sample
from holdspace.client.seat.board_view import BoardView, IdeaView
from holdspace.client.seat.intents_board import ChooseTheIdea
from holdspace.client.tui.app import HoldspaceApp
from holdspace.client.tui.screens.board import BoardScreen
from holdspace.client.tui.screens.room import RoomScreen
from screen_player import screen_text, shown, until

IDEAS = (IdeaView(2, "Warm socks"), IdeaView(3, "An audio book", is_mine=True))
LISTED = BoardView("Ben", "listed", "How do I sleep in a flare?", IDEAS, missed=1, is_mine=True)


async def test_its_owner_tries_the_idea_that_is_chosen() -> None:
    async with shown(replace(sample.ROOM, board=LISTED)) as (pilot, player):
        await pilot.press("escape", "B")
        assert isinstance(pilot.app.screen, BoardScreen)
        text = " ".join(screen_text(pilot.app).split())
        for words in ("How do I sleep", "Warm socks", "(yours)", "1 listed before you came"):
            assert words in text
        await pilot.press("down", "enter")
        await until(pilot, lambda: bool(player.wanted), "the choice")
        assert player.wanted == [ChooseTheIdea(3)]


async def test_asking_begins_in_the_text_field() -> None:
    async with shown(sample.ROOM) as (pilot, player):
        app = pilot.app
        assert isinstance(app, HoldspaceApp)
        await pilot.press("escape", "B")
        assert "Nobody has asked for ideas" in screen_text(app)
        await pilot.press("a")
        await until(pilot, lambda: app._room.composer.text == "/askideas ", "the command")
        assert isinstance(app.screen, RoomScreen)
        assert player.wanted == []
