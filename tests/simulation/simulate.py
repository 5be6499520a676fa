"""`./dev simulate`: thousands of meetings in virtual time, in parallel, with everything that can break.

    ./dev simulate [--meetings N] [--rough N] [--real N] [--seed S] [--jobs J] [--journal FILE] [--ci]

Each meeting is decided by its seed: who does what when, what breaks when, how long anything takes. The
same seed is the same meeting, byte for byte. A meeting that breaks a law is made smaller until nothing
can be left out, and told as a story. What never broke although it should have fails the run as well.
Most meetings only pretend to encrypt (stub_mls.py), because that is faster; `--real` have real MLS.
In `--rough` ones programs die, lines break and others lead all the time, and less is said.
With a journal a run that was stopped goes on where it was, and the table is of all that is in it.
"""

import argparse
import gc
import os
import signal
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from dataclasses import dataclass, field, replace
from itertools import chain, islice
from pathlib import Path
from typing import get_args

sys.path.append(str(Path(__file__).parent.parent / "support"))

from faults import FAULTS
from holdspace.protocol.meeting.events import AnyEvent
from law import LAWS
from liar import LIES
from plan import Menu, Plan, make_plan, shrink
from simulation_journal import Journal, Line, program
from what_people_do import GUIDING, JOINING_IN, SCENES
from world import Result, World

CI = (2_000, 200, 100)
_OFTEN = {"say": 25, "raise": 6, "nod": 6, "keep room": 6, "keep ready": 4}
MENU = Menu(
    acts={
        **dict.fromkeys(GUIDING, 1),
        **dict.fromkeys(JOINING_IN, 2),
        **dict.fromkeys(SCENES, 1),
        **_OFTEN,
    },
    faults={name: weight for name, (weight, _) in FAULTS.items()},
)
# Seeds from here on are of rough meetings: people's programs die, and come back, and others lead.
ROUGH_FROM = 1_000_000
_COMING_AND_GOING = dict.fromkeys(("promote", "hand over", "leave", "remove"), 5)
_ROUGHEST = ("stale Welcome", "racing staff", "vault rollback", "one-way partition")
_ROUGH = (
    *_ROUGHEST,
    "partition",
    "half-open socket",
    *(name for name in FAULTS if "crash" in name),
)
# After these little else can happen: the room is gone, or nobody's keys are believed any more.
_TOO_ROUGH = frozenset(
    {"TTL expiry while offline", "invalid commit (all)", "invalid commit (one subtree)"}
)
ROUGH = Menu(
    acts={
        **dict.fromkeys(GUIDING, 1),
        **dict.fromkeys(JOINING_IN, 1),
        **dict.fromkeys(SCENES, 2),
        "say": 12,
        "keep room": 8,
        "leading by another": 10,
        **_COMING_AND_GOING,
    },
    faults={name: 6 if name in _ROUGH else 1 for name in FAULTS if name not in _TOO_ROUGH},
)
KINDS = (*FAULTS, *(f"lie: {lie}" for lie in LIES))
# What the reducer never sees: letters, slots and snapshots are a seat's own business.
UNSEEN = frozenset({"Letter", "Whisper", "CoverSlot", "Snapshot", "Leaving"})
_SEEDS_AT_ONCE = 2
# A meeting makes hundreds of thousands of values and next to none that only a collector finds.
_MADE_BEFORE_COLLECTING = 50_000
_SHRINK_TRIES = 300


@dataclass(frozen=True)
class Job:
    """Some meetings to play, one after the other."""

    seeds: tuple[int, ...]
    is_real: bool


@dataclass
class Total:
    """What came of all meetings so far."""

    meetings: int = 0
    real: int = 0
    entries: int = 0
    events: int = 0
    steps: int = 0
    seconds: float = 0.0
    programs: int = 1
    traits: Counter[str] = field(default_factory=Counter)
    reached: Counter[str] = field(default_factory=Counter)
    acted: Counter[str] = field(default_factory=Counter)
    broken: list[tuple[Result, bool]] = field(default_factory=list)

    def add(self, result: Result, *, is_real: bool) -> None:
        """Count one more."""
        self.meetings += 1
        self.real += is_real
        self.entries += result.entries
        self.events += result.events
        self.steps += result.steps
        self.seconds += result.seconds
        self.traits.update(result.traits)
        self.reached += result.reached
        self.acted += result.acted
        if result.law:
            self.broken.append((result, is_real))


