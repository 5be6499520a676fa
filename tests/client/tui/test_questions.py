"""Questions over the room: digits and Enter, letters where words are asked, Esc sends nothing."""

from dataclasses import replace

import screen_samples as sample
from holdspace.client.seat.form_view import AskingView, CountView, FormView, Item, ResultView, To
from holdspace.client.seat.intents import CloseTheCount, GiveAnswers
from holdspace.client.seat.view import Notice, Refusal
from holdspace.client.tui.screens.questions import QuestionsScreen
from holdspace.client.tui.screens.room import RoomScreen
from screen_player import screen_text, shown, until

PAIN = Item("pain", "Pain: 0 is none, 10 is worst I can imagine.")
FORM = FormView(
    "stage 1", "checkin", "Check-in", "Nobody sees it.", (PAIN,), "A word?", (To.ME, To.GROUP), 1
)
OPEN = AskingView(form=FORM, running=(CountView(1, "Check-in", 3, is_closed=False),))
ASKED = replace(sample.ROOM, asked=OPEN)


async def test_numbers_words_and_who_may_see_them_by_keys_alone() -> None:
    async with shown(ASKED) as (pilot, player):
        await pilot.press("escape", "A")
        assert isinstance(pilot.app.screen, QuestionsScreen)
        assert PAIN.text in screen_text(pilot.app)
        await pilot.press("x", "1", "9", "enter")
        assert "A number from 0 to 10" in screen_text(pilot.app)
        await pilot.press("1", "0", "enter")
        await pilot.press(*"quiet?", "backspace", "enter")
        assert "only me" in screen_text(pilot.app)
        await pilot.press("up", *"!", "enter", "2", "enter")
        assert isinstance(pilot.app.screen, RoomScreen)
        assert player.wanted == [GiveAnswers(FORM, (10,), "!", To.GROUP)]


async def test_escape_goes_back_and_nothing_was_sent() -> None:
    async with shown(ASKED) as (pilot, player):
        await pilot.press("escape", "A", "7", "enter", *"tir", "escape")
        assert isinstance(pilot.app.screen, RoomScreen)
        assert player.wanted == []
        # What was typed waits: pain is answered, and the word that was begun is still there.
        await pilot.press("A", *"ed", "enter", "enter")
        assert player.wanted == [GiveAnswers(FORM, (7,), "tired", To.ME)]
        await pilot.press("A")
        assert "1 of 3" in screen_text(pilot.app)


async def test_numbers_typed_with_the_command_are_taken() -> None:
    async with shown(ASKED) as (pilot, player):
        await pilot.press(*"/answer 7", "enter")
        assert "A word?" in screen_text(pilot.app)
        await pilot.press("enter", "enter")
        assert player.wanted == [GiveAnswers(FORM, (7,))]


async def test_a_refusal_is_said_in_the_room() -> None:
    async with shown(ASKED) as (pilot, player):
        player.refuse = lambda _: Refusal("Nothing was answered.")
        await pilot.press("escape", "A", "enter", "enter")
        assert isinstance(pilot.app.screen, RoomScreen)
        assert "Nothing was answered." in screen_text(pilot.app)


async def test_one_key_begins_a_poll_counts_now_or_asks_openly() -> None:
    leading = replace(sample.ROOM, is_facilitator=True)
    async with shown(leading) as (pilot, player):
        await pilot.press("escape", "number_sign")
        assert isinstance(pilot.app.screen, RoomScreen)
        assert pilot.app.screen.composer.text == "/poll "
        player.change(asked=OPEN)
        await pilot.pause()
        await pilot.press("escape", "number_sign")
        assert player.wanted == [CloseTheCount()]


async def test_what_was_counted_is_a_page() -> None:
    results = AskingView(results=(ResultView("Which one?", ("tea 3, rest 2.",)),))
    async with shown(replace(sample.ROOM, asked=results)) as (pilot, _):
        await pilot.press("escape", "V")
        assert "Which one? tea 3, rest 2." in screen_text(pilot.app)
        await pilot.press("escape", "A")
        words = "Nothing is asked just now"
        await until(pilot, lambda: words in screen_text(pilot.app), words)


async def test_the_sentence_that_led_to_the_questions_takes_no_room_from_them() -> None:
    async with shown(ASKED, (40, 12)) as (pilot, player):
        player.change(Notice("Check-in: /answer asks one thing at a time."))
        await until(pilot, lambda: "asks one thing" in screen_text(pilot.app), "the notice")
        await pilot.press("escape", "A")
        assert PAIN.text.split(":")[0] in screen_text(pilot.app)
        assert "asks one thing" not in screen_text(pilot.app)
