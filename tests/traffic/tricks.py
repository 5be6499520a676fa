"""What can be looked at in a line: one number for each line at each moment, by many tricks.

Of three families. What the relay knows because it carries lines at all: who is connected, and since
when. What follows from that and from how a meeting goes: who sat down first is asked first. And the
traffic itself. Cover slots promise something about the last two.
"""

import math
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import pairwise
from statistics import fmean, pstdev

from overheard_meeting import Overheard

SMALLEST = 1024
# A heartbeat comes when a line was silent for 15 s: what comes sooner is something somebody did.
SOONER_THAN_A_HEARTBEAT = 14.0
# Where nothing was heard at all.
NEVER = 1000.0


@dataclass(frozen=True)
class Line:
    """What came over one line, in order; since when it is there, and the how manieth that came."""

    frames: list[Overheard]
    begun: float = 0.0
    place: int = 0
    # When it came up and went down, in turns.
    changes: list[float] = field(default_factory=list)

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

    @cached_property
    def late(self) -> list[float]:
        """Return how late each frame came against this line's own grid."""
        return [((at - self.phase + 1.0) % 2.0) - 1.0 for at in self.times]

    def is_up(self, moment: float) -> bool:
        """Tell whether it is connected then."""
        return bisect_right(self.changes, moment) % 2 == 1

    def away(self, since: float, until: float) -> float:
        """Return for how long it was down in that time."""
        downs = zip(self.changes[1::2], [*self.changes[2::2], until], strict=False)
        return sum(max(0.0, min(up, until) - max(down, since)) for down, up in downs)

    def within(self, moment: float, before: float, after: float) -> list[Overheard]:
        """Return what came from so long before a moment until so long after it."""
        return self.frames[self._span(moment, before, after)]

    def gaps(self, moment: float) -> list[float]:
        """Return the times between frames around a moment."""
        return [b.at - a.at for a, b in pairwise(self.within(moment, 20, 20))]

    def lateness(self, moment: float, before: float, after: float) -> list[float]:
        """Return how late the frames around a moment came."""
        return self.late[self._span(moment, before, after)]

    def _span(self, moment: float, before: float, after: float) -> slice:
        return slice(
            bisect_left(self.times, moment - before), bisect_right(self.times, moment + after)
        )


def _since(times: Sequence[float], moment: float) -> float:
    at = bisect_right(times, moment)
    return moment - times[at - 1] if at else NEVER


def _until(times: Sequence[float], moment: float) -> float:
    at = bisect_right(times, moment)
    return times[at] - moment if at < len(times) else NEVER


def _mean(values: Sequence[float]) -> float:
    return fmean(values) if values else 0.0


def _in_a_round(line: Line, moment: float, seconds: float) -> float:
    """Return how many turns away this line's is, if they take so long and go by who came first."""
    return line.place - (moment - line.begun) / seconds


Trick = Callable[[Line, float], float]
WHO_IS_THERE: dict[str, Trick] = {
    "is it connected": lambda line, at: float(line.is_up(at)),
    "since when it is there": lambda line, at: min(150.0, at - line.changes[0]),
    "for how long it was away": lambda line, at: line.away(0.0, at),
    "how long it will be away": lambda line, at: line.away(at, NEVER + at),
}
WHO_CAME_FIRST: dict[str, Trick] = {
    "which place it took": lambda line, _: line.place,
    "a round, 20 s for each": lambda line, at: _in_a_round(line, at, 20),
    "a round, 30 s for each": lambda line, at: _in_a_round(line, at, 30),
    "a round, 40 s for each": lambda line, at: _in_a_round(line, at, 40),
    "a round, 60 s for each": lambda line, at: _in_a_round(line, at, 60),
}
TRAFFIC: dict[str, Trick] = {
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
    "lateness in 20 s": lambda line, at: _mean(line.lateness(at, 10, 10)),
    "lateness in the 40 s before": lambda line, at: _mean(line.lateness(at, 40, 0)),
    "lateness in the 40 s after": lambda line, at: _mean(line.lateness(at, 0, 40)),
    "latest frame in 40 s": lambda line, at: max(line.lateness(at, 20, 20), default=0.0),
    "frames that are no message in 40 s": lambda line, at: sum(
        frame.kind != "Append" for frame in line.within(at, 20, 20)
    ),
}
TRICKS: dict[str, Trick] = WHO_IS_THERE | WHO_CAME_FIRST | TRAFFIC
