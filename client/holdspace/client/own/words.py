"""One's own notebook as sentences, to be read out or taken along: never anything of anybody else."""

import time
from collections.abc import Iterable, Iterator

from holdspace.client.notebook import Notebook, Plan

NOTHING = "There is nothing in your notebook yet."
HEAD = "My own words, from my notebook. Nobody else's words are in this file."
OUTCOME_WORDS = {
    "": "",
    "did": "You did it.",
    "partly": "You did part of it.",
    "changed": "You changed it on the way.",
    "not-this-week": "Not that time, and that is fine.",
}


def day_words(at: float) -> str:
    """Return a day in plain words."""
    return time.strftime("%-d %B %Y", time.localtime(at))


def step_words(plan: Plan) -> str:
    """Return a plan's step: what, how much, when, how often."""
    return ", ".join(part for part in (plan.what, plan.how_much, plan.when, plan.how_often) if part)


def plan_words(plan: Plan) -> str:
    """Return a plan and how it went, as sentences (D11)."""
    sure = "" if plan.sure is None else f" You were {plan.sure} of 10 sure."
    outcome = OUTCOME_WORDS[plan.outcome]
    learned = f" What you learned: {plan.learned}" if plan.learned else ""
    return (
        f"On {day_words(plan.made)} you planned: {step_words(plan)}.{sure} {outcome}".strip()
        + learned
    )


def own_lines(notebook: Notebook) -> Iterator[str]:
    """Yield everything in a notebook, a line each, with its label first."""
    lines = [
        *(f"plan: {plan_words(plan)}" for plan in notebook.plans),
        *(
            f"idea: {day_words(idea.at)}: {line}"
            for idea in notebook.ideas
            for line in _of(idea.text)
        ),
        *(
            f"note: {day_words(note.at)}: {line}"
            for note in notebook.notes
            for line in _of(note.text)
        ),
        *(f"draft: {line}" for draft in notebook.drafts for line in _of(draft.ready, draft.text)),
        *(f"room: {room.room_name}, as {room.my_name}" for room in notebook.rooms),
    ]
    yield from lines or [NOTHING]


def own_page(notebook: Notebook) -> str:
    """Return plans, ideas and notes as a page to take along."""
    return "\n\n".join([HEAD, *own_chapters(notebook)]) + "\n"


def own_chapters(notebook: Notebook) -> list[str]:
    """Return plans, ideas and notes, each kind under its title; nothing for a kind there is none of."""
    parts = (
        _chapter("Plans", map(plan_words, notebook.plans)),
        _chapter("Ideas", (idea.text for idea in notebook.ideas)),
        _chapter("Notes", (note.text for note in notebook.notes)),
    )
    return [part for part in parts if part]


def of_room(notebook: Notebook, room: bytes) -> Notebook:
    """Return what was written down in one room."""
    return Notebook(
        plans=tuple(plan for plan in notebook.plans if plan.room == room),
        ideas=tuple(idea for idea in notebook.ideas if idea.room == room),
        notes=tuple(note for note in notebook.notes if note.room == room),
    )


def _chapter(title: str, texts: Iterable[str]) -> str:
    found = list(texts)
    return "\n\n".join([title, *found]) if found else ""


def _of(*texts: str) -> list[str]:
    return [line for text in texts for line in text.splitlines() if line.strip()]
