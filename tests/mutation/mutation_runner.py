"""Run tests over mutants, each in a fork of its own; mutate.py tells what for.

Two kinds of fork: a warm one, of a process that has collected all tests, for a function's body; and a
cold one, of a process that has imported nothing of ours yet, for what runs at import.
"""

import gc
import importlib.abc
import importlib.util
import json
import os
import resource
import signal
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from enum import Enum
from importlib.machinery import ModuleSpec, PathFinder
from itertools import accumulate
from pathlib import Path
from time import process_time
from types import CodeType, FunctionType, ModuleType

import coverage
import pytest
from typing_extensions import override

from mutants import Mutant, Source

PYTEST = ["-q", "-n0", "-s", "-p", "no:cacheprovider", "-p", "no:randomly", "--no-header"]
# A mutant may take so many times what its tests take, and some seconds more, of the processor.
PATIENCE = 5
# What every declaration of something that travels answers to.
FORMS = "test_wire_forms"
MEMORY = 3 * 2**30
KILLED, SURVIVED, NOT_WARM = 10, 11, 12


class Outcome(Enum):
    """What became of a mutant."""

    killed = "killed"
    survived = "survived"
    untested = "untested"


@dataclass(frozen=True)
class Subject:
    """A mutant, and the module it is of, as it was read: somebody may write to the file meanwhile."""

    path: Path
    module: str
    source: str
    mutant: Mutant

    def text(self) -> str:
        return Source(self.source).mutated(self.mutant.edit)


@dataclass(frozen=True)
class Baseline:
    """What the tests do when nothing is wrong: their time, and who runs through which line.

    In seconds of the processor: `grace` is what a mutant may take longer, and `budget` how much of its
    tests is tried before it counts as alive.
    """

    grace: float
    budget: float
    seconds: dict[str, float]
    tests_by_line: dict[str, dict[int, list[str]]]
    imported_lines: dict[str, set[int]]

    def runs_at_import(self, subject: Subject) -> bool:
        """Tell whether the line also runs before any test does: tests too make things at import."""
        imported = self.imported_lines[str(subject.path)]
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
        by_line = self.tests_by_line[str(subject.path)]
        # What stands outside of functions is there for whoever imports it, line or no line.
        found = {test for line in lines_of(subject.mutant) for test in by_line.get(line, ())}
        if not subject.mutant.function:
            found = set(self.seconds)
        return sorted(
            found, key=lambda test: (not is_mirror(subject, test), self.seconds[test], test)
        )


def is_mirror(subject: Subject, test: str) -> bool:
    """Tell whether a test stands in a file that mirrors this source, or a chapter of it."""
    file = Path(test.partition("::")[0]).stem
    return file == FORMS or f"{file}_".startswith(f"test_{subject.path.stem}_")


def lines_of(mutant: Mutant) -> range:
    """Return the lines of which one at least runs if the mutant does."""
    return range(min(mutant.statement, mutant.line), mutant.last_line + 1)


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
    paths: Sequence[Path], tests: list[str], *, grace: float, budget: float
) -> Baseline:
    """Run all tests once, in a process of their own, and see who covers what."""
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
    contexts = {
        path: {int(line): names for line, names in lines.items()}
        for path, lines in found["contexts"].items()
    }
    return Baseline(
        grace=grace,
        budget=budget,
        seconds=found["seconds"],
        tests_by_line={
            path: {
                line: [name for name in names if name in found["seconds"]]
                for line, names in lines.items()
            }
            for path, lines in contexts.items()
        },
        imported_lines={
            path: {line for line, names in lines.items() if "" in names}
            for path, lines in contexts.items()
        },
    )


def record(paths: Sequence[Path], tests: list[str], out: Path) -> None:
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
            }
        )
    )


def run_mutants(
    subjects: Sequence[Subject], baseline: Baseline, tests: list[str], jobs: int
) -> Iterator[tuple[Subject, Outcome]]:
    """Yield what became of each mutant, as soon as it is known."""
    cold: list[Subject] = []
    warm: list[Subject] = []
    for subject in subjects:
        if not baseline.tests_for(subject):
            yield subject, Outcome.untested
        else:
            (warm if subject.mutant.function else cold).append(subject)
    for at, status in warm_outcomes(warm, baseline, tests, jobs):
        # It may have done its harm before the fork, where the mistake was not made yet.
        again = status == SURVIVED and baseline.runs_at_import(warm[at])
        if again or status == NOT_WARM:
            cold.append(warm[at])
        else:
            yield warm[at], Outcome.survived if status == SURVIVED else Outcome.killed

    yield from cold_outcomes(cold, baseline, jobs)


