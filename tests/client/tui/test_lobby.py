"""The way in: the card, the name, the knock, refusals with everything kept, waiting, no start."""

from dataclasses import replace

import pytest

import screen_samples as sample
from holdspace.client.seat import intents
from holdspace.client.seat.view import Place, Refusal
from holdspace.client.tui.app import Ending
from screen_player import SIZES, screen_text, shown, until


@pytest.mark.parametrize("size", SIZES)
async def test_before_consent_one_reads_who_leads_what_is_agreed_and_what_the_relay_sees(
    size: tuple[int, int],
) -> None:
    async with shown(sample.LOBBY, size) as (pilot, _):
        read = screen_text(pilot.app)
        for _page in range(2):
            await pilot.press("pagedown")
            read = " ".join((read + "\n" + screen_text(pilot.app)).split())
        for words in (
            "Led by Ana",
            "not a therapist",
            "amber fern quilt stone",
            "Run by: a volunteer",
            "Contact: relay@example.org",
            "What the relay can see",
            "What's shared stays here.",
            "I can pause or leave whenever.",
            "treatment",
            "Esc three",
        ):
            assert words in read, words


async def test_all_that_a_relay_says_about_itself_can_be_read_and_nothing_else_is_pushed_out() -> (
    None
):
    async with shown(replace(sample.LOBBY, card=sample.WORDY)) as (pilot, _):
        read = screen_text(pilot.app)
        assert "What's shared stays here." in read
        for _page in range(8):
            await pilot.press("pagedown")
            read += screen_text(pilot.app)
        for words in ("Its rules: Be kind", "nobody checks", "relay-2.example", "deletes"):
            assert words in read, words


@pytest.mark.parametrize("size", SIZES)
async def test_what_is_cut_says_so_until_it_is_read_to_its_end(size: tuple[int, int]) -> None:
    async with shown(replace(sample.LOBBY, card=sample.WORDY), size) as (pilot, _):
        assert "↓ more below: PgDn reads on" in screen_text(pilot.app)
        for _page in range(40):
            await pilot.press("pagedown")
        assert "more below" not in screen_text(pilot.app)
        await pilot.press("pageup")
        assert "more below" in screen_text(pilot.app)


async def test_each_agreement_stands_on_a_line_of_its_own() -> None:
    async with shown(sample.LOBBY, SIZES[1]) as (pilot, _):
        lines = [line.strip() for line in screen_text(pilot.app).splitlines()]
        assert all(any(line.startswith(f"{at}  ") for line in lines) for at in range(1, 8))


async def test_a_name_and_a_line_knock() -> None:
    async with shown(sample.LOBBY) as (pilot, player):
        await pilot.press(*"Sam", "enter", *"First time", "enter", "enter")
        assert player.wanted == [intents.Accept("Sam", "First time")]


@pytest.mark.parametrize("size", [*SIZES, (40, 12)])
async def test_who_was_asked_back_has_their_name_and_reads_why(size: tuple[int, int]) -> None:
    view = replace(sample.LOBBY, door_words="Ana asks you to step back.", door_name="Sam")
    async with shown(view, size) as (pilot, player):
        assert "Ana asks you to step back." in screen_text(pilot.app)
        await pilot.press(*"Better now", "enter", "enter")
        assert player.wanted == [intents.Accept("Sam", "Better now")]


async def test_who_keeps_the_room_reads_why_they_are_at_the_door_and_has_their_name() -> None:
    view = replace(sample.LOBBY, door_words="The agreements have changed.", kept_as="Sam")
    async with shown(view) as (pilot, player):
        assert "The agreements have changed." in screen_text(pilot.app)
        await pilot.press("enter", "enter")
        assert player.wanted == [intents.Accept("Sam", "")]


async def test_without_a_name_nothing_is_sent_and_the_field_waits() -> None:
    async with shown(sample.LOBBY) as (pilot, player):
        await pilot.press("tab", "tab", "enter")
        assert player.wanted == []
        assert "Please choose a name first." in screen_text(pilot.app)
        await pilot.press("S")
        assert "Please choose" not in screen_text(pilot.app)


async def test_a_refused_name_is_answered_and_what_was_typed_stays() -> None:
    words = "Somebody here already goes by a name like that. Another name, or a letter after it, is fine."
    async with shown(sample.LOBBY) as (pilot, player):
        player.refuse = lambda _: Refusal(words)
        await pilot.press(*"Ana", "enter", *"I wrote a lot", "enter", "enter")
        text = " ".join(screen_text(pilot.app).split())
        assert words in text
        assert "Ana" in text
        assert "I wrote a lot" in text
        player.refuse = lambda _: None
        # The old name is selected: what is typed takes its place, and the reason stays beside it.
        await pilot.press(*"Bea")
        assert words in " ".join(screen_text(pilot.app).split())
        await pilot.press("enter", "enter", "enter")
        assert player.wanted == [intents.Accept("Bea", "I wrote a lot")]
        assert words not in " ".join(screen_text(pilot.app).split())


async def test_a_sign_says_without_colour_which_field_one_writes_in() -> None:
    async with shown(sample.LOBBY) as (pilot, _):
        assert "› Name" in screen_text(pilot.app)
        await pilot.press("enter")
        assert "› A line" in screen_text(pilot.app)
        assert "› Name" not in screen_text(pilot.app)


async def test_one_can_leave_at_the_door_without_a_reason() -> None:
    async with shown(sample.LOBBY) as (pilot, player):
        await pilot.press("escape", "enter", "y")
        assert player.wanted == [intents.Leave()]


async def test_letters_of_commands_are_letters_in_the_name() -> None:
    async with shown(sample.LOBBY) as (pilot, player):
        await pilot.press(*"q?h", "enter")
        assert player.wanted == []
        assert "q?h" in screen_text(pilot.app)


async def test_waiting_says_that_there_is_nothing_to_do() -> None:
    async with shown(sample.LOBBY) as (pilot, player):
        player.become(sample.WAITING)
        await until(pilot, lambda: "You have knocked" in screen_text(pilot.app), "waiting")
        assert "Nothing to do." in screen_text(pilot.app)
        player.become(sample.ROOM)
        await until(pilot, lambda: "Eli has the floor." in screen_text(pilot.app), "the room")


async def test_a_no_at_the_door_is_kind() -> None:
    async with shown(sample.WAITING) as (pilot, player):
        player.become(sample.ended(Place.DECLINED))
        await until(pilot, lambda: "Not today" in screen_text(pilot.app), "the answer")


async def test_unable_to_start_says_why_and_closes_with_one_key() -> None:
    async with shown(sample.OUTSIDE) as (pilot, player):
        assert "Connecting to the relay" in screen_text(pilot.app)
        player.become(sample.NO_START)
        await until(pilot, lambda: "It was not possible to start" in screen_text(pilot.app), "why")
        assert "wss://relay.example does not answer" in screen_text(pilot.app)
        await pilot.press("enter")
        await until(pilot, lambda: pilot.app.return_value is Ending.FINISHED, "the end")


async def test_a_lost_connection_at_the_door_is_told() -> None:
    lost = replace(sample.LOBBY, connection_words="Connection lost. Trying again.")
    async with shown(lost) as (pilot, _):
        assert "Connection lost. Trying again." in screen_text(pilot.app)
