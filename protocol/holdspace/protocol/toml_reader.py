"""Read a TOML file that somebody else wrote, and say in sentences, with line numbers, what is wrong.

A section is a frozen dataclass whose fields carry their own check, so a key is declared once.
The reader is bounded (bytes, line length, list lengths) because flows also arrive from other
people; it raises nothing but DataError. tomllib tells no lines once a file has parsed, so
`locate` finds the line on which a key's statement begins; a problem deep inside a long value is
reported at that line.
"""

import math
import re
import tomllib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import MISSING, Field, field, fields
from datetime import date, datetime
from difflib import get_close_matches
from typing import Any, TypeVar

from holdspace.protocol.refusals import PeerError
from holdspace.protocol.translation import N_, _, shown
from holdspace.protocol.values import value

# A flow rides in a snapshot with the rest of the state, which must fit into one frame. A file that
# only its own reader sees may be longer, if they say so.
MAX_BYTES = 20_000
# Dotted keys cost tomllib the square of their depth, and a key cannot span lines.
MAX_LINE = 2_000
# So do long dotted keys below long dotted tables: 25 kB of them took 1.5 s.
MAX_DOTS = 12
MAX_PROBLEMS = 40

Path = tuple[str | int, ...]


@value()
class Problem:
    """What is wrong, for the person who wrote the file."""

    line: int
    sentence: str


class DataError(PeerError):
    """The file cannot be used; `problems` says why, line by line."""

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        first, more = problems[0], len(problems) - 1
        words = (
            N_("Line {line}: {sentence} (and {more} more)")
            if more
            else N_("Line {line}: {sentence}")
        )
        super().__init__(_(words).format(line=first.line, sentence=first.sentence, more=more))
        self.problems = problems


@value()
class Document:
    """A file that is TOML, not yet known to be more than that."""

    data: dict[str, Any]
    lines: Mapping[Path, int]

    def line_of(self, path: Path) -> int:
        """Return the line of a key, or of the nearest thing around it that has one."""
        while path and path not in self.lines:
            path = path[:-1]
        return self.lines.get(path, 1)


# ---- what no text may contain: these need no Unicode tables, so all clients judge alike (R12)

_FORBIDDEN = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f"  # escape and other control characters
    "\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069"  # writing direction
    "\u200b\u2060\ufeff\u2028\u2029\ufff9-\ufffb\U000e0000-\U000e007f]"  # invisible
)
_FORBIDDEN_SENTENCE = N_("There is an invisible, escape or direction character here; take it out.")


def has_forbidden(text: str) -> bool:
    """Tell whether a text could do more to a screen than be read."""
    return _FORBIDDEN.search(text) is not None


# ---- from text to TOML


def open_document(text: str, max_bytes: int = MAX_BYTES) -> Document:
    """Return the parsed file and where its keys are; raise DataError if it is no TOML."""
    try:
        size = len(text.encode())
    except UnicodeEncodeError:
        raise DataError((Problem(1, _("The file is not UTF-8 text.")),)) from None
    if size > max_bytes:
        raise DataError(
            (Problem(1, _("The file is over {most} bytes long.").format(most=max_bytes)),)
        )
    problems = _raw_problems(text)
    if problems:
        raise DataError(problems)
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise DataError((_syntax_problem(text, str(error)),)) from None
    # tomllib recurses into nested brackets; ValueError is Python's for numbers it finds too long.
    except (RecursionError, ValueError):
        raise DataError((Problem(1, _("Something is nested too deep or far too big.")),)) from None
    return Document(data, locate(text))


# Names with dots between them, as keys are; prose has more than one word between its dots. No key begins
# behind a backslash: to look from each escaped quote to the end of its line cost a second.
_LONG_KEY = re.compile(
    r"(?<![A-Za-z0-9_\\-])"
    r"""(?:(?:[A-Za-z0-9_-]++|"(?:[^"\\]|\\.)*+"|'[^']*+')[ \t]*+\.[ \t]*+)"""
    rf"{{{MAX_DOTS + 1}}}"
)


def _raw_problems(text: str) -> tuple[Problem, ...]:
    problems = []
    for number, line in enumerate(text.replace("\r\n", "\n").split("\n"), 1):
        if len(line) > MAX_LINE:
            problems.append(
                Problem(
                    number,
                    _("This line is over {most} characters long.").format(most=MAX_LINE),
                )
            )
        if _LONG_KEY.search(line):
            problems.append(Problem(number, _("A key has over {most} dots.").format(most=MAX_DOTS)))
        if has_forbidden(line) or "\r" in line:
            problems.append(Problem(number, _(_FORBIDDEN_SENTENCE)))
    return tuple(problems[:MAX_PROBLEMS])


_AT_LINE = re.compile(r"^(?P<what>.*?) \(at line (?P<line>\d+), column \d+\)$", re.DOTALL)

