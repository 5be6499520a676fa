"""Run every vector family whose file lies in a folder: `./dev vectors [DIR]`.

Without a folder it takes the official set where that is, else the project's own small one. The exit
status is 0 only if every case of every file passed.
"""

import sys
from collections.abc import Sequence
from pathlib import Path
from time import perf_counter

import vectors
from holdspace.protocol.mls import MLSError
from vectors_encoding import Case


def main(arguments: Sequence[str]) -> int:
    """Check what is in the folder; say how it went."""
    if len(arguments) > 1 or any(argument.startswith("-") for argument in arguments):
        say("usage: ./dev vectors [DIR]")
        return 2
    folder = Path(arguments[0]) if arguments else vectors.chosen().folder
    families = [family for family in vectors.FAMILIES if (folder / f"{family}.json").is_file()]
    if not families:
        say(f"There is no file of a known family in {folder}.")
        return 2
    say(f"{'family':32} passed failed   from {named(folder)}")
    results = [check_family(folder, family) for family in families]
    passed, failed = (sum(column) for column in zip(*results, strict=True))
    say(f"{'all':32} {passed:6} {failed:6}")
    for unknown in sorted(file.name for file in folder.glob("*.json")):
        if unknown.removesuffix(".json") not in vectors.FAMILIES:
            say(f"{unknown} is of no family known here and was not read.")
    return 0 if failed == 0 else 1


def named(folder: Path) -> str:
    """Return the name of the set that a folder holds."""
    for known in (vectors.OFFICIAL, vectors.OWN):
        if folder.resolve() == known.folder.resolve():
            return f"{known.name}, {folder}"
    return str(folder)


def check_family(folder: Path, family: str) -> tuple[int, int]:
    """Check one file; return how many cases passed and how many failed."""
    started = perf_counter()
    try:
        cases = vectors.load(folder / f"{family}.json")
    except (OSError, ValueError, TypeError) as error:
        say(f"{family:32}      0      1   {error}")
        return 0, 1
    problems = {index: problem(family, case) for index, case in enumerate(cases)}
    failures = {index: reason for index, reason in problems.items() if reason is not None}
    passed, seconds = len(cases) - len(failures), perf_counter() - started
    say(f"{family:32} {passed:6} {len(failures):6}   {seconds:.1f} s")
    for index, reason in failures.items():
        say(f"    {family}.json, case {index}: {reason}")
    return passed, len(failures)


def problem(family: str, case: Case) -> str | None:
    """Return what is wrong with a case; None if it passed."""
    try:
        vectors.FAMILIES[family](case)
    except MLSError as error:
        return f"{type(error).__name__}: {error}"
    # A case may be anything, and so may what it does to a checking function.
    except Exception as error:  # noqa: BLE001
        return f"{type(error).__name__}: {str(error)[:200] or 'differs from ours'}"
    return None


def say(line: str) -> None:
    """Write one line at once: a large file takes a while."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
