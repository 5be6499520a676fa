"""The registry of acts: keys, commands, help and docs say the same, and typed lines mean what they say."""

from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest

from holdspace.client import acts
from holdspace.client.acts import ACTS, Local, Need, Problem, Spot, Who, parse_command
from holdspace.client.seat import intents
from holdspace.client.seat.form_view import AskingView, CountView
from holdspace.client.seat.view import (
    HandView,
    KnockView,
    PersonView,
    Place,
    Role,
    RoomView,
    StageView,
)

ANA = PersonView(b"a" * 32, "Ana", "k3", Role.HOST, is_me=True)
BEN = PersonView(b"b" * 32, "Ben", "x7", Role.MEMBER)
BENITA = PersonView(b"c" * 32, "Benita", "m2", Role.FACILITATOR)
AT_THE_DOOR = {Spot.LOBBY, Spot.DOORSTEP}
KNOCKS = (KnockView(b"1" * 16, "Hal", "hello", 0.0), KnockView(b"2" * 16, "Ida", "", 0.0, number=2))
MEMBER = RoomView(place=Place.ROOM, people=(ANA, BEN, BENITA), me=BEN, can_raise=True)
HOST = replace(MEMBER, me=ANA, is_facilitator=True, is_host=True, knocks=KNOCKS)


def test_every_act_has_a_key_a_command_and_a_sentence() -> None:
    for act in ACTS:
        assert all((act.key, act.slash, act.verb)), act.id
        assert act.sentence.endswith("."), act.id


def test_closing_while_something_is_counted_says_what_would_be_gone() -> None:
    counting = AskingView(running=(CountView(1, "Feedback", 5, is_closed=False),))
    asked = acts.question_for(intents.CloseTheMeeting(), replace(HOST, asked=counting))
    assert asked.endswith("/count closes it first, and shows it.")
    assert "counted" not in acts.question_for(intents.CloseTheMeeting(), HOST)


def test_no_command_means_two_things() -> None:
    names = Counter(name for act in ACTS for name in (act.slash, *act.also))
    assert [name for name, times in names.items() if times > 1] == []


@pytest.mark.parametrize("spot", list(Spot))
@pytest.mark.parametrize("view", [MEMBER, HOST, replace(HOST, is_held=True)])
def test_no_key_means_two_things_where_it_works(view: RoomView, spot: Spot) -> None:
    here = [
        act for act in ACTS if act.spot in (spot, Spot.ANYWHERE) and acts.is_permitted(act, view)
    ]
    shared = {key for key, times in Counter(act.key for act in here).items() if times > 1}
    for key in shared:
        # One key for a thing and for its other side, of which only one can be done at a time.
        now = [act.id for act in here if act.key == key and act.when(view)]
        assert len(now) <= 1, now


def test_every_intent_of_a_person_has_an_act() -> None:
    for intent in intents.Intent.__subclasses__():
        assert acts._by_intent()[intent] in ACTS, intent


def test_docs_are_what_the_registry_says() -> None:
    page = Path(__file__).parents[2] / "docs" / "keys.md"
    how = "write it again: .venv/bin/python -m holdspace.client.acts > docs/keys.md"
    assert page.read_text("utf-8") == acts.keys_page(), how


@pytest.mark.parametrize(
    ("line", "intent"),
    [
        ("Good evening.", intents.Say("Good evening.")),
        ("//home is a folder", intents.Say("/home is a folder")),
        ("!", intents.Raise()),
        ("/raise", intents.Raise()),
        ("/hand to ask about sleep", intents.Raise(note="to ask about sleep")),
        ("/raise question about sleep", intents.Raise("question", "about sleep")),
        ("/LOWER", intents.Lower()),
        ("  /pass  ", intents.PassTurn()),
        ("/nod", intents.NodTo()),
        ("/nod with-you", intents.NodTo("with-you")),
        ("/metoo", intents.NodTo("me-too")),
        ("/leave", intents.Leave()),
        ("/leave fine", intents.Leave(fine=True)),
        ("/next", intents.NextStage()),
        ("/stage 3", intents.ToStage(3)),
        ("/mode round", intents.ChangeMode("round")),
        ("/more", intents.MoreTime(60)),
        ("/more 3", intents.MoreTime(180)),
        ("/give ben", intents.Give(BEN.identity)),
        ("/give 3", intents.Give(BENITA.identity)),
        ("/remove benit", intents.Remove(BENITA.identity)),
        ("/admit 2", intents.Admit(KNOCKS[1].knock)),
        (
            "/decline hal we are full tonight",
            intents.Decline(KNOCKS[0].knock, "we are full tonight"),
        ),
        ("/invite 2", intents.NewInvitation(120)),
        ("/written I came by train.", intents.KeepReady("I came by train.")),
        ("/edit", intents.Rewrite()),
        ("/later", intents.GoLater()),
        ("/no", intents.AnswerTheInvite(is_yes=False)),
        ("/fold a hard story", intents.FoldIt("a hard story")),
        ("/release", intents.ReleaseTheWords()),
        ("/release hands", intents.ReleaseTheWords("hands")),
        ("/order not-yet-heard", intents.OrderHands("not-yet-heard")),
        ("/pause ben", intents.PauseTheWriting(BEN.identity)),
        ("/lastword ben", intents.GiveLastWord(BEN.identity)),
    ],
)
def test_a_line_becomes_the_intent_it_says(line: str, intent: intents.Intent) -> None:
    assert parse_command(line, HOST) == intent


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("/rise", "There is no command /rise. Did you mean /raise? Nothing was sent."),
        ("/end", "There is no command /end. Did you mean /endprivate? Nothing was sent."),
        ("/xyzzy", "There is no command /xyzzy. /help lists the commands. Nothing was sent."),
        ("/nod loudly", "/nod can be: heard, me-too, thank-you, with-you."),
        ("/stage", "/stage needs a little more: /stage NUMBER"),
        ("/stage two", "/stage wants a number from 1 to 999, in digits: /stage NUMBER"),
        ("/give be", "Which one do you mean? A name or a number: 1 Ana, 2 Ben, 3 Benita."),
        ("/give zoe", "Who do you mean? A name or a number: 1 Ana, 2 Ben, 3 Benita."),
        ("/give 9", "There is no number 9."),
        ("/admit", "Who do you mean? A name or a number: 1 Hal, 2 Ida."),
    ],
)
def test_a_line_that_is_no_command_is_answered(line: str, words: str) -> None:
    assert parse_command(line, HOST) == Problem(words)


