"""How a meeting is led to its end, and what is said to whoever leaves it without a facilitator."""

from dataclasses import replace

import pytest

import screen_samples as sample
from holdspace.client.seat import intents
from holdspace.client.seat.view import Place, Refusal, Role
from holdspace.client.tui.screens.room import RoomScreen
from screen_player import SIZES, screen_text, shown, until

LAST = replace(sample.FACILITATOR, stages=sample.told(sample.stages(7)))
ALONE = "You are the only facilitator here"


@pytest.mark.parametrize("keys", [("escape", "n"), ("escape", "f", "n"), (*"/next", "enter")])
async def test_going_on_after_the_last_stage_asks_whether_to_close(keys: tuple[str, ...]) -> None:
    async with shown(LAST) as (pilot, player):
        await pilot.press(*keys)
        assert "Close the meeting for everybody?" in screen_text(pilot.app)
        await pilot.press("enter")
        assert player.wanted == []
        await pilot.press("y")
        assert player.wanted == [intents.CloseTheMeeting()]


async def test_a_second_n_at_that_question_is_a_no_and_closes_nothing() -> None:
    async with shown(LAST) as (pilot, player):
        await pilot.press("escape", "n", "n")
        assert "Close the meeting for everybody?" not in screen_text(pilot.app)
        assert player.wanted == []


async def test_the_run_sheet_says_too_what_going_on_means_at_the_end() -> None:
    async with shown(LAST) as (pilot, _):
        await pilot.press("escape", "f")
        assert "n close the meeting" in screen_text(pilot.app)


async def test_the_only_facilitator_reads_what_leaving_means_and_can_close_instead() -> None:
    async with shown(sample.FACILITATOR) as (pilot, player):
        await pilot.press("escape", "q")
        assert ALONE in screen_text(pilot.app)
        await pilot.press("x")
        assert player.wanted == [intents.CloseTheMeeting()]


@pytest.mark.parametrize("keys", [("escape", "q"), ("ctrl+c",)])
async def test_a_host_whose_room_goes_with_them_reads_so_and_closes_it(
    keys: tuple[str, ...],
) -> None:
    here = replace(sample.FACILITATOR, takes_relay_along=True)
    async with shown(here) as (pilot, player):
        await pilot.press(*keys)
        text = " ".join(screen_text(pilot.app).split())
        assert "Others are still here, and the room goes with you" in text
        assert "yes, close it for everybody and leave" in text
        await pilot.press("y")
        assert player.wanted == [intents.Leave()]


async def test_one_of_several_facilitators_is_asked_as_everybody() -> None:
    people = tuple(
        replace(one, role=Role.FACILITATOR) if one.name == "Ben" else one
        for one in sample.FACILITATOR.people
    )
    async with shown(replace(sample.FACILITATOR, people=people)) as (pilot, player):
        await pilot.press("escape", "q")
        assert "Leave this meeting?" in screen_text(pilot.app)
        assert ALONE not in screen_text(pilot.app)
        await pilot.press("x", "y")
        assert player.wanted == [intents.Leave()]


@pytest.mark.parametrize("size", SIZES)
async def test_the_answers_of_a_question_are_never_cut(size: tuple[int, int]) -> None:
    async with shown(sample.ROOM, size) as (pilot, _):
        await pilot.press("escape", "q")
        assert "just going" in " ".join(screen_text(pilot.app).split())
        assert "just…" not in screen_text(pilot.app)


async def test_why_a_text_was_not_sent_goes_when_its_moment_is_over() -> None:
    async with shown(sample.ROOM, SIZES[1]) as (pilot, player):
        player.refuse = lambda _: Refusal("Not sent: it is too long.")
        screen = pilot.app.screen
        assert isinstance(screen, RoomScreen)
        screen.composer.write("a draft")
        await pilot.press("enter")
        player.change(transcript=sample.TRANSCRIPT[:2])
        await until(pilot, lambda: "Pass for now" not in screen_text(pilot.app), "the change")
        assert "Not sent: it is too long." in screen_text(pilot.app)
        player.become(sample.MY_TURN)
        await until(pilot, lambda: "Eli here." in screen_text(pilot.app), "my turn")
        assert "Not sent: it is too long." not in screen_text(pilot.app)
        assert screen.composer.text == "a draft"


async def test_an_end_says_its_sentence_once() -> None:
    title = "You are no longer a member of this meeting"
    ended = sample.ended(Place.REMOVED, f"{title}. Nothing you wrote here is kept.")
    async with shown(ended) as (pilot, _):
        text = screen_text(pilot.app)
        assert text.count(title) == 1
        assert "Nothing you wrote here is kept." in text
