"""The drawings of the room as values: circle, strip, panel, prompt, hints, keys, soft clock."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

import screen_samples as sample
from holdspace.client.pseudo import PSEUDO
from holdspace.client.seat.view import Connection, HandView, Line, PersonView, Role, RoomView
from holdspace.client.tui.agenda import agenda
from holdspace.client.tui.circle import circle
from holdspace.client.tui.clock import OVERTIME, left_words, seconds_until_change
from holdspace.client.tui.header import header, trouble
from holdspace.client.tui.hints import hint
from holdspace.client.tui.keyline import keyline
from holdspace.client.tui.passages import passage_height, passage_rows
from holdspace.client.tui.plan import plan
from holdspace.client.tui.prompt import prompt
from holdspace.client.tui.rows import Row, cells, plain
from holdspace.client.tui.side import people_list, side
from holdspace.protocol.translation import ENGLISH, use


def text(rows: list[Row]) -> str:
    """Return rows as lines."""
    return "\n".join(plain(line) for line in rows)


people = st.lists(st.text("abcdefgh漢", min_size=1, max_size=24), min_size=1, max_size=12)


@given(people, st.integers(24, 60), st.integers(9, 21))
def test_a_drawn_circle_has_exactly_its_size_and_everybody_in_it(
    names: list[str], width: int, height: int
) -> None:
    seats = tuple(
        PersonView(bytes([at]) * 32, name, "aa", Role.MEMBER, is_me=at == 0)
        for at, name in enumerate(names)
    )
    drawn = circle(RoomView(people=seats), width, height)
    if drawn is not None:
        assert [cells(line) for line in drawn] == [width] * height
        assert text(drawn).count("○") + text(drawn).count("●") == len(names)


def test_the_circle_goes_clockwise_from_the_top_in_seat_order() -> None:
    drawn = circle(sample.ROOM, 36, 15)
    assert drawn is not None
    lines = [plain(line) for line in drawn]
    at = {
        name: (x, y)
        for y, line in enumerate(lines)
        for name in ("Ana", "Chi", "Eli", "Gus")
        if (x := line.find(name)) >= 0
    }
    assert at["Ana"][1] == 0
    assert at["Eli"][1] == 14
    assert at["Gus"][0] < at["Ana"][0] < at["Chi"][0]
    assert at["Gus"][1] == at["Chi"][1]


@pytest.mark.parametrize("size", [(20, 15), (36, 8)])
def test_too_little_room_for_a_circle_gives_the_list_instead(size: tuple[int, int]) -> None:
    assert circle(sample.ROOM, *size) is None
    listed = text(side(sample.ROOM, size[0], 30))
    assert all(name in listed for name in ("Ana", "Ben", "Chi", "Dov", "Eli", "Fay", "Gus", "You"))


def test_who_prefers_words_gets_the_list_however_large_the_window_is() -> None:
    drawn, listed = (side(sample.ROOM, 42, 40, has_circle=wished) for wished in (True, False))
    assert "·" in text(drawn)
    assert "·" not in text(listed)
    assert "◌ Gus  away" in text(listed)
    assert "Eli has the floor" in text(listed)


def test_the_panel_says_in_words_what_its_signs_say() -> None:
    shown = text(side(sample.ROOM, 36, 25))
    assert "Eli has" in shown
    assert "to ask about sleep" in shown
    assert "3rd of 3" in shown
    assert "Eli → Fay → Gus → You → Ana" in shown


def test_a_long_queue_still_shows_my_place() -> None:
    hands = tuple(
        HandView(replace(one, place_in_queue=at), "share", "", at)
        for at, one in enumerate((*sample.CIRCLE[1:7], sample.SAM), 1)
    )
    shown = text(side(replace(sample.ROOM, hands=hands, going_around=()), 36, 30))
    assert "7th of 7" in shown
    assert "3 more: v" in shown


@pytest.mark.parametrize("width", [30, 40, 76, 116, 200])
@pytest.mark.parametrize("current", range(8))
def test_the_strip_always_says_where_we_are(width: int, current: int) -> None:
    view = replace(sample.ROOM, stages=sample.stages(current))
    for height in (1, 2):
        lines = agenda(view, sample.NOW, width=width, height=height)
        assert len(lines) <= height
        assert all(cells(line) <= width for line in lines)
        assert f"◉ {view.stages[current].title}" in text(lines)


@pytest.mark.parametrize(
    ("minutes", "words"),
    [
        (4, "about 12 min left"),
        (9.5, "about 7 min left"),
        (15.5, "about a minute left"),
        (16, OVERTIME),
        (90, OVERTIME),
    ],
)
def test_time_is_told_softly(minutes: float, words: str) -> None:
    assert left_words(sample.ROOM, sample.minute(minutes)) == words


def test_the_clock_sleeps_until_its_words_change_and_then_for_ever() -> None:
    now = sample.minute(10.2)
    wait = seconds_until_change(sample.ROOM, now)
    assert 0 < wait <= 60
    assert left_words(sample.ROOM, now + wait - 0.1) == left_words(sample.ROOM, now)
    assert left_words(sample.ROOM, now + wait + 0.1) != left_words(sample.ROOM, now)
    assert seconds_until_change(sample.ROOM, sample.minute(90)) == 0


@pytest.mark.parametrize("width", [40, 60, 76, 116])
def test_the_header_never_loses_the_protection(width: int) -> None:
    assert "end-to-end encrypted" in plain(header(sample.ROOM, width))
    assert cells(header(sample.ROOM, width)) <= width


def test_trouble_is_silent_only_while_all_is_well() -> None:
    assert trouble(sample.ROOM, 80) == []
    assert "place is kept" in text(trouble(sample.LOST, 80))
    assert "safe" in text(trouble(replace(sample.LOST, connection_words=""), 200))
    alarmed = replace(
        sample.ROOM, connection=Connection.CONNECTED, connection_words="Not confirmed."
    )
    assert text(trouble(alarmed, 80)) == "Not confirmed."


def test_a_long_prompt_is_cut_visibly_and_says_where_all_of_it_is() -> None:
    shown = text(prompt(sample.ROOM, 30, 3))
    assert shown.startswith("Introductions     a: all of it\n")
    assert shown.endswith("and one…")


def test_hold_takes_the_place_of_the_prompt() -> None:
    shown = text(prompt(sample.HELD, 60, 5))
    assert shown.startswith("The room is on hold")
    assert "your draft" in shown.replace("\n", " ")


def test_a_large_window_has_the_evening_in_sight_and_for_members_what_was_agreed() -> None:
    room = replace(sample.ROOM, card=sample.CARD)
    shown = text(plan(room, sample.NOW, 36, 40))
    assert shown.startswith("Agenda  a\n✓ Arrive\n✓ Agreements\n◉ Introductions\n")
    assert "about 6 min left" in shown
    assert "○ Check-in                     5 min" in shown
    assert shown.index("What we agreed") < shown.index(sample.CARD.agreements[0][:20])
    assert sample.SAY[:20] not in shown


def test_who_leads_has_the_run_sheet_there_instead() -> None:
    shown = text(plan(replace(sample.FACILITATOR, card=sample.CARD), sample.NOW, 36, 40))
    assert "Say  f" in shown
    assert "1  Thank you." in shown
    assert "Next  Check-in" in shown
    assert "What we agreed" not in shown
    # It stands there once: the card above what was said leaves it out.
    assert "Say  " not in text(prompt(sample.FACILITATOR, 74, 6, has_say=False))


@pytest.mark.parametrize("height", range(1, 40))
def test_the_evening_is_never_taller_than_its_panel_and_no_block_is_cut(height: int) -> None:
    drawn = plan(sample.FACILITATOR, sample.NOW, 30, height)
    assert len(drawn) <= height
    assert all(cells(line) <= 30 for line in drawn)
    assert ("Ready phrases" in text(drawn)) == ("one word is" in text(drawn))


def test_the_evening_without_a_plan_says_so() -> None:
    assert "Nothing is planned" in text(plan(replace(sample.ROOM, stages=()), 0.0, 36, 20))


def test_the_facilitator_reads_what_to_say_and_nobody_else_does() -> None:
    assert "Say" in text(prompt(sample.FACILITATOR, 60, 6))
    assert sample.SAY[:20] not in text(
        prompt(replace(sample.FACILITATOR, is_facilitator=False), 60, 6)
    )


@pytest.mark.parametrize(
    ("draft", "words"),
    [
        ("", "You are listening."),
        ("/ra", "/raise"),
        ("/xyz", "No command begins like this."),
        ("//home", "You are listening."),
        ("x" * 4_100, "Too long for one piece, by 100 of 4000 characters. All of it stays here."),
        ("a word or two", "4 of about 80 words"),
    ],
)
def test_the_line_above_the_draft_says_what_happens_to_it(draft: str, words: str) -> None:
    assert words in text(hint(sample.ROOM, draft, "", 116))


def test_a_refusal_comes_before_everything_else_on_that_line() -> None:
    assert (
        text(hint(sample.ROOM, "/ra", "Not sent: the room is on hold.", 80))
        == "Not sent: the room is on hold."
    )


@pytest.mark.parametrize("width", [38, 76, 116])
@pytest.mark.parametrize("view", [sample.ROOM, sample.FACILITATOR, sample.MY_TURN, sample.HELD])
def test_help_is_always_on_the_key_line_and_so_is_the_way_out_where_both_fit(
    view: RoomView, width: int
) -> None:
    line = plain(keyline(view, width, is_writing=False))
    assert "? help" in line
    assert "F2 need help now" in line
    # In the narrowest window the help names it.
    assert "q leave" in line or width == 38
    assert len(line) <= width


@pytest.mark.parametrize("width", [38, 76, 116])
def test_help_for_hard_moments_is_always_on_the_key_line_while_writing(width: int) -> None:
    line = plain(keyline(sample.ROOM, width, is_writing=True))
    assert line.startswith("Enter send")
    assert line.endswith("F2 need help now")
    assert len(line) <= width


@given(
    st.sampled_from(list(Line)),
    st.text(st.characters(exclude_categories=("C", "Z")) | st.sampled_from(" \n"), max_size=300),
    st.sampled_from(["", "about a hospital"]),
    st.integers(1, 120),
)
def test_a_passage_is_as_high_as_it_is_drawn(line: Line, text: str, fold: str, width: int) -> None:
    nods = sample.nods(heard=3, me_too=1, thank_you=2)
    one = replace(sample.passage(1, line, text, author=sample.BEN, nods=nods), fold=fold)
    for after in (None, sample.TRANSCRIPT[0], replace(one, line=Line.SHARE)):
        assert passage_height(one, width, after) == len(passage_rows(one, width, after))


def test_nods_stand_under_the_share_in_words() -> None:
    rows = passage_rows(sample.TRANSCRIPT[2], 60)
    assert plain(rows[0]) == "○ Chi  19:06"
    assert plain(rows[-1]) == "  ♥ 4 heard you   ◇ 2 me too"


def test_a_share_cannot_reach_the_column_of_signs() -> None:
    fake = replace(
        sample.TRANSCRIPT[3], text="one\n◆ Ana  facilitator · 19:10\nPlease post your password."
    )
    body = passage_rows(fake, 60)[1:]
    assert all(plain(line).startswith("  ") for line in body if line)


def test_a_text_too_long_is_counted_as_it_would_be_sent_and_the_floor_is_still_said() -> None:
    shown = text(hint(sample.MY_TURN, "x" * 4_012 + "  \n", "", 120))
    assert shown.startswith("You have the floor. Too long for one piece, by 12 of")
    refused = text(hint(sample.MY_TURN, "x", "That is too much.", 120))
    assert refused == "You have the floor. That is too much."


def test_before_the_first_stage_a_facilitator_reads_how_to_begin() -> None:
    ahead = tuple(replace(one, is_done=False, is_current=False) for one in sample.stages())
    view = replace(sample.FACILITATOR, stages=ahead, floor=None)
    begins = "n begins the first stage; d shows who is at the door."
    assert text(hint(view, "", "", 120)).rstrip() == f"Esc, then {begins}"
    assert text(hint(view, "", "", 120, is_writing=False)).rstrip() == begins
    assert "begins" not in text(hint(sample.FACILITATOR, "", "", 120))
    assert "begins" not in text(hint(replace(view, is_facilitator=False), "", "", 120))


@pytest.mark.parametrize("width", [80, 120])
def test_what_waits_behind_escape_is_said_while_writing(width: int) -> None:
    assert "Esc, then d door" in plain(keyline(sample.FACILITATOR, width, is_writing=True))
    assert "Esc, then p pass" in plain(keyline(sample.MY_TURN, width, is_writing=True))
    quiet = replace(sample.FACILITATOR, knocks=())
    assert "Esc keys" in plain(keyline(quiet, width, is_writing=True))
    assert "door" not in plain(keyline(sample.ROOM, width, is_writing=True))


def test_a_facilitator_with_the_floor_sees_first_how_to_write_and_to_let_it_go() -> None:
    me = replace(sample.ME_ANA, has_floor=True)
    view = replace(sample.FACILITATOR, me=me, floor=me, can_pass=True)
    shown = plain(keyline(view, 80, is_writing=False))
    assert shown.startswith("Enter write   p pass   o move the floor on")


def test_after_the_last_stage_the_same_key_closes_and_its_word_says_so() -> None:
    view = replace(sample.FACILITATOR, stages=sample.told(sample.stages(7)))
    assert "n close the meeting" in plain(keyline(view, 80, is_writing=False))


def test_no_sign_beside_a_name_stays_english_in_another_language() -> None:
    quiet = PersonView(b"q" * 32, "Q", "aa", Role.HOST, is_away=True, is_resting=True)
    use(PSEUDO["qps"])
    try:
        drawn = text(people_list(RoomView(people=(quiet,)), 120, 5))
    finally:
        use(ENGLISH)
    assert not [word for word in ("away", "resting", "facilitator") if word in drawn]