# What people do most often, and tomllib says in words of its own.
_TOLD_BETTER = (
    (
        re.compile(r"Cannot declare \('(?P<name>[A-Za-z0-9_-]{1,40})',\) twice"),
        N_("[{name}] stands here for the second time. Put both parts below one of them."),
    ),
    (
        re.compile(r"Cannot overwrite a value"),
        N_("This stands here for the second time. Take one of the two out."),
    ),
)


def _syntax_problem(text: str, message: str) -> Problem:
    found = _AT_LINE.match(message)
    line = int(found["line"]) if found else len(text.splitlines()) or 1
    what = found["what"] if found else message.removesuffix(" (at end of document)")
    for saying, sentence in _TOLD_BETTER:
        if twice := saying.fullmatch(what):
            return Problem(line, _(sentence).format(**twice.groupdict()))
    # The message may quote the file's own characters.
    said = what if what.isascii() and what.isprintable() else _("something unexpected")
    return Problem(line, _("This is not TOML: {said}.").format(said=said))


_TOKEN = re.compile(
    r'"""(?:\\.|[^\\])*?"""+'
    r"|'''.*?'''+"
    r'|"(?:\\.|[^"\\\n])*"'
    r"|'[^'\n]*'"
    r"|#[^\n]*"
    r"|[\[\]{}\n=.]"
    r"|[ \t\r]+"
    r"""|[^"'#\[\]{}\n=.\s]+""",
    re.DOTALL,
)


def locate(text: str) -> dict[Path, int]:
    """Return the line on which each table and each key of a valid TOML text begins."""
    lines: dict[Path, int] = {}
    counts: dict[Path, int] = {}
    table: Path = ()
    for line, statement in _statements(text):
        if statement[0] == "[":
            table = _table_path(statement, counts)
            lines.setdefault(table, line)
            continue
        keys = statement[: statement.index("=")] if "=" in statement else statement
        path = (*table, *_names(keys))
        for end in range(len(table) + 1, len(path) + 1):
            lines.setdefault(path[:end], line)
    return lines


def _statements(text: str) -> list[tuple[int, list[str]]]:
    """Split into statements of tokens; a statement ends with a line outside all brackets."""
    statements: list[tuple[int, list[str]]] = []
    current: list[str] = []
    line = began = 1
    depth = 0
    for token in _TOKEN.findall(text):
        is_end = token == "\n" and depth == 0
        if not is_end and token.strip() and not token.startswith("#"):
            began = began if current else line
            current.append(token)
            depth += (token in "[{") - (token in "]}")
        if is_end and current:
            statements.append((began, current))
            current = []
        line += token.count("\n")
    return [*statements, (began, current)] if current else statements


def _names(tokens: list[str]) -> list[str]:
    return [token.strip("\"'") for token in tokens if token != "."]


def _table_path(statement: list[str], counts: dict[Path, int]) -> Path:
    names = _names([token for token in statement if token not in "[]"])
    path: Path = ()
    for name in names[:-1]:
        path = _newest((*path, name), counts)
    path = (*path, *names[-1:])
    if statement[:2] == ["[", "["]:
        counts[path] = counts.get(path, 0) + 1
    return _newest(path, counts)


def _newest(path: Path, counts: dict[Path, int]) -> Path:
    return (*path, counts[path] - 1) if path in counts else path


# ---- from TOML to sections


class Wrong(Exception):
    """What a check says about a value: the end of the sentence that begins with its key."""


class Reader:
    """Collects the problems of one document while its sections are read."""

    def __init__(self, document: Document) -> None:
        self.document = document
        self.problems: list[Problem] = []
        # All of them, also those that are too many to be told.
        self.count = 0

    def wrong(self, path: Path, sentence: str) -> None:
        """Note a problem at the line of `path`."""
        self.count += 1
        if len(self.problems) < MAX_PROBLEMS:
            self.problems.append(Problem(self.document.line_of(path), sentence))

    def sorted_problems(self) -> tuple[Problem, ...]:
        """Return what was noted, in the order of the file, once each."""
        return tuple(sorted(dict.fromkeys(self.problems), key=lambda problem: problem.line))


Check = Callable[[Reader, Any, Path], Any]
SectionType = TypeVar("SectionType")


def key(check: Check, default: Any = MISSING) -> Any:
    """Declare a key of a section by how its value is checked; without default it must be there."""
    return field(default=default, metadata={"check": check})


def read_section(
    reader: Reader, section: type[SectionType], table: Any, path: Path
) -> SectionType | None:
    """Return the section, or None after noting every problem in it."""
    if not isinstance(table, dict):
        reader.wrong(path, _("{name} must be a table.").format(name=_shown(path)))
        return None
    # `pass` is a word of Python's, so its field is pass_.
    known = {one.name.rstrip("_"): one for one in fields(section)}  # type: ignore[arg-type]
    before = reader.count
    for name in table:
        if name not in known:
            reader.wrong((*path, name), unknown_key(name, known))
    values: dict[str, Any] = {}
    for name, declared in known.items():
        if name in table:
            values[declared.name] = _checked(reader, declared, table[name], (*path, name))
        elif declared.default is MISSING:
            reader.wrong(path, _("{name} needs a key {key}.").format(name=_shown(path), key=name))
    return section(**values) if reader.count == before else None


