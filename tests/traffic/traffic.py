"""What the traffic says: how often somebody at the relay guesses right who has the floor.

    ./dev traffic [--meetings 1000] [--seed 0] [--without-only | --slots-only]

Simulated meetings with real seats, with cover slots and without; the attacker learns from one half of
them and guesses in the other. Where
everybody stayed, slots must let nothing be guessed better than chance and 5 points, or it fails.
"""

import argparse
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent / "support"))

from attacker import Outcome, attack
from overheard_meeting import Record, overhear

MOST_OVER_CHANCE = 0.05


def overheard(meetings: int, seed: int, *, is_covered: bool) -> list[Record]:
    """Return what the relay saw of that many meetings, and show how far it is."""
    records = []
    for number in range(meetings):
        records.append(overhear(seed + number, is_covered=is_covered))
        if sys.stderr.isatty() or (number + 1) % 50 == 0:
            sys.stderr.write(
                f"\r{'with' if is_covered else 'without'} slots: {number + 1} of {meetings} "
            )
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
    kinds = {one.kind for one in record.frames if one.at > record.begun}
    return not kinds & {"Attach", "Bundle"}


def say(words: str) -> None:
    """Write something down at once."""
    sys.stdout.write(f"{words}\n")
    sys.stdout.flush()


def main() -> int:
    """Overhear, guess, and say how often it was right."""
    parser = argparse.ArgumentParser(prog="./dev traffic", description=__doc__)
    parser.add_argument("--meetings", type=int, default=100)
    parser.add_argument("--seed", type=int, default=0)
    which = parser.add_mutually_exclusive_group()
    which.add_argument("--without-only", action="store_true")
    which.add_argument("--slots-only", action="store_true")
    asked = parser.parse_args()
    if not asked.slots_only:
        without = attack(overheard(asked.meetings, asked.seed, is_covered=False))
        say(table("Without slots", without))
    if asked.without_only:
        return 0
    records = overheard(asked.meetings, asked.seed, is_covered=True)
    say(table("With slots", attack(records)))
    steady = attack([record for record in records if is_steady(record)])
    say(table("With slots, where everybody stayed", steady))
    over = steady.right[steady.best] - steady.chance
    say(f"The best guess with slots is {100 * over:+.1f} points over chance; 5 are allowed.")
    return int(over > MOST_OVER_CHANCE)


if __name__ == "__main__":
    sys.exit(main())
