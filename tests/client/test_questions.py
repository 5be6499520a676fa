"""One question at a time: what is asked, what an answer may be, and that leaving out is easy."""

import pytest

from holdspace.client import questions as q
from holdspace.client.seat.form_view import AskingView, CountView, FormView, Item, ResultView, To
from holdspace.client.seat.intents import GiveAnswers
from holdspace.client.seat.view import RoomView

PAIN = Item("pain", "Pain: 0 is none, 10 is worst I can imagine.")
ENERGY = Item("energy", "Energy: 0 is none left, 10 is plenty.")
CHECKIN = FormView(
    "stage 4", "checkin", "Check-in", "Nobody sees this.", (PAIN, ENERGY), "A word?",
    (To.ME, To.FACILITATORS, To.GROUP), 1,
)  # fmt: skip
POLL = FormView(
    "count 2", "poll", "Poll", "Without names.", (Item("", "Which?", options=("tea", "rest")),)
)


def asked(form: FormView, *lines: str) -> q.Questions | GiveAnswers:
    now: q.Questions | GiveAnswers = q.begin(form)
    for line in lines:
        assert isinstance(now, q.Questions)
        now = q.take(now, line)
    return now


def asking(form: FormView, *lines: str) -> q.Questions:
    now = asked(form, *lines)
    assert isinstance(now, q.Questions)
    return now


def test_a_checkin_from_the_first_number_to_who_may_see_it() -> None:
    assert q.question(asking(CHECKIN)) == PAIN.text
    assert q.progress(asking(CHECKIN)) == "1 of 4"
    assert q.question(asking(CHECKIN, "10")) == ENERGY.text
    assert q.question(asking(CHECKIN, "10", "0")) == "A word?"
    assert q.question(asking(CHECKIN, "10", "0", "tired")) == q.WHO_MAY_SEE
    assert q.options(asking(CHECKIN, "10", "0", "tired"))[0] == "only me"
    done = asked(CHECKIN, "10", "0", "tired", "3")
    assert done == GiveAnswers(CHECKIN, (10, 0), "tired", To.GROUP)


def test_enter_alone_leaves_out_and_nobody_else_sees_what_nobody_chose_to_show() -> None:
    assert asked(CHECKIN, "", "4", "", "") == GiveAnswers(CHECKIN, (None, 4), "", To.ME)
    # Where nothing was answered there is nothing that anybody could see.
    assert asked(CHECKIN, "", "", "") == GiveAnswers(CHECKIN, (None, None), "", To.ME)


@pytest.mark.parametrize("line", ["11", "-1", "seven", "7.5", "07x", "\u0667", "100"])
def test_what_is_no_answer_is_asked_again_with_a_word_about_it(line: str) -> None:
    again = asking(CHECKIN, line)
    assert again.at == 0
    assert again.remark == "A number from 0 to 10, please. Enter alone leaves it out."
    assert asking(CHECKIN, line, "7").remark == ""


def test_a_poll_is_one_choice() -> None:
    assert q.options(asking(POLL)) == ("tea", "rest")
    assert q.progress(asking(POLL)) == ""
    assert asking(POLL, "0").remark
    assert asked(POLL, "2") == GiveAnswers(POLL, (2,))


def test_numbers_can_be_said_in_one_breath_and_the_rest_is_asked() -> None:
    assert q.begin_with(POLL, "2") == GiveAnswers(POLL, (2,))
    following = q.begin_with(CHECKIN, "7 3 2")
    assert isinstance(following, q.Questions)
    # Who may see it, and the word, are never taken from what was typed ahead.
    assert (following.numbers, following.asks_words) == ((7, 3), True)
    wrong = q.begin_with(CHECKIN, "7 eleven")
    assert isinstance(wrong, q.Questions)
    assert (wrong.numbers, wrong.at, bool(wrong.remark)) == ((7, None), 1, True)


def test_one_can_go_back_and_answer_anew() -> None:
    second = asking(CHECKIN, "3")
    assert q.question(q.back(second)) == PAIN.text
    assert q.back(q.back(second)).at == 0
    again = q.take(q.back(second), "5")
    assert isinstance(again, q.Questions)
    assert again.numbers == (5, None)


def test_a_line_that_is_too_long_is_not_cut() -> None:
    long = asking(CHECKIN, "3", "3", "a" * (q.MOST_WORDS + 1))
    assert long.asks_words
    assert "shorten" in long.remark


def test_results_and_own_numbers_are_lines_that_can_be_read_out() -> None:
    assert list(q.result_lines(RoomView())) == ["Nothing was counted yet."]
    view = AskingView(
        running=(CountView(2, "Feedback", 3, is_closed=False),),
        results=(ResultView("Check-in", ("pain: 3 low, 4 middle, 1 high.",)),),
        own=("Tension: 7 (Before), 4 (After).",),
    )
    assert list(q.result_lines(RoomView(asked=view))) == [
        "Feedback is open: 3 so far.",
        "Check-in. pain: 3 low, 4 middle, 1 high.",
        "Your own, on this device only:",
        "Tension: 7 (Before), 4 (After).",
    ]


def test_answers_never_show_in_a_log() -> None:
    done = asked(CHECKIN, "10", "0", "tired", "3")
    assert "tired" not in repr(done)
    assert "(10, 0)" not in repr(done)
