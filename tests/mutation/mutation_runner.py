"""Run tests over mutants, each in a fork of its own; mutate.py tells what for.

Two kinds of fork: a warm one, of a process that has collected all tests, for a function's body; and a
cold one, of a process that has imported nothing of ours yet, for what runs at import.
"""

import gc
import importlib
import importlib.abc
import os
import resource
import signal
import sys
import tempfile
import warnings
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import replace
from enum import Enum
from importlib.machinery import ModuleSpec, PathFinder
from types import CodeType, FunctionType, ModuleType
from typing import IO, NamedTuple

import pytest
from typing_extensions import override

from mutants import Edit
from mutation_baseline import (
    FAILED,
    PYTEST,
    Baseline,
    Subject,
    file_of,
    in_child,
    is_mirror,
    quietly,
)

MEMORY = 3 * 2**30
SURVIVED, NOT_WARM = 11, 12


class Outcome(Enum):
    """What became of a mutant."""

    killed = "killed"
    survived = "survived"
    untested = "untested"


class Verdict(NamedTuple):
    """What became of a mutant, and the test that has noticed: none where time or memory ran out."""

    outcome: Outcome
    killer: str = ""


# (test, function or module) -> how often it has killed there.
Kills = Counter[tuple[str, str]]


def run_mutants(
    subjects: Sequence[Subject], baseline: Baseline, kills: Kills, jobs: int
) -> Iterator[tuple[Subject, Verdict]]:
    """Yield what became of each mutant, as soon as it is known."""
    order = GoodOrder(baseline, kills)
    cold: list[Subject] = []
    warm: list[Subject] = []
    for subject in subjects:
        if not baseline.tests_for(subject):
            outlived = subject.only is not None
            yield subject, Verdict(Outcome.survived if outlived else Outcome.untested)
        else:
            (warm if subject.mutant.function else cold).append(subject)
    for at, status, killer in warm_statuses(warm, order, jobs):
        # It may have done its harm before the fork, where the mistake was not made yet.
        again = status == SURVIVED and baseline.runs_at_import(warm[at])
        if again or status == NOT_WARM:
            cold.append(warm[at])
        else:
            yield warm[at], verdict(status, killer)
    yield from cold_verdicts(cold, order, jobs)


def verdict(status: int, killer: str) -> Verdict:
    """Return what an exit status tells; a signal is as good as a failure."""
    return Verdict(Outcome.survived) if status == SURVIVED else Verdict(Outcome.killed, killer)


class GoodOrder:
    """Which tests a mutant gets: those first that noticed most nearby, as many as are affordable."""

    def __init__(self, baseline: Baseline, kills: Kills) -> None:
        self.baseline, self.kills = baseline, kills

    def tests_for(self, subject: Subject) -> list[str]:
        here, module = subject.mutant.function, subject.module
        tests = self.baseline.tests_for(subject)
        if here:
            tests.sort(key=lambda test: (-self.kills[test, here], -self.kills[test, module]))
        return self.baseline.affordable(tests)

    def note(self, subject: Subject, killer: str) -> None:
        """Remember which test has killed, if one has."""
        if killer:
            self.kills.update([(killer, subject.mutant.function), (killer, subject.module)])


# What a fork does with its mutant and a place to note the killer; it ends the process.
Start = Callable[[Subject, int], None]


def cold_verdicts(
    cold: Sequence[Subject], order: GoodOrder, jobs: int
) -> Iterator[tuple[Subject, Verdict]]:
    """Try each with the files that mirror its source, which kill most; then with the others."""
    if not cold:
        return
    bring_in(order.baseline.modules)

    def near(subject: Subject) -> list[str]:
        tests = order.tests_for(subject)
        return [test for test in tests if is_mirror(subject, test)] or tests[:1]

    def far(subject: Subject) -> list[str]:
        return [test for test in order.tests_for(subject) if test not in near(subject)]

    left: list[Subject] = []
    check_control(cold[0], near(cold[0]), order.baseline)
    for at, status, killer in forked(cold, cold_start(near, order.baseline), jobs):
        if status == SURVIVED and far(cold[at]):
            left.append(cold[at])
        else:
            yield cold[at], verdict(status, killer)
    if left:
        check_control(left[0], far(left[0]), order.baseline)
    for at, status, killer in forked(left, cold_start(far, order.baseline), jobs):
        yield left[at], verdict(status, killer)


def check_control(subject: Subject, tests: Sequence[str], baseline: Baseline) -> None:
    """Try a module in which nothing is changed: if that fails, the failures of others say nothing."""
    nothing = Edit(subject.mutant.edit.start, subject.mutant.edit.start, "")
    control = replace(subject, mutant=replace(subject.mutant, edit=nothing))
    for _, status, killer in forked([control], cold_start(lambda _: list(tests), baseline), 1):
        if status != SURVIVED:
            raise SystemExit(f"Tests fail although nothing is changed: {killer or status}")