def plan_of(seed: int, seconds: float = 100.0) -> Plan:
    """Return the plan of a seed; in one of eight meetings it is the relay that is not honest."""
    if seed >= ROUGH_FROM:
        plan = make_plan(seed, ROUGH, seconds=seconds)
        return replace(plan, is_kept=seed % 4 != 0, is_covered=seed % 16 == 5)
    lies = [*LIES]
    lie = lies[seed // 8 % len(lies)] if seed % 8 == 0 else ""
    return calm_plan(seed, lie=lie) if lie else make_plan(seed, MENU, seconds=seconds)


def calm_plan(seed: int, *, lie: str = "") -> Plan:
    """Return a plan in which nothing breaks, so that whatever is noticed is the lie."""
    plan = make_plan(seed, MENU, seconds=40.0, lie=lie)
    acts = tuple(one for one in plan.decisions if one.what not in FAULTS)
    return replace(plan, decisions=acts, on_sqlite=False)


def play(job: Job) -> list[Result]:
    """Play meetings, in a process of their own."""
    return [World(plan_of(seed), is_real=job.is_real).run() for seed in job.seeds]


def story_of(plan: Plan, law: str, *, is_real: bool = False) -> Iterator[str]:
    """Yield the smallest plan found that breaks the same law, as a story in plain sentences."""

    def fails(smaller: Plan) -> bool:
        return World(smaller, is_real=is_real).run().law == law

    smallest = shrink(plan, fails, _SHRINK_TRIES)
    result = World(smallest, is_real=is_real, tells=True).run()
    yield (
        f"Seed {plan.seed}{' with real MLS' if is_real else ''}: {smallest.people} people and"
        f" {len(smallest.decisions)} decisions, of {plan.people} and {len(plan.decisions)}."
    )
    yield from (f"  {sentence}" for sentence in result.story)
    yield f"  And so this does not hold: {result.words}"


def jobs_of(
    seeds: Iterable[int], real: Iterable[int], done: frozenset[tuple[bool, int]]
) -> Iterator[Job]:
    """Yield what is to be played and was not yet, the meetings that take longest first."""
    for numbers, is_real in ((real, True), (seeds, False)):
        left = (number for number in numbers if (is_real, number) not in done)
        while some := tuple(islice(left, _SEEDS_AT_ONCE)):
            yield Job(some, is_real)


def _begin_process() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    gc.set_threshold(_MADE_BEFORE_COLLECTING)


def gone_on(journal: Journal | None) -> tuple[Total, frozenset[tuple[bool, int]]]:
    """Return what came of the meetings in a journal, and which they were."""
    total, done = Total(), set()
    programs = {program()}
    for line in journal.read() if journal else ():
        total.add(line.result, is_real=line.is_real)
        done.add((line.is_real, line.seed))
        programs.add(line.program)
    total.programs = len(programs)
    return total, frozenset(done)


def simulate(jobs: Iterator[Job], processes: int, add: Callable[[Result, bool], None]) -> bool:
    """Play all; return whether it was stopped before the end."""
    left = jobs
    with ProcessPoolExecutor(processes, initializer=_begin_process) as pool:
        running: dict[Future[list[Result]], Job] = {}
        try:
            for job in chain(islice(left, 2 * processes)):
                running[pool.submit(play, job)] = job
            while running:
                done, _ = wait(running, return_when=FIRST_COMPLETED)
                for one in done:
                    job = running.pop(one)
                    for result in one.result():
                        add(result, job.is_real)
                    for following in islice(left, 1):
                        running[pool.submit(play, following)] = following
        except KeyboardInterrupt:
            for one in running:
                one.cancel()
            return True
    return False


def _progress(wanted: int, before: int) -> Callable[[Total], None]:
    began = time.monotonic()

    def show(total: Total) -> None:
        if not sys.stderr.isatty():
            return
        done = total.meetings / wanted
        left = (time.monotonic() - began) / (total.meetings - before) * (wanted - total.meetings)
        bar = ("#" * round(30 * done)).ljust(30, ".")
        sys.stderr.write(
            f"\r[{bar}] {total.meetings} of {wanted} meetings, {len(total.broken)} broken,"
            f" about {left / 60:.0f} min left "
        )

    return show


def report(total: Total) -> Iterator[str]:
    """Yield what was reached, as a table."""
    yield (
        f"{total.meetings} meetings ({total.real} with real MLS), {total.entries} log entries,"
        f" {total.events} acts, {sum(total.reached.values())} faults of {len(+total.reached)} kinds,"
        f" {total.steps} steps in {total.seconds / 3600:.1f} virtual hours."
    )
    if total.programs > 1:
        yield f"They were played with {total.programs} states of the program."
    rare = ", ".join(f"{name} in {count}" for name, count in sorted(total.traits.items()))
    yield f"Of them {rare}." if rare else "None of them is of a rare sort."
    width = max(map(len, KINDS))
    for name in KINDS:
        yield f"  {name:{width}}  {total.reached[name]:>9}"
    events = {kind.__name__ for kind in get_args(AnyEvent)}
    never = sorted(events - total.acted.keys() - UNSEEN)
    yield f"{len(events & total.acted.keys())} kinds of events had an effect; never: {', '.join(never)}."
    for law, words in LAWS.items():
        count = sum(result.law == law for result, _ in total.broken)
        seeds = ", ".join(str(result.seed) for result, _ in total.broken if result.law == law)
        yield f"{law}, {words}: " + (f"broken in {count} meetings ({seeds})." if count else "held.")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command."""
    parser = argparse.ArgumentParser(prog="./dev simulate", description=__doc__.split("\n")[0])
    parser.add_argument("--meetings", type=int, default=200, help="that only pretend to encrypt")
    parser.add_argument("--rough", type=int, default=20, help="where programs die all the time")
    parser.add_argument("--real", type=int, default=10, help="with real MLS")
    parser.add_argument("--seed", type=int, default=1, help="the first; each meeting has the next")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1, help="at the same time")
    parser.add_argument("--journal", type=Path, help="a file to go on from, and to write to")
    parser.add_argument("--ci", action="store_true", help="2,000, 200 and 100 of them")
    given = parser.parse_args(arguments)
    stub, rough, real = CI if given.ci else (given.meetings, given.rough, given.real)
    say = sys.stdout.write
    began = time.monotonic()
    journal = Journal(given.journal) if given.journal else None
    total, done = gone_on(journal)
    first = given.seed
    roughs = range(ROUGH_FROM + first, ROUGH_FROM + first + rough)
    seeds = chain(roughs, range(first, first + stub))
    jobs = [*jobs_of(seeds, range(first, first + real), done)]
    wanted = total.meetings + sum(len(job.seeds) for job in jobs)
    progress = _progress(wanted, total.meetings)

    def add(result: Result, is_real: bool) -> None:
        if journal is not None:
            journal.write(Line.of(result, is_real=is_real))
        total.add(result, is_real=is_real)
        progress(total)

    is_stopped = simulate(iter(jobs), max(1, given.jobs), add)
    say("\n" if sys.stderr.isatty() else "")
    for line in report(total):
        say(f"{line}\n")
    say(f"It took {time.monotonic() - began:.0f} s.\n")
    # Each law once: the same mistake breaks many meetings.
    told = {result.law: (result, is_real) for result, is_real in reversed(total.broken)}
    for result, is_real in [] if is_stopped else told.values():
        for line in story_of(plan_of(result.seed), result.law, is_real=is_real):
            say(f"{line}\n")
    never = [name for name in KINDS if not total.reached[name]]
    if is_stopped:
        say("Stopped: this is what was reached.\n")
    elif never:
        say(f"These never happened, so nothing is known about them: {', '.join(never)}.\n")
    return 130 if is_stopped else int(bool(total.broken or never))


if __name__ == "__main__":
    sys.exit(main())
