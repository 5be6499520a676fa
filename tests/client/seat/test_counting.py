"""Being asked and being counted at a real table: what travels, what stays, and what comes out."""

from dataclasses import replace

import pytest

from holdspace.client.library import read_flow
from holdspace.client.seat import answering, counting, telling_counts
from holdspace.client.seat import intents as i
from holdspace.client.seat.answers import MOST_REMEMBERED
from holdspace.client.seat.form_view import FormView, To
from holdspace.client.seat.sealing import Unsealed
from holdspace.client.seat.too_long import too_long
from holdspace.client.seat.view import Refusal
from holdspace.protocol.masks import KEY_BYTES
from holdspace.protocol.meeting import events as ev
from holdspace.protocol.meeting.counting import OPEN_ALREADY
from holdspace.protocol.meeting.kinds import MAX_WORDS
from holdspace.protocol.meeting.letters import Answer
from seat_forging import me, seat_of, send_event
from seat_table import Guest, Table
from small_flow import SMALL_FLOW

STAGES = """\
[[stage]]
id = "before"
kind = "checkin"
title = "Before"
minutes = { base = 0.1 }
turn = "silent"
[stage.checkin]
scales = [
  { id = "tension", low = "loose", high = "tight" },
  { id = "energy", low = "none", high = "plenty" },
]
share = "me"

[[stage]]
id = "after"
kind = "checkin"
title = "After"
minutes = { base = 0.1 }
turn = "silent"
[stage.checkin]
scales = [{ id = "tension", low = "loose", high = "tight" }]
share = "me"

[[stage]]
id = "choose"
kind = "poll"
title = "Choose"
minutes = { base = 0.1 }
turn = "open"
[stage.poll]
question = "Which practice?"
options = ["breath", "senses"]

[[stage]]
id = "feedback"
kind = "feedback"
title = "Feedback"
minutes = { base = 0.1 }
turn = "silent"
[stage.feedback]
items = ["useful for my week", "the pace suited me"]
fit = ["join", "not-for-me"]

[[stage]]
id = "closing"
"""
FLOW = SMALL_FLOW.replace('[[stage]]\nid = "closing"\n', STAGES)
BEFORE, AFTER, CHOOSE, FEEDBACK, CLOSING = 4, 5, 6, 7, 8
NAMES = ("Ben", "Chi", "Dov", "Eli", "Fay")


def form_of(guest: Guest) -> FormView:
    form = guest.view.asked.form
    assert form
    return form


def answers(
    table: Table, guest: Guest, *numbers: int | None, to: To = To.GROUP, words: str = ""
) -> None:
    assert table.do(guest, i.GiveAnswers(form_of(guest), numbers, words, to)) is None


@pytest.fixture
def ana(table: Table) -> Guest:
    return table.host(flow=FLOW)


@pytest.fixture
def circle(table: Table, ana: Guest) -> tuple[Guest, ...]:
    return (ana, *(table.join(name, ana) for name in NAMES))


def events_said(guest: Guest) -> list[ev.Event]:
    return [item.event for item in guest.seat.seat.outbox.waiting]


def test_a_number_for_oneself_leads_to_nothing_that_travels(
    table: Table, circle: tuple[Guest, ...]
) -> None:
    """M14: share=me is in no frame, and in no other client."""
    ana, ben, *_ = circle
    table.do(ana, i.ToStage(BEFORE))
    frames, state = len(table.overheard), ana.seat.seat.state
    answers(table, ben, 7, 3, to=To.ME, words="wound up")
    assert len(table.overheard) == frames
    assert ana.seat.seat.state == state
    assert ben.view.asked.own == (
        "Tension: 7 (Before).",
        "Energy: 3 (Before).",
        "Your word: wound up (Before).",
    )
    assert ben.words[-1] == answering.KEPT
    for other in circle:
        assert "7" not in repr(other.seat.seat.answers)
        if other is not ben:
            assert other.view.asked.own == ()


