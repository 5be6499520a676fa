"""Answering what is asked: numbers for oneself, for the facilitators, or for a count without names."""

from __future__ import annotations

import re

from holdspace.protocol.meeting import events as ev
from holdspace.protocol.meeting.counting import OPEN_ALREADY
from holdspace.protocol.meeting.letters import Answer
from holdspace.protocol.text import clean, clean_line
from holdspace.protocol.translation import N_, _

from . import counting, saying
from .answers import Own
from .asking import asked_of_too_few, own_side_by_side
from .display import shown_name
from .form_view import FormView, To
from .intents import AskPoll, CloseTheCount, GiveAnswers
from .letters import write_to_facilitators
from .lines import line
from .replacing import replace
from .seat import Seat
from .step import Moment
from .too_long import too_long
from .view import Line, Notice, Refusal

WORD = N_("your word")
NOTHING = Refusal(N_("Nothing was answered, so nothing was kept or sent."))
KEPT = N_("Kept on this device until the meeting ends. Nothing was sent.")
SENT = N_("The facilitators get this, with your name; nobody else does.")
LINE_SENT = N_("Your line goes to the facilitators, with your name. Your numbers do not.")
SHOWN = N_("Everybody sees: {option}. You can choose anew until it is closed.")
HOW_TO_ASK = Refusal(
    N_("Write the question and then 2 to 6 answers: Which one? tea | rest | neither")
)
NOT_YOURS = Refusal(N_("Only a facilitator can do that."))
NOT_OPEN = Refusal(N_("Nothing is being counted just now."))
NO_POLL = Refusal(N_("Write the question and its answers: /show Shall we go on? yes | no"))
MOST_OPTIONS = 6
MAX_OPTION = 60


def give(seat: Seat, intent: GiveAnswers, moment: Moment) -> Seat | Refusal:
    """Take in what somebody answered; what they want nobody to see leads to nothing that is sent."""
    form, numbers = intent.form, intent.numbers
    is_empty = all(number is None for number in numbers)
    if len(numbers) != len(form.items) or (is_empty and not intent.words.strip()):
        return NOTHING
    if refusal := too_long(intent.words):
        return refusal
    seat = _own(seat, intent)
    if form.kind == "show":
        return _show_hand(seat, form, numbers, moment)
    is_counted = (form.kind == "poll" or intent.to is To.GROUP) and not is_empty
    outcome = (
        counting.join(seat, form, numbers, moment)
        if is_counted
        else counting.withdraw(seat, form.count, moment)
    )
    if isinstance(outcome, Refusal):
        # What the count does not take is still theirs, and a line to the facilitators still goes.
        moment.notices.append(Notice(outcome.sentence))
        outcome = seat
    return _send(outcome, intent, moment)


def ask_poll(seat: Seat, intent: AskPoll, moment: Moment) -> Seat | Refusal:
    """Ask everybody a question; without words, the last one that had too few answers, openly."""
    if seat.state is None or not seat.is_staff:
        return replace(NOT_YOURS, kept=intent.text)
    if any(not tally.is_closed for tally in seat.state.tallies):
        return Refusal(OPEN_ALREADY, intent.text)
    again = None if intent.text.strip() or intent.is_anonymous else asked_of_too_few(seat)
    asked = again or read_poll(intent.text)
    if asked is None:
        how = HOW_TO_ASK if intent.is_anonymous else NO_POLL
        return replace(how, kept=intent.text)
    question, options = asked
    event = ev.OpenPoll(question, options, intent.is_anonymous, seat.state.version)
    return saying.say(seat, event, moment)


def close_count(seat: Seat, intent: CloseTheCount, moment: Moment) -> Seat | Refusal:
    """Let nobody else join, and count."""
    tallies = seat.state.tallies if seat.state else ()
    open_one = next((tally for tally in tallies if not tally.is_closed), None)
    if not seat.is_staff:
        return NOT_YOURS
    return saying.say(seat, ev.CloseCount(open_one.number), moment) if open_one else NOT_OPEN