def cold_outcomes(
    cold: Sequence[Subject], baseline: Baseline, jobs: int
) -> Iterator[tuple[Subject, Outcome]]:
    """Try each with the file that mirrors its source, which kills most; then with the others."""

    def split(subject: Subject) -> tuple[list[str], list[str]]:
        tests = baseline.affordable(baseline.tests_for(subject))
        near = [test for test in tests if is_mirror(subject, test)] or tests[:1]
        return near, [test for test in tests if test not in near]

    left: list[Subject] = []
    for at, status in forked(cold, lambda one: run_cold(one, split(one)[0], baseline), jobs):
        if status == SURVIVED and split(cold[at])[1]:
            left.append(cold[at])
        else:
            yield cold[at], Outcome.survived if status == SURVIVED else Outcome.killed
    for at, status in forked(left, lambda one: run_cold(one, split(one)[1], baseline), jobs):
        yield left[at], Outcome.survived if status == SURVIVED else Outcome.killed


def warm_outcomes(
    subjects: Sequence[Subject], baseline: Baseline, tests: list[str], jobs: int
) -> Iterator[tuple[int, int]]:
    """Collect all tests in a process of its own, which forks for each mutant and tells by a pipe."""
    if not subjects:
        return
    reading, writing = os.pipe()
    pid = os.fork()
    if pid == 0:
        os.close(reading)
        plugin = WarmRunner(subjects, baseline, writing, jobs)
        in_child(lambda: quietly(lambda: pytest.main([*PYTEST, *tests], plugins=[plugin])))
    os.close(writing)
    with os.fdopen(reading) as told:
        for line in told:
            at, status = line.split()
            yield int(at), int(status)
    os.waitpid(pid, 0)


class WarmRunner:
    """A pytest plugin that, in place of running the tests, runs the mutants."""

    def __init__(
        self, subjects: Sequence[Subject], baseline: Baseline, told: int, jobs: int
    ) -> None:
        self.subjects, self.baseline, self.told, self.jobs = subjects, baseline, told, jobs
        self.kills: Counter[tuple[str, str]] = Counter()

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        items = {item.nodeid: item for item in session.items}
        functions = live_functions({str(subject.path) for subject in self.subjects})
        gc.freeze()  # a fork that collects garbage would copy all that is shared
        with tempfile.TemporaryFile() as noted:

            def start(subject: Subject) -> None:
                tests = self.in_good_order(subject)
                if not exchanged(subject, functions):
                    os._exit(NOT_WARM)
                limit(self.baseline.limit(tests))
                run_items([items[test] for test in tests], noted.fileno())
                os._exit(SURVIVED)

            for at, status in forked(self.subjects, start, self.jobs):
                os.write(self.told, f"{at} {status}\n".encode())
                self.note_killer(self.subjects[at], noted.fileno())
        return True

    def in_good_order(self, subject: Subject) -> list[str]:
        """Return the tests that could notice, those first that noticed most nearby."""
        function = subject.mutant.function
        tests = self.baseline.tests_for(subject)
        tests.sort(
            key=lambda test: (-self.kills[test, function], -self.kills[test, subject.module])
        )
        return self.baseline.affordable(tests)

    def note_killer(self, subject: Subject, noted: int) -> None:
        """Remember which test has killed, if one has."""
        killer = os.pread(noted, 4096, 0).decode()
        os.ftruncate(noted, 0)
        if killer:
            self.kills.update([(killer, subject.mutant.function), (killer, subject.module)])


Functions = dict[tuple[str, str], list[FunctionType]]


def live_functions(files: set[str]) -> Functions:
    """Return the functions that were made of these files, wherever somebody holds them."""
    found: Functions = {}
    for thing in gc.get_objects():
        if isinstance(thing, FunctionType) and thing.__code__.co_filename in files:
            code = thing.__code__
            found.setdefault((code.co_filename, code.co_qualname), []).append(thing)
    return found


