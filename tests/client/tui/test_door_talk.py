"""A word at the door on the screen: for the host over the list of knocks, for who knocks in its place."""

from dataclasses import replace

import pytest

import screen_samples as sample
from holdspace.client.copying import copies
from holdspace.client.seat.intents import Say, SayAtDoor, WordAtDoor
from holdspace.client.seat.intents_apart import BackToRoom
from holdspace.client.seat.unsent import DOOR
from holdspace.client.seat.view import AsideView, DoorLine, Notice, Place, Refusal, RoomView
from holdspace.client.tui.app import HoldspaceApp
from holdspace.client.tui.editing import drafts
from holdspace.client.tui.screens.door_talk import DoorTalkScreen
from holdspace.client.tui.screens.room import RoomScreen
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


def in_the_room() -> RoomView:
    """Return the room as the seat shows it to who is let in while talking: typing goes nowhere."""
    over = AsideView(
        DOOR, "word", (sample.ANA,), is_over=True, is_chosen=True, composer_words="You are in."
    )
    return replace(sample.ROOM, asides=(over,))


# The seat keeps what is typed from the room; the page does so by itself, too.
@pytest.mark.parametrize("room", [in_the_room(), sample.ROOM], ids=["kept apart", "bare"])
async def test_who_is_let_in_while_writing_stays_on_the_page_and_sends_nothing(
    room: RoomView,
) -> None:
    async with shown(TALKING) as (pilot, player):
        await until(pilot, lambda: isinstance(pilot.app.screen, DoorTalkScreen), "the page")
        page = pilot.app.screen
        assert isinstance(page, DoorTalkScreen)
        await pilot.press(*"my mother d")
        player.become(room)
        await until(pilot, lambda: "You are let in" in screen_text(pilot.app), "the news")
        await pilot.press(*"ied", "enter")
        await until(pilot, lambda: "Nothing was sent" in screen_text(pilot.app), "the answer")
        assert page.is_current
        assert page.composer.text == "my mother died"
        assert "What brings you here?" in screen_text(pilot.app)
        for line in ("/say my mother died", "//my mother died", "!", "/notok it is my mother"):
            page.composer.write(line)
            await pilot.press("enter")
            await pilot.pause()
            assert page.composer.text == line
        assert player.wanted == []


async def test_esc_leads_to_an_empty_room_and_the_words_can_be_shown_again() -> None:
    async with shown(TALKING) as (pilot, player):
        await until(pilot, lambda: isinstance(pilot.app.screen, DoorTalkScreen), "the page")
        player.become(in_the_room())
        await until(pilot, lambda: "You are let in" in screen_text(pilot.app), "the news")
        await pilot.press(*"my mother")
        player.view = sample.ROOM
        await pilot.press("escape")
        await until(pilot, lambda: isinstance(pilot.app.screen, RoomScreen), "the room")
        room = pilot.app.screen
        assert isinstance(room, RoomScreen)
        assert room.composer.text == ""
        assert player.wanted == [BackToRoom()]
        assert isinstance(pilot.app, HoldspaceApp)
        assert "my mother" in drafts(pilot.app)
        await pilot.press(*"hello", "enter")
        assert player.wanted[1:] == [Say("hello")]


async def test_the_command_that_the_news_names_leads_to_the_room_too() -> None:
    async with shown(TALKING) as (pilot, player):
        await until(pilot, lambda: isinstance(pilot.app.screen, DoorTalkScreen), "the page")
        player.become(in_the_room())
        await until(pilot, lambda: "You are let in" in screen_text(pilot.app), "the news")
        await pilot.press(*"/room")
        player.view = sample.ROOM
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(pilot.app.screen, RoomScreen), "the room")
        assert player.wanted == [BackToRoom()]


async def test_words_that_come_back_meanwhile_wait_for_the_room() -> None:
    async with shown(TALKING) as (pilot, player):
        await until(pilot, lambda: isinstance(pilot.app.screen, DoorTalkScreen), "the page")
        player.become(sample.ROOM, Notice("Not sent.", kept="from before"))
        await until(pilot, lambda: "You are let in" in screen_text(pilot.app), "the news")
        await pilot.press("escape")
        await until(pilot, lambda: isinstance(pilot.app.screen, RoomScreen), "the room")
        room = pilot.app.screen
        assert isinstance(room, RoomScreen)
        await until(pilot, lambda: room.composer.text == "from before", "the words")