def test_before_and_after_stand_side_by_side_without_a_word_about_them(
    table: Table, circle: tuple[Guest, ...]
) -> None:
    ana, ben, *_ = circle
    table.do(ana, i.ToStage(BEFORE))
    answers(table, ben, 7, None, to=To.ME)
    table.do(ana, i.ToStage(AFTER))
    answers(table, ben, 4, to=To.ME)
    assert ben.view.asked.own == ("Tension: 7 (Before), 4 (After).",)
    assert ben.words[-1].endswith("Yours: Tension: 7 (Before), 4 (After).")


def test_the_shipped_quiet_minutes_ask_before_and_after_under_one_name(table: Table) -> None:
    ana = table.host(flow=read_flow("skills-20.en"))
    ben = table.join("Ben", ana)
    titles = [stage.title for stage in ana.view.stages]
    for title, number in (("Before", 6), ("After", 5)):
        table.do(ana, i.ToStage(titles.index(title) + 1))
        answers(table, ben, number, to=To.ME)
    assert ben.view.asked.own == ("Tension: 6 (Before), 5 (After).",)


def test_the_spread_is_the_true_one_and_comes_when_the_stage_is_left(
    table: Table, circle: tuple[Guest, ...]
) -> None:
    ana, *members = circle
    table.do(ana, i.ToStage(BEFORE))
    frames = len(table.overheard)
    for guest, number in zip(circle, (2, 5, 6, 4, 9, 3), strict=True):
        answers(table, guest, number, None)
    assert ana.view.asked.open_count
    assert ana.view.asked.open_count.joined == 6
    table.do(ana, i.NextStage())
    # To the relay all of it looks like a nod: frames of the smallest size.
    assert {len(frame) for frame in table.overheard[frames:]} == {1024}
    words = "Before. tension: 2 low, 3 middle, 1 high. energy: too few to show."
    for guest in circle:
        assert words in guest.lines
        assert guest.seat.seat.answers.secrets == ()
    assert [one.lines for one in members[0].view.asked.results] == [
        ("tension: 2 low, 3 middle, 1 high.", "energy: too few to show.")
    ]


def test_under_five_nothing_is_asked_of_anybody(table: Table, circle: tuple[Guest, ...]) -> None:
    ana, *members = circle
    table.do(ana, i.ToStage(BEFORE))
    for guest in members[:4]:
        answers(table, guest, 9, 9)
    frames = len(table.overheard)
    table.do(ana, i.CloseTheCount())
    assert len(table.overheard) == frames + 1, "only the closing itself was sent"
    assert "Before: too few to show." in members[0].lines
    assert all(guest.seat.seat.answers.secrets == () for guest in circle)


def test_answering_again_takes_the_first_answer_out_and_is_counted_once(
    table: Table, circle: tuple[Guest, ...]
) -> None:
    ana, ben, *others = circle
    table.do(ana, i.ToStage(BEFORE))
    answers(table, ben, 9, None)
    answers(table, ben, 1, None)
    for guest in others:
        answers(table, guest, 9, None)
    table.do(ana, i.CloseTheCount())
    assert "Before. tension: 1 low, 0 middle, 4 high. energy: too few to show." in ana.lines


def test_only_me_after_all_takes_the_answer_out(table: Table, circle: tuple[Guest, ...]) -> None:
    ana, ben, *_ = circle
    table.do(ana, i.ToStage(BEFORE))
    answers(table, ben, 9, None)
    answers(table, ben, 9, None, to=To.ME)
    assert ana.view.asked.open_count
    assert ana.view.asked.open_count.joined == 0
    assert ben.seat.seat.answers.secrets == ()


def test_chance_instead_of_an_answer_spoils_the_count_and_shows_nothing(
    table: Table, circle: tuple[Guest, ...]
) -> None:
    ana, ben, *others = circle
    table.do(ana, i.ToStage(BEFORE))
    for guest in (ben, *others):
        answers(table, guest, 5, None)
    # Ben's changed client puts seven answers where one belongs.
    sitting = ben.seat
    (secret,) = sitting.seat.answers.secrets
    lie = replace(secret, numbers=((0, (7, 0, 0)),))
    lying = replace(sitting.seat.answers, secrets=(lie,))
    ben.machine = replace(sitting, seat=replace(sitting.seat, answers=lying))
    table.do(ana, i.CloseTheCount())
    for guest in circle:
        assert (
            "Before. tension: the count did not come out. energy: too few to show." in guest.lines
        )


