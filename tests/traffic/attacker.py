"""Somebody at the relay who guesses who has the floor, from the times, sizes and kinds of frames alone.

They know which line is whose, and which one opened the room (so they never guess the host); they know
when the meeting is live, and how the program works; and they have overheard as many meetings again
in which they were told the answer. A trick is one number for each line at each moment. How much
oftener whoever has the floor shows such a number, by itself and among the others, is learned for each
trick, and then how much to believe each of them when all are weighed together.
"""

import math
import random
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import pairwise
from statistics import fmean, pstdev

from overheard_meeting import Overheard, Record

EVERY_SECONDS = 6.0
BINS = 10
ROUNDS, STEP = 6, 0.02
SMALLEST = 1024
# A heartbeat comes when a line was silent for 15 s: what comes sooner is something somebody did.
SOONER_THAN_A_HEARTBEAT = 14.0
# Where nothing was heard at all.
NEVER = 1000.0
Chance = random.Random


@dataclass(frozen=True)
class Line:
    """What came over one line, in order."""

    frames: list[Overheard]

    @cached_property
    def times(self) -> list[float]:
        return [one.at for one in self.frames]

    @cached_property
    def long_times(self) -> list[float]:
        return [one.at for one in self.frames if one.size > SMALLEST]

    @cached_property
    def act_times(self) -> list[float]:
        return [b for a, b in pairwise(self.times) if b - a < SOONER_THAN_A_HEARTBEAT]

    @cached_property
    def phase(self) -> float:
        """Return where in two seconds this line mostly sends: the grid of its slots, if it has one."""
        turns = [math.pi * (at % 2.0) for at in self.times]
        angle = math.atan2(sum(map(math.sin, turns)), sum(map(math.cos, turns)))
        return (angle / math.pi) % 2.0

    def within(self, moment: float, before: float, after: float) -> list[Overheard]:
        """Return what came from so long before a moment until so long after it."""
        first = bisect_left(self.times, moment - before)
        return self.frames[first : bisect_right(self.times, moment + after)]

    def gaps(self, moment: float) -> list[float]:
        """Return the times between frames around a moment."""
        return [b.at - a.at for a, b in pairwise(self.within(moment, 20, 20))]

    def lateness(self, moment: float) -> float:
        """Return how late frames came against this line's own grid."""
        near = self.within(moment, 10, 10)
        return fmean(((f.at - self.phase + 1.0) % 2.0) - 1.0 for f in near) if near else 0.0


def _since(times: Sequence[float], moment: float) -> float:
    at = bisect_right(times, moment)
    return moment - times[at - 1] if at else NEVER


def _until(times: Sequence[float], moment: float) -> float:
    at = bisect_right(times, moment)
    return times[at] - moment if at < len(times) else NEVER


Trick = Callable[[Line, float], float]
TRICKS: dict[str, Trick] = {
    "frames in 5 s": lambda line, at: len(line.within(at, 2.5, 2.5)),
    "frames in 20 s": lambda line, at: len(line.within(at, 10, 10)),
    "frames in 60 s": lambda line, at: len(line.within(at, 30, 30)),
    "frames in the 20 s before": lambda line, at: len(line.within(at, 20, 0)),
    "frames in the 20 s after": lambda line, at: len(line.within(at, 0, 20)),
    "bytes in the 40 s before": lambda line, at: sum(f.size for f in line.within(at, 40, 0)),
    "bytes in the 40 s after": lambda line, at: sum(f.size for f in line.within(at, 0, 40)),
    "time since the last long frame": lambda line, at: _since(line.long_times, at),
    "time until the next long frame": lambda line, at: _until(line.long_times, at),
    "time since the last act": lambda line, at: _since(line.act_times, at),
    "time until the next act": lambda line, at: _until(line.act_times, at),
    "time since the last frame": lambda line, at: _since(line.times, at),
    "time until the next frame": lambda line, at: _until(line.times, at),
    "shortest gap in 40 s": lambda line, at: min(line.gaps(at), default=NEVER),
    "longest gap in 40 s": lambda line, at: max(line.gaps(at), default=NEVER),
    "unevenness in 40 s": lambda line, at: pstdev(line.gaps(at) or [0.0]),
    "lateness in 20 s": lambda line, at: line.lateness(at),
    "frames that are no message in 40 s": lambda line, at: sum(
        frame.kind != "Append" for frame in line.within(at, 20, 20)
    ),
}
NAMES = tuple(TRICKS)
ALL, SMOOTH = "all of these together", "all together, as turns go on"


