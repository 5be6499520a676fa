"""The goal card: one small step, as somebody wants it, made smaller until it feels nearly sure (M16).

No plan is a good answer, and so is one that stays as it is. The card is kept where the notebook is;
nobody else sees it, and nothing reminds anybody of it.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from dataclasses import dataclass

from msgspec.structs import replace

from holdspace.client.notebook import MOST_PAGES, Notebook, Plan
from holdspace.client.own.talk import Answer, Done, Step, Talk, offer_line
from holdspace.client.own.words import step_words
from holdspace.protocol.text import clean_line

TITLE = "A small step"
LONGEST = 500
TOO_LONG = f"That is longer than fits here, which is {LONGEST} letters. A few words are enough."
USUAL_SHRINK_BELOW = 7
NO_GOAL_WORDS = frozenset(
    {"none", "no", "no goal", "no plan", "no goal this week", "no plan this week"}
)
NO_GOAL = "No plan this week: that is a good answer, too. Nothing was written down."
KEPT = "Your plan is in your notebook, encrypted, on this computer only."
IN_MEMORY = "Your plan is in memory only: it is gone when you leave, because no notebook is open."
SHRINK_WORDS = (
    "Would it feel surer smaller, fewer, or different? Or keep it as it is. All are fine."
)
SHRINK = (
    Answer("s", "smaller"),
    Answer("f", "fewer"),
    Answer("d", "different"),
    Answer("k", "keep it as it is"),
)
_WHAT, _HOW_MUCH, _WHEN, _HOW_OFTEN = "what", "how_much", "when", "how_often"
_FIELDS = (_WHAT, _HOW_MUCH, _WHEN, _HOW_OFTEN)
_QUESTIONS = {
    _WHAT: "What do you want to do before we meet again? Want, not should. Or type none: no plan this week.",
    _HOW_MUCH: "How much of it? Just press enter to leave it open.",
    _WHEN: "When? Just press enter to leave it open.",
    _HOW_OFTEN: "How often? Just press enter to leave it open.",
}
_CHANGED_BY = {"s": _HOW_MUCH, "f": _HOW_OFTEN, "d": _WHAT}
_ASK_SURE = (
    "How sure are you that you will do it, 0 to 10? Just press enter if you would rather not say."
)
_NOT_A_NUMBER = "A number from 0 to 10, or just press enter to leave it out."


@dataclass(frozen=True)
class Terms:
    """From which surety on a plan is left in peace, and whether it is kept on the disk."""

    shrink_below: int = USUAL_SHRINK_BELOW
    is_kept: bool = False


def goal_card(room: bytes, now: float, terms: Terms) -> Talk:
    """Return the first question of a new card."""
    return _ask(Plan(room, now, ""), _WHAT, terms)


def _ask(plan: Plan, name: str, terms: Terms, *, alone: bool = False) -> Talk:
    """Return the question about one part of the plan; `alone`: only this one is changed."""
    before: str = getattr(plan, name)

    def hear(text: str) -> Step:
        if len(text) > LONGEST:
            return dataclasses.replace(talk, question=TOO_LONG)
        words = str(clean_line(text)) or before
        if name == _WHAT and words.casefold().rstrip(".!") in NO_GOAL_WORDS:
            return Done(NO_GOAL)
        if name == _WHAT and not words:
            return talk
        changed = replace(plan, **{name: words})
        following = _FIELDS[_FIELDS.index(name) + 1 :]
        return (
            _ask_sure(changed, terms)
            if alone or not following
            else _ask(changed, following[0], terms)
        )

    question = f"{_QUESTIONS[name]} Until now: {before}." if before else _QUESTIONS[name]
    talk = Talk(TITLE, question, hear, above=_so_far(plan))
    return talk


def _ask_sure(plan: Plan, terms: Terms, question: str = _ASK_SURE) -> Talk:
    def hear(text: str) -> Step:
        word = text.strip()
        if not word:
            return _finish(replace(plan, sure=None), terms)
        if not (word.isascii() and word.isdigit() and int(word[:4]) <= 10):
            return _ask_sure(plan, terms, _NOT_A_NUMBER)
        sure = replace(plan, sure=int(word))
        return (
            _finish(sure, terms) if int(word) >= terms.shrink_below else _ask_smaller(sure, terms)
        )

    return Talk(TITLE, question, hear, above=_so_far(plan))


def _ask_smaller(plan: Plan, terms: Terms) -> Talk:
    def hear(key: str) -> Step:
        name = _CHANGED_BY.get(key)
        return _ask(plan, name, terms, alone=True) if name else _finish(plan, terms)

    return Talk(TITLE, f"{plan.sure} of 10. {SHRINK_WORDS}", hear, SHRINK, _so_far(plan))


def _finish(plan: Plan, terms: Terms) -> Talk:
    kept = KEPT if terms.is_kept else IN_MEMORY
    above = (*_so_far(plan), kept)
    return offer_line(TITLE, shared_line(plan), kept, above=above, change=adding(plan))


def _so_far(plan: Plan) -> tuple[str, ...]:
    return (f"Your plan: {step_words(plan)}.",) if plan.what else ()


def shared_line(plan: Plan) -> str:
    """Return a plan as one would say it."""
    sure = "" if plan.sure is None else f" {plan.sure} of 10 sure."
    return f"My plan: {step_words(plan)}.{sure}"


def adding(plan: Plan) -> Callable[[Notebook], Notebook]:
    """Return the change that writes a plan down, once, in place of the same card's earlier form."""

    def change(notebook: Notebook) -> Notebook:
        others = tuple(p for p in notebook.plans if (p.room, p.made) != (plan.room, plan.made))
        return replace(notebook, plans=(*others, plan)[-MOST_PAGES:])

    return change
