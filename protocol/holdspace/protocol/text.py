"""Text that came from somebody else, made safe to show; and names, kept apart by eye and ear.

`clean()` stands where foreign text is decoded; nothing else may make a `SafeText`. `last_stage()`
stands where a line leaves for the terminal, so that a path somebody forgot cannot speak to it
either (R11). Both depend on Python's Unicode tables, so their results are for showing only: what
members must agree on is the raw text (R12).
"""

import hashlib
import re
import unicodedata
from collections.abc import Iterable
from functools import lru_cache
from typing import NewType

from holdspace.protocol.lookalikes import LOOKALIKES, SEEN_AS
from holdspace.protocol.translation import N_, _, shown

SafeText = NewType("SafeText", str)

MAX_CLEAN = 4000
MAX_MARKS = 4
MAX_NAME_CELLS = 24
_MAX_NAME_MARKS = 3

# C0, C1, format (bidi, zero width, tags), surrogates, private use, unassigned, line separators.
_FORBIDDEN_CATEGORIES = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
# Nothing to see, though their category says mark, letter or symbol: joiners, fillers, variation
# selectors, vowels that never show, and the blank of the braille patterns.
_INVISIBLE = frozenset(
    map(
        chr,
        (
            *(0x034F, 0x115F, 0x1160, 0x17B4, 0x17B5, 0x180B, 0x180C, 0x180D, 0x180F, 0x2800),
            *(0x3164, 0xFFA0, *range(0xFE00, 0xFE10), *range(0xE0100, 0xE01F0)),
        ),
    )
)
_NEW_LINES = re.compile("\r\n|[\r\v\f\x85\u2028\u2029]")
_BLANK_LINES = re.compile(r"\n{3,}")


def is_forbidden(character: str) -> bool:
    """Tell whether a character could move the cursor, hide, or reorder what is around it."""
    return unicodedata.category(character) in _FORBIDDEN_CATEGORIES or character in _INVISIBLE


def clean(text: str, limit: int = MAX_CLEAN) -> SafeText:
    """Return the text without anything that could act on a terminal or hide; lines are kept."""
    # The bound stands before the work; what is dropped below cannot make room for more.
    text = text[:limit]
    if text.isascii() and text.isprintable():
        return SafeText(text.rstrip())
    text = _NEW_LINES.sub("\n", text)
    text = _thinned(unicodedata.normalize("NFC", "".join(map(_kept, text))))
    # Line by line, and by no expression: one looks from each space to the end of them all.
    lines = "\n".join(line.rstrip(" ") for line in text.split("\n"))
    text = _BLANK_LINES.sub("\n\n", lines.strip("\n"))
    return SafeText(text[:limit].rstrip())


def clean_line(text: str, limit: int = MAX_CLEAN) -> SafeText:
    """Return the text like `clean()`, on one line."""
    return SafeText(" ".join(clean(text, limit).split()))


def last_stage(line: str) -> str:
    """Return one line for the terminal with everything forbidden shown as a replacement mark."""
    if line.isascii() and line.isprintable():
        return line
    return "".join("\ufffd" if is_forbidden(character) else character for character in line)


def _kept(character: str) -> str:
    if character == "\n":
        return character
    # Tabs jump by terminal, other spaces differ in width or are mistaken for letters.
    if character == "\t" or unicodedata.category(character) == "Zs":
        return " "
    return "" if is_forbidden(character) else character


def _thinned(text: str) -> str:
    # More marks than any script needs grow over the lines above and below.
    kept, marks = [], 0
    for character in text:
        marks = marks + 1 if unicodedata.category(character).startswith("M") else 0
        if marks <= MAX_MARKS:
            kept.append(character)
    return "".join(kept)


class NameRefused(Exception):
    """A name cannot be used here; the text is one sentence for the person who chose it."""


# A name goes before a colon on every line; these would pass for the program itself.
RESERVED_NAMES = (
    "you", "room", "turn", "stage", "door", "notice", "error", "help", "relay", "system",
    "holdspace", "everyone", "nobody", "host", "co-facilitator", "facilitator", "member", "say",
    "time", "draft", "invitation", "agreements", "lobby", "about", "queue", "agenda", "support",
    "sheet", "plain", "private", "not ok", "at the door", "after", "answer", "board", "card",
    "choice", "comfort", "count", "demo", "gather", "log", "notebook", "pair", "pairs", "plan",
    "practice", "settings", "solo", "somebody", "tryout", "why", "copy", "editor",
    # The same where the program speaks German; somebody in the room may read it so.
    "du", "Raum", "dran", "Abschnitt", "Tür", "Hinweis", "Fehler", "Hilfe", "System", "alle",
    "niemand", "jemand", "Gruppenleitung", "Mitleitung", "Mitglied", "sagen", "Zeit", "Entwurf",
    "Einladung", "Vereinbarungen", "Vorraum", "Überblick", "Reihe", "Ablauf", "Unterstützung",
    "Leitfaden", "vertraulich", "nicht gut", "an der Tür", "danach", "Antwort", "Tafel", "Karte",
    "Auswahl", "angenehm", "Zählung", "kopieren", "sammeln", "Protokoll", "Notizbuch", "Paar",
    "Vorhaben", "Übung", "Einstellungen", "allein", "ausprobieren", "warum", "zu zweit",
)  # fmt: skip
_APOSTROPHES = "\u2019\u2018\u02bc\u02bb\u02b9\u0060\u00b4\uff07"
_HYPHENS = "\u2010\u2011\u2012\u2013\u2014\u2212\uff0d"
_AS_TYPED = str.maketrans(dict.fromkeys(_APOSTROPHES, "'") | dict.fromkeys(_HYPHENS, "-"))
# The standard library knows scripts only by the first word of a character's name.
_EAST_ASIAN = ("CJK", "HIRAGANA", "KATAKANA", "HANGUL", "BOPOMOFO", "IDEOGRAPHIC")
_SCRIPTS = {script: script for script in (
    "LATIN", "GREEK", "CYRILLIC", "ARMENIAN", "GEORGIAN", "HEBREW", "ARABIC", "SYRIAC", "THAANA",
    "DEVANAGARI", "BENGALI", "GURMUKHI", "GUJARATI", "ORIYA", "TAMIL", "TELUGU", "KANNADA",
    "MALAYALAM", "SINHALA", "THAI", "LAO", "TIBETAN", "MYANMAR", "ETHIOPIC", "KHMER", "MONGOLIAN",
)} | dict.fromkeys(_EAST_ASIAN, "EAST ASIAN")  # fmt: skip
_COMMON = "COMMON"


