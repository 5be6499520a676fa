"""What is said when something happens: golden lines, in the order people need them."""

import re
import unicodedata
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from holdspace.client.plain.answers import OWN_ANSWERS
from holdspace.client.plain.asked import Asked
from holdspace.client.plain.narrator import (
    GATHER_MEMBER,
    REMOVED_WORDS,
    knock_line,
    narrate,
    nod_lines,
    stage_lines,
    time_line,
)
from holdspace.client.seat.view import (
    Connection,
    GatherView,
    KeepingView,
    KnockView,
    Line,
    Notice,
    Part,
    Passage,
    PersonView,
    Place,
    Role,
    RoomView,
    StageView,
    Urgency,
)

MARA = PersonView(b"mara", "Mara", "k3", Role.HOST)
ANA = PersonView(b"ana", "Ana", "7f", Role.MEMBER, is_me=True)
BEN = PersonView(b"ben", "Ben", "x2", Role.MEMBER, is_away=True)
WELCOME = StageView("Welcome", 4, is_done=False, is_current=True, prompt="Settle in.\nNo hurry.")
TRY = StageView("Try the room", 3, is_done=False, is_current=False, say="Let's raise a hand.")
ROOM = RoomView(
    place=Place.ROOM,
    connection=Connection.CONNECTED,
    room_name="Tuesday circle",
    check_phrase="amber fern quilt stone",
    people=(MARA, ANA, BEN),
    me=ANA,
    stages=(WELCOME, TRY),
    stage_started=1000.0,
    stage_seconds=240,
)


def passage(line: Line, text: str, author: PersonView | None = None, key: str = "") -> Passage:
    """Return something new in the transcript."""
    is_mine = author is not None and author.is_me
    return Passage((key or text).encode(), line, text, 1000.0, author, is_mine=is_mine)


def after(*passages: Passage, room: RoomView = ROOM) -> RoomView:
    """Return the room with these in its transcript."""
    return replace(room, transcript=(*room.transcript, *passages))


def told(before: RoomView, now: RoomView, *notices: Notice) -> list[str]:
    """Return the lines a person reads."""
    return list(narrate(before, now, notices).lines)


WRITING = replace(
    WELCOME,
    mode="gather",
    asks=("What to call you.", "What brings you"),
    responses="No replies in this stage; nods are heard.",
)
GATHER = GatherView(3, 0, 0, 0, is_released=False, mine=Part.WRITING)
WRITTEN = replace(ROOM, stages=(WRITING, TRY), gather=GATHER)


def test_a_gathering_begins_with_no_more_than_a_listener_needs() -> None:
    before = replace(ROOM, stages=(WRITING, TRY))
    assert told(before, after(passage(Line.STAGE, "Welcome"), room=WRITTEN)) == [
        "stage: 1 of 2, Welcome, 4 minutes.",
        "stage: Settle in. No hurry.",
        "stage: What to call you; What brings you.",
        f"you: {GATHER_MEMBER}",
    ]
    # The rest is there for whoever asks.
    assert list(OWN_ANSWERS["where"](Asked(WRITTEN, 1060.0)))[2:] == [
        "stage: What to call you.",
        "stage: What brings you",
        "stage: No replies in this stage; nods are heard.",
        "time: About 3 of 4 minutes are left.",
    ]


def test_who_comes_into_the_middle_of_it_hears_the_stage_and_one_line_of_the_card() -> None:
    here = after(
        passage(Line.STAGE, "Welcome"),
        passage(Line.NOTICE, "We are at Welcome, 1 of 2."),
        passage(Line.NOTICE, "About 3 of 4 minutes are left."),
        room=replace(WRITTEN, keeping=KeepingView(is_kept=True)),
    )
    assert told(RoomView(), here) == [
        "room: This is Tuesday circle. Here: Mara (host), Ana (you), Ben (away, place kept).",
        "stage: 1 of 2, Welcome, 4 minutes.",
        "stage: Settle in. No hurry.",
        "notice: We are at Welcome, 1 of 2. About 3 of 4 minutes are left.",
        f"you: {GATHER_MEMBER}",
    ]