async def test_help_lies_over_the_page_that_stays_and_leads_back_to_it() -> None:
    async with shown(TALKING) as (pilot, player):
        await until(pilot, lambda: isinstance(pilot.app.screen, DoorTalkScreen), "the page")
        await pilot.press("f2")
        player.become(sample.ROOM)
        await pilot.pause()
        await pilot.press("escape")
        await until(pilot, lambda: "You are let in" in screen_text(pilot.app), "the news")
        assert isinstance(pilot.app.screen, DoorTalkScreen)


async def test_who_is_answered_with_a_no_reads_it_at_once_unless_they_are_writing() -> None:
    no = replace(sample.WAITING, place=Place.DECLINED)
    for written in ("", "my mother"):
        async with shown(TALKING) as (pilot, player):
            await until(pilot, lambda: isinstance(pilot.app.screen, DoorTalkScreen), "the page")
            await pilot.press(*written)
            player.become(no)
            if written:
                await until(pilot, lambda: "Esc shows it" in screen_text(pilot.app), "the news")
                await pilot.press("enter", "escape")
            await until(
                pilot, lambda: "could not let you in" in screen_text(pilot.app), "the answer"
            )
            assert player.wanted == []


async def test_after_a_no_one_s_own_words_can_still_be_shown_to_be_copied() -> None:
    no = replace(sample.WAITING, place=Place.DECLINED, door_thread=())
    async with shown(TALKING) as (pilot, player):
        await until(pilot, lambda: isinstance(pilot.app.screen, DoorTalkScreen), "the page")
        await pilot.press(*"my mother")
        player.become(no)
        await until(pilot, lambda: "Esc shows it" in screen_text(pilot.app), "the news")
        await pilot.press("enter")
        assert "after it F3 shows them again" in " ".join(screen_text(pilot.app).split())
        await pilot.press("escape")
        await until(pilot, lambda: "F3 your words" in screen_text(pilot.app), "the answer")
        assert isinstance(pilot.app, HoldspaceApp)
        assert "What you wrote and did not send is still here" in screen_text(pilot.app)
        assert "my mother" in copies("", pilot.app.view, *drafts(pilot.app)).pieces
        # Here is no terminal to show it in, which is what the key says.
        await pilot.press("f3")
        await until(pilot, lambda: "no terminal here" in screen_text(pilot.app), "the key")


async def test_after_a_no_with_nothing_written_there_is_nothing_to_copy() -> None:
    no = replace(sample.WAITING, place=Place.DECLINED, door_thread=())
    async with shown(no) as (pilot, _):
        assert "F3" not in screen_text(pilot.app)
        assert "did not send" not in screen_text(pilot.app)


async def test_what_was_written_to_a_room_that_was_closed_is_there_to_be_copied() -> None:
    async with shown(sample.ROOM) as (pilot, player):
        await pilot.press(*"my words")
        player.become(replace(sample.ROOM, place=Place.CLOSED, ended_words="It is over."))
        await until(pilot, lambda: "F3 your words" in screen_text(pilot.app), "the end")
        assert isinstance(pilot.app, HoldspaceApp)
        assert "my words" in copies("", pilot.app.view, *drafts(pilot.app)).pieces


async def test_of_a_host_s_words_to_somebody_who_was_let_in_none_reaches_the_room() -> None:
    async with shown(sample.FACILITATOR) as (pilot, player):
        first = sample.FACILITATOR.knocks[0]
        player.change(is_host=True)
        await pilot.press("escape", "d")
        await pilot.pause()
        await pilot.press("w")
        await until(pilot, lambda: isinstance(pilot.app.screen, DoorTalkScreen), "the page")
        await pilot.press(*"your mo")
        player.refuse = lambda i: Refusal("They are in.", "your mother")
        player.change(knocks=())
        await until(pilot, lambda: "no longer waiting" in screen_text(pilot.app), "the news")
        await pilot.press(*"ther", "enter")
        await until(pilot, lambda: "They are in." in screen_text(pilot.app), "the answer")
        assert f"at the door with {first.name}" in screen_text(pilot.app)
        await pilot.press("escape", "escape")
        assert isinstance(pilot.app, HoldspaceApp)
        assert "your mother" in drafts(pilot.app)
        assert player.wanted == []


async def test_words_at_the_door_may_begin_with_a_slash_as_they_may_in_the_room() -> None:
    async with shown(TALKING) as (pilot, player):
        await until(pilot, lambda: isinstance(pilot.app.screen, DoorTalkScreen), "the page")
        await pilot.press(*"//my back", "enter")
        assert player.wanted == [SayAtDoor("/my back")]