def check_name(name: str, taken: Iterable[str] = ()) -> str:
    """Return the name in its normal form, or raise NameRefused with the reason."""
    # The bound stands before the work; 24 cells with three marks each cannot be longer.
    if len(name) > 4 * MAX_NAME_CELLS:
        raise NameRefused(shown(_TOO_LONG))
    normal = unicodedata.normalize("NFC", " ".join(name.translate(_AS_TYPED).split()))
    _check_characters(normal)
    if cells(normal) > MAX_NAME_CELLS:
        raise NameRefused(shown(_TOO_LONG))
    if any(looks_like(normal, word) for word in RESERVED_NAMES):
        raise NameRefused(_("That word means something else in this room. Please choose a name."))
    if any(looks_like(normal, other) for other in taken):
        raise NameRefused(_("Somebody here has a name that looks the same. Please choose another."))
    return normal


_TOO_LONG = N_("That name is too long. Up to {most} letters fit.").filled(most=str(MAX_NAME_CELLS))


def _check_characters(name: str) -> None:
    if not name:
        raise NameRefused(_("A name needs at least one letter. It need not be your real one."))
    if not all(map(_may_be_in_name, name)):
        raise NameRefused(
            _("A name can have letters, digits, spaces, hyphens and apostrophes only.")
        )
    if not (_is_letter_or_digit(name[0]) and any(map(str.isalpha, name))):
        raise NameRefused(_("A name begins with a letter or digit and has at least one letter."))
    if len({_script(character) for character in name} - {_COMMON}) > 1:
        raise NameRefused(_("That name mixes alphabets, so it could pass for another name."))
    if _most_marks(name) > _MAX_NAME_MARKS:
        raise NameRefused(_("That name has too many marks on one letter to be read."))


def _may_be_in_name(character: str) -> bool:
    if character in " -'":
        return True
    if is_forbidden(character) or _script(character) == "":
        return False
    return unicodedata.category(character)[0] in "LM" or _is_digit(character)


def _is_letter_or_digit(character: str) -> bool:
    return unicodedata.category(character)[0] == "L" or _is_digit(character)


def _is_digit(character: str) -> bool:
    return unicodedata.category(character) == "Nd"


@lru_cache(maxsize=4096)
def _script(character: str) -> str:
    """Return a character's script; COMMON fits every script, and "" is no script we know."""
    first = unicodedata.name(character, "").partition(" ")[0].partition("-")[0]
    if character in " -'" or first in {"COMBINING", "DIGIT"}:
        return _COMMON
    return _SCRIPTS.get(first, "")


def _most_marks(name: str) -> int:
    most = marks = 0
    for character in unicodedata.normalize("NFD", name):
        marks = marks + 1 if unicodedata.category(character).startswith("M") else 0
        most = max(most, marks)
    return most


def cells(text: str) -> int:
    """Return how many terminal cells a line of clean text takes."""
    return sum(map(_cells_of, text))


def _cells_of(character: str) -> int:
    if unicodedata.category(character) in {"Mn", "Me"}:
        return 0
    return 2 if unicodedata.east_asian_width(character) in {"W", "F"} else 1


def looks_like(one: str, other: str) -> bool:
    """Tell whether a reader could take two names for the same, by shape or read out loud."""
    return bool(_forms(one) & _forms(other))


@lru_cache(maxsize=1024)
def _forms(name: str) -> frozenset[str]:
    # Two skeletons: what it is when nobody minds capitals, and what it looks like in a narrow
    # font (I, l and 1 are one stroke; 0 is O). Marked, so that one kind never meets the other.
    plain = _without_marks(name).translate(LOOKALIKES)
    plain = "".join(filter(str.isalnum, plain))
    seen = plain
    for shape, as_seen in SEEN_AS:
        seen = seen.replace(shape, as_seen)
    return frozenset({"said " + plain.replace("0", "o").casefold(), "seen " + seen})


def _without_marks(name: str) -> str:
    apart = unicodedata.normalize("NFKD", name)
    return "".join(c for c in apart if not unicodedata.category(c).startswith("M"))


# No vowels and nothing that is mistaken for something else, aloud or on the screen.
_TAG_LETTERS = "23456789bcdfghjkmnpqrstvwxyz"


def name_tag(identity: bytes) -> str:
    """Return the two characters that tell this identity from another of the same name."""
    number = int.from_bytes(hashlib.sha256(b"holdspace name tag" + identity).digest()[:8], "big")
    high, low = divmod(number % len(_TAG_LETTERS) ** 2, len(_TAG_LETTERS))
    return _TAG_LETTERS[high] + _TAG_LETTERS[low]
