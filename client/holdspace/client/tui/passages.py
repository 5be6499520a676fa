"""Passages of the transcript as rows: the words first, then who nodded; times stay in the margin."""

from collections.abc import Callable

from holdspace.client.seat.view import Line, Passage
from holdspace.client.tui import marks
from holdspace.client.tui.clock import time_of
from holdspace.client.tui.rows import (
    BLANK,
    Ink,
    Piece,
    Row,
    clip,
    flow,
    fold,
    indent,
    line_count,
    paragraph,
    plain,
    row,
)
from holdspace.protocol.translation import _

# Lines longer than this tire the eye, however wide the window is.
MEASURE = 74
# Words start right of the sign, so that signs stand alone in a column that text cannot reach (R11).
MARGIN = 2


# What happens around the words is set tight; words have air.
_SMALL = frozenset({Line.TURN, Line.ROOM, Line.NOTICE, Line.BOARD})


def passage_rows(passage: Passage, width: int, after: Passage | None = None) -> list[Row]:
    """Return a passage as rows of at most this width, set apart from the one it comes after."""
    rows = _DRAWN[passage.line](passage, inner_width(width))
    return rows if _is_tight(passage, after) else [BLANK, *rows]


def passage_height(passage: Passage, width: int, after: Passage | None = None) -> int:
    """Return of how many rows a passage is, at a fraction of the cost of drawing them."""
    inner = inner_width(width)
    if passage.line is Line.SHARE:
        nods = len(_nods(passage, inner)) if passage.nods else 0
        heading = len(_heading(passage, inner)) if passage.is_ready else 1
        height = heading + line_count(_words(passage), inner) + nods
    else:
        height = 1 if passage.line is Line.STAGE else line_count(passage.text, inner)
    return height if _is_tight(passage, after) else height + 1


def inner_width(width: int) -> int:
    """Return how wide the words are: the one thing of a width that heights depend on."""
    return max(1, min(width - MARGIN, MEASURE))


def _is_tight(passage: Passage, after: Passage | None) -> bool:
    return after is None or (passage.line in _SMALL and after.line in _SMALL)


def _words(passage: Passage) -> str:
    return (
        _("Folded: {fold} · ) opens it").format(fold=passage.fold) if passage.fold else passage.text
    )


def _share(passage: Passage, width: int) -> list[Row]:
    text = _words(passage)
    body = paragraph(text, width, "muted" if passage.fold or passage.is_ready else "text")
    return [
        *_heading(passage, width),
        *indent(body, MARGIN),
        *indent(_nods(passage, width), MARGIN),
    ]


def _heading(passage: Passage, width: int) -> list[Row]:
    author = passage.author
    time = _when(passage)
    if author is None:
        return [row(("  ", "muted"), (time, "muted"))]
    leads = marks.leads(author)
    sign: Ink = "me" if passage.is_mine else "sage" if leads else "muted"
    name: Ink = "me-strong" if passage.is_mine else "sage-strong" if leads else "strong"
    said = _("facilitator · ") if leads else ""
    symbol = marks.FACILITATOR if leads else marks.ME if passage.is_mine else marks.MEMBER
    called = _("You") if passage.is_mine else author.name
    line = row((f"{symbol} ", sign), (called, name), (f"  {said}{time}", "muted"))
    if not passage.is_ready:
        return [clip(line, width + MARGIN)]
    first, *rest = fold(line, width + MARGIN)
    return [first, *indent(rest, MARGIN)]


def _when(passage: Passage) -> str:
    if passage.is_ready:
        return _("ready, only on this device · s to write on")
    return _("sending …") if passage.is_sending else time_of(passage.at)


def _nods(passage: Passage, width: int) -> list[Row]:
    said = [
        row((f"{marks.NOD_MARKS[kind]} {count} {_(marks.NOD_COUNT_WORDS[kind])}", "muted"))
        for kind, count in passage.nods
        if count
    ]
    return flow(said, width)


def _stage(passage: Passage, width: int) -> list[Row]:
    # Quiet: the strip above says where we are now, this only says where it began.
    title = clip(row(("  ", "muted"), (passage.text, "sage")), width)
    used = sum(len(piece.text) for piece in title)
    rule = Piece(" " + "─" * max(0, width + MARGIN - used - 1), "faint")
    return [(*title, rule)]


def _turn(passage: Passage, width: int) -> list[Row]:
    if passage.floor is None:
        return _room(passage, width)
    lines = paragraph(passage.text, width, "muted")
    before, name, after = plain(lines[0]).partition(passage.floor.name)
    if name and not passage.floor.is_me:
        lines[0] = row((before, "muted"), (name, "amber-strong"), (after, "muted"))
    return _signed(marks.FLOOR, "amber", lines)


def _room(passage: Passage, width: int) -> list[Row]:
    return _signed("·", "muted", paragraph(passage.text, width, "muted"))


def _notice(passage: Passage, width: int) -> list[Row]:
    return _signed(marks.CHOSEN, "hand", paragraph(passage.text, width, "hand"))


def _board(passage: Passage, width: int) -> list[Row]:
    return _signed("·", "sage", paragraph(passage.text, width))


def _signed(sign: str, ink: Ink, lines: list[Row]) -> list[Row]:
    first, *rest = lines
    return [(Piece(f"{sign} ", ink), *first), *indent(rest, MARGIN)]


_DRAWN: dict[Line, Callable[[Passage, int], list[Row]]] = {
    Line.SHARE: _share,
    Line.ROOM: _room,
    Line.STAGE: _stage,
    Line.TURN: _turn,
    Line.NOTICE: _notice,
    Line.BOARD: _board,
}