def read_poll(text: str) -> tuple[str, tuple[str, ...]] | None:
    """Return question and answers of a typed poll: "Which one? tea | rest", or with commas or "or"."""
    question, mark, rest = clean_line(text).partition("?")
    if not mark:
        question, _bar, rest = clean_line(text).partition("|")
    between = r"\|" if "|" in rest else r",| or "
    options = tuple(filter(None, (one.strip(" |.?") for one in re.split(between, rest))))
    is_asked = bool(question.strip()) and 2 <= len(options) <= MOST_OPTIONS
    differ = len({option.casefold() for option in options}) == len(options)
    fits = len(question) < ev.MAX_QUESTION and all(len(one) <= MAX_OPTION for one in options)
    return (question.strip() + mark, options) if is_asked and differ and fits else None


def told(seat: Seat, author: bytes, note: Answer, moment: Moment) -> Seat:
    """Show a facilitator what somebody wanted only the facilitators to see."""
    if not seat.is_staff:
        return seat
    name, where = shown_name(seat, author), clean_line(note.where)
    numbers = ", ".join(f"{clean_line(label)} {number}" for label, number in note.numbers)
    said = clean(note.words).strip()
    words = ". ".join(filter(None, (numbers, said)))
    return line(
        seat,
        Line.NOTICE,
        _("{name} to the facilitators, {where}: {words}").format(
            name=name, where=where, words=words
        ),
        moment,
    )


def _own(seat: Seat, intent: GiveAnswers) -> Seat:
    form, answers, words = intent.form, seat.answers, clean_line(intent.words)
    answers = replace(answers, answered=answers.answered | {form.key})
    if form.kind == "checkin":
        others = tuple(one for one in answers.own if one.asked != form.key)
        fresh = tuple(
            Own(form.key, form.title, item.label, str(number))
            for item, number in zip(form.items, intent.numbers, strict=True)
            if number is not None
        )
        word = (Own(form.key, form.title, _(WORD), words),) if words else ()
        answers = replace(answers, own=(*others, *fresh, *word))
    return replace(seat, answers=answers)


def _side_by_side(seat: Seat, form: FormView) -> tuple[str, ...]:
    """Return what was written down twice under one name: before and after, and nothing about it."""
    labels = [one.label for one in seat.answers.own]
    is_again = any(labels.count(item.label) > 1 for item in form.items)
    return (_("Yours:"), *own_side_by_side(seat)) if is_again else ()


def _show_hand(
    seat: Seat, form: FormView, numbers: tuple[int | None, ...], moment: Moment
) -> Seat | Refusal:
    if counting.find_open(seat, form.count) is None:
        return NOT_OPEN
    choice = numbers[0]
    if choice is None:
        return NOTHING
    moment.notices.append(Notice(_(SHOWN).format(option=form.items[0].shown(choice))))
    return saying.say(seat, ev.ShowHand(form.count, choice - 1), moment)


def _send(seat: Seat, intent: GiveAnswers, moment: Moment) -> Seat:
    """Write to the facilitators what is for them, and to nobody what is for nobody."""
    form, words = intent.form, clean(intent.words).strip()
    is_line = form.kind == "feedback" and bool(words)
    if intent.to is not To.FACILITATORS and not is_line:
        if intent.to is To.ME and form.kind != "poll":
            moment.notices.append(Notice(" ".join((_(KEPT), *_side_by_side(seat, form)))))
        return seat
    numbers = tuple(
        (item.label[:MAX_OPTION], number)
        for item, number in zip(form.items, intent.numbers, strict=True)
        if number is not None and intent.to is To.FACILITATORS
    )
    moment.notices.append(Notice(LINE_SENT if is_line else SENT))
    return write_to_facilitators(seat, Answer(form.title[:MAX_OPTION], numbers, words), moment)
