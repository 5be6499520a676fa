"""What makes a translation fit to be shown: it says what it is given, and nothing acts on a terminal."""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path

from holdspace.protocol.text import is_forbidden
from po import Catalogue, Entry

# Also those that argparse fills in.
_FIELD = re.compile(r"\{[^{}]*\}|%\(\w+\)[sdr]|%[sdr]\b")
# Slash words and options are what people type; they are the same in every language.
_TYPED = re.compile(r"(?<![\w/`])(?:/[a-z][a-z-]*|--[a-z][a-z-]+)(?![\w/])")
_ENDS = tuple(".?!:")


def problems(catalogue: Catalogue, *, forms: int | None = None) -> Iterator[str]:
    """Yield what keeps a catalogue from being shown."""
    for entry in catalogue.entries:
        if entry.is_translated:
            wanted = (forms or catalogue.forms) if entry.plural else 1
            if len(entry.words) != wanted:
                yield f"{entry.msgid!r} needs {wanted} forms and has {len(entry.words)}."
            yield from (
                f"{entry.msgid!r} {why}" for one in entry.words for why in _wrong(entry, one)
            )
        elif any(entry.words):
            yield f"{entry.msgid!r} is translated in part."


def _wrong(entry: Entry, words: str) -> Iterator[str]:
    sources = tuple(filter(None, (entry.msgid, entry.plural)))
    fields = [set(_FIELD.findall(source)) for source in sources]
    # One form may say "one" in place of its number; what every source names, every form names.
    if not set.intersection(*fields) <= set(_FIELD.findall(words)) <= set.union(*fields):
        yield f"is given {_shown(set.union(*fields))}, and its translation uses {words!r}."
    if {_FIELD.sub("", words).count(sign) for sign in "{}"} != {
        _FIELD.sub("", entry.msgid).count(sign) for sign in "{}"
    }:
        yield "has a translation with a bracket too many or too few."
    if any(is_forbidden(sign) for sign in words.replace("\n", "")):
        yield "has a translation with a character that acts on a terminal, or hides."
    if ("\n" in words) != ("\n" in entry.msgid):
        yield "has a translation with other lines."
    if _edges(words) != _edges(entry.msgid):
        yield "begins or ends with other spaces than its translation."
    # Of sentences only: a single word may be written with a dot, like the 1. that is a 1st.
    if " " in entry.msgid and entry.msgid.endswith(_ENDS) != words.endswith(_ENDS):
        yield f"ends otherwise than its translation {words!r}."
    typed = [set(_TYPED.findall(source)) for source in sources]
    if not set.intersection(*typed) <= set(_TYPED.findall(words)) <= set.union(*typed):
        yield f"names what is typed ({_shown(set.union(*typed))}), and its translation other words."


def _shown(names: Iterable[str]) -> str:
    return ", ".join(sorted(names)) or "nothing"


def _edges(text: str) -> tuple[str, str]:
    return text[: len(text) - len(text.lstrip())], text[len(text.rstrip()) :]


def unfinished(catalogue: Catalogue, wanted: Iterable[Entry]) -> Iterator[str]:
    """Yield what a complete chapter would have otherwise: missing, uncertain, or of no use."""
    there = {entry.key: entry for entry in catalogue.entries}
    known = {entry.key: entry for entry in wanted}
    for key, entry in known.items():
        if key not in there or not there[key].is_translated:
            yield f"{entry.msgid!r} has no translation ({', '.join(entry.places)})."
        elif there[key].is_fuzzy:
            yield f"{entry.msgid!r} has changed; its translation is to be looked at."
    yield from (f"{there[key].msgid!r} is not said any more." for key in there if key not in known)


def contradictions(chapters: Iterable[tuple[Path, Catalogue]]) -> Iterator[str]:
    """Yield what is said in two ways: the program would show one of them everywhere."""
    said: dict[str, dict[tuple[str, ...], str]] = defaultdict(dict)
    for path, catalogue in chapters:
        for entry in catalogue.entries:
            if entry.is_translated and not entry.is_fuzzy:
                said[entry.msgid].setdefault(entry.words, path.stem)
    for msgid, ways in said.items():
        if len(ways) > 1:
            yield f"{msgid!r} is said in two ways: " + "; ".join(
                f"{chapter}: {words}" for words, chapter in ways.items()
            )
