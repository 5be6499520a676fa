"""Questions at a terminal, broken between words: a terminal by itself breaks them in mid-word.

Only what is asked and said before a meeting. In a meeting what happens is one line (a screen reader reads
it whole, and a braille line finds its place), and so it is everywhere for a terminal that is `dumb`.
"""

import os
import sys

from holdspace.protocol.text import cells

# Nothing is gained by breaking lines that hold a word or two.
NARROWEST = 20


def width_of_terminal() -> int:
    """Return how wide the terminal is that standard output goes to; 0 where lines stay whole."""
    if not sys.stdout.isatty() or os.environ.get("TERM", "dumb") in {"", "dumb"}:
        return 0
    try:
        return os.get_terminal_size(sys.stdout.fileno()).columns
    except OSError:
        return 0


def wrapped(line: str, width: int) -> list[str]:
    """Return a line in pieces that fit; no word is broken, and one that is too long stands alone."""
    if width < NARROWEST or cells(line) <= width:
        return [line]
    pieces: list[str] = []
    for word in line.split(" "):
        longer = f"{pieces[-1]} {word}" if pieces else word
        if pieces and cells(longer) <= width:
            pieces[-1] = longer
        else:
            pieces.append(word)
    return pieces
