"""Somebody at the relay who guesses who has the floor, from the times, sizes and kinds of frames alone.

They know which line is whose, and which one opened the room (so they never guess the host); they know
when the meeting is live, and how the program works; and they have overheard as many meetings again
in which they were told the answer. A trick (tricks.py) is one number for each line at each moment. How
much oftener whoever has the floor shows such a number, by itself and among the others, is learned for
each trick, and then how much to believe each of them when several are weighed together.
"""

import math
import random
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from statistics import fmean

from overheard_meeting import Record
from tricks import TRICKS, WHO_CAME_FIRST, WHO_IS_THERE, Line

EVERY_SECONDS = 6.0
BINS = 10
ROUNDS, STEP = 6, 0.02
Chance = random.Random
NAMES = tuple(TRICKS)
# What every trick says by itself is followed by how it stands among the other lines.
NUMBERS = 2 * len(NAMES)
THERE, FIRST = "who is there, and since when", "who is there, and who came first"
ALL, SMOOTH = "all of these together", "all together, as turns go on"


def _numbers(names: Iterable[str]) -> tuple[int, ...]:
    places = [NAMES.index(name) for name in names]
    return (*places, *(len(NAMES) + place for place in places))


TOGETHER: dict[str, tuple[int, ...]] = {
    THERE: _numbers(WHO_IS_THERE),
    FIRST: _numbers(WHO_IS_THERE | WHO_CAME_FIRST),
    ALL: _numbers(NAMES),
}
WAYS = (*NAMES, *TOGETHER, SMOOTH)


@dataclass(frozen=True)
class Moment:
    """One guess to be made: what every trick says of each line, and whose the floor really was.

    `chance` is how likely it is to be right without any trick: with one of those who are connected,
    which the relay knows, and nobody promises otherwise.
    """

    seen: dict[int, tuple[float, ...]]
    holder: int
    chance: float


def moments_of(record: Record) -> list[Moment]:
    """Return the moments of a meeting at which somebody other than the host had the floor."""
    lines = _lines(record)
    found, at = [], record.begun + EVERY_SECONDS
    while at < record.ended:
        holder = record.floor_at(at)
        # Who has not come yet has no floor, and the relay knows: that is no guess.
        here = {who: line for who, line in lines.items() if line.changes[0] < at}
        if holder in here:
            up = [who for who, line in here.items() if line.is_up(at)]
            chance = 1 / len(up) if holder in up else 0.0
            values = {who: [t(line, at) for t in TRICKS.values()] for who, line in here.items()}
            found.append(Moment(_with_places(values), holder, chance))
        at += EVERY_SECONDS
    return found


def _lines(record: Record) -> dict[int, Line]:
    live = [one for one in record.frames if one.at >= record.begun]
    return {
        who: Line([one for one in live if one.who == who], record.begun, place, changes)
        for place, (who, changes) in enumerate(record.changes.items())
    }


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
    belief: dict[str, list[float]] = field(default_factory=dict)
    stays: float = 0.5

    @classmethod
    def taught_by(cls, meetings: Sequence[Sequence[Moment]], chance: Chance) -> "Attacker":
        """Return an attacker who was told the answers of these meetings."""
        moments = [moment for meeting in meetings for moment in meeting]
        attacker = cls(stays=_stays(meetings))
        for number in range(NUMBERS):
            held = [m.seen[m.holder][number] for m in moments]
            rest = [row[number] for m in moments for who, row in m.seen.items() if who != m.holder]
            edges = _edges([*held, *rest])
            attacker.edges.append(edges)
            attacker.weights.append(_weights(edges, held, rest))
        told = [(attacker.rows(m), m.holder) for m in moments]
        for name, numbers in TOGETHER.items():
            attacker.belief[name] = _believed(_only(told, numbers), chance)
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
        """Return, for each trick alone and for several together, whom it takes to have the floor."""
        found: dict[str, list[int]] = {name: [] for name in WAYS}
        sums: list[dict[int, float]] = []
        for moment in meeting:
            rows = self.rows(moment)
            for at, name in enumerate(NAMES):
                both = {who: row[at] + row[at + len(NAMES)] for who, row in rows.items()}
                found[name].append(_best(both, chance))
            for name, numbers in TOGETHER.items():
                weighed = self._weighed(name, numbers, rows)
                found[name].append(_best(weighed, chance))
            sums.append(self._weighed(ALL, TOGETHER[ALL], rows))
        for whole in _as_turns_go_on(sums, self.stays):
            found[SMOOTH].append(_best(whole, chance))
        return found

    def _weighed(
        self, name: str, numbers: Sequence[int], rows: dict[int, list[float]]
    ) -> dict[int, float]:
        return {
            who: _dot(self.belief[name], [row[number] for number in numbers])
            for who, row in rows.items()
        }


Told = list[tuple[dict[int, list[float]], int]]


def _only(told: Told, numbers: Sequence[int]) -> Told:
    """Return the answers with only these numbers of each line."""
    return [
        ({who: [row[number] for number in numbers] for who, row in rows.items()}, holder)
        for rows, holder in told
    ]


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


def _believed(told: Told, chance: Chance) -> list[float]:
    """Return how far to believe each number, so that the answers told are as likely as can be."""
    belief = [0.0] * max((len(row) for rows, _ in told[:1] for row in rows.values()), default=0)
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
    right: dict[str, int] = dict.fromkeys(WAYS, 0)
    for told, asked in ((meetings[::2], meetings[1::2]), (meetings[1::2], meetings[::2])):
        attacker = Attacker.taught_by(told, chance)
        for meeting in asked:
            for name, found in attacker.guesses(meeting, chance).items():
                right[name] += sum(one == m.holder for one, m in zip(found, meeting, strict=True))
    moments = [moment for meeting in meetings for moment in meeting]
    by_chance = fmean(moment.chance for moment in moments)
    share = {name: hits / len(moments) for name, hits in right.items()}
    return Outcome(len(moments), by_chance, share)