@dataclass(frozen=True)
class Moment:
    """One guess to be made: what every trick says of each line, and whose the floor really was."""

    seen: dict[int, tuple[float, ...]]
    holder: int


def moments_of(record: Record) -> list[Moment]:
    """Return the moments of a meeting at which somebody other than the host had the floor."""
    live = [one for one in record.frames if one.at >= record.begun]
    lines = {who: Line([one for one in live if one.who == who]) for who in record.members}
    came = {one.who: one.at for one in reversed(record.frames)}
    found, at = [], record.begun + EVERY_SECONDS
    while at < record.ended:
        holder = record.floor_at(at)
        # Who has not come yet has no floor, and the relay knows: that is no guess.
        here = {who: line for who, line in lines.items() if came.get(who, at) < at}
        if holder in here:
            values = {who: [t(line, at) for t in TRICKS.values()] for who, line in here.items()}
            found.append(Moment(_with_places(values), holder))
        at += EVERY_SECONDS
    return found


def _with_places(values: dict[int, list[float]]) -> dict[int, tuple[float, ...]]:
    """Return what every trick says, and then how many other lines it says less of."""
    columns = [sorted(column) for column in zip(*values.values(), strict=True)]
    return {
        who: (*row, *(float(bisect_left(c, v)) for c, v in zip(columns, row, strict=True)))
        for who, row in values.items()
    }


@dataclass
class Attacker:
    """What was learned: what each number says for having the floor, and how far to believe that."""

    edges: list[list[float]] = field(default_factory=list)
    weights: list[list[float]] = field(default_factory=list)
    belief: list[float] = field(default_factory=list)
    stays: float = 0.5

    @classmethod
    def taught_by(cls, meetings: Sequence[Sequence[Moment]], chance: Chance) -> "Attacker":
        """Return an attacker who was told the answers of these meetings."""
        moments = [moment for meeting in meetings for moment in meeting]
        attacker = cls(stays=_stays(meetings))
        for number in range(2 * len(TRICKS)):
            held = [m.seen[m.holder][number] for m in moments]
            rest = [row[number] for m in moments for who, row in m.seen.items() if who != m.holder]
            edges = _edges([*held, *rest])
            attacker.edges.append(edges)
            attacker.weights.append(_weights(edges, held, rest))
        attacker.belief = _believed([(attacker.rows(m), m.holder) for m in moments], chance)
        return attacker

    def rows(self, moment: Moment) -> dict[int, list[float]]:
        """Return how much each trick speaks for each line."""
        return {
            who: [
                w[bisect_right(e, value)]
                for e, w, value in zip(self.edges, self.weights, row, strict=True)
            ]
            for who, row in moment.seen.items()
        }

    def guesses(self, meeting: Sequence[Moment], chance: Chance) -> dict[str, list[int]]:
        """Return, for each trick alone and for all together, whom it takes to have the floor."""
        found: dict[str, list[int]] = {name: [] for name in (*NAMES, ALL, SMOOTH)}
        sums: list[dict[int, float]] = []
        for moment in meeting:
            rows = self.rows(moment)
            for at, name in enumerate(NAMES):
                both = {who: row[at] + row[at + len(NAMES)] for who, row in rows.items()}
                found[name].append(_best(both, chance))
            sums.append({who: _dot(self.belief, row) for who, row in rows.items()})
            found[ALL].append(_best(sums[-1], chance))
        for whole in _as_turns_go_on(sums, self.stays):
            found[SMOOTH].append(_best(whole, chance))
        return found