def test_a_facilitator_who_opens_polls_without_end_fills_nobodys_memory(
    table: Table, ana: Guest
) -> None:
    ben = table.join("Ben", ana)
    for _ in range(MOST_REMEMBERED + 5):
        table.do(ana, i.AskPoll("So? yes or no"))
        table.do(ana, i.CloseTheCount())
    assert len(ben.seat.seat.answers.asked) == MOST_REMEMBERED
    assert len(ben.view.asked.results) == MOST_REMEMBERED


def test_nobody_is_counted_twice_in_one_question(table: Table, circle: tuple[Guest, ...]) -> None:
    """Two sums over different people would tell what one of them said."""
    ana, ben, *_ = circle
    for round_ in (1, 2):
        table.do(ana, i.ToStage(BEFORE))
        for guest in circle[1:]:
            answers(table, guest, 9, None)
        table.do(ana, i.CloseTheCount())
        assert [line.startswith("Before. tension") for line in ana.lines].count(True) == 1, round_
    assert counting.COUNTED_BEFORE.words in ben.words


def test_somebody_who_goes_before_giving_leaves_no_sum(
    table: Table, circle: tuple[Guest, ...]
) -> None:
    ana, ben, *_ = circle
    table.do(ana, i.ToStage(BEFORE))
    for guest in circle:
        answers(table, guest, 5, 5)
    table.disconnect(ben)
    table.do(ana, i.CloseTheCount())
    assert [count.is_closed for count in ana.view.asked.running] == [True]
    table.do(ana, i.Remove(ben.seat.seat.facts.identity))
    assert ana.view.asked.running == ()
    assert any("did not come out" in line for line in ana.lines)
    assert not any("middle" in line for line in ana.lines)


def test_a_vector_that_does_not_come_is_not_waited_for_without_end(
    table: Table, circle: tuple[Guest, ...]
) -> None:
    ana, ben, *_ = circle
    table.do(ana, i.ToStage(BEFORE))
    for guest in circle:
        answers(table, guest, 5, 5)
    table.disconnect(ben)
    table.do(ana, i.CloseTheCount())
    table.wait(counting.PATIENCE + 2)
    assert ana.view.asked.running == ()
    table.connect(ben)
    assert ben.view.asked.running == ()
    assert ben.seat.seat.answers.secrets == ()


def test_somebody_cut_off_for_a_moment_gives_when_they_are_back(
    table: Table, circle: tuple[Guest, ...]
) -> None:
    ana, ben, *_ = circle
    table.do(ana, i.ToStage(BEFORE))
    for guest in circle:
        answers(table, guest, 5, 0)
    table.disconnect(ben)
    table.do(ana, i.CloseTheCount())
    table.connect(ben)
    assert "Before. tension: 0 low, 6 middle, 0 high. energy: 6 low, 0 middle, 0 high." in ben.lines


def test_for_the_facilitators_it_is_a_letter_that_nobody_else_can_read(
    table: Table, circle: tuple[Guest, ...]
) -> None:
    ana, ben, chi, *_ = circle
    table.do(ana, i.ToStage(BEFORE))
    answers(table, ben, 8, None, to=To.FACILITATORS, words="wound up")
    assert ana.lines[-1] == "Ben to the facilitators, Before: tension 8. wound up"
    assert not any("wound up" in line for line in (*chi.lines, *ben.lines))


def test_a_poll_in_small_company_is_offered_as_a_show_of_hands_that_says_what_it_is(
    table: Table, ana: Guest
) -> None:
    ben = table.join("Ben", ana)
    table.do(ana, i.ToStage(CHOOSE))
    assert any("Fewer than 5 are here" in words for words in ana.words)
    answers(table, ben, 2)
    table.do(ana, i.CloseTheCount())
    assert "Choose: too few to show." in ben.lines
    assert ana.view.asked.can_show
    assert not ben.view.asked.can_show
    assert table.do(ana, i.AskPoll(is_anonymous=False)) is None
    assert form_of(ben).lead.startswith("Everybody here sees")
    answers(table, ben, 2)
    table.do(ana, i.CloseTheCount())
    assert "Show of hands. Which practice? breath: 0. senses: 1, Ben." in ana.lines