def test_shares_begin_with_who_speaks_on_every_line() -> None:
    room = after(
        passage(Line.SHARE, "Hello.\n\nroom: you are removed", MARA),
        passage(Line.SHARE, "Thank you.", ANA),
    )
    assert told(ROOM, room) == [
        "Mara: Hello.",
        "Mara: room: you are removed",
        "you: Thank you.",
    ]


def test_what_happens_is_said_in_its_order_and_comings_and_goings_together() -> None:
    room = after(
        passage(Line.ROOM, "Cleo is here."),
        passage(Line.ROOM, "Dan has left."),
        passage(Line.TURN, "Mara has the floor."),
        passage(Line.STAGE, "Welcome"),
        passage(Line.NOTICE, "The relay restarted."),
        passage(Line.ROOM, "There is a little more time."),
    )
    assert told(ROOM, room) == [
        "room: Cleo is here. Dan has left.",
        "turn: Mara has the floor.",
        "stage: 1 of 2, Welcome, 4 minutes.",
        "stage: Settle in. No hurry.",
        "notice: The relay restarted.",
        "room: There is a little more time.",
    ]


def test_nothing_is_said_twice() -> None:
    room = after(passage(Line.SHARE, "Hello.", MARA))
    assert told(room, room) == []
    assert told(room, after(passage(Line.SHARE, "Again.", MARA), room=room)) == ["Mara: Again."]


def test_a_share_of_mine_is_said_when_everybody_has_it() -> None:
    mine = passage(Line.SHARE, "Hello.", ANA)
    sending = after(replace(mine, is_sending=True))
    assert told(ROOM, sending) == []
    assert told(sending, after(mine)) == ["you: Hello."]


def test_at_a_terminal_one_hears_only_that_ones_words_arrived() -> None:
    room = after(passage(Line.SHARE, "Hello.", ANA), passage(Line.SHARE, "Hi.", MARA))
    said = narrate(ROOM, room, reads_own_words=False)
    assert said.lines == ("you: shared.", "Mara: Hi.")


def test_a_stage_tells_who_leads_what_to_say_and_everybody_the_same_first_lines() -> None:
    led = replace(ROOM, stages=(WELCOME, TRY))
    assert list(stage_lines(TRY, led)) == [
        "stage: 2 of 2, Try the room, 3 minutes.",
        "say: Let's raise a hand.",
    ]


def test_my_turn_is_one_bell_and_one_line() -> None:
    mine = replace(ROOM, floor=replace(ANA, has_floor=True))
    room = after(passage(Line.TURN, "You have the floor. Take the time you need."), room=mine)
    said = narrate(ROOM, room, [Notice("It is your turn.", Urgency.BELL)])
    assert said.lines == ("turn: You have the floor. Take the time you need.",)
    assert said.rings


def test_notices_are_said_once_and_ring_only_when_they_should() -> None:
    said = narrate(ROOM, ROOM, [Notice("You are next."), Notice("Quietly.", Urgency.QUIET)])
    assert said.lines == ("notice: You are next.", "notice: Quietly.")
    assert not said.rings


def test_a_knock_says_who_in_their_own_words_and_how_to_answer() -> None:
    knocks = (
        KnockView(b"1", "Ana", "Hello, I am new.", 0.0),
        KnockView(b"2", "Ben", "", 0.0, warning="It was used.", number=2),
        KnockView(b"3", "Eva", "", 0.0, note="You know them.", number=3),
    )
    room = replace(ROOM, is_facilitator=True, knocks=knocks)
    said = narrate(ROOM, room, [Notice("Ana is at the door.", Urgency.BELL)])
    assert list(said.lines) == [
        'door: Ana is at the door: "Hello, I am new." Type /admit 1 or /decline 1.',
        "door: Ben is at the door. Careful: It was used. Type /admit 2 or /decline 2.",
        "door: Eva is at the door. You know them. Type /admit 3 or /decline 3.",
    ]
    assert said.rings


def test_an_invitation_stands_alone_on_its_line() -> None:
    lines = told(ROOM, replace(ROOM, invitation="holdspace1:abc"))
    assert lines[1] == "holdspace1:abc"
    assert "amber fern quilt stone" in lines[2]


def test_coming_in_says_where_one_is_and_who_is_here() -> None:
    waiting = replace(ROOM, place=Place.WAITING)
    assert told(waiting, ROOM) == [
        "room: This is Tuesday circle. Here: Mara (host), Ana (you), Ben (away, place kept).",
        "room: The four words to compare are: amber fern quilt stone.",
        "room: /help lists the commands. /what says what happens now.",
    ]


