"""A word at the door on the screen: for the host over the list of knocks, for who knocks in its place."""

from dataclasses import replace

import screen_samples as sample
from holdspace.client.seat.intents import SayAtDoor, WordAtDoor
from holdspace.client.seat.unsent import DOOR
from holdspace.client.seat.view import AsideView, DoorLine, Refusal
from holdspace.client.tui.screens.door_talk import DoorTalkScreen
from holdspace.client.tui.screens.private import PrivateScreen
from screen_player import screen_text, shown, until

ASKED = DoorLine("What brings you here?", sample.NOW)
TALKING = replace(sample.WAITING, door_thread=(ASKED,))


async def test_who_knocked_reads_the_word_and_answers() -> None:
    async with shown(sample.WAITING) as (pilot, player):
        player.become(TALKING)
        await until(pilot, lambda: isinstance(pilot.app.screen, DoorTalkScreen), "the page")
        text = screen_text(pilot.app)
        assert "What brings you here?" in text
        assert "the room does not read this" in text
        await pilot.press(*"my back", "enter")
        assert player.wanted == [SayAtDoor("my back")]


async def test_the_host_writes_to_the_one_chosen_and_their_words_are_kept_when_they_left() -> None:
    async with shown(sample.FACILITATOR) as (pilot, player):
        first = sample.FACILITATOR.knocks[0]
        player.change(is_host=True)
        await pilot.press("escape", "d")
        await pilot.pause()
        await pilot.press("w")
        await until(pilot, lambda: isinstance(pilot.app.screen, DoorTalkScreen), "the page")
        assert f"at the door with {first.name}" in screen_text(pilot.app)
        await pilot.press(*"hello", "enter")
        assert player.wanted == [WordAtDoor(first.knock, "hello")]
        player.refuse = lambda _: Refusal("That knock was answered already.", "more")
        player.change(knocks=())
        await pilot.press(*"more", "enter")
        await pilot.pause()
        screen = pilot.app.screen
        assert isinstance(screen, DoorTalkScreen)
        assert screen.composer.text == "more"
        await pilot.press("f1")
        await pilot.pause()
        await pilot.press("escape")
        await pilot.pause()
        assert isinstance(pilot.app.screen, DoorTalkScreen)


async def test_who_is_let_in_while_writing_finds_the_words_apart_and_not_in_the_room() -> None:
    async with shown(TALKING) as (pilot, player):
        await until(pilot, lambda: isinstance(pilot.app.screen, DoorTalkScreen), "the page")
        await pilot.press(*"half a sent")
        over = AsideView(
            DOOR, "word", (sample.ANA,), is_over=True, is_chosen=True, composer_words="You are in."
        )
        player.become(replace(sample.ROOM, asides=(over,)))
        await until(pilot, lambda: isinstance(pilot.app.screen, PrivateScreen), "the page apart")
        screen = pilot.app.screen
        assert isinstance(screen, PrivateScreen)
        assert screen.composer.text == "half a sent"


async def test_words_at_the_door_may_begin_with_a_slash_as_they_may_in_the_room() -> None:
    async with shown(TALKING) as (pilot, player):
        await until(pilot, lambda: isinstance(pilot.app.screen, DoorTalkScreen), "the page")
        await pilot.press(*"//my back", "enter")
        assert player.wanted == [SayAtDoor("/my back")]
