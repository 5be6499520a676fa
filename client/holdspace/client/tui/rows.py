"""Rows of inked text: what every drawing of the screen is made of before Textual sees it.

A row is a tuple of pieces, a piece is a text and the name of its ink. Nothing here is ever read
as markup, so a bracket in a name stays a bracket; and drawings can be tested as plain values.
"""

from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import Literal, NamedTuple

from rich.cells import cell_len, set_cell_size

from holdspace.protocol.translation import shown

Ink = Literal[
    "text",
    "strong",
    "muted",
    "faint",
    "sage",
    "sage-strong",
    "amber",
    "amber-strong",
    "hand",
    "me",
    "me-strong",
]
Part = str | tuple[str, Ink]


class Piece(NamedTuple):
    """Some text in one ink."""

    text: str
    ink: Ink = "text"


Row = tuple[Piece, ...]
BLANK: Row = ()


def row(*parts: Part) -> Row:
    """Return a row of these parts; a bare string is plain text. Empty parts are left out.

    Whatever is only marked is translated here: nothing is drawn that is not in a row.
    """
    pieces = (
        Piece(shown(part)) if isinstance(part, str) else Piece(shown(part[0]), part[1])
        for part in parts
    )
    return tuple(piece for piece in pieces if piece.text)


def plain(line: Row) -> str:
    """Return the row's text."""
    return "".join(piece.text for piece in line)


def cells(line: Row) -> int:
    """Return how many terminal cells the row takes."""
    return sum(cell_len(piece.text) for piece in line)


def clip(line: Row, width: int) -> Row:
    """Return the row cut to this width, with an ellipsis where something was cut."""
    if cells(line) <= width:
        return line
    kept: list[Piece] = []
    left = width
    for piece in line:
        size = cell_len(piece.text)
        if size >= left:
            kept.append(Piece(shorten(piece.text + " " * left, left), piece.ink))
            break
        kept.append(piece)
        left -= size
    return tuple(kept)


def shorten(text: str, width: int) -> str:
    """Return the text cut to this many cells, with an ellipsis where something was cut.

    It is cut between two words where one ends in the second half of what fits.
    """
    if cell_len(text) <= width:
        return text
    if width <= 0:
        return ""
    kept = set_cell_size(text, width - 1)
    end = kept.rfind(" ")
    is_inside_a_word = not kept.endswith(" ") and text[len(kept) : len(kept) + 1] not in ("", " ")
    return (kept[:end] if is_inside_a_word and end > len(kept) // 2 else kept).rstrip() + "…"


def pad(line: Row, width: int) -> Row:
    """Return the row filled with blanks to this width."""
    missing = width - cells(line)
    return (*line, Piece(" " * missing)) if missing > 0 else line


def centred(line: Row, width: int) -> Row:
    """Return the row moved to the middle of this width."""
    return (Piece(" " * max(0, (width - cells(line)) // 2)), *line)


def apart(left: Row, right: Row, width: int) -> Row:
    """Return one row with a part at each end; the right part gives way when there is no room."""
    gap = width - cells(left) - cells(right)
    return (*left, Piece(" " * gap), *right) if gap >= 2 else clip(left, width)


def indent(lines: Iterable[Row], by: int) -> Iterator[Row]:
    """Yield the rows moved to the right; blank rows stay blank."""
    for line in lines:
        yield (Piece(" " * by), *line) if line else line


@lru_cache(4096)
def wrap(text: str, width: int) -> tuple[str, ...]:
    """Return the text as lines of at most this many cells; line breaks in it are kept."""
    width = max(1, width)
    return tuple(
        line
        for paragraph in text.split("\n")
        for line in _wrap_paragraph(paragraph.rstrip(), width)
    )


def _wrap_paragraph(text: str, width: int) -> Iterator[str]:
    # Nearly all text has one cell per character, and can be cut by counting characters.
    return _wrap_narrow(text, width) if _is_narrow(text) else _wrap_wide(text, width)


def _is_narrow(text: str) -> bool:
    # Text that people wrote has no control characters any more: every sign of ASCII has one cell.
    return text.isascii() or cell_len(text) == len(text)


def line_count(text: str, width: int) -> int:
    """Return of how many lines `wrap` is, without making them: ten thousand are counted at once."""
    width = max(1, width)
    if len(text) <= width and "\n" not in text and text.isascii():
        return 1
    return sum(
        sum(1 for _ in _wrap_paragraph(paragraph.rstrip(), width)) for paragraph in text.split("\n")
    )


def _wrap_narrow(text: str, width: int) -> Iterator[str]:
    start = 0
    while len(text) - start > width:
        blank = text.rfind(" ", start, start + width + 1)
        end = blank if blank > start else start + width
        yield text[start:end]
        start = end + (text[end] == " ")
    yield text[start:]


def _wrap_wide(text: str, width: int) -> Iterator[str]:
    line, used = "", 0
    for word in text.split(" "):
        size = cell_len(word)
        if line and used + 1 + size <= width:
            line, used = f"{line} {word}", used + 1 + size
            continue
        if line:
            yield line
        *full, line = _pieces_of_word(word, width) if size > width else [word]
        yield from full
        used = cell_len(line)
    yield line


def _pieces_of_word(word: str, width: int) -> list[str]:
    """Cut a word that is longer than a line, never inside a wide character."""
    pieces, piece, used = [], "", 0
    for character in word:
        size = cell_len(character)
        if piece and used + size > max(width, 1):
            pieces.append(piece)
            piece, used = "", 0
        piece, used = piece + character, used + size
    return [*pieces, piece]


def fold(line: Row, width: int) -> list[Row]:
    """Return the row as rows of at most this width, each word in the ink that it had."""
    if cells(line) <= width:
        return [line]
    text = plain(line)
    lines: list[Row] = []
    at = 0
    for words in wrap(text, width):
        begin = text.index(words, at)
        at = begin + len(words)
        lines.append(_between(line, at - len(words.lstrip()) if lines else begin, at))
    return lines


def _between(line: Row, begin: int, end: int) -> Row:
    """Return the part of a row from one character to another."""
    kept: list[Piece] = []
    at = 0
    for piece in line:
        text = piece.text[max(0, begin - at) : max(0, end - at)]
        kept += [Piece(text, piece.ink)] if text else []
        at += len(piece.text)
    return tuple(kept)


def flow(parts: Iterable[Row], width: int, gap: int = 3) -> list[Row]:
    """Set parts one after another, as words in a paragraph: only one wider than a row is broken."""
    lines: list[Row] = []
    line: Row = ()
    for part in parts:
        longer = (*line, Piece(" " * gap), *part) if line else part
        if line and cells(longer) > width:
            lines.append(line)
            longer = part
        line = longer
    return [part for one in (*lines, line) if one for part in fold(one, width)]


def paragraph(text: str, width: int, ink: Ink = "text") -> list[Row]:
    """Return the text as wrapped rows in one ink."""
    return [row((line, ink)) for line in wrap(shown(text), width)]