def test_a_poll_by_hand(table: Table, circle: tuple[Guest, ...]) -> None:
    ana, ben, *_ = circle
    assert table.do(ana, i.AskPoll("Which one? tea, coffee or neither")) is None
    assert "Ana asks: Which one? tea, coffee, neither." in ben.lines
    for guest, choice in zip(circle, (1, 1, 2, 1, 3, 3), strict=True):
        answers(table, guest, choice)
    table.do(ana, i.CloseTheCount())
    assert "Which one? tea 3, coffee 1, neither 2." in ben.lines


def test_who_comes_while_a_count_is_open_is_not_drawn_into_it(
    table: Table, circle: tuple[Guest, ...]
) -> None:
    """The keys in a snapshot are what one facilitator says they are: all could be their own."""
    ana, ben, *_ = circle
    table.do(ana, i.ToStage(BEFORE))
    answers(table, ben, 5, 5)
    late = table.join("Gus", ana)
    form = form_of(late)
    assert form.count == 0
    assert To.GROUP not in form.ways
    table.do(late, i.GiveAnswers(replace(form, count=1), (9, 9), "", To.GROUP))
    assert counting.TOO_LATE.words in late.words
    assert late.seat.seat.answers.secrets == ()
    table.do(ana, i.ToStage(CLOSING))
    table.do(ana, i.AskPoll("Shall we? yes or no"))
    answers(table, late, 1)
    assert late.seat.seat.answers.secrets


@pytest.mark.parametrize(
    ("text", "asked"),
    [
        ("Which one? tea | rest", ("Which one?", ("tea", "rest"))),
        ("Which one? | tea | rest", ("Which one?", ("tea", "rest"))),
        ("Tonight | tea, with milk | rest", ("Tonight", ("tea, with milk", "rest"))),
        ("Shall we go on? yes or no.", ("Shall we go on?", ("yes", "no"))),
        ("Shall we go on?", None),
        ("Shall we go on? yes", None),
        ("Which? tea | Tea", None),
        ("Which? a | b | c | d | e | f | g", None),
        ("? yes | no", None),
        ("", None),
    ],
)
def test_a_poll_is_read_as_people_type_it(
    text: str, asked: tuple[str, tuple[str, ...]] | None
) -> None:
    assert answering.read_poll(text) == asked


def test_where_nothing_will_be_shown_nobody_is_promised_that_a_count_shows_it(
    table: Table, ana: Guest
) -> None:
    members = [table.join(name, ana) for name in NAMES[:2]]
    table.do(ana, i.AskPoll("Shall we? yes or no"))
    for guest in members:
        answers(table, guest, 1)
    assert telling_counts.ALL_ANSWERED not in ana.words
    assert telling_counts.ALL_OF_FEW.format(minimum=5) in ana.words
    table.do(ana, i.CloseTheCount())
    assert "Shall we? too few to show." in ana.lines


def test_who_leads_is_told_once_when_all_members_have_answered(
    table: Table, circle: tuple[Guest, ...]
) -> None:
    ana, *members = circle
    table.do(ana, i.AskPoll("Shall we? yes or no"))
    for guest in members[:-1]:
        answers(table, guest, 1)
    assert telling_counts.ALL_ANSWERED not in ana.words
    answers(table, members[-1], 1)
    assert ana.words.count(telling_counts.ALL_ANSWERED) == 1
    assert telling_counts.ALL_ANSWERED not in members[0].words


def test_polls_are_for_facilitators_and_what_was_typed_is_kept(
    table: Table, circle: tuple[Guest, ...]
) -> None:
    ana, ben, *_ = circle
    refused = table.do(ben, i.AskPoll("Which one? tea | rest"))
    assert refused
    assert refused.kept == "Which one? tea | rest"
    assert table.do(ben, i.CloseTheCount()) == answering.NOT_YOURS
    assert table.do(ana, i.CloseTheCount()) == answering.NOT_OPEN


