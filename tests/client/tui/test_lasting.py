"""What lasts of a room, on its page: read by everybody, answered and changed by the host."""

from dataclasses import replace

import screen_samples as sample
from holdspace.client.seat.intents import ForgetPerson, KeepTheRoom, LetKeep, LockTheDoor
from holdspace.client.tui.app import HoldspaceApp
from holdspace.client.tui.screens.confirm import ConfirmScreen
from holdspace.client.tui.screens.lasting import LastingScreen
from holdspace.client.tui.screens.room import RoomScreen
from screen_player import screen_text, shown


async def test_a_member_reads_it_and_asks_to_keep_the_room() -> None:
    async with shown(sample.ROOM) as (pilot, player):
        await pilot.press("escape", "R")
        assert isinstance(pilot.app.screen, LastingScreen)
        text = screen_text(pilot.app)
        assert "You do not keep this room" in text
        assert "know them no longer" not in text
        await pilot.press("Z")
        assert player.wanted == [KeepTheRoom()]


async def test_the_host_answers_forgets_and_locks_from_the_page() -> None:
    async with shown(sample.LASTING) as (pilot, player):
        await pilot.press("escape", "R", "down", "y")
        assert player.wanted == [LetKeep(sample.DOV.identity)]
        await pilot.press("down", "f")
        assert isinstance(pilot.app.screen, ConfirmScreen)
        await pilot.press("y", "l")
        assert player.wanted[1:] == [ForgetPerson(1), LockTheDoor()]


async def test_the_key_for_the_door_turns_it_the_other_way_when_it_is_locked() -> None:
    locked = replace(sample.LASTING, keeping=replace(sample.LASTING.keeping, is_locked=True))
    async with shown(locked) as (pilot, player):
        await pilot.press("escape", "R")
        assert "The door is locked" in screen_text(pilot.app)
        await pilot.press("l")
        assert player.wanted == [LockTheDoor(is_locked=False)]


async def test_when_we_meet_is_typed_in_the_room() -> None:
    async with shown(sample.LASTING) as (pilot, player):
        await pilot.press("escape", "R", "s")
        app = pilot.app
        assert isinstance(app, HoldspaceApp)
        assert isinstance(app.screen, RoomScreen)
        assert app._room.composer.text == "/schedule "
        assert player.wanted == []
