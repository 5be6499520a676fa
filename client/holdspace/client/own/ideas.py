"""Ideas and notes to keep, in one's own words: what somebody else said stays with them (D1)."""

from msgspec.structs import replace

from holdspace.client.notebook import MOST_PAGES, Idea, Note, Notebook
from holdspace.client.own.talk import Change
from holdspace.client.seat.view import Line, RoomView
from holdspace.protocol.text import clean
from holdspace.protocol.translation import N_, _

LONGEST = 2000
# Fewer words in a row than this, and two people may well say the same.
WORDS_IN_A_ROW = 6
KEPT = N_("Kept in your notebook, encrypted. /plans reads it to you.")
IN_MEMORY = N_("Kept in memory until you leave; no notebook is open. /plans reads it to you.")
NOT_YOURS = N_(
    "Those are somebody else's words, so they were not kept: what is shared here stays here. Put it "
    "into words of your own; what you typed is still there."
)
TOO_LONG = N_(
    "That is longer than fits here, which is {number} letters, so it was not kept. "
    "What you typed is still there."
).filled(number=str(LONGEST))
NOTHING = N_("Type what you want to keep after the command, in words of your own.")


def is_copied(text: str, view: RoomView) -> bool:
    """Tell whether a stretch of it stands in what somebody else shared."""
    words = _words(text)
    length = min(WORDS_IN_A_ROW, len(words))
    if length < 3:
        return False
    runs = {tuple(words[at : at + length]) for at in range(len(words) - length + 1)}
    shares = (p for p in view.transcript if p.line is Line.SHARE and not p.is_mine)
    return any(_has_run(_words(share.text), runs, length) for share in shares)


def keeping_idea(text: str, room: bytes, now: float) -> Change:
    """Return the change that keeps an idea."""

    def change(notebook: Notebook) -> Notebook:
        idea = Idea(room, now, str(clean(text, LONGEST)))
        return replace(notebook, ideas=(*notebook.ideas, idea)[-MOST_PAGES:])

    return change


def keeping_note(text: str, room: bytes, now: float) -> Change:
    """Return the change that keeps a note."""

    def change(notebook: Notebook) -> Notebook:
        note = Note(room, now, str(clean(text, LONGEST)))
        return replace(notebook, notes=(*notebook.notes, note)[-MOST_PAGES:])

    return change


def kept_words(*, is_kept: bool) -> str:
    """Say where it was kept."""
    return _(KEPT if is_kept else IN_MEMORY)


def _words(text: str) -> list[str]:
    letters = "".join(c if c.isalnum() else " " for c in text.casefold())
    return letters.split()


def _has_run(words: list[str], runs: set[tuple[str, ...]], length: int) -> bool:
    return any(tuple(words[at : at + length]) in runs for at in range(len(words) - length + 1))
