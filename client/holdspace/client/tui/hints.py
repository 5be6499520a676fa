"""The line above the composer: what happens to the draft, why it was not sent, which commands fit."""

from holdspace.client.acts import ACTS, Act, is_here, is_permitted
from holdspace.client.seat.view import RoomView
from holdspace.client.tui.rows import Ink, Row, apart, cells, clip, flow, paragraph, row
from holdspace.protocol.meeting.events import MAX_TEXT

COMMAND_ROWS = 2


def hint(view: RoomView, draft: str, refusal: str, width: int) -> list[Row]:
    """Return the one sentence that matters most about this draft now, in at most two rows."""
    if refusal:
        return _sentence(refusal, width, "amber")
    if draft.startswith("/") and not draft.startswith("//"):
        return _commands(view, draft, width)
    if len(draft) > MAX_TEXT:
        over = f"{len(draft) - MAX_TEXT:,} characters too long to send in one piece. All of it stays here."
        return _sentence(over, width, "amber")
    lines = _sentence(view.composer_words or _fallback(view), width, "muted")
    length = row((_length(view, draft), "muted"))
    if cells(lines[-1]) + cells(length) <= width:
        lines[-1] = apart(lines[-1], length, width)
    return lines


def _sentence(words: str, width: int, ink: Ink) -> list[Row]:
    lines = paragraph(words, width, ink)
    return lines if len(lines) < 3 else [lines[0], clip((*lines[1], *row(" …")), width)]


def _fallback(view: RoomView) -> str:
    if view.can_write:
        return "Enter sends what you write."
    return "You are listening. Your draft is kept; it is sent only by you, when you can write."


def _length(view: RoomView, draft: str) -> str:
    """A guide, never a limit."""
    guide = view.stage.words_guide if view.stage else 0
    count = len(draft.split())
    return f"  {count} of about {guide} words" if guide and count else ""


def matching(view: RoomView, draft: str) -> list[Act]:
    """Return the acts whose command begins like this draft."""
    word = draft.removeprefix("/").split(" ")[0].lower()
    mine = [act for act in ACTS if is_permitted(act, view) and is_here(act, view)]
    return [act for act in mine if any(name.startswith(word) for name in (act.slash, *act.also))]


def _commands(view: RoomView, draft: str, width: int) -> list[Row]:
    found = matching(view, draft)
    if not found:
        none = row(("No command begins like this. ", "amber"), ("/help lists them.", "muted"))
        return [clip(none, width)]
    if len(found) == 1 or " " in draft:
        act = found[0]
        return [clip(row((act.usage, "amber"), (f"  {act.sentence}", "muted")), width)]
    names = [row((f"/{act.slash}", "amber"), (f" {act.verb}", "muted")) for act in found]
    return flow(names, width)[:COMMAND_ROWS]
