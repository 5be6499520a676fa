"""The page of a private word: what is typed there goes there, or nowhere, and never to the room."""

from dataclasses import replace

import screen_samples as sample
from holdspace.client.seat.intents import Say
from holdspace.client.seat.intents_apart import (
    AskAside,
    BackToRoom,
    EndAside,
    SayAside,
    SayNotOk,
    SayOk,
)
from holdspace.client.seat.view import (
    AsideView,
    AskView,
    FlagView,
    Line,
    Notice,
    Refusal,
)
from holdspace.client.tui.screens.private import PrivateScreen
from holdspace.client.tui.screens.room import RoomScreen
from screen_player import screen_text, shown, until

HANDLE = b"a" * 16
SECRET = "It is too much today."
ASIDE = AsideView(
    handle=HANDLE,
    kind="word",
    people=(sample.ANA,),
    passages=(sample.passage(90, Line.SHARE, "I am here, Ben.", author=sample.ANA),),
    is_open=True,
    is_chosen=True,
    composer_words="What you write here goes to Ana alone.",
)
PRIVATE = replace(sample.ROOM, asides=(ASIDE,))
OVER = replace(ASIDE, is_open=False, is_over=True, composer_words="The private word is over.")
BACK = replace(sample.ROOM, asides=(replace(ASIDE, is_chosen=False),))


async def test_it_lies_over_the_room_while_typing_goes_there() -> None:
    async with shown(sample.ROOM) as (pilot, player):
        player.become(PRIVATE)
        await until(pilot, lambda: isinstance(pilot.app.screen, PrivateScreen), "the page")
        text = screen_text(pilot.app)
        assert "private with Ana" in text
        assert "the room does not read this" in text
        assert "I am here, Ben." in text
        assert "What you write here goes to Ana alone." in text
        player.become(BACK)
        await until(pilot, lambda: isinstance(pilot.app.screen, RoomScreen), "the room")


async def test_what_is_typed_there_is_said_there() -> None:
    async with shown(PRIVATE) as (pilot, player):
        await pilot.press(*"hello", "enter")
        assert player.wanted == [SayAside(HANDLE, "hello")]


async def test_what_is_typed_while_it_ends_stays_in_its_own_field() -> None:
    async with shown(PRIVATE) as (pilot, player):
        await pilot.press(*"hell")
        player.become(replace(sample.ROOM, asides=(OVER,)), Notice("The private word is over."))
        player.refuse = lambda i: (
            Refusal("It is over.", SECRET) if isinstance(i, SayAside) else None
        )
        await pilot.press("o", "enter")
        await pilot.pause()
        screen = pilot.app.screen
        assert isinstance(screen, PrivateScreen)
        assert screen.composer.text == "hello"
        assert "It is over." in screen_text(pilot.app)
        assert not any(isinstance(intent, Say) for intent in player.wanted)


async def test_words_that_come_back_go_to_their_own_field_only() -> None:
    async with shown(PRIVATE) as (pilot, player):
        player.become(PRIVATE, Notice("Not sent.", kept=SECRET, aside=HANDLE))
        private = pilot.app.screen
        assert isinstance(private, PrivateScreen)
        await until(pilot, lambda: private.composer.text == SECRET, "the words")
        player.become(BACK)
        await until(pilot, lambda: isinstance(pilot.app.screen, RoomScreen), "the room")
        room = pilot.app.screen
        assert isinstance(room, RoomScreen)
        assert room.composer.text == ""
        # Who goes there again finds what was written there.
        player.become(PRIVATE)
        await until(pilot, lambda: isinstance(pilot.app.screen, PrivateScreen), "the page")
        again = pilot.app.screen
        assert isinstance(again, PrivateScreen)
        assert again.composer.text == SECRET


async def test_words_of_a_private_word_that_is_not_in_sight_are_kept_for_it() -> None:
    async with shown(BACK) as (pilot, player):
        player.become(BACK, Notice("Not sent.", kept=SECRET, aside=HANDLE))
        await until(pilot, lambda: "Not sent." in screen_text(pilot.app), "the notice")
        room = pilot.app.screen
        assert isinstance(room, RoomScreen)
        assert room.composer.text == ""


async def test_a_page_read_over_it_leads_back_to_it_and_not_to_the_room() -> None:
    async with shown(PRIVATE) as (pilot, _):
        await pilot.press("f2")
        await until(pilot, lambda: "Need help now" in screen_text(pilot.app), "help")
        await pilot.press("escape")
        await pilot.pause()
        assert isinstance(pilot.app.screen, PrivateScreen)


async def test_esc_leaves_the_field_and_then_goes_back_to_the_room() -> None:
    async with shown(PRIVATE) as (pilot, player):
        await pilot.press("escape")
        assert player.wanted == []
        await pilot.press("escape")
        assert player.wanted == [BackToRoom()]


async def test_its_keys_end_it_and_go_back() -> None:
    async with shown(PRIVATE) as (pilot, player):
        await pilot.press("escape", "x")
        await pilot.press("r")
        assert player.wanted == [EndAside(), BackToRoom()]


async def test_one_key_says_not_ok_and_takes_it_back() -> None:
    async with shown(sample.ROOM) as (pilot, player):
        await pilot.press("escape", "N")
        assert player.wanted == [SayNotOk()]
        player.change(is_flagged=True)
        await pilot.pause()
        await pilot.press("N")
        assert player.wanted[1:] == [SayOk()]


async def test_a_private_word_is_asked_for_from_the_room_and_from_the_list() -> None:
    async with shown(sample.ROOM) as (pilot, player):
        await pilot.press("escape", "@")
        assert player.wanted == [AskAside()]
        await pilot.press("c")
        await pilot.pause()
        await pilot.press("@")
        first = sample.ROOM.people[0].identity
        assert player.wanted[1:] == [AskAside(first)]


FLAGGED = replace(
    sample.FACILITATOR,
    flags=(FlagView(sample.BEN, "my hands shake", sample.NOW),),
    asking=(AskView(HANDLE, "Ben asks for a private word with you: /yes or /no."),),
)


async def test_a_facilitator_reads_who_is_not_ok_and_what_to_do() -> None:
    async with shown(FLAGGED, (120, 36)) as (pilot, _):
        assert "Not OK  M" in screen_text(pilot.app)
        assert "Ben asks for a private" in screen_text(pilot.app)
        await pilot.press("escape", "M")
        await pilot.pause()
        text = screen_text(pilot.app)
        assert "my hands shake" in text
        assert all(f"{step}:" in text for step in ("Look", "Listen", "Link"))


async def test_in_the_narrowest_window_it_is_said_in_words() -> None:
    async with shown(FLAGGED, (40, 12)) as (pilot, _):
        assert "not OK: Ben" in screen_text(pilot.app).replace("…", "")
