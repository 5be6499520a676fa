"""What the screen can do and asks, plain lines can do and ask, too: derived, so that nothing is forgotten."""

from dataclasses import replace
from pathlib import Path

import pytest
from tests.client.plain.test_session import ANA, CARD, LED, LOBBY, MARA, ROOM, evening

from holdspace.client.acts import ACTS, Act, Need, Spot, parse_command
from holdspace.client.care.reasons import asks_why
from holdspace.client.seat.intents import CloseTheMeeting, Intent, Leave
from holdspace.client.seat.view import KnockView, PersonView, Role, RoomView
from holdspace.client.tui import asking
from holdspace.client.tui.locals import _ANSWERS

HOST = replace(MARA, is_me=True)
FAY = PersonView(b"f" * 32, "Fay", "m2", Role.MEMBER)
# Whoever leads has more to do than anybody else, and more to be asked first.
DESK = replace(
    LED,
    me=HOST,
    people=(HOST, replace(ANA, is_me=False), FAY),
    knocks=(KnockView(b"k" * 16, "Ida", "", 1000.0),),
    card=CARD,
)
GIVEN = {
    Need.NOTHING: "",
    Need.TEXT: "words",
    Need.PERSON: "Fay",
    Need.PERSON_AND_WORDS: "Fay words",
    Need.KNOCK: "1",
    Need.NUMBER: "1",
}
LEAVING = {Leave(): "/leave", Leave(fine=True): "/leave fine", CloseTheMeeting(): "/close"}
YES_OR_NO = "Type y for yes, n for no."
# Somebody who goes ends the session; that is another test's.
STAYING = [act for act in ACTS if act.id not in {"leave", "exit"}]


def place_of(act: Act) -> RoomView:
    return LOBBY if act.spot in {Spot.LOBBY, Spot.DOORSTEP} else DESK


def typed(act: Act) -> str:
    """Return the command as somebody types it who gives all it can take."""
    given = act.choices[0] if act.needs is Need.CHOICE else GIVEN[act.needs]
    return f"/{act.slash} {given}".rstrip()


def wish(act: Act, line: str = "") -> Intent:
    """Return what that line means, or another one."""
    meant = parse_command(line or typed(act), place_of(act))
    assert isinstance(meant, Intent), meant
    return asking.meant(meant, place_of(act))


SENT = [act for act in STAYING if act.build]
WITH_REASON = [
    act
    for act in SENT
    if act.needs is Need.PERSON_AND_WORDS and asks_why(wish(act, f"/{act.slash} Fay"))
]


@pytest.fixture(autouse=True)
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let files that acts write be written where they disturb nobody."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path))


@pytest.mark.parametrize("act", SENT, ids=lambda act: act.id)
async def test_every_act_is_done_and_what_the_screen_asks_first_is_asked_first(act: Act) -> None:
    question = asking.question_of(wish(act), place_of(act))
    async with evening(place_of(act)) as one:
        said = await one.type(typed(act))
        if question:
            assert said == [f"{question} {YES_OR_NO}"]
            assert one.meeting.wanted == []
            await one.type("y")
        assert one.meeting.wanted == [wish(act)]


@pytest.mark.parametrize("act", [act for act in STAYING if not act.build], ids=lambda act: act.id)
async def test_every_page_of_the_screen_is_read_out(act: Act) -> None:
    assert act.id in _ANSWERS, "the screen has none"
    async with evening(DESK) as one:
        assert await one.type(typed(act)) or one.meeting.wanted


@pytest.mark.parametrize("act", [act for act in ACTS if act.choices], ids=lambda act: act.id)
def test_every_choice_of_the_screen_can_be_typed(act: Act) -> None:
    offered = [option.intent for option in asking.choice_options(act, DESK)]
    assert [parse_command(f"/{act.slash} {one}", DESK) for one in act.choices] == offered


@pytest.mark.parametrize(
    "act", [act for act in ACTS if act.choices and not act.is_optional], ids=lambda act: act.id
)
async def test_a_choice_is_asked_for_by_the_numbers_it_has_on_the_screen(act: Act) -> None:
    for option in asking.choice_options(act, DESK):
        async with evening(DESK) as one:
            said = await one.type(f"/{act.slash}")
            assert f"choice: {option.key}. {option.words.replace('  ', ' ')}." in said
            await one.type(option.key)
            assert one.meeting.wanted == [option.intent]


async def test_what_is_typed_instead_of_a_number_is_kept_and_not_shared() -> None:
    async with evening(DESK) as one:
        await one.type("/mode")
        assert (await one.type("I am still here"))[0] == "room: Nothing was done."
        assert one.meeting.wanted == []
        assert "draft: I am still here" in await one.type("/draft")


@pytest.mark.parametrize("view", [LOBBY, ROOM, DESK, replace(DESK, people=(HOST, FAY))])
def test_every_way_to_leave_can_be_typed(view: RoomView) -> None:
    for option in asking.leave_options(view):
        assert option.intent is not None
        assert parse_command(LEAVING[option.intent], view) == option.intent


@pytest.mark.parametrize("act", WITH_REASON, ids=lambda act: act.id)
async def test_every_ready_reason_has_the_number_that_it_has_on_the_screen(act: Act) -> None:
    options = asking.why_options(wish(act, f"/{act.slash} Fay"), "en")
    for option in (one for one in options if one.intent):
        assert option.intent is not None
        async with evening(DESK) as one:
            said = await one.type(f"/{act.slash} Fay")
            number = option.key.replace("0", "y")
            assert number == "y" or f"why: {number}. {option.words}" in said
            await one.type(number)
            # "y" is a yes already; with a reason, what cannot be taken back is asked once more.
            if number != "y" and asking.question_of(option.intent, DESK):
                await one.type("y")
            assert one.meeting.wanted == [option.intent]


def test_there_is_something_to_ask() -> None:
    # Guards the tests above: a table read wrongly would leave them empty.
    asked = [act for act in SENT if asking.question_of(wish(act), place_of(act))]
    assert len(SENT) > 60
    assert len(asked) >= 5
    assert {act.id for act in WITH_REASON} >= {"remove", "nudge", "pause"}