def test_feedback_is_means_and_a_choice_for_who_leads_and_a_line_with_a_name(
    table: Table, circle: tuple[Guest, ...]
) -> None:
    ana, ben, *others = circle
    table.do(ana, i.ToStage(FEEDBACK))
    answers(table, ben, 8, None, 1, words="slower, please")
    assert ben.words[-1] == answering.LINE_SENT
    for guest in others:
        answers(table, guest, 10, 5, 2)
    table.do(ana, i.ToStage(CLOSING))
    said = "Feedback. Useful for my week: 9.6 of 10 on average, from 5 people."
    assert any(line.startswith(said) for line in ana.lines)
    assert any(
        "The pace suited me: too few to show. What next: join 1, not for me 4." in line
        for line in ana.lines
    )
    assert not any(line.startswith("Feedback.") for line in ben.lines)
    assert ben.view.asked.results
    assert any(line == "Ben to the facilitators, Feedback: slower, please" for line in ana.lines)


def test_feedback_of_four_shows_no_mean(table: Table, circle: tuple[Guest, ...]) -> None:
    """S11: a mean is shown only when five or more answered."""
    ana, *members = circle
    table.do(ana, i.ToStage(FEEDBACK))
    for guest in members[:4]:
        answers(table, guest, 8, 8, 1)
    table.do(ana, i.CloseTheCount())
    assert ana.lines[-1] == "Feedback: too few to show."
    assert not any("average" in line for guest in circle for line in guest.lines)


def test_after_the_end_it_is_a_number_that_came_and_a_choice_that_is_still_open(
    table: Table, circle: tuple[Guest, ...]
) -> None:
    ana, ben, chi, *_ = circle
    table.do(ana, i.ToStage(FEEDBACK))
    answers(table, ben, 8, 8, 1)
    table.do(ana, i.CloseTheMeeting())
    assert "6 people were here, you among them." in ana.view.ended_words
    assert "join, not for me" in chi.view.ended_words
    assert "join" not in ben.view.ended_words


def test_too_late_for_a_count_is_told_and_the_numbers_stay(
    table: Table, circle: tuple[Guest, ...]
) -> None:
    ana, ben, *_ = circle
    table.do(ana, i.ToStage(BEFORE))
    form = form_of(ben)
    table.do(ana, i.NextStage())
    assert table.do(ben, i.GiveAnswers(form, (7, 2), "", To.GROUP)) is None
    assert counting.TOO_LATE.words in ben.words
    assert ben.view.asked.own == ("Tension: 7 (Before).", "Energy: 2 (Before).")


def test_nothing_answered_is_nothing_done(table: Table, circle: tuple[Guest, ...]) -> None:
    ana, ben, *_ = circle
    table.do(ana, i.ToStage(BEFORE))
    form = form_of(ben)
    assert table.do(ben, i.GiveAnswers(form, (None, None))) == answering.NOTHING
    assert not form_of(ben).is_answered


def test_each_count_has_a_key_of_its_own(table: Table, circle: tuple[Guest, ...]) -> None:
    ana, ben, *_ = circle
    keys = set()
    for stage in (BEFORE, AFTER):
        table.do(ana, i.ToStage(stage))
        answers(table, ben, *(5 for _ in form_of(ben).items))
        secret = ben.seat.seat.answers.secrets[-1]
        keys.add(secret.private_key)
        assert len(secret.private_key) == KEY_BYTES
        assert repr(secret.private_key) not in repr(ben.seat.seat)
    assert len(keys) == 2


@pytest.mark.parametrize(
    ("text", "is_anonymous", "words"),
    [
        ("Shall we", True, answering.HOW_TO_ASK),
        ("Shall we", False, answering.NO_POLL),
        # /show alone asks openly what had too few answers before; nothing had.
        ("", False, answering.NO_POLL),
    ],
)
def test_a_question_without_answers_is_shown_how(
    table: Table, *, text: str, is_anonymous: bool, words: Refusal
) -> None:
    ana = table.host()
    refusal = table.do(ana, i.AskPoll(text, is_anonymous))
    assert refusal == replace(words, kept=text)
    assert ana.view.asked.running == ()


