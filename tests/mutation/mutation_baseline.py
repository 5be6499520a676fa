"""What the tests do when nothing is wrong: what each costs, and which lines it comes to.

Kept for each file of tests until it, a helper or a source changes: to ask again after one new test
costs one file.
"""

import ast
import json
import os
import sys
import tempfile
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256
from itertools import accumulate
from pathlib import Path
from time import process_time
from typing import Any

import coverage
import pytest

from mutants import Mutant, Source

ROOT = Path(__file__).parent.parent.parent
PYTEST = ["-q", "-n0", "-s", "-p", "no:cacheprovider", "-p", "no:randomly", "--no-header"]
PYTEST += ["--hypothesis-profile=ci"]  # as many examples as the CI has, wherever this runs
# A mutant may take so many times what its tests take, and some seconds more, of the processor.
PATIENCE = 5
# What every declaration of something that travels answers to.
FORMS = "test_wire_forms"
FAILED = 10


@dataclass(frozen=True)
class Subject:
    """A mutant, and the module it is of, as it was read: somebody may write to the file meanwhile.

    `only` are the files of tests that it has not outlived yet, if it has outlived others.
    """

    path: Path
    module: str
    source: str
    mutant: Mutant
    only: frozenset[str] | None = None

    def text(self) -> str:
        return Source(self.source).mutated(self.mutant.edit)


@dataclass(frozen=True)
class Baseline:
    """The tests as they are: their time, who runs through which line, and what of others' they need.

    In seconds of the processor: `grace` is what a mutant may take longer, and `budget` how much of its
    tests is tried before it counts as alive.
    """

    grace: float
    budget: float
    seconds: dict[str, float]
    tests_by_line: dict[str, dict[int, list[str]]]
    imported_lines: dict[str, set[int]]
    modules: list[str]

    def runs_at_import(self, subject: Subject) -> bool:
        """Tell whether the line also runs before any test does: tests too make things at import."""
        imported = self.imported_lines.get(str(subject.path), set())
        return any(line in imported for line in lines_of(subject.mutant))

    def affordable(self, tests: Sequence[str]) -> list[str]:
        """Return the first of these tests, as many as the budget allows and one at least."""
        spent = accumulate(self.seconds[test] for test in tests)
        return [
            test
            for at, (test, sum_so_far) in enumerate(zip(tests, spent, strict=True))
            if at == 0 or sum_so_far <= self.budget
        ]

    def limit(self, tests: Iterable[str]) -> float:
        """Return how long a mutant may take."""
        return PATIENCE * sum(self.seconds[test] for test in tests) + self.grace

    def tests_for(self, subject: Subject) -> list[str]:
        """Return the tests that could notice, those that cost least first."""
        by_line = self.tests_by_line.get(str(subject.path), {})
        found = {test for line in lines_seen(subject) for test in by_line.get(line, ())}
        if not subject.mutant.function:
            # It is there for whoever imports it; those who also run something of the file go first.
            found = set(self.seconds)
        if subject.only is not None:
            found = {test for test in found if file_of(test) in subject.only}
        visitors = {test for tests in by_line.values() for test in tests}
        return sorted(
            found,
            key=lambda test: (
                not is_mirror(subject, test),
                test not in visitors,
                self.seconds[test],
                test,
            ),
        )


def is_mirror(subject: Subject, test: str) -> bool:
    """Tell whether a test stands in a file that mirrors this source, or a chapter of it."""
    file = Path(file_of(test)).stem
    return file == FORMS or f"{file}_".startswith(f"test_{subject.path.stem}_")


def file_of(test: str) -> str:
    """Return the file that a test stands in."""
    return test.partition("::")[0]


def lines_of(mutant: Mutant) -> range:
    """Return the lines of which one at least runs if the mutant does."""
    return range(min(mutant.statement, mutant.line), mutant.last_line + 1)


def lines_seen(subject: Subject) -> range:
    """Return the lines of which a test runs one if it comes to the mutant.

    Python 3.11 does not tell which lines a coroutine runs after something was cancelled in it.
    """
    mutant = subject.mutant
    return coroutines(subject.source).get(mutant.function) or lines_of(mutant)


@lru_cache(maxsize=256)
def coroutines(source: str) -> dict[str, range]:
    """Return the lines of each coroutine of a module, by its name."""
    return dict(coroutines_in(ast.parse(source), ""))


def coroutines_in(node: ast.Module | ast.ClassDef, path: str) -> Iterator[tuple[str, range]]:
    """Yield the coroutines of a module or a class."""
    for one in node.body:
        if isinstance(one, ast.ClassDef):
            yield from coroutines_in(one, f"{path}{one.name}.")
        elif isinstance(one, ast.AsyncFunctionDef):
            yield f"{path}{one.name}", range(one.body[0].lineno, (one.end_lineno or 0) + 1)


class Recorder:
    """A pytest plugin that notes what each test costs and covers."""

    def __init__(self, measured: coverage.Coverage) -> None:
        self.measured = measured
        self.seconds: dict[str, float] = {}
        self.failed: list[str] = []

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Generator[None, object, object]:
        self.measured.switch_context(item.nodeid)
        started = process_time()
        result = yield
        self.seconds[item.nodeid] = process_time() - started
        return result

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.failed:
            self.failed.append(report.nodeid)


