"""Mutation testing: make every small mistake on purpose, and see whether a test notices.

    ./dev mutate protocol/holdspace/protocol/mls/framing.py ... [--sample N] [--tests PATH ...]
    ./dev mutate --core [FILE ...] [--sample N]    the files that core.py names, or these of them
    ./dev mutate --core --known                    only what earlier runs have found of them

The tests are collected once; then each mutant gets a fork of that process, in which the code of the
one function is exchanged, and only the tests that run through the mutated line. Mutants of what runs
at import get a fork from before the import. A mutant is killed if a test fails or takes far too long.
What became of it is remembered in .mutation/, so a run can be stopped at any time, and the next one
asks only about what has changed: a function, the test that killed, or for survivors any test. Mutants
that cannot be killed are listed, each with its reason, in equivalent.toml. It is one process at a time
and lets everybody else go first.

Written because mutmut 3.8 leaves decorated functions and whole statements alone, knows no line
coverage to choose tests by, and wants to rewrite one source tree.
"""

import argparse
import os
import random
import sys
import tomllib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from time import monotonic
from typing import NamedTuple

from core import CORE, LEAST, Part
from mutants import CHECKS, OPERATORS, Mutant, Operators, mutants_of
from mutation_baseline import ROOT, Subject, run_baseline
from mutation_journal import Journal
from mutation_runner import Kills, Outcome, Verdict, run_mutants

EQUIVALENT = Path(__file__).with_name("equivalent.toml")
MEMORY = ROOT / ".mutation"
VERDICTS = MEMORY / "verdicts"
BASELINES = MEMORY / "baselines"
# Tests that cover sources from outside the folder that mirrors theirs.
FURTHER_TESTS = {
    "protocol/mls": ("tests/vectors/test_vectors.py",),
    "protocol/meeting": ("tests/protocol/test_wire_forms.py",),
}


@dataclass
class Module:
    """One source under trial, and what became of each of its mutants, or of those that are tried."""

    path: Path
    source: str
    every: list[Mutant]
    mutants: list[Mutant]
    equivalent: dict[tuple[str, str, str], str]
    verdicts: dict[Mutant, Verdict] = field(default_factory=dict)

    @property
    def name(self) -> str:
        return ".".join(self.path.relative_to(ROOT).with_suffix("").parts[1:])

    @property
    def title(self) -> str:
        return title_of(self.path)

    @property
    def tried(self) -> list[Mutant]:
        return [mutant for mutant in self.mutants if mutant.key not in self.equivalent]

    def survivors(self) -> list[Mutant]:
        return [
            mutant
            for mutant in self.tried
            if mutant in self.verdicts and self.verdicts[mutant].outcome is not Outcome.killed
        ]

    def there(self) -> set[tuple[str, str, str]]:
        """Return what can be listed as equivalent."""
        return {mutant.key for mutant in (*self.every, *mutants_of(self.source, CHECKS))}

    def keys(self) -> dict[Mutant, str]:
        """Return what names each mutant for as long as its function is the same."""
        near: dict[str, list[str]] = {}
        seen = Counter[tuple[str, str, str]]()
        for mutant in self.every:
            near.setdefault(mutant.function, []).append(mutant.before)
        found = {}
        for mutant in self.mutants:
            text = near.get(mutant.function, []) if mutant.function else mutant.before
            named = (self.name, *mutant.key, seen[mutant.key], text)
            seen[mutant.key] += 1
            found[mutant] = sha256(repr(named).encode()).hexdigest()[:32]
        return found


