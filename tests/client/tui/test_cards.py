"""The cards on the screen: two keys to open, a number to copy, and nothing sent (S6)."""

import screen_samples as sample
from holdspace.client.care.cards import cards
from holdspace.client.seat.view import Place
from holdspace.client.tui.screens.room import RoomScreen
from screen_player import screen_text, shown, until


async def test_two_keys_open_the_cards_and_a_number_copies_a_phrase() -> None:
    async with shown(sample.FACILITATOR) as (pilot, player):
        await pilot.press("escape", "S")
        assert "Cards, for you alone" in screen_text(pilot.app)
        assert cards()[0].phrases[0][:20] in screen_text(pilot.app)
        await pilot.press("down", "1")
        screen = pilot.app.screen
        assert isinstance(screen, RoomScreen)
        assert screen.composer.text == cards()[1].phrases[0]
        assert player.wanted == []


async def test_after_closing_a_facilitator_reads_what_helps_and_a_member_does_not() -> None:
    ended = sample.ended(Place.CLOSED)
    async with shown(sample.FACILITATOR) as (pilot, player):
        player.become(ended)
        await until(pilot, lambda: "The meeting is closed" in screen_text(pilot.app), "the end")
        assert "What went well?" not in screen_text(pilot.app)
        player.change(is_facilitator=True)
        await until(pilot, lambda: "What went well?" in screen_text(pilot.app), "the card")