def exchanged(subject: Subject, functions: Functions) -> bool:
    """Give the live functions the mutated code; False if that cannot be done while they live."""
    compiled = compile(subject.text(), str(subject.path), "exec")
    mutated = [code for code in codes(compiled) if code.co_qualname == subject.mutant.function]
    living = functions.get((str(subject.path), subject.mutant.function), [])
    if len(mutated) != 1 or not living:
        return False
    try:
        for function in living:
            function.__code__ = mutated[0]
    except ValueError:  # it closes over other variables than before
        return False
    return True


def codes(code: CodeType) -> Iterator[CodeType]:
    """Yield all code inside a piece of code."""
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield constant
            yield from codes(constant)


class KillAtFailure:
    """A pytest plugin that ends the process as soon as a test fails, noting which."""

    noted: int | None = None

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.failed:
            if self.noted is not None:
                os.pwrite(self.noted, report.nodeid.encode(), 0)
            os._exit(KILLED)


def run_items(items: list[pytest.Item], noted: int) -> None:
    """Run collected tests; the first failure ends the process."""
    watching = KillAtFailure()
    watching.noted = noted
    items[0].config.pluginmanager.register(watching)
    for item, following in zip(items, [*items[1:], None], strict=True):
        item.config.hook.pytest_runtest_protocol(item=item, nextitem=following)


class Chosen(KillAtFailure):
    """A pytest plugin that keeps the chosen tests, in their order."""

    def __init__(self, tests: list[str]) -> None:
        self.tests = tests

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        order = {test: at for at, test in enumerate(self.tests)}
        items[:] = sorted(
            (item for item in items if item.nodeid in order), key=lambda item: order[item.nodeid]
        )


def run_cold(subject: Subject, tests: list[str], baseline: Baseline) -> None:
    """Import the mutant in place of its module, and run the tests; ends the process."""
    sys.meta_path.insert(0, MutantFinder(subject))
    limit(baseline.limit(tests) + baseline.grace)
    files = list(dict.fromkeys(test.partition("::")[0] for test in tests))
    status = pytest.main([*PYTEST, *files], plugins=[Chosen(tests)])
    os._exit(SURVIVED if status == pytest.ExitCode.OK else KILLED)


class MutantFinder(importlib.abc.MetaPathFinder):
    """Find one module mutated, and leave all others to Python."""

    def __init__(self, subject: Subject) -> None:
        self.subject = subject

    @override
    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        if fullname != self.subject.module:
            return None
        spec = PathFinder.find_spec(fullname, path)
        if spec is None:
            raise ImportError(fullname)
        spec.loader = MutantLoader(self.subject)
        return spec


class MutantLoader(importlib.abc.Loader):
    """Run a mutant's text as its module."""

    def __init__(self, subject: Subject) -> None:
        self.subject = subject

    @override
    def exec_module(self, module: ModuleType) -> None:
        code = compile(self.subject.text(), str(self.subject.path), "exec")
        exec(code, module.__dict__)  # noqa: S102 - our own source, with one edit


def forked(
    subjects: Sequence[Subject], start: Callable[[Subject], None], jobs: int
) -> Iterator[tuple[int, int]]:
    """Yield the number and the exit status of each, tried in a fork; a signal counts as killed."""
    running: dict[int, int] = {}
    waiting = iter(enumerate(subjects))
    while True:
        while len(running) < jobs and (following := next(waiting, None)) is not None:
            at, subject = following
            running[in_fork(start, subject)] = at
        if not running:
            return
        pid, status = os.wait()
        if pid in running:
            yield running.pop(pid), os.waitstatus_to_exitcode(status)


def in_fork(start: Callable[[Subject], None], subject: Subject) -> int:
    """Start trying a mutant in a fork; return its process."""
    pid = os.fork()
    if pid == 0:
        in_child(lambda: quietly(lambda: start(subject)))
    return pid


def in_child(run: Callable[[], object]) -> None:
    """Run something as all that this process still does."""
    with suppress(BaseException):
        run()
        os._exit(0)
    os._exit(KILLED)


def quietly(run: Callable[[], object]) -> object:
    """Run something whose words are nobody's business."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    for stream in (1, 2):
        os.dup2(nowhere, stream)
    return run()


def limit(seconds: float) -> None:
    """End this process if it takes far longer, or far more memory, than it should."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    signal.setitimer(signal.ITIMER_PROF, seconds)
    # Where it waits for something that never comes.
    signal.setitimer(signal.ITIMER_REAL, 20 * seconds)