def test_one_question_at_a_time(table: Table, ana: Guest) -> None:
    assert table.do(ana, i.AskPoll("Shall we go on? yes | no")) is None
    refusal = table.do(ana, i.AskPoll("Or rest? yes | no"))
    assert refusal == Refusal(OPEN_ALREADY, "Or rest? yes | no")
    assert [one.title for one in ana.view.asked.running] == ["Shall we go on?"]


def test_a_line_for_the_facilitators_that_is_too_long_is_kept(table: Table, ana: Guest) -> None:
    ben = table.join("Ben", ana)
    table.do(ana, i.ToStage(FEEDBACK))
    page = "x" * (MAX_WORDS + 1)
    refusal = table.do(ben, i.GiveAnswers(form_of(ben), (None, None, None), page))
    assert refusal == too_long(page)
    assert not form_of(ben).is_answered


def test_a_show_of_hands_wants_a_hand_while_it_is_open(table: Table, ana: Guest) -> None:
    ben = table.join("Ben", ana)
    table.do(ana, i.AskPoll("Shall we go on? yes | no", is_anonymous=False))
    form = form_of(ben)
    assert table.do(ben, i.GiveAnswers(form, (None,), "I do not know")) == answering.NOTHING
    table.do(ana, i.CloseTheCount())
    assert table.do(ben, i.GiveAnswers(form, (1,))) == answering.NOT_OPEN
    assert ana.lines[-1] == "Show of hands. Shall we go on? yes: 0. no: 0."


def test_what_is_for_the_facilitators_is_shown_to_nobody_else(table: Table, ana: Guest) -> None:
    ben, chi = table.join("Ben", ana), table.join("Chi", ana)
    # A changed client writes it to a member.
    send_event(table, ben, Unsealed(me(chi), Answer("Before", (("tension", 9),), "wound up")))
    assert not any("wound up" in line for line in (*chi.lines, *chi.words))


def test_who_comes_between_the_last_answer_and_the_sum_is_told_no_numbers(
    table: Table, circle: tuple[Guest, ...]
) -> None:
    ana, *members = circle
    table.do(ana, i.AskPoll("Shall we go on? yes | no"))
    for guest in members:
        answers(table, guest, 1)
    table.disconnect(members[-1])
    table.do(ana, i.CloseTheCount())
    late = table.join("Gus", ana)
    table.connect(members[-1])
    assert any(line.startswith("Shall we go on? yes 5") for line in ana.lines)
    # The question was asked before they came, and so were the answers given.
    assert not any("Shall we go on?" in line for line in late.lines)
    assert late.view.asked.results == ()


def test_who_comes_before_a_count_comes_to_nothing_reads_nothing_of_it(
    table: Table, circle: tuple[Guest, ...]
) -> None:
    ana, *members = circle
    table.do(ana, i.AskPoll("Shall we go on? yes | no"))
    for guest in members:
        answers(table, guest, 1)
    table.disconnect(members[-1])
    table.do(ana, i.CloseTheCount())
    late = table.join("Gus", ana)
    table.do(ana, i.Remove(me(members[-1])))
    assert any(telling_counts.NOT_COUNTED in line for line in ana.lines)
    assert not any(telling_counts.NOT_COUNTED in line for line in late.lines)


def test_a_yes_to_be_counted_that_comes_too_late_gives_nothing_away(
    table: Table, circle: tuple[Guest, ...]
) -> None:
    ana, *members = circle
    last = members[-1]
    gus = table.join("Gus", ana)
    table.do(ana, i.AskPoll("Shall we go on? yes | no"))
    for guest in members:
        answers(table, guest, 1)
    table.disconnect(gus)
    answers(table, gus, 2)
    table.do(ana, i.CloseTheCount())
    table.connect(gus)
    assert any(line.startswith("Shall we go on? yes 5, no 0") for line in last.lines)
    # Theirs is forgotten, and they read why.
    assert seat_of(gus).answers.secrets == ()
    assert seat_of(gus).answers.counted == frozenset()
