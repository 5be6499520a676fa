"""Catalogues as translators know them (.po), and as the program reads them (.mo).

Only the part of gettext's format that we write ourselves, read strictly: whoever edits a catalogue
with a tool of their own is told the line that cannot be read. Needs nothing but the standard library,
because the wheel is built with it.
"""

import ast
import re
import struct
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

_STRING = re.compile(r'(?:(msgid|msgid_plural|msgstr|msgstr\[\d\]) )?("(?:[^"\\]|\\.)*")')
_MAGIC = 0x950412DE


class UnreadableError(ValueError):
    """A catalogue cannot be read; the text says in which line."""


@dataclass(frozen=True)
class Entry:
    """One sentence, with its translation as far as there is one."""

    msgid: str
    plural: str = ""
    words: tuple[str, ...] = ("",)
    notes: tuple[str, ...] = ()
    hints: tuple[str, ...] = ()
    places: tuple[str, ...] = ()
    is_fuzzy: bool = False

    @property
    def is_translated(self) -> bool:
        """Tell whether every form is there."""
        return all(self.words)

    @property
    def key(self) -> str:
        """Return what the sentence is found by."""
        return f"{self.msgid}\0{self.plural}" if self.plural else self.msgid


@dataclass(frozen=True)
class Catalogue:
    """The sentences of one chapter in one language; the header is the words of the empty sentence."""

    header: str
    entries: tuple[Entry, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def forms(self) -> int:
        """Return how many forms a sentence with a number has."""
        found = re.search(r"nplurals\s*=\s*(\d)", self.header)
        if found is None:
            raise UnreadableError("The header does not say how many plural forms there are.")
        return int(found[1])


@dataclass
class _Draft:
    """An entry as it is read, line by line."""

    comments: list[str] = field(default_factory=list)
    parts: dict[str, str] = field(default_factory=dict)
    part: str = ""

    def take(self, line: str) -> bool:
        """Take one line in, and tell whether it can be read."""
        if line.startswith("#"):
            self.comments.append(line)
            return not self.parts
        found = _STRING.fullmatch(line)
        if found is None or (found[1] or self.part) == "" or found[1] in self.parts:
            return False
        self.part = found[1] or self.part
        self.parts[self.part] = self.parts.get(self.part, "") + ast.literal_eval(found[2])
        return True

    def entry(self) -> Entry:
        """Return what was read."""
        words = [text for part, text in self.parts.items() if part.startswith("msgstr")]
        return Entry(
            self.parts["msgid"],
            self.parts.get("msgid_plural", ""),
            tuple(words),
            notes=self._comments("# ", "#"),
            hints=self._comments("#. "),
            places=self._comments("#: "),
            is_fuzzy=any(one.startswith("#,") and "fuzzy" in one for one in self.comments),
        )

    def _comments(self, sign: str, bare: str = "-") -> tuple[str, ...]:
        return tuple(
            one.removeprefix(sign).removeprefix(bare)
            for one in self.comments
            if one.startswith(sign) or one == bare
        )


def read(text: str) -> Catalogue:
    """Return the catalogue that this text is; raise UnreadableError with the line."""
    [first, *entries] = [draft.entry() for draft in _drafts(text)] or [Entry("-")]
    if first.msgid:
        raise UnreadableError("A catalogue begins with a header: an empty msgid.")
    keys = [entry.key for entry in entries]
    if twice := [key for key in keys if keys.count(key) > 1]:
        raise UnreadableError(f"This is there twice: {twice[0]!r}")
    return Catalogue(first.words[0], tuple(entries), first.notes)


def _drafts(text: str) -> Iterator[_Draft]:
    draft = _Draft()
    for number, line in enumerate([*text.splitlines(), ""], 1):
        if line and not draft.take(line):
            raise UnreadableError(f"Line {number} cannot be read: {line}")
        if line or not (draft.comments or draft.parts):
            continue
        if not {"msgid"} < draft.parts.keys():
            raise UnreadableError(f"The entry that ends in line {number - 1} is not whole.")
        yield draft
        draft = _Draft()


def read_file(path: Path) -> Catalogue:
    """Return the catalogue in a file."""
    try:
        return read(path.read_text(encoding="utf-8"))
    except UnreadableError as error:
        raise UnreadableError(f"{path.parent.name}/{path.name}: {error}") from None


def write(catalogue: Catalogue) -> str:
    """Return a catalogue as text, the same for the same sentences."""
    head = Entry("", words=(catalogue.header,), notes=catalogue.notes)
    return "\n".join(
        "".join(f"{line}\n" for line in _lines(one)) for one in (head, *catalogue.entries)
    )


def _lines(entry: Entry) -> Iterator[str]:
    yield from (f"# {note}".rstrip() for note in entry.notes)
    yield from (f"#. {hint}" for hint in entry.hints)
    yield from (f"#: {place}" for place in entry.places)
    if entry.is_fuzzy:
        yield "#, fuzzy"
    yield from _string("msgid", entry.msgid)
    if not entry.plural:
        yield from _string("msgstr", entry.words[0])
        return
    yield from _string("msgid_plural", entry.plural)
    for number, words in enumerate(entry.words):
        yield from _string(f"msgstr[{number}]", words)


def _string(name: str, text: str) -> Iterator[str]:
    lines = text.splitlines(keepends=True)
    if len(lines) < 2:
        yield f"{name} {_quoted(text)}"
        return
    yield f'{name} ""'
    yield from map(_quoted, lines)


def _quoted(text: str) -> str:
    escaped = (
        text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n").replace("\t", "\\t")
    )
    return f'"{escaped}"'


def together(catalogues: Iterable[Catalogue]) -> Catalogue:
    """Return the sentences of all chapters as one catalogue; fuzzy and missing ones are left out."""
    chapters = list(catalogues)
    entries = {
        entry.key: replace(entry, notes=(), hints=(), places=())
        for chapter in chapters
        for entry in chapter.entries
        if entry.is_translated and not entry.is_fuzzy
    }
    return Catalogue(chapters[0].header, tuple(entries[key] for key in sorted(entries)))


def compiled(catalogue: Catalogue) -> bytes:
    """Return the catalogue as a .mo file: the same bytes for the same sentences."""
    pairs = {"": catalogue.header} | {one.key: "\0".join(one.words) for one in catalogue.entries}
    keys = [key.encode() for key in sorted(pairs, key=str.encode)]
    texts = [pairs[key.decode()].encode() for key in keys]
    start = 7 * 4
    first = start + 16 * len(keys)
    rows, content = [], b""
    for one in (*keys, *texts):
        rows.append(struct.pack("<2I", len(one), first + len(content)))
        content += one + b"\0"
    head = struct.pack("<7I", _MAGIC, 0, len(keys), start, start + 8 * len(keys), 0, first)
    return head + b"".join(rows) + content


def compile_language(folder: Path) -> bytes:
    """Return the .mo of the language in a folder of chapters."""
    return compiled(together(map(read_file, sorted(folder.glob("*.po")))))


def compile_all(words: Path) -> list[Path]:
    """Write the .mo of every language that has changed, and return all of them."""
    written = []
    for folder in sorted(path for path in words.iterdir() if any(path.glob("*.po"))):
        target, content = folder.with_suffix(".mo"), compile_language(folder)
        if not target.exists() or target.read_bytes() != content:
            # Whole or not at all: another build may be reading it.
            new = target.with_suffix(".mo.new")
            new.write_bytes(content)
            new.replace(target)
        written.append(target)
    return written
