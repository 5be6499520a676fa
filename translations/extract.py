"""Which sentences are marked in the sources, and which are marked wrongly.

A marked sentence is a literal: an f-string would be another sentence each time, so its parts are
filled in afterwards by name, and here it is checked that they are.
"""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from string import Formatter

from po import Entry

ROOT = Path(__file__).parent.parent
# Which catalogue the sentences of a folder of the client are in; all other files there: "client".
_CHAPTERS = {
    "care": "care",
    "commands": "commands",
    "demo": "demo",
    "own": "own",
    "plain": "plain",
    "seat": "seat",
    "tui": "screen",
}
_MARKS = {"_": 1, "N_": 1, "ngettext": 2}
# A row of the acts is marked by its shape: these places of it are read by people.
_ROWS = frozenset({"Act", "_facilitator", "_host", "facilitators_act", "hosts_act"})
_PLACES, _NAMED = slice(3, 5), "english_question"
_MARKED = re.compile(rf"translation import|\b(?:{'|'.join((*_MARKS, *sorted(_ROWS)))})\(")
_HINT = re.compile(r"\s*# For translators: (.+)")


@dataclass(frozen=True)
class Mistake:
    """A mark that a catalogue cannot keep."""

    place: str
    why: str

    def line(self) -> str:
        """Return where it is, and what is wrong."""
        return f"{self.place}: {self.why}"


def sources() -> list[Path]:
    """Return the files whose sentences people read."""
    return sorted(path for tree in ("protocol", "client") for path in (ROOT / tree).rglob("*.py"))


def chapter_of(path: Path) -> str:
    """Return which catalogue the sentences of a file are in."""
    tree, _holdspace, _tree, *parts = path.relative_to(ROOT).parts
    if tree == "protocol":
        return tree
    if len(parts) == 1:
        return "acts" if parts[0].startswith(("act", "keymap")) else "client"
    return _CHAPTERS.get(parts[0], "client")


def chapters() -> dict[str, list[Entry]]:
    """Return the marked sentences of each chapter, without words, in the order of the sources."""
    found: dict[str, dict[str, Entry]] = {}
    for path in sources():
        for entry in marked(path):
            if isinstance(entry, Entry):
                of_chapter = found.setdefault(chapter_of(path), {})
                of_chapter[entry.key] = _both(of_chapter.get(entry.key), entry)
    return {chapter: list(found[chapter].values()) for chapter in sorted(found)}


def mistakes() -> list[Mistake]:
    """Return what is marked wrongly anywhere."""
    return [one for path in sources() for one in marked(path) if isinstance(one, Mistake)]


def _both(one: Entry | None, other: Entry) -> Entry:
    if one is None:
        return other
    places, hints = (*one.places, *other.places), (*one.hints, *other.hints)
    return Entry(
        one.msgid,
        one.plural,
        hints=tuple(dict.fromkeys(hints)),
        places=tuple(dict.fromkeys(places)),
    )


def marked(path: Path) -> Iterator[Entry | Mistake]:
    """Yield each marked sentence of a file, or what is wrong with the mark."""
    text = path.read_text(encoding="utf-8")
    if not _MARKED.search(text):
        return
    lines, tree = text.splitlines(), ast.parse(text)
    formats = {
        call.func.value: {one.arg for one in call.keywords}
        for call in ast.walk(tree)
        if isinstance(call, ast.Call)
        and isinstance(call.func, ast.Attribute)
        and call.func.attr == "format"
    }
    name = path.relative_to(ROOT).as_posix() if path.is_relative_to(ROOT) else path.name
    for node in sorted(_calls_and_stores(tree), key=lambda node: (node.lineno, node.col_offset)):
        place = f"{name}:{node.lineno}"
        if isinstance(node, ast.Name | ast.arg):
            yield Mistake(place, "`_` translates in this file, so it cannot be a variable too.")
        else:
            found = _entry(node, formats.get(node))
            yield (
                Mistake(place, found)
                if isinstance(found, str)
                else Entry(
                    found[0], found[1], hints=tuple(_hints(lines, node.lineno)), places=(name,)
                )
            )


def _calls_and_stores(tree: ast.Module) -> Iterator[ast.Call | ast.Name | ast.arg]:
    is_bound = any(
        isinstance(node, ast.ImportFrom) and any(one.name == "_" for one in node.names)
        for node in ast.walk(tree)
    )
    for node in ast.walk(tree):
        yield from _of_row(node)
        if (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Name)
            and node.func.id in _MARKS
        ):
            # `_(row.words)` shows what a table has marked.
            if node.func.id != "_" or _is_sentence(node.args[0]):
                yield node
        elif is_bound and isinstance(node, ast.Name) and node.id == "_":
            if not isinstance(node.ctx, ast.Load):
                yield node
        elif is_bound and isinstance(node, ast.Lambda | ast.FunctionDef):
            yield from _hiding(node)


def _hiding(function: ast.Lambda | ast.FunctionDef) -> Iterator[ast.arg]:
    """Yield the parameter `_` of a function that would translate with it."""
    every = function.args
    names = (*every.posonlyargs, *every.args, *every.kwonlyargs, every.vararg, every.kwarg)
    body = function.body if isinstance(function.body, list) else [function.body]
    uses = (node for part in body for node in ast.walk(part) if isinstance(node, ast.Name))
    if any(node.id == "_" for node in uses):
        yield from (one for one in names if one is not None and one.arg == "_")


def _of_row(node: ast.AST) -> Iterator[ast.Call]:
    """Yield the sentences of a row of the acts, as if each were marked."""
    if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Name)):
        return
    if node.func.id in _ROWS:
        named = (one.value for one in node.keywords if one.arg == _NAMED)
        for sentence in (*node.args[_PLACES], *named):
            mark = ast.Name("N_", ast.Load())
            yield ast.copy_location(ast.Call(mark, [sentence], []), sentence)


def _is_sentence(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant | ast.JoinedStr | ast.BinOp)


def _entry(call: ast.Call, filled: set[str | None] | None) -> tuple[str, str] | str:
    """Return the sentence and its plural, or what is wrong."""
    mark = call.func.id if isinstance(call.func, ast.Name) else ""
    texts = [
        one.value
        for one in call.args[: _MARKS[mark]]
        if isinstance(one, ast.Constant) and isinstance(one.value, str)
    ]
    if len(texts) != _MARKS[mark]:
        return (
            'Only a literal can be marked; fill it in afterwards: _("{name} …").format(name=name).'
        )
    if not all(texts):
        return "An empty sentence is no sentence."
    if mark != "N_" and (why := _unfilled(texts, filled)):
        return why
    return texts[0], texts[1] if len(texts) > 1 else ""


def _unfilled(texts: list[str], filled: set[str | None] | None) -> str:
    try:
        wanted = {
            name for text in texts for _, name, _, _ in Formatter().parse(text) if name is not None
        }
    except ValueError as error:
        return f"It cannot be filled in: {error}."
    if not all(name.isidentifier() for name in wanted):
        return "What is filled in has a name of its own, without dots or brackets."
    # `**values` is taken at its word.
    missing = wanted - (filled or set()) if None not in (filled or ()) else set()
    return f"Nothing fills in {', '.join(sorted(missing))}." if missing else ""


def _hints(lines: list[str], number: int) -> Iterator[str]:
    """Yield what the line above tells translators."""
    if number > 1 and (found := _HINT.match(lines[number - 2])):
        yield found[1]