def _checked(reader: Reader, declared: Field[Any], value: Any, path: Path) -> Any:
    try:
        return declared.metadata["check"](reader, value, path)
    except Wrong as wrong:
        reader.wrong(path, named_wrong(_shown(path), wrong))
        return None


def _shown(path: Path) -> str:
    names = [part for part in path if isinstance(part, str)]
    return _safe_name(names[-1]) if names else _("The file")


def _safe_name(name: str) -> str:
    return name if re.fullmatch(r"[A-Za-z0-9_-]{1,40}", name) else _("a key with an odd name")


def unknown_key(name: str, known: Iterable[str]) -> str:
    """Return the sentence about a key that is not in the table, with the nearest one that is."""
    near = get_close_matches(name[:40], [*known], n=1, cutoff=0.6)
    words = N_("Nobody knows the key {name} here.")
    if near:
        words = N_("Nobody knows the key {name} here. Did you mean {near}?")
    return _(words).format(name=_safe_name(name), near=near[0] if near else "")


def named_wrong(name: str, wrong: Wrong) -> str:
    """Return the sentence about what is wrong with the key of this name."""
    return _("{name} {wrong}.").format(name=name, wrong=wrong)


# ---- checks


def text(limit: int, *, lines: bool = False, empty: bool = False) -> Check:
    """Accept a text of at most `limit` characters, on one line unless `lines`."""

    def check(_reader: Reader, value: Any, _path: Path) -> str:
        if not isinstance(value, str):
            raise Wrong(_("must be a text in quotes"))
        if has_forbidden(value) or (not lines and "\n" in value):
            raise Wrong(_("has a line break, or an invisible, escape or direction character"))
        if len(value) > limit:
            raise Wrong(
                _("is {number} characters long; {limit} is the most").format(
                    number=len(value), limit=limit
                )
            )
        if not empty and not value.strip():
            raise Wrong(_("is empty"))
        return value

    return check


def pattern(expression: str, what: str) -> Check:
    """Accept a text that matches."""

    def check(_reader: Reader, value: Any, _path: Path) -> str:
        if not isinstance(value, str) or not re.fullmatch(expression, value):
            raise Wrong(_("must be {what}").format(what=shown(what)))
        return value

    return check


def choice(*options: str) -> Check:
    """Accept one of these words."""

    def check(_reader: Reader, value: Any, _path: Path) -> str:
        if not isinstance(value, str) or value not in options:
            raise Wrong(_("must be one of: {names}").format(names=", ".join(options)))
        return value

    return check


def whole(least: int, most: int) -> Check:
    """Accept a whole number in these bounds."""

    def check(_reader: Reader, value: Any, _path: Path) -> int:
        if type(value) is not int or not least <= value <= most:
            raise Wrong(
                _("must be a whole number from {least} to {most}").format(least=least, most=most)
            )
        return value

    return check


def number(least: float, most: float) -> Check:
    """Accept a number in these bounds."""

    def check(_reader: Reader, value: Any, _path: Path) -> float:
        is_number = type(value) is int or (type(value) is float and math.isfinite(value))
        if not is_number or not least <= value <= most:
            raise Wrong(
                _("must be a number from {least:g} to {most:g}").format(least=least, most=most)
            )
        return float(value)

    return check


def flag() -> Check:
    """Accept true or false."""

    def check(_reader: Reader, value: Any, _path: Path) -> bool:
        if not isinstance(value, bool):
            raise Wrong(_("must be true or false"))
        return value

    return check


def day() -> Check:
    """Accept a date."""

    def check(_reader: Reader, value: Any, _path: Path) -> date:
        if not isinstance(value, date) or isinstance(value, datetime):
            raise Wrong(_("must be a date like 2027-11-01, without quotes"))
        return value

    return check


def many(one: Check, most: int, *, least: int = 0) -> Check:
    """Accept a list of values that each pass `one`."""

    def check(reader: Reader, value: Any, path: Path) -> tuple[Any, ...]:
        if not isinstance(value, list):
            raise Wrong(_("must be a list in square brackets"))
        if not least <= len(value) <= most:
            raise Wrong(
                _("must have {least} to {most} entries and has {number}").format(
                    least=least, most=most, number=len(value)
                )
            )
        return tuple(one(reader, item, (*path, place)) for place, item in enumerate(value))

    return check


def table(section: type[Any]) -> Check:
    """Accept a table that is such a section."""

    def check(reader: Reader, value: Any, path: Path) -> Any:
        return read_section(reader, section, value, path)

    return check