def bring_in(modules: Sequence[str]) -> None:
    """Import what others have written, once, inside of pytest: it rewrites some of it as it comes."""

    class BringIn:
        def pytest_sessionstart(self) -> None:
            for module in modules:
                with warnings.catch_warnings(action="ignore"), suppress(BaseException):
                    importlib.import_module(module)

    kept = [os.dup(stream) for stream in (1, 2)]
    with tempfile.TemporaryDirectory() as empty:
        quietly(lambda: pytest.main([*PYTEST, empty], plugins=[BringIn()]))
    for stream, copy in zip((1, 2), kept, strict=True):
        os.dup2(copy, stream)
        os.close(copy)


def warm_statuses(
    subjects: Sequence[Subject], order: GoodOrder, jobs: int
) -> Iterator[tuple[int, int, str]]:
    """Collect the tests in a process of its own, which forks for each mutant and tells by a pipe."""
    if not subjects:
        return
    reading, writing = os.pipe()
    pid = os.fork()
    if pid == 0:
        os.close(reading)
        plugin = WarmRunner(subjects, order, writing, jobs)
        files = sorted({file_of(test) for one in subjects for test in order.tests_for(one)})
        in_child(lambda: quietly(lambda: pytest.main([*PYTEST, *files], plugins=[plugin])))
    os.close(writing)
    with os.fdopen(reading) as told:
        for line in told:
            at, status, killer = line.rstrip("\n").split(" ", 2)
            yield int(at), int(status), killer
    os.waitpid(pid, 0)


class WarmRunner:
    """A pytest plugin that, in place of running the tests, runs the mutants."""

    def __init__(self, subjects: Sequence[Subject], order: GoodOrder, told: int, jobs: int) -> None:
        self.subjects, self.order, self.told, self.jobs = subjects, order, told, jobs

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        items = {item.nodeid: item for item in session.items}
        functions = live_functions({str(subject.path) for subject in self.subjects})
        gc.freeze()  # a fork that collects garbage would copy all that is shared

        def start(subject: Subject, noted: int) -> None:
            tests = self.order.tests_for(subject)
            if not exchanged(subject, functions):
                os._exit(NOT_WARM)
            limit(self.order.baseline.limit(tests))
            run_items([items[test] for test in tests], noted)
            os._exit(SURVIVED)

        for at, status, killer in forked(self.subjects, start, self.jobs):
            os.write(self.told, f"{at} {status} {killer}\n".encode())
            self.order.note(self.subjects[at], killer)
        return True


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

    def __init__(self, noted: int) -> None:
        self.noted = noted

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.failed:
            os.pwrite(self.noted, report.nodeid.encode(), 0)
            os._exit(FAILED)


def run_items(items: list[pytest.Item], noted: int) -> None:
    """Run collected tests; the first failure ends the process."""
    items[0].config.pluginmanager.register(KillAtFailure(noted))
    for item, following in zip(items, [*items[1:], None], strict=True):
        item.config.hook.pytest_runtest_protocol(item=item, nextitem=following)


class Chosen(KillAtFailure):
    """A pytest plugin that keeps the chosen tests, in their order."""

    def __init__(self, tests: Sequence[str], noted: int) -> None:
        super().__init__(noted)
        self.tests = tests

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        order = {test: at for at, test in enumerate(self.tests)}
        items[:] = sorted(
            (item for item in items if item.nodeid in order), key=lambda item: order[item.nodeid]
        )


def cold_start(tests_of: Callable[[Subject], Sequence[str]], baseline: Baseline) -> Start:
    """Return what imports a mutant in place of its module, and runs the tests."""

    def start(subject: Subject, noted: int) -> None:
        tests = tests_of(subject)
        sys.meta_path.insert(0, MutantFinder(subject))
        limit(baseline.limit(tests) + baseline.grace)
        files = list(dict.fromkeys(file_of(test) for test in tests))
        status = pytest.main([*PYTEST, *files], plugins=[Chosen(tests, noted)])
        os._exit(SURVIVED if status == pytest.ExitCode.OK else FAILED)

    return start


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


def forked(subjects: Sequence[Subject], start: Start, jobs: int) -> Iterator[tuple[int, int, str]]:
    """Yield the number, the exit status and the killer of each, tried in a fork."""
    running: dict[int, tuple[int, IO[bytes]]] = {}
    waiting = iter(enumerate(subjects))
    while True:
        while len(running) < jobs and (following := next(waiting, None)) is not None:
            noted: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115 - open until its fork has ended
            running[in_fork(start, following[1], noted.fileno())] = (following[0], noted)
        if not running:
            return
        pid, status = os.wait()
        if pid in running:
            at, noted = running.pop(pid)
            with noted:
                killer = os.pread(noted.fileno(), 4096, 0).decode()
            yield at, os.waitstatus_to_exitcode(status), killer


def in_fork(start: Start, subject: Subject, noted: int) -> int:
    """Start trying a mutant in a fork; return its process."""
    pid = os.fork()
    if pid == 0:
        in_child(lambda: quietly(lambda: start(subject, noted)))
    return pid


def limit(seconds: float) -> None:
    """End this process if it takes far longer, or far more memory, than it should."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    signal.setitimer(signal.ITIMER_PROF, seconds)
    # Where it waits for something that never comes.
    signal.setitimer(signal.ITIMER_REAL, 20 * seconds)
