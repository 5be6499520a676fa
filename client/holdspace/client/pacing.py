"""An exercise, line by line, at the pace of its card or of whoever does it; nothing of it is sent.

Every line's time is counted from when the exercise began, never from the line before, so that three
minutes of breathing do not drift. Pure: the front ends bring the clock.
"""

from dataclasses import replace
from math import ceil

from holdspace.client.library import DataError, Library, NotInLibrary, TechniqueCard
from holdspace.protocol.translation import N_, _
from holdspace.protocol.values import value

USUAL = "breath-4-6"
SENSES = "ground-54321"
REST = "rest"
REST_WORDS = N_("Rest, as you are. Nothing has to happen. Come back whenever you like.")
# Kept for writing on: what one can hold on to when an exercise is a form.
TEMPLATE_WORDS = N_("The lines to fill in are in your text field; nothing was sent.")
# What people call them.
CALLED = {
    "breath": USUAL,
    "breathe": USUAL,
    "senses": SENSES,
    "ground": SENSES,
    "soft": "soften-8",
    "softening": "soften-8",
    "kind": "kind-line",
    "attention": "attention-shift",
    "anchor": "anchor-scan",
    "plan": "pace-plan",
}
# Exercises for two, that nobody does alone.
FOR_TWO = frozenset({"write-back"})
MOST_DOTS = 12
DONE_WORDS = N_("That was all of it. Come back in your own time.")


@value()
class Practice:
    """An exercise under way: `at` counts its lines from 0; `due` is when the next one comes by itself."""

    name: str
    title: str
    opening: str
    stop_line: str
    lines: tuple[str, ...]
    seconds: tuple[int, ...]
    at: int = 0
    due: float | None = None
    template: tuple[str, ...] = ()

    @property
    def line(self) -> str:
        """Return the line of this moment."""
        return self.lines[self.at] if self.at < len(self.lines) else _(DONE_WORDS)

    @property
    def is_done(self) -> bool:
        """Tell whether the last line was said."""
        return self.at >= len(self.lines)

    @property
    def waits(self) -> bool:
        """Tell whether this line stays until the person goes on."""
        return not self.is_done and self.due is None


def names(library: Library | None = None) -> tuple[str, ...]:
    """Return every exercise for one person, the usual one first, a rest last."""
    shelf = library or Library()
    there = dict.fromkeys(name.partition(".")[0] for name in shelf.names("techniques"))
    alone = (name for name in there if name != USUAL and name not in FOR_TWO)
    return (USUAL, *alone, REST)


def is_known(name: str) -> bool:
    """Tell whether there is an exercise of this name."""
    wanted = name.strip().lower()
    return CALLED.get(wanted, wanted) in (*names(), *FOR_TWO)


def title_of(name: str, library: Library | None = None) -> str:
    """Return what an exercise is called."""
    return begin(name, 0.0, library).title


def dots(practice: Practice, now: float) -> str:
    """Return how far a line of some seconds is, a dot for each; for people who want gentle motion."""
    if practice.due is None or practice.is_done:
        return ""
    seconds = practice.seconds[practice.at]
    gone = min(max(0, seconds - ceil(practice.due - now)), seconds)
    return " ".join("●" * gone + "○" * (seconds - gone)) if seconds <= MOST_DOTS else ""


def begin(name: str, now: float, library: Library | None = None, *, lang: str = "") -> Practice:
    """Return the exercise of this name, begun; an unknown name is the usual one."""
    wanted = CALLED.get(name.strip().lower(), name.strip().lower()) or USUAL
    if wanted == REST:
        return Practice(REST, _("Rest"), "", "", (_(REST_WORDS),), (0,))
    shelf = library or Library()
    try:
        card = shelf.technique(wanted, lang)
    except (NotInLibrary, DataError):
        card = shelf.technique(USUAL, lang)
    return _begun(card, now)


def go_on(practice: Practice, now: float) -> Practice:
    """Return the exercise one line further, because its time has come or the person said so."""
    if practice.is_done:
        return practice
    # From when the line was due, not from when the clock was looked at.
    since = practice.due if practice.due is not None and practice.due <= now else now
    return _timed(replace(practice, at=practice.at + 1), since)


def catch_up(practice: Practice, now: float) -> Practice:
    """Return the exercise at the line that this moment has; a program that slept skips what is over."""
    while practice.due is not None and practice.due <= now:
        practice = go_on(practice, now)
    return practice


def _begun(card: TechniqueCard, now: float) -> Practice:
    steps = card.unrolled
    begun = Practice(
        card.id,
        card.title,
        card.opening,
        card.stop_line,
        tuple(step.text for step in steps),
        tuple(step.seconds for step in steps),
        template=card.template,
    )
    return _timed(begun, now)


def _timed(practice: Practice, since: float) -> Practice:
    seconds = 0 if practice.is_done else practice.seconds[practice.at]
    return replace(practice, due=since + seconds if seconds else None)
