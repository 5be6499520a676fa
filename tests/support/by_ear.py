"""A meeting in plain lines as somebody hears it: what a screen reader or a braille display trips over.

It is given the bytes that a terminal was sent, and what was typed there, and says what is wrong.
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator

# Backspace takes back what was just typed; a bell is the one sound there is.
_SPEAKABLE = "\n\r\b\a"
# Blocks whose signs are read out one by one, or are cells of braille that mean something else.
_DRAWING = ("BOX DRAWINGS", "BLOCK", "BRAILLE", "GEOMETRIC", "BLACK ", "WHITE ", "HEAVY ", "LIGHT ")
# Who or what speaks comes first: a word or a name, or two of them.
_LABEL = re.compile(r"[^\W\d_][\w .,'-]{0,40}: \S")
_TIME_FIRST = re.compile(r"\W*\d{1,2}:\d{2}")
_CODE = re.compile(r"holdspace\d:\S+")
LONGEST = 600


def lines_of(sent: str, typed: Iterable[str]) -> list[str]:
    """Return what the program said, without what was echoed of the typing."""
    echoed = Counter(typed)
    said = []
    for line in sent.replace("\r\n", "\n").replace("\a", "").split("\n"):
        if echoed[line] > 0:
            echoed[line] -= 1
        elif line.strip():
            said.append(line)
    return said


def faults(sent: str, typed: Iterable[str], asked_again: Iterable[str] = ()) -> list[str]:
    """Return everything that would be hard to follow by ear or by hand.

    `asked_again`: beginnings of lines that may come twice, because somebody asked for them twice.
    """
    said = lines_of(sent, typed)
    return [
        *_hidden_orders(sent),
        *(f"{why}: {line}" for line in said for why in _faults_of(line)),
        *_said_twice(said, tuple(asked_again)),
    ]


def _hidden_orders(sent: str) -> Iterator[str]:
    """Find cursor addressing, colour, and whatever else a terminal obeys instead of showing."""
    for found in re.finditer(r"\x1b\[?[0-9;?]*.?", sent):
        yield f"an order to the terminal: {found[0]!r}"
    for character in sorted({*sent} - {*_SPEAKABLE, "\x1b"}):
        if unicodedata.category(character) in {"Cc", "Cf", "Co", "Cs"}:
            yield f"a character that nobody hears: {character!r}"
    if re.search(r"\r(?!\n)", sent):
        yield "a line that is written over"


def _faults_of(line: str) -> Iterator[str]:
    if any(unicodedata.name(character, "").startswith(_DRAWING) for character in line):
        yield "drawn instead of said"
    if any(unicodedata.category(character) in {"So", "Sk"} for character in line):
        yield "a sign instead of a word"
    if _TIME_FIRST.match(line):
        yield "the time before the words"
    if not (_LABEL.match(line) or _CODE.fullmatch(line) or line.endswith(("?", ":", ".", ")"))):
        yield "nobody knows who says it"
    if line != line.strip() and not line.endswith(": "):
        yield "blanks around it"
    if "  " in line or "\t" in line:
        yield "laid out by blanks"
    if len(line) > LONGEST and not _CODE.fullmatch(line):
        yield "too long to follow"


def _said_twice(said: list[str], asked_again: tuple[str, ...]) -> Iterator[str]:
    for line, times in Counter(said).items():
        if times > 1 and not line.startswith(asked_again or ("\0",)):
            yield f"said {times} times: {line}"
