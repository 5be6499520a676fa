"""What is answered when somebody asks where they are, in every situation they can be in."""

from collections.abc import Callable, Iterable
from dataclasses import replace

import pytest

from holdspace.client.care.crisis import Shown
from holdspace.client.library import CrisisCard
from holdspace.client.plain import answers
from holdspace.client.plain.asked import Asked
from holdspace.client.plain.helping import help_lines
from holdspace.client.privacy import ITS_OWN_WORD
from holdspace.client.seat.view import (
    CardView,
    HandView,
    KnockView,
    Line,
    OperatorView,
    Passage,
    PersonView,
    Place,
    Role,
    RoomView,
    StageView,
)

MARA = PersonView(b"m", "Mara", "k3", Role.HOST, is_me=True)
BEN = PersonView(b"b", "Ben", "x2", Role.MEMBER)
EMPTY = RoomView(place=Place.ROOM, room_name="Tuesday", check_phrase="a b c d", me=MARA)
WELCOME = StageView(
    "Welcome",
    4,
    is_done=False,
    is_current=True,
    say="Hello, all.",
    purpose="safety",
    ready=("Yes.",),
)
CLOSING = StageView("Closing", 5, is_done=False, is_current=False)
UNDER_WAY = replace(
    EMPTY,
    people=(MARA, BEN),
    stages=(WELCOME, CLOSING),
    stage_started=1000.0,
    stage_seconds=240,
    is_facilitator=True,
    hands=(HandView(BEN, "question", "", 1),),
    going_around=(BEN,),
)


def said(
    answer: Callable[[Asked], Iterable[str]], view: RoomView, now: float = 1000.0
) -> list[str]:
    """Return the lines of an answer."""
    return list(answer(Asked(view, now)))


def test_help_begins_with_what_can_be_done_now() -> None:
    now = [line for line in said(answers.what, UNDER_WAY) if "You can type" in line]
    lines = said(help_lines, UNDER_WAY)
    words = now[0].removeprefix("room: You can type ")
    assert lines[1] == f"help: Now you can type {words} All commands follow."
    assert not any("Now you" in line for line in said(help_lines, RoomView()))


@pytest.mark.parametrize(
    ("answer", "lines"),
    [
        (answers.where, ["stage: No stage has begun.", "time: There is no time limit now."]),
        (answers.queue, ["queue: Nobody has the floor.", "queue: No hands are raised."]),
        (answers.agenda, ["agenda: There is no agenda yet.", "time: There is no time limit now."]),
        (answers.repeat, ["room: Nothing was said yet."]),
        (answers.sheet, ["sheet: There is no agenda. /flow FILE lays one out."]),
        (answers.door, ["door: Nobody is at the door."]),
        (answers.invitation, ["invitation: None yet."]),
        (answers.draft, ["draft: Nothing is kept back."]),
    ],
)
def test_before_anything_begins_every_answer_says_so(
    answer: Callable[[Asked], Iterable[str]], lines: list[str]
) -> None:
    assert said(answer, EMPTY) == lines


def test_the_queue_names_hands_by_what_they_are_for_and_who_is_still_to_come() -> None:
    assert said(answers.queue, UNDER_WAY) == [
        "queue: Nobody has the floor.",
        "queue: 1. Ben, question.",
        "queue: Going around, still to come: Ben.",
    ]


def test_time_is_soft_and_stands_still_on_hold() -> None:
    assert said(answers.clock, UNDER_WAY, 1300.0) == [
        "time: The time of this stage is used. Nothing is cut; finish as you like."
    ]
    held = replace(UNDER_WAY, is_held=True)
    assert said(answers.clock, held) == ["time: The room is on hold. Time does not count now."]


def test_the_sheet_has_what_to_say_why_and_what_comes_next() -> None:
    assert said(answers.sheet, UNDER_WAY) == [
        "stage: 1 of 2, Welcome, 4 minutes.",
        "say: Hello, all.",
        "sheet: Why: safety",
        "sheet: /ready 1 prepares: Yes.",
        "sheet: /next goes to Closing.",
    ]
    last = replace(
        UNDER_WAY,
        stages=(
            replace(WELCOME, is_current=False, is_done=True),
            replace(CLOSING, is_current=True),
        ),
    )
    assert "last stage" in said(answers.sheet, last)[-1]
    assert "agenda: 1. Welcome, 4 minutes, done." in said(answers.agenda, last)


def test_the_door_lists_who_knocks_by_number() -> None:
    knocks = (KnockView(b"1", "Ana", "Hi.", 0.0), KnockView(b"2", "Cleo", "", 0.0, number=2))
    lines = said(answers.door, replace(UNDER_WAY, knocks=knocks))
    assert [line.partition(" is ")[0] for line in lines] == ["door: Ana", "door: Cleo"]
    assert "/admit 2" in lines[1]


def test_reading_back_keeps_every_line_and_puts_the_time_last() -> None:
    passages = (
        Passage(b"1", Line.TURN, "Ben has the floor.", 0.0),
        Passage(b"2", Line.SHARE, "One.\nTwo.", 0.0, BEN),
        Passage(b"3", Line.SHARE, "Not there yet.", 0.0, MARA, is_sending=True, is_mine=True),
    )
    lines = said(answers.repeat, replace(UNDER_WAY, transcript=passages))
    assert [line.partition(" (")[0] for line in lines] == [
        "turn: Ben has the floor.",
        "Ben: One.",
        "Ben: Two.",
    ]


def test_what_was_agreed_can_be_read_again_in_the_room() -> None:
    operator = OperatorView(keeps="We log nothing.")
    card = CardView("Tuesday", "Mara", "A peer.", ("Be kind.",), "a b c d", "wss://r", operator)
    lines = list(answers.about(Asked(UNDER_WAY, card=card)))
    assert "1. Be kind." in lines
    assert "relay: What it keeps: We log nothing." in lines
    assert f"relay: {ITS_OWN_WORD}" in lines
    assert said(answers.about, UNDER_WAY)[-1] == "room: The four words to compare are: a b c d."


def test_support_is_the_crisis_card_a_line_each() -> None:
    card = CrisisCard(format=1, lang="en", emergency="112", lines=())
    lines = list(answers.support_lines(Shown(card), EMPTY))
    assert lines[0] == "support: If you or someone is in danger now: 112."
    assert all(line.startswith("support: ") for line in lines)
    assert any("/practice senses" in line for line in lines)
    assert any("/notok" in line for line in lines)
    lobby = list(answers.support_lines(Shown(card), RoomView(place=Place.LOBBY)))
    assert not any("/notok" in line for line in lobby)
