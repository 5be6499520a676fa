"""The house numbers, counted: sources stay small enough to be read, and the repository names no machine."""

import ast
import io
import re
import statistics
import subprocess
import tokenize
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

ROOT = Path(__file__).parent.parent
SOURCES = sorted(
    path
    for tree in ("protocol", "server", "client")
    for path in ROOT.glob(f"{tree}/holdspace/**/*.py")
)

MAX_FILE = 420
MEDIAN_FUNCTION = 8
NINE_IN_TEN_FUNCTIONS = 25
MAX_FUNCTION = 60
MAX_POSITIONAL = 4

# Why a file may be longer. A table or a specification of structs reads better in one piece.
LONGER_FILES: dict[str, tuple[int, str]] = {}

DOCUMENTED = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
NOT_CODE = {
    tokenize.COMMENT,
    tokenize.NL,
    tokenize.NEWLINE,
    tokenize.INDENT,
    tokenize.DEDENT,
    tokenize.ENDMARKER,
}


class Function(NamedTuple):
    """One function of ours, measured."""

    place: str
    lines: int
    positional: int


def docstring_lines(node: ast.AST) -> range:
    """Return the line numbers of a docstring, if there is one."""
    if not isinstance(node, DOCUMENTED) or ast.get_docstring(node) is None:
        return range(0)
    first = node.body[0]
    return range(first.lineno, (first.end_lineno or first.lineno) + 1)


def code_lines(source: str) -> int:
    """Count the lines that hold code: no blank ones, no comments, no docstrings."""
    lines: set[int] = set()
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type not in NOT_CODE:
            lines.update(range(token.start[0], token.end[0] + 1))
    for node in ast.walk(ast.parse(source)):
        lines.difference_update(docstring_lines(node))
    return len(lines)


def positional(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """Count the parameters a caller may give by position, less the one that is bound."""
    names = [argument.arg for argument in (*function.args.posonlyargs, *function.args.args)]
    return len(names) - (names[:1] in (["self"], ["cls"]))


def functions(path: Path) -> Iterator[Function]:
    """Measure every function of a file; its docstring does not count."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            place = f"{path.relative_to(ROOT)}:{node.lineno} {node.name}"
            end = node.end_lineno or node.lineno
            yield Function(
                place, end - node.lineno + 1 - len(docstring_lines(node)), positional(node)
            )


@pytest.fixture(scope="module")
def measured() -> list[Function]:
    return [function for path in SOURCES for function in functions(path)]


def test_a_line_of_code_is_neither_blank_nor_prose() -> None:
    assert code_lines('"""Why."""\n\n# because\nvalue = (\n    1,\n)\n') == 3


def test_the_bound_parameter_does_not_count() -> None:
    [method] = ast.parse("def method(self, one, /, two, *, three): ...").body
    assert isinstance(method, ast.FunctionDef)
    assert positional(method) == 2


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(ROOT)))
def test_files_are_short(path: Path) -> None:
    allowed, _why = LONGER_FILES.get(str(path.relative_to(ROOT)), (MAX_FILE, ""))
    assert code_lines(path.read_text()) <= allowed


def test_exceptions_are_still_needed() -> None:
    for name, (allowed, why) in LONGER_FILES.items():
        assert why
        assert MAX_FILE < code_lines((ROOT / name).read_text()) <= allowed, name


def test_functions_are_short(measured: list[Function]) -> None:
    assert not [function for function in measured if function.lines > MAX_FUNCTION]


def test_most_functions_are_very_short(measured: list[Function]) -> None:
    lines = [function.lines for function in measured]
    assert statistics.median(lines) <= MEDIAN_FUNCTION
    assert statistics.quantiles(lines, n=10)[-1] <= NINE_IN_TEN_FUNCTIONS


def test_calls_are_readable_without_counting_commas(measured: list[Function]) -> None:
    assert not [function for function in measured if function.positional > MAX_POSITIONAL]


def test_tests_are_no_package() -> None:
    # Two test files of one name may live side by side only as long as neither is in a package.
    assert not list((ROOT / "tests").rglob("__init__.py"))


def test_the_namespace_has_no_init() -> None:
    # A stray one would hide the other two trees from every import.
    assert not list(ROOT.glob("*/holdspace/__init__.py"))


# No address of a package index, no home of anybody's machine. Split, so that they do not find themselves.
FORBIDDEN = {
    "a registry host": re.compile(r"(pypi|pythonhosted|anaconda|npmjs|crates)\." r"(org|com|io)\b"),
    "a home directory": re.compile(r"(?<![\w.])/" r"(home|Users)/\w|(?<![\w.])/" r"root\b"),
    "a local index": re.compile("file" r"://|find-links[ =]/|extra-" r"index-url[ =]"),
}


def tracked_texts() -> Iterator[tuple[str, str]]:
    """Yield name and text of every file in the repository."""
    listing = subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True, text=True
    ).stdout
    for name in filter(None, listing.split("\0")):
        if (ROOT / name).is_file():
            yield name, (ROOT / name).read_text(errors="replace")


@pytest.mark.skipif(
    not (ROOT / ".git").exists(), reason="a source archive has no list of its files"
)
@pytest.mark.parametrize("what", FORBIDDEN)
def test_no_machine_is_named(what: str) -> None:
    assert not [name for name, text in tracked_texts() if FORBIDDEN[what].search(text)]


LOCKS = sorted((ROOT / "requirements").glob("*.txt"))


@pytest.mark.parametrize("lock", LOCKS, ids=lambda lock: lock.name)
def test_locks_pin_every_package_by_hash(lock: Path) -> None:
    entries = re.split(r"\n(?=\S)", lock.read_text().strip())
    pins = [entry for entry in entries if not entry.startswith("#")]
    assert pins
    for pin in pins:
        assert re.match(
            r"[\w.-]+==[\w.]+( ; [^\n]+)? \\\n( +--hash=sha256:[0-9a-f]{64}( \\\n)?)+$", pin
        ), pin


def test_a_relay_installs_no_screen() -> None:
    relay = (ROOT / "requirements" / "relay.txt").read_text()
    assert "cryptography==" in relay
    assert "textual" not in relay