def run_baseline(
    paths: Sequence[Path], tests: Sequence[str], kept: Path, *, grace: float, budget: float
) -> Baseline:
    """Run all tests of which nothing is kept, in a process of its own, and see who covers what."""
    kept.mkdir(parents=True, exist_ok=True)
    common = digest_of([*paths, *helpers()])
    places = {file: kept / f"{digest_of([ROOT / file])}{common}.json" for file in files_of(tests)}
    stale = [test for test in tests if not all(places[file].exists() for file in files_of([test]))]
    if stale:
        record_apart(paths, stale, places)
    found = [json.loads(place.read_text()) for place in places.values() if place.exists()]
    return Baseline(
        grace=grace,
        budget=budget,
        seconds={test: cost for one in found for test, cost in one["seconds"].items()},
        tests_by_line=joined(found),
        imported_lines={
            str(path): {line for one in found for line in one["imported"].get(str(path), ())}
            for path in paths
        },
        modules=sorted({module for one in found for module in one["modules"]}),
    )


def files_of(tests: Sequence[str]) -> list[str]:
    """Return the files of tests that these name, as pytest writes them."""
    places = [ROOT / file_of(test) for test in tests]
    files = [file for place in places for file in (sorted(place.rglob("test_*.py")) or [place])]
    return [str(file.relative_to(ROOT)) for file in dict.fromkeys(files)]


def helpers() -> list[Path]:
    """Return what tests are made of beside themselves."""
    tests = ROOT / "tests"
    return sorted([*tests.rglob("conftest.py"), *(tests / "support").rglob("*.py")])


def digest_of(paths: Sequence[Path]) -> str:
    """Return what changes as soon as one of these files does."""
    digest = sha256()
    for path in paths:
        data = path.read_bytes()
        digest.update(f"{path.name} {len(data)}\n".encode() + data)
    return digest.hexdigest()[:16]


def joined(found: Sequence[dict[str, Any]]) -> dict[str, dict[int, list[str]]]:
    """Return for each file and line the tests that come to it."""
    by_line: dict[str, dict[int, list[str]]] = {}
    for one in found:
        for path, lines in one["lines"].items():
            for line, tests in lines.items():
                by_line.setdefault(path, {}).setdefault(int(line), []).extend(tests)
    return by_line


def record_apart(paths: Sequence[Path], tests: Sequence[str], places: dict[str, Path]) -> None:
    """Record a run of these tests, each file's part in its place."""
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "baseline.json"
        pid = os.fork()
        if pid == 0:
            in_child(lambda: record(paths, tests, out))
        os.waitpid(pid, 0)
        if not out.exists():
            raise SystemExit("The tests could not be run as they are.")
        found = json.loads(out.read_text())
    if found["failed"]:
        raise SystemExit(f"Tests fail with no mutant at all: {', '.join(found['failed'][:5])}")
    for file in {file_of(test) for test in found["seconds"]}:
        places[file].write_text(json.dumps(part_of(found, file)))


def part_of(found: dict[str, Any], file: str) -> dict[str, Any]:
    """Return what a run has shown of one file's tests."""
    seconds = {test: cost for test, cost in found["seconds"].items() if file_of(test) == file}
    contexts = found["contexts"]
    return {
        "seconds": seconds,
        "lines": {
            path: {
                line: here
                for line, names in lines.items()
                if (here := [name for name in names if name in seconds])
            }
            for path, lines in contexts.items()
        },
        "imported": {
            path: [int(line) for line, names in lines.items() if "" in names]
            for path, lines in contexts.items()
        },
        "modules": found["modules"],
    }


def record(paths: Sequence[Path], tests: Sequence[str], out: Path) -> None:
    """Write down what a run of the tests shows."""
    measured = coverage.Coverage(
        data_file=None, config_file=False, include=[str(path) for path in paths]
    )
    recorder = Recorder(measured)
    measured.start()
    quietly(lambda: pytest.main([*PYTEST, *tests], plugins=[recorder]))
    measured.stop()
    data = measured.get_data()
    out.write_text(
        json.dumps(
            {
                "seconds": recorder.seconds,
                "failed": recorder.failed,
                "contexts": {str(path): data.contexts_by_lineno(str(path)) for path in paths},
                "modules": others_modules(),
            }
        )
    )


def others_modules() -> list[str]:
    """Return what is imported that nobody of this project has written."""
    return [
        name
        for name, module in list(sys.modules.items())
        if (file := getattr(module, "__file__", None))
        and ("site-packages" in file or not Path(file).is_relative_to(ROOT))
    ]


def in_child(run: Callable[[], object]) -> None:
    """Run something as all that this process still does."""
    with suppress(BaseException):
        run()
        os._exit(0)
    os._exit(FAILED)


def quietly(run: Callable[[], object]) -> object:
    """Run something whose words are nobody's business."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    for stream in (1, 2):
        os.dup2(nowhere, stream)
    return run()
