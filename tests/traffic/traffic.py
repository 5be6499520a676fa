"""What the traffic says: how often somebody at the relay guesses right who has the floor.

    ./dev traffic [--meetings 1000] [--seed 0] [--without-only | --slots-only]
                  [--busy SECONDS] [--journal FOLDER]

Simulated meetings with real seats, with cover slots and without; the attacker learns from one half of
them and guesses in the other. With slots nothing may be guessed better than chance and 5 points, in
all meetings together, or it fails. The same seed gives the same table. What was overheard is written
to a journal, if one is named; a run that was ended goes on there.
"""

import argparse
import hashlib
import sys
from collections.abc import Iterator
from pathlib import Path

import msgspec

sys.path.insert(0, str(Path(__file__).parent.parent / "support"))
sys.path.insert(0, str(Path(__file__).parent.parent / "simulation"))

from attacker import Outcome, attack
from overheard_meeting import BUSY_SECONDS, Record, overhear

TESTS = Path(__file__).parent.parent
MOST_OVER_CHANCE = 0.05


class Journal:
    """The meetings overheard so far, in one file for each version of the sources, if there is a folder."""

    def __init__(self, folder: Path | None, name: str) -> None:
        self._file = folder / f"{name}-{_version()}.jsonl" if folder else None
        if folder:
            folder.mkdir(parents=True, exist_ok=True)

    def read(self) -> Iterator[Record]:
        """Return what is written, but for a last line that was cut."""
        if self._file is None or not self._file.exists():
            return
        whole = self._file.read_bytes()
        whole = whole[: whole.rfind(b"\n") + 1]
        self._file.write_bytes(whole)
        for one in whole.splitlines():
            yield msgspec.json.decode(one, type=Record)

    def write(self, record: Record) -> None:
        """Add one meeting."""
        if self._file is not None:
            with self._file.open("ab") as file:
                file.write(msgspec.json.encode(record) + b"\n")


def _version() -> str:
    """Return a word for everything that decides what a meeting sounds like."""
    whole = hashlib.sha256()
    for folder in ("protocol", "client", "server", "tests/support"):
        for path in sorted((TESTS.parent / folder).rglob("*.py")):
            whole.update(path.read_bytes())
    tests = ("traffic/overheard_meeting.py", "traffic/quick_sealing.py", "simulation/shortcuts.py")
    for name in tests:
        whole.update((TESTS / name).read_bytes())
    return whole.hexdigest()[:12]


def overheard(asked: argparse.Namespace, *, is_covered: bool) -> list[Record]:
    """Return what the relay saw of that many meetings, and show how far it is."""
    name = "with" if is_covered else "without"
    journal = Journal(asked.journal, f"{name}-{asked.seed}-{asked.busy}")
    records = list(journal.read())[: asked.meetings]
    for number in range(len(records), asked.meetings):
        record = overhear(asked.seed + number, is_covered=is_covered, busy=asked.busy)
        journal.write(record)
        records.append(record)
        if sys.stderr.isatty() or (number + 1) % 50 == 0:
            sys.stderr.write(f"\r{name} slots: {number + 1} of {asked.meetings} ")
            sys.stderr.flush()
    sys.stderr.write("\n")
    return records


def table(title: str, outcome: Outcome) -> str:
    """Return how each way of guessing did, best first."""
    rows = sorted(outcome.right.items(), key=lambda row: -row[1])
    return "\n".join(
        [
            f"{title}: {outcome.guesses} guesses; by chance {outcome.chance:.1%} would be right",
            *(f"  {share:6.1%}  {name}" for name, share in rows),
        ]
    )


def is_steady(record: Record) -> bool:
    """Tell whether nobody came late or was away: who is not there is silent, and the relay knows."""
    return all(
        len(changes) == 1 and changes[0] <= record.begun for changes in record.changes.values()
    )


def say(words: str) -> None:
    """Write something down at once."""
    sys.stdout.write(f"{words}\n")
    sys.stdout.flush()


def main() -> int:
    """Overhear, guess, and say how often it was right."""
    parser = argparse.ArgumentParser(prog="./dev traffic", description=__doc__)
    parser.add_argument("--meetings", type=int, default=100)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--busy", type=float, default=BUSY_SECONDS, help="lateness while writing")
    parser.add_argument("--journal", type=Path)
    which = parser.add_mutually_exclusive_group()
    which.add_argument("--without-only", action="store_true")
    which.add_argument("--slots-only", action="store_true")
    asked = parser.parse_args()
    if not asked.slots_only:
        say(table("Without slots", attack(overheard(asked, is_covered=False))))
    return 0 if asked.without_only else judge(overheard(asked, is_covered=True))


def judge(records: list[Record]) -> int:
    """Say what came of the meetings with slots; return 1 if somebody could guess too well."""
    outcome = attack(records)
    say(table("With slots", outcome))
    steady = [record for record in records if is_steady(record)]
    if steady:
        say(table(f"With slots, the {len(steady)} where everybody stayed", attack(steady)))
    over = outcome.right[outcome.best] - outcome.chance
    say(f"The best guess with slots is {100 * over:+.1f} points over chance; 5 are allowed.")
    return int(over > MOST_OVER_CHANCE)


if __name__ == "__main__":
    sys.exit(main())
