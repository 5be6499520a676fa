"""One's own notebook as sentences, to be read out or taken along: never anything of anybody else."""

import time
from collections.abc import Iterable, Iterator

from holdspace.client.notebook import Notebook, Plan
from holdspace.protocol.translation import N_, _, shown

NOTHING = N_("There is nothing in your notebook yet.")
HEAD = N_("My own words, from my notebook. Nobody else's words are in this file.")
OUTCOME_WORDS = {
    "": "",
    "did": N_("You did it."),
    "partly": N_("You did part of it."),
    "changed": N_("You changed it on the way."),
    "not-this-week": N_("Not that time, and that is fine."),
}


_MONTHS = (
    *(N_("January"), N_("February"), N_("March"), N_("April"), N_("May"), N_("June")),
    *(N_("July"), N_("August"), N_("September"), N_("October"), N_("November"), N_("December")),
)


def day_words(at: float) -> str:
    """Return a day in plain words."""
    day = time.localtime(at)
    return _("{day} {month} {year}").format(
        day=day.tm_mday, month=_(_MONTHS[day.tm_mon - 1]), year=day.tm_year
    )


def step_words(plan: Plan) -> str:
    """Return a plan's step: what, how much, when, how often."""
    return ", ".join(part for part in (plan.what, plan.how_much, plan.when, plan.how_often) if part)


def plan_words(plan: Plan) -> str:
    """Return a plan and how it went, as sentences (D11)."""
    day, step = day_words(plan.made), step_words(plan)
    said = [_("On {day} you planned: {step}.").format(day=day, step=step)]
    if plan.sure is not None:
        said.append(_("You were {sure} of 10 sure.").format(sure=plan.sure))
    said.append(shown(OUTCOME_WORDS[plan.outcome]))
    if plan.learned:
        said.append(_("What you learned: {learned}").format(learned=plan.learned))
    return " ".join(filter(None, said))


def own_lines(notebook: Notebook) -> Iterator[str]:
    """Yield everything in a notebook, a line each, with its label first."""
    lines = [
        *(_("plan: {words}").format(words=plan_words(plan)) for plan in notebook.plans),
        *(
            _("idea: {day}: {line}").format(day=day_words(idea.at), line=line)
            for idea in notebook.ideas
            for line in _of(idea.text)
        ),
        *(
            _("note: {day}: {line}").format(day=day_words(note.at), line=line)
            for note in notebook.notes
            for line in _of(note.text)
        ),
        *(
            _("draft: {line}").format(line=line)
            for draft in notebook.drafts
            for line in _of(draft.ready, draft.text)
        ),
        *(
            _("room: {room}, as {name}").format(room=room.room_name, name=room.my_name)
            for room in notebook.rooms
        ),
    ]
    yield from lines or [_(NOTHING)]


def own_page(notebook: Notebook) -> str:
    """Return plans, ideas and notes as a page to take along."""
    return "\n\n".join([_(HEAD), *own_chapters(notebook)]) + "\n"


def own_chapters(notebook: Notebook) -> list[str]:
    """Return plans, ideas and notes, each kind under its title; nothing for a kind there is none of."""
    parts = (
        _chapter(_("Plans"), map(plan_words, notebook.plans)),
        _chapter(_("Ideas"), (idea.text for idea in notebook.ideas)),
        _chapter(_("Notes"), (note.text for note in notebook.notes)),
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
