"""Virtual time and seeded chance: the only clock and the only dice of a simulated meeting.

Whatever happens is a deed at a time. Deeds of the same time are done in the order they were asked
for, so nothing depends on how long anything takes. Chance is drawn by name and number, never from
one common stream: leaving one decision out of a plan leaves all other chance as it was, which is
what makes a failing plan shrink.
"""

from collections.abc import Callable
from hashlib import shake_128
from heapq import heappop, heappush
from zlib import crc32

Deed = Callable[[], object]


class Scheduler:
    """A heap of deeds by time and sequence."""

    def __init__(self, start: float) -> None:
        self.now = start
        self.steps = 0
        self._sequence = 0
        self._heap: list[tuple[float, int, Deed]] = []

    def after(self, seconds: float, deed: Deed) -> None:
        """Have something done so much later."""
        self.at(self.now + seconds, deed)

    def at(self, when: float, deed: Deed) -> None:
        """Have something done at a time; what is past is done next."""
        self._sequence += 1
        heappush(self._heap, (max(when, self.now), self._sequence, deed))

    def run_until(self, end: float) -> None:
        """Do everything that is due up to a time."""
        heap = self._heap
        while heap and heap[0][0] <= end:
            self.now, _, deed = heappop(heap)
            self.steps += 1
            deed()
        self.now = end


class Chance:
    """Seeded chance that is the same in every process, whatever it hashes strings with."""

    def __init__(self, seed: int) -> None:
        self._seed = b"%d" % seed

    def fraction(self, name: str, number: int) -> float:
        """Return a number in [0, 1): always the same for a name and a number."""
        return crc32(b"%s/%s/%d" % (self._seed, name.encode(), number)) / 2**32

    def source(self, name: str) -> Callable[[int], bytes]:
        """Return a source of random bytes of somebody's own."""
        start, count = b"%s/%s/" % (self._seed, name.encode()), 0

        def randbytes(size: int) -> bytes:
            nonlocal count
            count += 1
            return shake_128(b"%s%d" % (start, count)).digest(size)

        return randbytes
