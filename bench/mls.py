"""How fast the MLS engine is, beside its cryptography and beside mls-rs: `./dev bench mls`.

Everything is measured in turn in one run, as processor time, and the least of some rounds counts:
on a shared machine the times come and go, the ratios stay. Nothing fails here; what is over its mark
says so.
"""

import argparse
import gc
import math
import platform
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives import hpke

from holdspace.protocol.mls import DEFAULT_SUITE, CipherSuite, cipher_suite
from loglog import Drawing
from mls_floor import Costs, calls_made, model, seconds
from mls_ours import OurRoom, Work
from mls_peer import HOW_TO_GET_IT, PeerRoom, mls_rs

CLASSIC = cipher_suite(0x0001)
KEMS = {CLASSIC.id: hpke.KEM.X25519, DEFAULT_SUITE.id: hpke.KEM.MLKEM768_X25519}
OPERATIONS = (
    "add all others",
    "join",
    "renew keys, cold tree",
    "follow a commit, cold tree",
    "renew keys, warm tree",
    "follow a commit, warm tree",
    "send 100 bytes",
    "receive 100 bytes",
    "export a secret",
)
# Too short to be timed alone.
SHORT_ONES = ("send 100 bytes", "receive 100 bytes", "export a secret")
LARGE = ("add all others", "join", "renew keys, cold tree")
# Ours may take as long as mls-rs from this size on.
FROM = 32


@dataclass(frozen=True)
class Dose:
    """How much is measured: for each operation and size, rounds in which everything has its turn."""

    sizes: tuple[int, ...]
    seconds: float
    rounds: int = 6
    runs: int = 3


WHOLE, QUICK = Dose((2, 8, 32, 128, 512), 2.5), Dose((2, 8, 32), 0.2)
REPEATS = 10


@dataclass(frozen=True)
class Mark:
    """How long something may take: so many times its floor, or so many seconds."""

    times: float = math.inf
    seconds: float = math.inf

    @property
    def written(self) -> str:
        """The mark as it stands in the table; empty where nothing is asked."""
        if self.times < math.inf:
            return f"<= {self.times:g}"
        return f"<= {_time(self.seconds)}" if self.seconds < math.inf else ""


@dataclass(frozen=True)
class Row:
    """One operation in a group of one size."""

    operation: str
    members: int
    ours: float
    floor: float
    calls: float
    peer: float | None
    mark: Mark

    @property
    def verdicts(self) -> tuple[str, str]:
        """Whether it is within its mark, and within what mls-rs takes; empty where nothing is asked."""
        within = self.ours <= self.mark.times * self.floor and self.ours <= self.mark.seconds
        beside = "" if self.peer is None or self.members < FROM else _sign(self.ours <= self.peer)
        return _sign(within) if self.mark.written else "", beside


def mark(operation: str, members: int) -> Mark:
    """Return what is asked of an operation in suite 0x0001."""
    if operation in LARGE:
        return {2: Mark(times=3), 8: Mark()}.get(members, Mark(times=1.5))
    if operation.startswith("follow"):
        return Mark(times=3) if members <= 128 else Mark(seconds=0.002)
    return {
        "send 100 bytes": Mark(times=2),
        "receive 100 bytes": Mark(times=1.5),
        "export a secret": Mark(seconds=20e-6),
    }.get(operation, Mark())


def _sign(within: bool) -> str:
    return "ok" if within else "OVER"


def measured(suite: CipherSuite, members: int, dose: Dose, binding: Any | None) -> Iterator[Row]:
    """Measure every operation in a group of one size."""
    room = OurRoom(suite, members)
    works = room.works()
    peers = PeerRoom(binding, members).works(room) if binding else {}
    gc.collect()
    gc.freeze()
    for operation in OPERATIONS:
        costs, work = Costs(KEMS[suite.id]), works[operation]
        sides = {"ours": _again(work)}
        if operation in peers:
            sides["mls-rs"] = peers[operation]
        least = raced(operation, sides, costs, dose)
        yield Row(
            operation,
            members,
            ours=least["ours"],
            floor=costs.floor(model(operation, members)),
            calls=costs.floor(calls_made(work)),
            peer=least.get("mls-rs"),
            mark=mark(operation, members) if suite is CLASSIC else Mark(),
        )
    gc.unfreeze()