def main(arguments: Sequence[str]) -> int:
    """Try the modules that were asked for; the exit status is 0 if enough mutants were killed."""
    parser = argparse.ArgumentParser(
        prog="./dev mutate", description=(__doc__ or "").split("\n")[0]
    )
    parser.add_argument("module", nargs="*", type=Path, help="a source file of ours")
    parser.add_argument("--core", action="store_true", help="all files that core.py names")
    parser.add_argument("--tests", nargs="+", help="instead of the folder that mirrors the source")
    parser.add_argument(
        "--sample",
        type=int,
        help="try only so many mutants, drawn by --seed; with --core, of a part",
    )
    parser.add_argument(
        "--checks", action="store_true", help="only take whole checks out, one at a time"
    )
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument(
        "--inside", action="store_true", help="only mutants inside of functions, which are quick"
    )
    parser.add_argument("--jobs", type=int, default=1, help="mutants tried at the same time")
    parser.add_argument("--grace", type=float, default=3, help="seconds a mutant may take longer")
    parser.add_argument(
        "--budget",
        type=float,
        default=20,
        help="seconds of tests that a mutant has to outlive, the likeliest and cheapest first",
    )
    parser.add_argument("--least", type=float, default=90, help="percentage that must be killed")
    parser.add_argument("--known", action="store_true", help="show what is known and try nothing")
    parser.add_argument("--fresh", action="store_true", help="forget what earlier runs have found")
    asked = parser.parse_args(arguments)
    missing = [path for path in asked.module if not path.is_file()]
    if missing or not (asked.module or asked.core):
        say(f"There is no file {missing[0]}." if missing else "Name files, or --core.")
        return 2
    if asked.fresh:
        VERDICTS.unlink(missing_ok=True)
    os.nice(19)
    modules: list[Module] = []
    try:
        for part in CORE if asked.core else [part_of(asked)]:
            named = {path.resolve() for path in asked.module or part.paths()}
            operators = CHECKS if asked.checks else OPERATORS
            these = [load(path, operators) for path in part.paths() if path in named]
            modules += these
            try_part(part, these, asked)
    except KeyboardInterrupt:
        say("\nStopped; the same command goes on from here. So far:")
    least = min(asked.least, LEAST) if asked.core else asked.least
    return report(modules, least, is_sample=asked.sample is not None or asked.inside)


def part_of(asked: argparse.Namespace) -> Part:
    """Return the files that were named, and their tests."""
    paths = [path.resolve() for path in asked.module]
    tests = asked.tests or sorted({test for path in paths for test in tests_of(path)})
    return Part(tuple(str(path.relative_to(ROOT)) for path in paths), tuple(tests))


def try_part(part: Part, modules: list[Module], asked: argparse.Namespace) -> None:
    """Note what becomes of the mutants of some modules."""
    MEMORY.mkdir(exist_ok=True)
    journal = Journal(VERDICTS, part.tests, asked.budget)
    chosen = choose(modules, journal, asked)
    if chosen and not asked.known:
        try_all(chosen, part, journal, asked)


def listed() -> list[dict[str, str]]:
    """Return the mutants that cannot be killed."""
    found: list[dict[str, str]] = []
    if EQUIVALENT.exists():
        found = tomllib.loads(EQUIVALENT.read_text())["mutant"]
    return found


def title_of(path: Path) -> str:
    """Return how a source is named in lists."""
    return "/".join(path.relative_to(ROOT).parts[2:])


def load(path: Path, operators: Operators = OPERATORS) -> Module:
    """Read a source and make its mutants."""
    equivalent = {
        (entry["function"], entry["before"], entry["after"]): entry["reason"]
        for entry in listed()
        if entry["file"] == title_of(path)
    }
    source = path.read_text()
    every = mutants_of(source)
    mutants = every if operators is OPERATORS else mutants_of(source, operators)
    return Module(path, source, every, mutants, equivalent)


def tests_of(path: Path) -> tuple[str, ...]:
    """Return the folder that mirrors a source, and what else covers it."""
    tree, _, *folders = path.relative_to(ROOT).parts[:-1]
    place = "/".join(folders) if tree in folders[:1] else tree
    return (f"tests/{place}", *FURTHER_TESTS.get(place, ()))


class Chosen(NamedTuple):
    """A mutant to try, and what names it in the journal."""

    module: Module
    mutant: Mutant
    key: str


def choose(modules: list[Module], journal: Journal, asked: argparse.Namespace) -> list[Chosen]:
    """Return the mutants to try; those of which it is known are counted at once."""
    every = [
        Chosen(module, mutant, key)
        for module in modules
        for mutant, key in module.keys().items()
        if mutant.key not in module.equivalent and (mutant.function or not asked.inside)
    ]
    if asked.sample is not None:
        every = random.Random(asked.seed).sample(every, min(asked.sample, len(every)))
    left = []
    for one in every:
        known = journal.verdict(one.key, or_former=asked.known)
        if known is None:
            left.append(one)
        else:
            one.module.verdicts[one.mutant] = known
    return left