def test_members_are_told_who_can_do_it() -> None:
    assert parse_command("/next", MEMBER) == Problem("Only facilitators can do that: next stage.")
    assert parse_command("/promote ben", MEMBER) == Problem(
        "Only the host can do that: make co-facilitator."
    )
    assert parse_command("/nest", MEMBER) != Problem("Did you mean /next?")


def test_one_knock_needs_no_number() -> None:
    view = replace(HOST, knocks=KNOCKS[:1])
    assert parse_command("/admit", view) == intents.Admit(KNOCKS[0].knock)
    assert parse_command("/admit", replace(HOST, knocks=())) == Problem("Nobody is at the door.")


def test_at_the_door_only_the_door_s_commands_work() -> None:
    lobby = RoomView(place=Place.LOBBY)
    assert parse_command("/accept Sam: First time.", lobby) == intents.Accept("Sam", "First time.")
    assert isinstance(parse_command("/raise", lobby), Problem)
    assert isinstance(parse_command("hello?", lobby), Problem)
    assert isinstance(parse_command("/accept Sam", MEMBER), Problem)
    assert parse_command("/leave", lobby) == intents.Leave()


def test_what_the_front_end_answers_by_itself_sends_nothing() -> None:
    for act in ACTS:
        view = replace(HOST, place=Place.LOBBY) if act.spot in AT_THE_DOOR else HOST
        given = {Need.NUMBER: " 2", Need.TEXT: " words"}.get(act.needs, "")
        if act.build is None:
            assert isinstance(parse_command(f"/{act.slash}{given}", view), Local)


def test_what_cannot_be_taken_back_is_asked_first() -> None:
    assert acts.question_for(intents.Remove(BEN.identity), HOST).startswith("Remove Ben?")
    assert acts.question_for(intents.CloseTheMeeting(), HOST)
    assert acts.question_for(intents.Raise(), HOST) == ""


@pytest.mark.parametrize(
    "intent", [intents.NextStage(), intents.BackStage(), intents.ToStage(2)], ids=repr
)
def test_who_goes_on_while_somebody_has_the_floor_is_told_who_and_asked(
    intent: intents.Intent,
) -> None:
    asked = acts.question_for(intent, replace(HOST, floor=BEN))
    assert asked.startswith("Ben has the floor.")
    # It is nobody's turn, or their own: there is nobody to ask about.
    assert acts.question_for(intent, HOST) == ""
    assert acts.question_for(intent, replace(HOST, floor=ANA)) == ""


def test_nothing_is_asked_before_a_next_stage_that_is_none() -> None:
    last = StageView("Closing", 5, is_done=False, is_current=True)
    view = replace(HOST, floor=BEN, stages=(last,))
    assert acts.question_for(intents.NextStage(), view) == ""


def test_a_name_in_a_question_is_never_a_pattern() -> None:
    odd = replace(BEN, name="{name} {0}")
    view = replace(HOST, people=(ANA, odd))
    assert "Remove {name} {0}?" in acts.question_for(intents.Remove(odd.identity), view)


def test_the_key_line_shows_only_what_would_do_something() -> None:
    raised = replace(BEN, place_in_queue=1)
    hands = (HandView(raised, "share", "", 1),)
    view = replace(MEMBER, me=raised, hands=hands, can_raise=False)
    useful = {act.id for act in ACTS if acts.is_useful(act, view)}
    assert "lower" in useful
    assert not useful & {"raise", "pass", "nod"}
    assert not any(act.who is not Who.EVERYONE for act in ACTS if act.id in useful)