def raced(
    operation: str, sides: Mapping[str, Callable[[], Work]], costs: Costs, dose: Dose
) -> dict[str, float]:
    """Return the least time that each side took; all have their turn in each round."""
    repeats = REPEATS if operation in SHORT_ONES else 1
    least = dict.fromkeys(sides, math.inf)
    rounds, end = 0, time.process_time() + dose.seconds
    while rounds < dose.rounds or time.process_time() < end:
        rounds += 1
        costs.measure()
        for name, prepare in sides.items():
            took = min(seconds(prepare(), repeats) for _ in range(dose.runs))
            least[name] = min(least[name], took)
    return least


def _again(work: Work) -> Callable[[], Work]:
    return lambda: work


def table(rows: list[Row]) -> Iterator[str]:
    """Write what was measured, one line for each operation and size."""
    yield (
        f"{'':26}{'':>8}{'':>10}  |{'floor by the model':^33}|{'by calls made':^19}|{'mls-rs':^26}"
    )
    yield (
        f"{'operation':26}{'members':>8}{'ours':>10}  |{'':>10}{'ours is':>9}{'mark':>9}{'':>5}|"
        f"{'':>10}{'ours is':>9}|{'':>10}{'ours is':>9}"
    )
    for operation in OPERATIONS:
        for row in (row for row in rows if row.operation == operation):
            within, beside = row.verdicts
            peer = "" if row.peer is None else f"{_time(row.peer):>10}{row.ours / row.peer:>9.2f}"
            yield (
                f"{row.operation:26}{row.members:>8}{_time(row.ours):>10}  |"
                f"{_time(row.floor):>10}{row.ours / row.floor:>9.2f}{row.mark.written:>9}{within:>5}|"
                f"{_time(row.calls):>10}{row.ours / row.calls:>9.2f}|{peer:19}{beside:>6}"
            )
        yield ""


def _time(value: float) -> str:
    return f"{value * 1e3:.3g} ms" if value >= 1e-3 else f"{value * 1e6:.3g} us"


def summary(rows: list[Row]) -> Iterator[str]:
    """Say what is over its mark."""
    asked = [verdict for row in rows for verdict in row.verdicts if verdict]
    over = [row for row in rows if "OVER" in row.verdicts]
    yield f"{len(asked) - sum(one == 'OVER' for one in asked)} of {len(asked)} marks met."
    yield from (f"  over: {row.operation}, {row.members} members" for row in over)


def drawn(rows: list[Row]) -> Drawing:
    """Draw how each operation grows."""
    today = datetime.now(UTC).date()
    return Drawing(
        title="How each operation of the encryption grows with the group",
        subtitle=f"suite {CLASSIC.id:#06x}, {machine()}, {today}; both scales are logarithmic",
        across="members",
        lines={
            operation: {row.members: row.ours for row in rows if row.operation == operation}
            for operation in OPERATIONS
        },
    )


def machine() -> str:
    """Say what the figures depend on."""
    return f"Python {platform.python_version()}, cryptography {version('cryptography')}"


def arguments() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(prog="./dev bench mls", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="a small dose: up to 32 members")
    parser.add_argument("--plot", type=Path, metavar="FILE.svg", help="draw the growth, too")
    return parser.parse_args()


def main() -> None:
    """Measure every size, then print a table for each suite."""
    wanted, binding = arguments(), mls_rs()
    dose = QUICK if wanted.quick else WHOLE
    if binding is None:
        say(HOW_TO_GET_IT)
    for suite in (CLASSIC, DEFAULT_SUITE):
        rows: list[Row] = []
        for size in dose.sizes:
            rows += measured(suite, size, dose, binding if suite is CLASSIC else None)
            sys.stderr.write(f"{suite.name}: {size} members measured\n")
        say(f"\n{suite.name}; {machine()}; processor time\n")
        for line in (*table(rows), *(summary(rows) if suite is CLASSIC else ())):
            say(line)
        if suite is CLASSIC and wanted.plot:
            wanted.plot.write_text(drawn(rows).svg())
            say(f"drawn: {wanted.plot}")


def say(line: str) -> None:
    """Print a line."""
    sys.stdout.write(line.rstrip() + "\n")


if __name__ == "__main__":
    main()
