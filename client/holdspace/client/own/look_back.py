"""Looking back on the last plan: shown to its owner alone, with four answers that are all good ones."""

from __future__ import annotations

import dataclasses

from msgspec.structs import replace

from holdspace.client.notebook import Notebook, Outcome, Plan
from holdspace.client.own.goal_card import LONGEST, TOO_LONG, adding
from holdspace.client.own.talk import Answer, Done, Step, Talk, offer_line
from holdspace.client.own.words import day_words, step_words
from holdspace.protocol.text import clean_line
from holdspace.protocol.translation import N_, _, shown

TITLE = N_("How your plan went")
QUESTION = N_("How did it go? All four are good answers.")
NO_PLAN = N_(
    "There is no plan of yours here to look back on. What got in the way, or what helped, is worth a "
    "line, too."
)
WRITTEN = N_("That is written beside your plan.")
OUTCOMES: dict[str, tuple[Outcome, str]] = {
    "d": ("did", N_("I did it")),
    "p": ("partly", N_("partly")),
    "c": ("changed", N_("I changed it")),
    "n": ("not-this-week", N_("not this week")),
}
_ANSWERS = tuple(Answer(key, words) for key, (_outcome, words) in OUTCOMES.items())
_SAID = {
    "did": N_("I did it: {step}."),
    "partly": N_("I did part of it: {step}."),
    "changed": N_("I changed it on the way: {step}."),
    "not-this-week": N_("Not this week: {step}."),
}
_LEARNED = N_("What did you learn, if anything? Just press enter to leave it out.")
_FOLLOW_UP = N_("Would you like ideas, or just company, or to move on?")
_FOLLOW_UPS = (
    Answer("i", N_("ideas")),
    Answer("c", N_("company")),
    Answer("m", N_("move on")),
)
_WISHES = {"i": N_("I would like ideas."), "c": N_("I would just like company.")}


def last_plan(notebook: Notebook, room: bytes) -> Plan | None:
    """Return the newest plan that was not looked back on: of this room, or else of any."""
    waiting = [plan for plan in notebook.plans if not plan.outcome]
    here = [plan for plan in waiting if plan.room == room]
    return next(iter(reversed(here or waiting)), None)


def look_back(notebook: Notebook, room: bytes) -> Step:
    """Return the question how the last plan went, or a kind word where there is none."""
    plan = last_plan(notebook, room)
    if plan is None:
        return Done(NO_PLAN)
    above = (
        _("Your plan of {day}: {step}.").format(day=day_words(plan.made), step=step_words(plan)),
    )

    def hear(key: str) -> Step:
        outcome, _words = OUTCOMES[key]
        return _ask_learned(replace(plan, outcome=outcome), above)

    return Talk(TITLE, QUESTION, hear, _ANSWERS, above)


def _ask_learned(plan: Plan, above: tuple[str, ...]) -> Talk:
    def hear(text: str) -> Step:
        if len(text) > LONGEST:
            return dataclasses.replace(talk, question=TOO_LONG)
        learned = replace(plan, learned=str(clean_line(text)))
        if plan.outcome == "not-this-week":
            return _ask_what_helps(learned, above)
        return _offer(learned, above, "")

    talk = Talk(TITLE, _LEARNED, hear, above=above, change=adding(plan))
    return talk


def _ask_what_helps(plan: Plan, above: tuple[str, ...]) -> Talk:
    def hear(key: str) -> Step:
        # Who wants to move on is not asked anything more.
        return Done(WRITTEN) if key == "m" else _offer(plan, above, _WISHES[key])

    return Talk(TITLE, _FOLLOW_UP, hear, _FOLLOW_UPS, above, change=adding(plan))


def _offer(plan: Plan, above: tuple[str, ...], wish: str) -> Talk:
    learned = f"{plan.learned.rstrip('.')}." if plan.learned else ""
    said = _(_SAID[plan.outcome]).format(step=step_words(plan))
    line = " ".join(filter(None, (said, learned, shown(wish))))
    return offer_line(TITLE, line, WRITTEN, above=above, change=adding(plan))