def try_all(chosen: list[Chosen], part: Part, journal: Journal, asked: argparse.Namespace) -> None:
    """Try every mutant, saying how far it has come."""
    say(f"{len(chosen)} mutants to try; first the tests as they are: {' '.join(part.tests)}")
    baseline = run_baseline(
        part.paths(), part.tests, BASELINES, grace=asked.grace, budget=asked.budget
    )
    say(f"{len(baseline.seconds)} tests of {sum(baseline.seconds.values()):.0f} s")
    subjects = [
        Subject(
            one.module.path,
            one.module.name,
            one.module.source,
            one.mutant,
            journal.changed_since(one.key),
        )
        for one in chosen
    ]
    owners = {id(subject): one for subject, one in zip(subjects, chosen, strict=True)}
    progress = Progress(len(subjects))
    for subject, verdict in run_mutants(subjects, baseline, kills(chosen, journal), asked.jobs):
        one = owners[id(subject)]
        one.module.verdicts[one.mutant] = verdict
        journal.note(one.key, verdict)
        progress.step(verdict.outcome)
    progress.end()


def kills(chosen: list[Chosen], journal: Journal) -> Kills:
    """Return which tests have killed mutants of the same functions before."""
    found = Kills()
    for module in dict.fromkeys(one.module.path for one in chosen):
        loaded = next(one.module for one in chosen if one.module.path == module)
        for mutant, key in loaded.keys().items():
            if killer := journal.former_killer(key):
                found.update([(killer, mutant.function), (killer, loaded.name)])
    return found


class Progress:
    """How many are done, and when the rest will be, judged by the pace of the last hundred."""

    def __init__(self, total: int) -> None:
        self.total, self.done, self.alive = total, 0, 0
        self.times = [monotonic()]

    def step(self, outcome: Outcome) -> None:
        self.done += 1
        self.alive += outcome is not Outcome.killed
        self.times = [*self.times[-100:], monotonic()]
        if sys.stderr.isatty() or self.done % 50 == 0:
            pace = (self.times[-1] - self.times[0]) / (len(self.times) - 1)
            left = round(pace * (self.total - self.done))
            bar = "#" * (30 * self.done // self.total)
            minutes = f"about {left // 60}:{left % 60:02} left"
            line = f"[{bar:30}] {self.done}/{self.total}, {self.alive} alive, {minutes}"
            sys.stderr.write(f"\r{line:79}" if sys.stderr.isatty() else f"{line}\n")
            sys.stderr.flush()

    def end(self) -> None:
        sys.stderr.write("\n" if sys.stderr.isatty() else "")


def report(modules: list[Module], least: float, *, is_sample: bool) -> int:
    """Show who survived, and the score of each module."""
    for module in modules:
        for mutant in module.survivors():
            why = (
                "no test comes here"
                if module.verdicts[mutant].outcome is Outcome.untested
                else "alive"
            )
            say(f"\n{module.path.relative_to(ROOT)}:{mutant.line} {mutant.function} ({why})")
            say(f"  - {mutant.before}\n  + {mutant.after}")
    say(f"\n{'module':40} mutants  killed  alive  equivalent   score")
    scores = [line_of(module) for module in modules]
    for module in modules:
        for key in module.equivalent.keys() - module.there():
            say(f"equivalent.toml lists a mutant that {module.title} no longer has: {key}")
    if is_sample:
        say("This was a sample.")
    return 0 if all(score >= least for score in scores) else 1


def line_of(module: Module) -> float:
    """Show one module's line; return its score."""
    counts = Counter(verdict.outcome for verdict in module.verdicts.values())
    alive = counts[Outcome.survived] + counts[Outcome.untested]
    tried = counts[Outcome.killed] + alive
    score = 100 * counts[Outcome.killed] / tried if tried else 100.0
    equivalent = len(module.mutants) - len(module.tried)
    say(
        f"{module.title:40} {tried:7} {counts[Outcome.killed]:7} {alive:6} {equivalent:11} {score:6.1f}%"
    )
    return score


def say(line: str) -> None:
    """Write one line at once."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
