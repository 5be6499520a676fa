"""Pairs and ideas on the screen: one key for a yes, one to call, one to come back, and never by accident."""

from dataclasses import replace

import pytest
from textual.pilot import Pilot

import screen_samples as sample
from holdspace.client.acts import MODE_WORDS, MODES
from holdspace.client.seat import catching_up, telling_turns
from holdspace.client.seat import intents as i
from holdspace.client.seat.intents_apart import BackToRoom, SayAside
from holdspace.client.seat.view import AsideView, Line, Notice, PairsView, RoomView
from holdspace.client.tui import circle
from holdspace.client.tui.app import Ending
from holdspace.client.tui.screens.door_talk import DoorTalkScreen
from holdspace.client.tui.screens.private import PrivateScreen
from holdspace.client.tui.screens.room import RoomScreen
from holdspace.client.tui.screens.talk import TalkScreen
from screen_player import screen_text, shown, until

MAKING = PairsView(willing=3, paired=0)
WITH_BEN = PairsView(willing=0, paired=4, partners=(sample.BEN,))
CALLED = replace(WITH_BEN, partners=(), calls=((sample.BEN, sample.CHI),))


def pairing(pairs: PairsView, of: RoomView = sample.QUIET) -> RoomView:
    return replace(of, mode="pairs", pairs=pairs)


LED = replace(sample.FACILITATOR, gather=None, floor=None, hands=())


@pytest.mark.parametrize(
    ("view", "key", "wanted"),
    [
        (pairing(MAKING), "W", i.BePaired()),
        (pairing(replace(MAKING, is_willing=True)), "W", i.BePaired(is_willing=False)),
        (pairing(WITH_BEN), "W", i.ComeBackFromPair()),
        (pairing(WITH_BEN), "equals_sign", i.CallIntoPair()),
        (
            pairing(replace(WITH_BEN, is_calling=True)),
            "equals_sign",
            i.CallIntoPair(is_calling=False),
        ),
        (pairing(MAKING, LED), "equals_sign", i.MakePairs()),
        (pairing(replace(MAKING, paired=4), LED), "equals_sign", i.BringAllBack()),
        (pairing(CALLED, LED), "equals_sign", i.GoToCaller()),
    ],
)
async def test_one_key_does_what_the_moment_asks_for(
    view: RoomView, key: str, wanted: i.Intent
) -> None:
    async with shown(view) as (pilot, player):
        await pilot.press("escape", key)
        assert player.wanted == [wanted]


async def test_an_idea_is_written_before_anything_is_asked() -> None:
    async with shown(replace(sample.QUIET, can_offer=True)) as (pilot, player):
        await pilot.press("escape", "W")
        screen = pilot.app.screen
        assert isinstance(screen, RoomScreen)
        assert screen.composer.text == "/offer "
        await pilot.press(*"a cushion", "enter")
        assert player.wanted == [i.OfferAnIdea("a cushion")]


async def test_the_hands_page_says_who_is_with_whom_and_who_comes_again() -> None:
    view = replace(pairing(CALLED, LED), passers=(sample.DOV,))
    async with shown(view) as (pilot, _):
        await pilot.press("escape", "v")
        page = screen_text(pilot.app)
    for words in ("0 said yes and wait, 4 are in pairs.", "Ben, Chi", "call for a facilitator"):
        assert words in page
    assert "offered the turn once more at the end" in page
    assert "Dov" in page


async def test_releasing_asks_first_while_somebody_writes() -> None:
    async with shown(sample.GATHERING_LED) as (pilot, player):
        await pilot.press("escape", "o")
        assert "still writing. Let it be read now?" in " ".join(screen_text(pilot.app).split())
        await pilot.press("escape")
        assert player.wanted == []
        await pilot.press("o", "y")
        assert player.wanted == [i.ReleaseTheWords()]


def pair_page(**facts: object) -> RoomView:
    """Return the view of Sam, in a pair with Ben and typing to him."""
    said = sample.passage(90, Line.SHARE, "The afternoons are hard.", author=sample.BEN)
    aside = AsideView(
        b"p" * 16, "pair", (sample.BEN,), (said,), is_open=True, is_chosen=True,
        composer_words="What you write here goes to Ben alone.",
    )  # fmt: skip
    pairs = replace(WITH_BEN, exercise="write-back", speakers=(sample.BEN, sample.SAM))
    return replace(pairing(pairs), asides=(replace(aside, **facts),))  # type: ignore[arg-type]


