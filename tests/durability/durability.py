"""Try to make a relay lose, double or reorder what it has acknowledged: `./dev durability`.

    ./dev durability [--kills N] [--cuts N] [--disks N] [--damages N] [--histories N] [--cluster N]

Without options a small dose of each. It says how far it is, ends with a table, and its exit status is
1 if anything was lost, doubled, reordered or answered as no log could have.
"""

import argparse
import asyncio
import random
import shutil
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "support"))

from clusters import clusters
from cuts import cuts
from trials import Trial, damages, full_disks, histories, kills

TRIALS: dict[str, tuple[Trial, int, str]] = {
    "kills": (kills, 20, "kill -9 of the relay while people write"),
    "cuts": (cuts, 50, "a power cut, at a moment of a recorded meeting"),
    "disks": (full_disks, 20, "a full disk while people write"),
    "damages": (damages, 50, "a damaged database, opened"),
    "cluster": (clusters, 9, "three NATS nodes killed, paused and parted"),
    "histories": (histories, 5, "histories of 5,000 acts at once"),
}


async def run(name: str, number: int, seed: int, say: Callable[[str], None]) -> Counter[str]:
    """Try one thing so many times, and say how far it is."""
    trial, _, words = TRIALS[name]
    counts: Counter[str] = Counter()
    started = last = time.monotonic()
    folder = Path(tempfile.mkdtemp(prefix="durability-"))
    async for more in trial(folder, number, random.Random(f"{name} {seed}")):
        counts += more
        if (now := time.monotonic()) > last + 5 or counts["times"] == number:
            last = now
            say(f"{name}: {counts['times']:,} of {number:,}, {now - started:.0f} s ({words})")
    # Only what is broken is left to be looked into.
    shutil.rmtree(folder)
    return counts


def table(rows: dict[str, Counter[str]]) -> str:
    """Return what was counted, a line for each trial."""
    lines = []
    for name, counts in rows.items():
        others = ", ".join(f"{count:,} {what}" for what, count in counts.items() if what != "times")
        lines.append(f"{name:10} {counts['times']:7,} times: {others}")
    return "\n".join([*lines, "Acknowledged entries lost, doubled or reordered: 0."])


def main(arguments: Sequence[str]) -> int:
    """Read the options, try, and say what came of it."""
    parser = argparse.ArgumentParser(
        prog="./dev durability", description=(__doc__ or "").split(":")[0]
    )
    for name, (_, dose, words) in TRIALS.items():
        parser.add_argument(f"--{name}", type=int, metavar="N", help=f"{words} (alone: {dose})")
    parser.add_argument("--seed", type=int, default=1)
    asked = vars(parser.parse_args(arguments))
    wanted = {name: asked[name] for name in TRIALS if asked[name] is not None}
    wanted = wanted or {name: dose for name, (_, dose, _) in TRIALS.items()}
    rows = {}
    for name, number in wanted.items():
        try:
            rows[name] = asyncio.run(run(name, number, asked["seed"], say))
        except AssertionError as error:
            say(f"{name}: FOUND: {error}")
            return 1
    say(table(rows))
    return 0


def say(line: str) -> None:
    """Write one line at once."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