def _as_turns_go_on(sums: Sequence[dict[int, float]], stays: float) -> list[dict[int, float]]:
    """Return how likely each line has the floor, by all moments of a meeting (forward and backward)."""
    there = _carried(sums, stays)
    back = _carried(sums[::-1], stays)[::-1]
    return [
        # Both ways have seen what is here itself, so it is taken out once.
        {who: there[at][who] + back[at][who] - here[who] for who in here}
        for at, here in enumerate(sums)
    ]


def _carried(sums: Sequence[dict[int, float]], stays: float) -> list[dict[int, float]]:
    found: list[dict[int, float]] = []
    for here in sums:
        before = found[-1] if found else dict.fromkeys(here, 0.0)
        shares = _shares(before)
        moves = (1 - stays) / max(1, len(here) - 1)
        carried = {w: moves + (stays - moves) * shares.get(w, 0.0) for w in here}
        found.append({who: here[who] + math.log(carried[who]) for who in here})
    return found


def _shares(sums: dict[int, float]) -> dict[int, float]:
    most = max(sums.values())
    raised = {who: math.exp(one - most) for who, one in sums.items()}
    whole = sum(raised.values())
    return {who: one / whole for who, one in raised.items()}


def _stays(meetings: Sequence[Sequence[Moment]]) -> float:
    """Return how often whoever has the floor has it at the next moment, too."""
    pairs = [(a.holder == b.holder) for meeting in meetings for a, b in pairwise(meeting)]
    return min(0.99, max(0.5, sum(pairs) / max(1, len(pairs))))


def _edges(values: Sequence[float]) -> list[float]:
    ordered = sorted(values)
    return sorted({ordered[len(ordered) * at // BINS] for at in range(1, BINS)} if ordered else ())


def _weights(edges: Sequence[float], held: Sequence[float], rest: Sequence[float]) -> list[float]:
    def shares(values: Sequence[float]) -> list[float]:
        counts = [1.0] * (len(edges) + 1)
        for value in values:
            counts[bisect_right(edges, value)] += 1
        return [one / sum(counts) for one in counts]

    return [math.log(of / against) for of, against in zip(shares(held), shares(rest), strict=True)]


def _believed(told: list[tuple[dict[int, list[float]], int]], chance: Chance) -> list[float]:
    """Return how far to believe each trick, so that the answers told are as likely as can be."""
    belief = [0.0] * (2 * len(TRICKS))
    for _ in range(ROUNDS):
        chance.shuffle(told)
        for rows, holder in told:
            sums = {who: math.exp(min(50.0, _dot(belief, row))) for who, row in rows.items()}
            whole = sum(sums.values())
            for who, row in rows.items():
                off = STEP * ((who == holder) - sums[who] / whole)
                belief = [b + off * x for b, x in zip(belief, row, strict=True)]
    return belief


def _dot(these: Sequence[float], those: Sequence[float]) -> float:
    return sum(one * other for one, other in zip(these, those, strict=True))


def _best(sums: dict[int, float], chance: Chance) -> int:
    most = max(sums.values())
    return chance.choice([who for who, one in sums.items() if one == most])


@dataclass(frozen=True)
class Outcome:
    """How often each way to guess was right, and how often chance is, of so many guesses."""

    guesses: int
    chance: float
    right: dict[str, float]

    @property
    def best(self) -> str:
        """Return the name of the way that was right most often."""
        return max(self.right, key=lambda name: self.right[name])


def attack(records: Iterable[Record], seed: int = 7) -> Outcome:
    """Learn from every second meeting and guess in the others, and then the other way around."""
    meetings = [moments_of(record) for record in records]
    chance = Chance(seed)
    right: dict[str, int] = dict.fromkeys((*NAMES, ALL, SMOOTH), 0)
    for told, asked in ((meetings[::2], meetings[1::2]), (meetings[1::2], meetings[::2])):
        attacker = Attacker.taught_by(told, chance)
        for meeting in asked:
            for name, found in attacker.guesses(meeting, chance).items():
                right[name] += sum(one == m.holder for one, m in zip(found, meeting, strict=True))
    moments = [moment for meeting in meetings for moment in meeting]
    by_chance = fmean(1 / len(moment.seen) for moment in moments)
    share = {name: hits / len(moments) for name, hits in right.items()}
    return Outcome(len(moments), by_chance, share)