@pytest.mark.parametrize("size", [(40, 12), (80, 24)])
async def test_in_a_pair_its_page_says_whose_step_it_is(size: tuple[int, int]) -> None:
    async with shown(pair_page(), size) as (pilot, player):
        page = " ".join(screen_text(pilot.app).split())
        assert isinstance(pilot.app.screen, PrivateScreen)
        assert "Your step: Say back what you read." in page
        await pilot.press(*"What I hear is", "enter")
        assert player.wanted == [SayAside(b"p" * 16, "What I hear is")]


async def test_one_key_calls_or_comes_back_from_inside() -> None:
    async with shown(pair_page()) as (pilot, player):
        await pilot.press("escape")
        assert "= call a facilitator   W leave the pair" in screen_text(pilot.app)
        await pilot.press("equals_sign", "W")
        assert player.wanted == [i.CallIntoPair(), i.ComeBackFromPair()]


async def test_when_a_pair_is_over_one_key_goes_to_the_room() -> None:
    async with shown(replace(pair_page(is_open=False, is_over=True), pairs=MAKING)) as (
        pilot,
        player,
    ):
        await pilot.press("escape", "r")
        assert player.wanted == [BackToRoom()]


def test_every_way_of_taking_turns_has_its_words() -> None:
    for table in (MODE_WORDS, circle._WORDS, catching_up._CAN_DO, telling_turns.MODE_WORDS):
        assert set(table) == set(MODES)


async def test_the_key_for_a_yes_is_shown_also_in_the_text_field() -> None:
    async with shown(pairing(MAKING)) as (pilot, _):
        assert "Esc, then W yes, a pair" in screen_text(pilot.app)
        await pilot.press("escape")
        assert "W yes, a pair" in screen_text(pilot.app)


async def test_a_pair_that_opens_does_not_cover_what_is_being_written_in_the_room() -> None:
    async with shown(pairing(MAKING)) as (pilot, player):
        await pilot.press(*"my mother d")
        player.become(pair_page(), Notice("Your pair is open: what you write goes to Ben alone."))
        await until(pilot, lambda: "What you write here stays here" in text_of(pilot), "the news")
        await pilot.press(*"ied")
        room = pilot.app.screen
        assert isinstance(room, RoomScreen)
        assert room.composer.text == "my mother died"
        # Whoever leaves the text field goes where the pair is, and the words stay.
        await pilot.press("escape")
        await until(pilot, lambda: isinstance(pilot.app.screen, PrivateScreen), "the pair")
        await pilot.press(*"hello", "enter")
        assert player.wanted == [SayAside(b"p" * 16, "hello")]
        assert room.composer.text == "my mother died"


async def test_nor_what_a_host_writes_at_the_door() -> None:
    async with shown(pairing(MAKING, replace(sample.FACILITATOR, is_host=True))) as (pilot, player):
        await pilot.press("escape", "d")
        await pilot.pause()
        await pilot.press("w")
        await until(pilot, lambda: isinstance(pilot.app.screen, DoorTalkScreen), "the page")
        player.become(replace(player.view, asides=pair_page().asides))
        await until(pilot, lambda: "What you write here stays here" in text_of(pilot), "the news")
        await pilot.press(*"hello", "enter")
        first = sample.FACILITATOR.knocks[0]
        assert player.wanted == [i.WordAtDoor(first.knock, "hello")]
        await pilot.press("escape", "escape")
        await until(pilot, lambda: isinstance(pilot.app.screen, PrivateScreen), "the pair")


async def test_nor_what_is_written_in_another_private_word() -> None:
    async with shown(pair_page()) as (pilot, player):
        await pilot.press(*"I wou")
        other = replace(player.view.asides[0], handle=b"q" * 16, people=(sample.ANA,))
        over = replace(player.view.asides[0], is_open=False, is_over=True, is_chosen=False)
        player.become(replace(player.view, asides=(over, other)))
        await until(pilot, lambda: "What you write here stays here" in text_of(pilot), "the news")
        page = pilot.app.screen
        await pilot.press(*"ld")
        assert isinstance(page, PrivateScreen)
        assert (page.handle, page.composer.text) == (b"p" * 16, "I would")


async def test_nor_the_answers_on_a_card_of_one_s_own() -> None:
    async with shown(pairing(MAKING)) as (pilot, player):
        await pilot.press(*"/goal", "enter")
        await until(pilot, lambda: isinstance(pilot.app.screen, TalkScreen), "the card")
        await pilot.press(*"walk")
        player.become(pair_page())
        await until(pilot, lambda: "What you write here stays here" in text_of(pilot), "the news")
        card = pilot.app.screen
        assert isinstance(card, TalkScreen)
        assert card.field.value == "walk"


def text_of(pilot: Pilot[Ending]) -> str:
    return " ".join(screen_text(pilot.app).split())
