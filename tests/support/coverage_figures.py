"""Run tests and see which lines and branches they come to: the two figures that are promised.

    ./dev coverage [TEST ...] [--again]
    ./dev coverage --cores    only the pure cores, by the tests that mirror them

The pure cores are covered whole, branch by branch: whatever can be done to a value can be tried in
milliseconds, so what no test comes to is missing a test or does nothing. All the rest, with sockets,
screens and files, comes to nine tenths. `--again` shows the figures of the last run once more.
"""

import argparse
import json
import os
import subprocess
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatch
from itertools import groupby
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

ROOT = Path(__file__).parent.parent.parent
MEASURED = ROOT / ".coverage"
CORES_PROMISE, ALL_PROMISE = 100.0, 90.0
# What has no socket, clock, file or randomness of its own.
PURE_CORES = {
    "the protocol": ("protocol/holdspace/protocol/*.py",),
    "the meeting": ("protocol/holdspace/protocol/meeting/*.py",),
    "the encryption": ("protocol/holdspace/protocol/mls/*.py",),
    "the seat": ("client/holdspace/client/seat/*.py",),
    "the relay's core": tuple(
        f"server/holdspace/server/{name}.py"
        for name in (
            "bucket", "counts", "effects", "limits", "lobby", "meetings", "relay", "rooms", "shared",
            "state", "terms", "turns", "world",
        )
    ),
}  # fmt: skip
# They are to notice by themselves: what only a whole meeting comes to, nobody has looked at.
CORE_TESTS = ("tests/protocol", "tests/vectors", "tests/client/seat", "tests/server")


@dataclass(frozen=True)
class Figure:
    """How many lines and branches there are, and how many of them some test comes to."""

    there: int = 0
    covered: int = 0

    def __add__(self, other: "Figure") -> "Figure":
        return Figure(self.there + other.there, self.covered + other.covered)

    @property
    def percent(self) -> float:
        return 100 * self.covered / self.there if self.there else 100.0


def main(arguments: Sequence[str]) -> int:
    """Run the tests and show the figures; the exit status is 0 if both promises are kept."""
    parser = argparse.ArgumentParser(
        prog="./dev coverage", description=(__doc__ or "").split("\n")[0]
    )
    parser.add_argument("test", nargs="*", help="all tests, if none is named")
    parser.add_argument(
        "--cores", action="store_true", help="only the pure cores, by the tests that mirror them"
    )
    parser.add_argument("--again", action="store_true", help="show the last run's figures")
    parser.add_argument("--jobs", default="4", help="how many tests run at the same time")
    asked = parser.parse_args(arguments)
    tests = asked.test or (CORE_TESTS if asked.cores else ())
    status = 0 if asked.again else measure(tests, asked.jobs)
    files = report()
    return max(status, show(files, only_cores=asked.cores))


def measure(tests: Sequence[str], jobs: str) -> int:
    """Run tests, and whatever processes they start, under coverage; return pytest's status."""
    coverage("erase")
    how = ("-q", "-n", jobs, "--dist", "worksteal", "--hypothesis-profile=ci")
    status = coverage("run", "-m", "pytest", *how, *tests)
    coverage("combine", "--quiet")
    return status


def coverage(*arguments: str) -> int:
    """Run the tool here, whatever the caller's folder is."""
    command = [sys.executable, "-m", "coverage", *arguments]
    return subprocess.run(command, cwd=ROOT, env=os.environ, check=False).returncode


def report() -> dict[str, dict[str, Any]]:
    """Return what is known of each file."""
    if not MEASURED.exists():
        raise SystemExit("Nothing was measured yet: run ./dev coverage without --again.")
    with TemporaryDirectory() as folder:
        out = Path(folder) / "coverage.json"
        coverage("json", "--quiet", "-o", str(out))
        files: dict[str, dict[str, Any]] = json.loads(out.read_text())["files"]
    return files


def show(files: Mapping[str, Mapping[str, Any]], *, only_cores: bool = False) -> int:
    """Write what is missing in the pure cores, and the figures; return 0 if they are as promised."""
    cores = Figure()
    for name, globs in PURE_CORES.items():
        parts = {path: file for path, file in files.items() if within(path, globs)}
        for path, file in parts.items():
            if missing(file):
                say(f"{path}: {missing(file)}")
        figure = sum((figure_of(file) for file in parts.values()), Figure())
        cores += figure
        say(f"{name:24} {figure.percent:6.2f} %  of {figure.there:6} lines and branches")
    kept = [promise("the pure cores", cores, CORES_PROMISE)]
    if not only_cores:
        for name, figure in packages(files).items():
            say(f"{name:24} {figure.percent:6.2f} %  of {figure.there:6} lines and branches")
        everything = sum((figure_of(file) for file in files.values()), Figure())
        kept.append(promise("everything", everything, ALL_PROMISE))
    return 0 if all(kept) else 1


def packages(files: Mapping[str, Mapping[str, Any]]) -> dict[str, Figure]:
    """Return the figure of each folder of sources."""
    found: dict[str, Figure] = {}
    for path, file in sorted(files.items()):
        folder = "/".join(Path(path).parts[2:-1])
        found[folder] = found.get(folder, Figure()) + figure_of(file)
    return found


def within(path: str, globs: Sequence[str]) -> bool:
    """Tell whether a file is one of these; a star stands for no folder."""
    return any(fnmatch(path, glob) and path.count("/") == glob.count("/") for glob in globs)


def figure_of(file: Mapping[str, Any]) -> Figure:
    """Return one file's lines and branches together."""
    counted = file["summary"]
    return Figure(
        counted["num_statements"] + counted["num_branches"],
        counted["covered_lines"] + counted["covered_branches"],
    )


def missing(file: Mapping[str, Any]) -> str:
    """Return the lines, and the ways from line to line, that no test goes."""
    lines = set(file["missing_lines"])
    ways = [
        f"{one}->{'the end' if other < 0 else other}"
        for one, other in file["missing_branches"]
        if one not in lines and other not in lines
    ]
    return ", ".join([*runs(lines), *ways])


def runs(lines: Iterable[int]) -> list[str]:
    """Return numbers with each run of them as its ends."""
    grouped = groupby(enumerate(sorted(lines)), key=lambda pair: pair[1] - pair[0])
    ends = [(run[0][1], run[-1][1]) for _, group in grouped if (run := list(group))]
    return [str(first) if first == last else f"{first}-{last}" for first, last in ends]


def promise(name: str, figure: Figure, least: float) -> bool:
    """Write one of the two figures; tell whether it is as promised."""
    is_kept = figure.percent >= least
    say(
        f"{name}: {figure.percent:.2f} % ({figure.there - figure.covered} missing), "
        f"{least:g} % promised: {'kept' if is_kept else 'NOT KEPT'}"
    )
    return is_kept


def say(line: str) -> None:
    """Write one line at once."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
