"""The line above the composer: what happens to the draft, why it was not sent, which commands fit."""

from holdspace.client.acts import ACTS, BY_ID, Act, is_here, is_permitted
from holdspace.client.seat.view import RoomView
from holdspace.client.tui.rows import (
    Ink,
    Row,
    apart,
    cells,
    flow,
    fold,
    paragraph,
    row,
)
from holdspace.protocol.meeting.kinds import MAX_TEXT
from holdspace.protocol.translation import _, shown

COMMAND_ROWS = 2
USAGE_ROWS = 3


def hint(
    view: RoomView,
    draft: str,
    refusal: str,
    width: int,
    *,
    is_writing: bool = True,
    is_low: bool = False,
) -> list[Row]:
    """Return the one sentence that matters most about this draft now, in at most two rows.

    In a low window the usual sentences have one row, so that more of what is said can be read.
    """
    if refusal:
        return _sentence(_floor(view) + refusal, width, "amber")
    if draft.startswith("/") and not draft.startswith("//"):
        return _commands(view, draft, width)
    over = len(_to_send(draft)) - MAX_TEXT
    if over > 0:
        words = _(
            "Too long for one piece, by {over} of {max_text} characters. All of it stays here."
        ).format(over=over, max_text=MAX_TEXT)
        return _sentence(_floor(view) + words, width, "amber")
    words = shown(
        _before_the_flow(view, is_writing=is_writing) or view.composer_words or _fallback(view)
    )
    lines = _sentence(_first_clauses(words, width) if is_low else words, width, "muted")
    length = row((_length(view, draft), "muted"))
    if cells(lines[-1]) + cells(length) <= width:
        lines[-1] = apart(lines[-1], length, width)
    return lines


def _sentence(words: str, width: int, ink: Ink) -> list[Row]:
    """Return the sentence; one of more than two rows up to where it can end, and whole where it cannot."""
    lines = paragraph(words, width, ink)
    if len(lines) < 3:
        return lines
    fewer = paragraph(_first_clauses(words, sum(map(cells, lines[:2]))), width, ink)
    return fewer if len(fewer) < 3 else lines


def _first_clauses(words: str, width: int) -> str:
    """Return as much of it as fits in one row and ends where a sentence can, or all of it."""
    ends = [at for at in range(min(len(words), width)) if words[at] in ".;" and at > width // 3]
    if len(words) <= width or not ends:
        return words
    return f"{words[: ends[-1]]}."


def _to_send(draft: str) -> str:
    """Return what would be sent, so that this count and the one of a refusal are the same."""
    return draft.strip().removeprefix("/") if draft.startswith("//") else draft.strip()


def _floor(view: RoomView) -> str:
    """Whose turn it is must not be hidden by what is wrong with the draft."""
    return _("You have the floor. ") if view.me and view.me.has_floor else ""


def _before_the_flow(view: RoomView, *, is_writing: bool) -> str:
    """Return to a facilitator how the meeting begins, until it has."""
    if not (view.is_facilitator and view.stages and view.can_write) or view.is_held:
        return ""
    if any(stage.is_current or stage.is_done for stage in view.stages):
        return ""
    escape = _("Esc, then ") if is_writing else ""
    return _("{escape}{begin} begins the first stage; {door} shows who is at the door.").format(
        escape=escape, begin=BY_ID["next"].key, door=BY_ID["door"].key
    )


def _fallback(view: RoomView) -> str:
    if view.can_write:
        return _("Enter sends what you write.")
    return _("You are listening. Your draft is kept; it is sent only by you, when you can write.")


def _length(view: RoomView, draft: str) -> str:
    """A guide, never a limit."""
    guide = view.stage.words_guide if view.stage else 0
    count = len(draft.split())
    return (
        _("  {count} of about {guide} words").format(count=count, guide=guide)
        if guide and count
        else ""
    )


def matching(view: RoomView, draft: str) -> list[Act]:
    """Return the acts whose command begins like this draft."""
    word = draft.removeprefix("/").split(" ")[0].lower()
    mine = [act for act in ACTS if is_permitted(act, view) and is_here(act, view)]
    return [act for act in mine if any(name.startswith(word) for name in (act.slash, *act.also))]


def _commands(view: RoomView, draft: str, width: int) -> list[Row]:
    found = matching(view, draft)
    if not found:
        none = row((_("No command begins like this. "), "amber"), (_("/help lists them."), "muted"))
        return fold(none, width)
    if len(found) == 1 or " " in draft:
        act = found[0]
        whole = fold(row((act.usage, "amber"), (f"  {act.sentence}", "muted")), width)
        return whole if len(whole) <= USAGE_ROWS else fold(row((act.usage, "amber")), width)
    names = [row((f"/{act.slash}", "amber"), (f" {act.verb}", "muted")) for act in found]
    return flow(names, width)[:COMMAND_ROWS]
