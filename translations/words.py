"""Bring the catalogues up to date with the sources: `./dev words [CHAPTER ...]`.

Collects every marked sentence, adds new ones to the catalogues, keeps what is translated, marks what
has changed as fuzzy, drops what is not said any more, compiles, and says what is left to do.
"""

import argparse
import difflib
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from checks import contradictions, problems, unfinished
from extract import ROOT, chapters, mistakes
from po import Catalogue, Entry, compile_all, read_file, write

WORDS = ROOT / "client/holdspace/client/words"
_SIMILAR = 0.7


def languages() -> list[Path]:
    """Return the folder of each language."""
    return sorted({path.parent for path in WORDS.glob("*/*.po")})


def catalogues(language: Path) -> list[tuple[Path, Catalogue]]:
    """Return every chapter of a language."""
    return [(path, read_file(path)) for path in sorted(language.glob("*.po"))]


def merged(old: Catalogue, wanted: Iterable[Entry], known: Mapping[str, Entry]) -> Catalogue:
    """Return a chapter with exactly these sentences, and all translations that there are for them.

    A sentence that is new here and said in another chapter already takes its words from there; one
    that is much like a sentence that has gone takes those, to be looked at.
    """
    wanted = list(wanted)
    there = {entry.key: entry for entry in old.entries}
    keys = {entry.key for entry in wanted}
    gone = {
        entry.msgid: entry for key, entry in there.items() if key not in keys and any(entry.words)
    }
    return replace(
        old,
        entries=tuple(
            replace(
                there.get(entry.key) or known.get(entry.key) or _similar(entry, gone, old.forms),
                msgid=entry.msgid,
                plural=entry.plural,
                hints=entry.hints,
                places=entry.places,
            )
            for entry in wanted
        ),
    )


def _similar(entry: Entry, gone: Mapping[str, Entry], forms: int) -> Entry:
    number = forms if entry.plural else 1
    for msgid in difflib.get_close_matches(entry.msgid, gone, n=1, cutoff=_SIMILAR):
        if len(gone[msgid].words) == number:
            return replace(gone[msgid], is_fuzzy=True, notes=(f"was: {msgid}",))
    return replace(entry, words=("",) * number)


def merge(language: Path, wanted: Mapping[str, Sequence[Entry]], only: Sequence[str]) -> None:
    """Write the chapters of a language anew."""
    there = dict(catalogues(language))
    known = {
        entry.key: replace(entry, notes=())
        for catalogue in there.values()
        for entry in catalogue.entries
        if entry.is_translated and not entry.is_fuzzy
    }
    blank = replace(next(iter(there.values())), entries=(), notes=())
    for chapter, entries in wanted.items():
        path = language / f"{chapter}.po"
        if not only or chapter in only:
            text = write(merged(there.get(path, blank), entries, known))
            path.write_text(text, encoding="utf-8")


def report(language: Path, wanted: Mapping[str, Sequence[Entry]]) -> Iterator[str]:
    """Yield what is left to do in a language."""
    chapters_there = catalogues(language)
    for path, catalogue in chapters_there:
        left = [*unfinished(catalogue, wanted.get(path.stem, ()))]
        wrong = [*problems(catalogue)]
        yield f"{language.name}/{path.stem}: {len(catalogue.entries)} sentences, {len(left)} to do"
        yield from (f"    {one}" for one in wrong)
    yield from contradictions(chapters_there)


def main(arguments: Sequence[str]) -> int:
    """Merge, compile and report."""
    parser = argparse.ArgumentParser(prog="./dev words", description=(__doc__ or "").split(":")[0])
    parser.add_argument(
        "chapter", nargs="*", help="only these, such as seat; all, if none is given"
    )
    parser.add_argument("--left", action="store_true", help="show each sentence that is left to do")
    asked = parser.parse_args(arguments)
    wanted = chapters()
    for language in languages():
        merge(language, wanted, asked.chapter)
        for line in report(language, wanted):
            say(line)
        if asked.left:
            for path, catalogue in catalogues(language):
                for line in unfinished(catalogue, wanted.get(path.stem, ())):
                    say(f"{language.name}/{path.stem}: {line}")
    compile_all(WORDS)
    wrong = mistakes()
    for one in wrong:
        say(one.line())
    return 1 if wrong else 0


def say(line: str) -> None:
    """Write one line."""
    sys.stdout.write(f"{line}\n")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