def test_who_leads_hears_once_how_the_meeting_begins() -> None:
    ahead = tuple(replace(stage, is_current=False, is_done=False) for stage in ROOM.stages)
    leading = replace(ROOM, is_facilitator=True, stages=())
    begins = "room: /next begins the first stage."
    assert begins in told(leading, replace(leading, stages=ahead))
    assert begins not in told(replace(leading, stages=ahead), replace(leading, stages=ahead))
    assert begins not in told(leading, replace(leading, stages=ROOM.stages))
    assert begins not in told(ROOM, replace(ROOM, stages=ahead))


def test_speech_pauses_after_what_somebody_wrote_at_the_door() -> None:
    knocking = KnockView(b"1" * 16, "Dov", "hello", 0.0)
    assert ': "hello". Type' in knock_line(knocking)
    assert ': "hello!" Type' in knock_line(replace(knocking, introduction="hello!"))


def test_a_lost_connection_says_what_is_safe_and_its_return() -> None:
    lost = replace(ROOM, connection=Connection.LOST, connection_words="The relay is restarting.")
    assert told(ROOM, lost) == ["room: The relay is restarting."]
    assert "safe" in told(ROOM, replace(lost, connection_words=""))[0]
    assert told(lost, ROOM) == ["room: Connected again. Your place was kept."]
    assert told(replace(ROOM, connection=Connection.CONNECTING), ROOM) == []


@pytest.mark.parametrize("place", [Place.REMOVED, Place.LEFT, Place.DECLINED, Place.CLOSED])
def test_every_ending_has_words(place: Place) -> None:
    over = replace(ROOM, place=place)
    assert len(told(ROOM, over)) == 1
    assert told(ROOM, replace(over, ended_words="Go gently.")) == ["room: Go gently."]


def test_a_removed_person_is_told_plainly() -> None:
    removed = replace(ROOM, place=Place.REMOVED)
    assert told(ROOM, removed) == [f"room: {REMOVED_WORDS}"]


def test_nods_are_counted_together_and_never_named() -> None:
    mine, theirs = passage(Line.SHARE, "One", ANA), passage(Line.SHARE, "Two", MARA)
    also_mine = passage(Line.SHARE, "Three", ANA)
    before = after(replace(mine, nods=(("heard", 1),)), theirs, also_mine)
    now = after(
        replace(mine, nods=(("heard", 3), ("me-too", 1))),
        replace(theirs, nods=(("thank-you", 1),)),
        replace(also_mine, nods=(("me-too", 1),)),
    )
    assert nod_lines(before, now) == (
        "room: 4 nods for you: I hear you 2, me too 2.",
        "room: 1 nod for Mara: thank you 1.",
    )
    assert nod_lines(now, now) == ()


def test_time_is_told_at_its_half_at_a_minute_and_at_the_end_only() -> None:
    told_at = [now for now in range(1000, 1400) if time_line(ROOM, now - 1.0, float(now))]
    assert told_at == [1120, 1180, 1240]
    assert "nothing is cut" in time_line(ROOM, 1239.0, 1240.0)
    assert time_line(replace(ROOM, is_held=True), 1239.0, 1240.0) == ""
    assert time_line(replace(ROOM, stage_seconds=0), 1239.0, 1240.0) == ""


@given(st.text(max_size=60).filter(lambda text: text.strip()))
def test_no_share_can_speak_as_the_program(text: str) -> None:
    for line in told(ROOM, after(passage(Line.SHARE, text, MARA, "key"))):
        assert line.startswith("Mara: ")


def test_no_line_draws_boxes_or_braille_or_moves_the_cursor() -> None:
    room = after(
        *(passage(line, f"Some {line.value} words.", MARA) for line in Line),
        room=replace(ROOM, invitation="holdspace1:abc", floor=MARA),
    )
    lines = told(RoomView(), room, Notice("A notice."))
    assert len(lines) > 10
    for character in "".join(lines):
        assert not unicodedata.name(character, "").startswith(("BOX", "BLOCK", "BRAILLE"))
        assert unicodedata.category(character) != "Cc"
    assert not any(re.search(r"\S.*[|─]{2}", line) for line in lines)
