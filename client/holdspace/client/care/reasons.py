"""Why: what a facilitator is asked before they nudge, pause, send back or remove somebody (A1).

The person reads it, and nobody else does. A number takes a ready phrase; own words are as good.
"""

from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

from holdspace.client.numbers import number_in
from holdspace.client.seat.intents import BackToTheDoor, Intent, NudgeThem, PauseTheWriting, Remove
from holdspace.client.seat.view import RoomView
from holdspace.client.yes_or_no import NO
from holdspace.protocol.translation import N_, _

if TYPE_CHECKING:
    from holdspace.client.library.sections import Phrases

Step = NudgeThem | PauseTheWriting | BackToTheDoor | Remove
_STEPS = (NudgeThem, PauseTheWriting, BackToTheDoor, Remove)
_ASKS: dict[type[Intent], str] = {
    NudgeThem: N_("What do you want to say to {name}? Only they read it."),
    PauseTheWriting: N_("Why is {name}'s writing paused? Only they read it."),
    BackToTheDoor: N_("Why does {name} go back to the door? Only they read it."),
    Remove: N_("Why is {name} removed? Only they read it."),
}


def asks_why(intent: Intent) -> bool:
    """Tell whether words for the person have to be asked for first."""
    return isinstance(intent, _STEPS) and not intent.words


def why_question(intent: Intent, view: RoomView) -> str:
    """Return what the facilitator is asked."""
    who = getattr(intent, "who", b"")
    name = next((person.name for person in view.people if person.identity == who), _("this person"))
    return _(_ASKS[type(intent)]).replace("{name}", name)


def _reasons(lang: str) -> "Phrases":
    # Loaded when somebody is asked why, and not before anybody has read a word.
    from holdspace.client.library import Library  # noqa: PLC0415

    return Library().reasons(lang)


def phrases(lang: str = "") -> tuple[str, ...]:
    """Return the ready words, numbered from 1 where they are shown."""
    return _reasons(lang).phrases


def unsaid(lang: str = "") -> str:
    """Return what the person reads when no reason was written, in the room's language."""
    return _reasons(lang).unsaid


def can_be_unsaid(intent: Intent) -> bool:
    """Tell whether it can be done without a reason; a nudge is nothing but its words."""
    return not isinstance(intent, NudgeThem)


def with_words(intent: Intent, words: str) -> Intent:
    """Return the step with these words for the person."""
    return replace(intent, words=words) if isinstance(intent, _STEPS) else intent


def why_lines(intent: Intent, view: RoomView) -> Iterator[str]:
    """Yield the question and its ready answers, a line each."""
    yield why_question(intent, view)
    for number, phrase in enumerate(phrases(view.lang), 1):
        yield f"{number}. {phrase}"
    yield (
        _("Type a number or your own words; y does it without a reason, n does nothing.")
        if can_be_unsaid(intent)
        else _("Type a number or your own words; n does nothing.")
    )


def answered(intent: Intent, answer: str, lang: str = "") -> Intent | None:
    """Return the step with the words that were meant, or None to do nothing."""
    answer = answer.strip()
    ready = phrases(lang)
    if answer.lower() in NO:
        return None
    if number := number_in(answer, len(ready)):
        return with_words(intent, ready[number - 1])
    return with_words(intent, answer) if answer else None


def own_words(intent: Intent, lang: str = "") -> str:
    """Return what the facilitator wrote themselves, so that it is not lost when nothing is done."""
    words: str = getattr(intent, "words", "")
    return "" if words in {unsaid(lang), *phrases(lang)} else words
