"""The goal card: one small step, as somebody wants it, made smaller until it feels nearly sure (M16).

No plan is a good answer, and so is one that stays as it is. The card is kept where the notebook is;
nobody else sees it, and nothing reminds anybody of it.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable

from msgspec.structs import replace

from holdspace.client.notebook import MOST_PAGES, Notebook, Plan
from holdspace.client.own.talk import Answer, Done, Step, Talk, offer_line
from holdspace.client.own.words import step_words
from holdspace.protocol.text import clean_line
from holdspace.protocol.translation import N_, _
from holdspace.protocol.values import value

TITLE = N_("A small step")
LONGEST = 500
TOO_LONG = N_(
    "That is longer than fits here, which is {number} letters. A few words are enough."
).filled(number=str(LONGEST))
USUAL_SHRINK_BELOW = 7
# In every language we speak: whoever is used to one of them types it.
NO_GOAL_WORDS = frozenset(
    {
        *("none", "no", "no goal", "no plan", "no goal this week", "no plan this week"),
        *("keins", "keines", "nein", "kein ziel", "kein vorhaben", "diese woche keins"),
    }
)
NO_GOAL = N_("No plan this week: that is a good answer, too. Nothing was written down.")
KEPT = N_("Your plan is in your notebook, encrypted, on this computer only.")
IN_MEMORY = N_(
    "Your plan is in memory only: it is gone when you leave, because no notebook is open."
)
SHRINK_WORDS = N_(
    "Would it feel surer smaller, fewer, or different? Or keep it as it is. All are fine."
)
SHRINK = (
    Answer("s", N_("smaller")),
    Answer("f", N_("fewer")),
    Answer("d", N_("different")),
    Answer("k", N_("keep it as it is")),
)
_WHAT, _HOW_MUCH, _WHEN, _HOW_OFTEN = "what", "how_much", "when", "how_often"
_FIELDS = (_WHAT, _HOW_MUCH, _WHEN, _HOW_OFTEN)
_QUESTIONS = {
    _WHAT: N_(
        "What do you want to do before we meet again? Want, not should. Or type none: no plan this week."
    ),
    _HOW_MUCH: N_("How much of it? Just press enter to leave it open."),
    _WHEN: N_("When? Just press enter to leave it open."),
    _HOW_OFTEN: N_("How often? Just press enter to leave it open."),
}
_CHANGED_BY = {"s": _HOW_MUCH, "f": _HOW_OFTEN, "d": _WHAT}
_ASK_SURE = N_(
    "How sure are you that you will do it, 0 to 10? Just press enter if you would rather not say."
)
_NOT_A_NUMBER = N_("A number from 0 to 10, or just press enter to leave it out.")


@value()
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

    question = _(_QUESTIONS[name])
    if before:
        question = _("{question} Until now: {before}.").format(question=question, before=before)
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

    question = _("{sure} of 10. {question}").format(sure=plan.sure, question=_(SHRINK_WORDS))
    return Talk(TITLE, question, hear, SHRINK, _so_far(plan))


def _finish(plan: Plan, terms: Terms) -> Talk:
    kept = KEPT if terms.is_kept else IN_MEMORY
    above = (*_so_far(plan), kept)
    return offer_line(TITLE, shared_line(plan), kept, above=above, change=adding(plan))


def _so_far(plan: Plan) -> tuple[str, ...]:
    return (_("Your plan: {step}.").format(step=step_words(plan)),) if plan.what else ()


def shared_line(plan: Plan) -> str:
    """Return a plan as one would say it."""
    step = step_words(plan)
    if plan.sure is None:
        return _("My plan: {step}.").format(step=step)
    return _("My plan: {step}. {sure} of 10 sure.").format(step=step, sure=plan.sure)


def adding(plan: Plan) -> Callable[[Notebook], Notebook]:
    """Return the change that writes a plan down, once, in place of the same card's earlier form."""

    def change(notebook: Notebook) -> Notebook:
        others = tuple(p for p in notebook.plans if (p.room, p.made) != (plan.room, plan.made))
        return replace(notebook, plans=(*others, plan)[-MOST_PAGES:])

    return change
