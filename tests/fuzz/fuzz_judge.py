"""What is demanded of every target, whatever it is given: only its own refusals, little time, little memory.

Time is the thread's own, and memory is looked at only where it may have grown, because looking costs
more than most decoders.
"""

import gc
import tracemalloc
from collections.abc import Callable, Iterable, Iterator
from random import Random
from resource import RUSAGE_SELF, getrusage
from time import thread_time
from typing import NamedTuple

from holdspace.protocol.mls import CodecError, CryptoError, PolicyRefused, ValidationError

MAX_SECONDS = 0.05
MAX_BYTES = 8 * 1024 * 1024
# Even an input that seems cheap is looked at once in so many.
LOOK_EVERY = 5_000
LONG_INPUT = 64 * 1024
# How the encryption says no.
MLS = (CodecError, ValidationError, CryptoError, PolicyRefused)


class Target(NamedTuple):
    """A door for other people's bytes, something that fits through it, and how it says no."""

    read: Callable[[bytes], object]
    seeds: Callable[[], Iterable[bytes]]
    refusals: tuple[type[Exception], ...] = MLS


class Finding(Exception):
    """An input did what none may do."""


class Judge:
    """Give inputs to one target and say what is wrong with the way it took them."""

    def __init__(self, target: Target) -> None:
        self.target = target
        self.count = 0
        self.peak = getrusage(RUSAGE_SELF).ru_maxrss

    def take(self, data: bytes) -> None:
        """Raise a Finding, or whatever the target should not have raised."""
        self.count += 1
        seconds = self._timed(data)
        if seconds > MAX_SECONDS:
            self._check_time(data)
        grown = self._grown()
        if grown or len(data) > LONG_INPUT or self.count % LOOK_EVERY == 0:
            self._check_memory(data)

    def _run(self, data: bytes) -> None:
        try:
            self.target.read(data)
        except self.target.refusals:
            return

    def _timed(self, data: bytes) -> float:
        started = thread_time()
        self._run(data)
        return thread_time() - started

    def _check_time(self, data: bytes) -> None:
        # The first time may have paid for a cache or for the collector of garbage.
        gc.collect()
        best = min(self._timed(data) for _ in range(3))
        if best > MAX_SECONDS:
            raise Finding(f"{len(data)} bytes cost {1000 * best:.0f} ms")

    def _grown(self) -> bool:
        # In kilobytes; the most that this process has ever had, so it seldom moves.
        before, self.peak = self.peak, getrusage(RUSAGE_SELF).ru_maxrss
        return (self.peak - before) * 1024 > MAX_BYTES // 2

    def _check_memory(self, data: bytes) -> None:
        tracemalloc.start()
        try:
            self._run(data)
            _, peak = tracemalloc.get_traced_memory()
        finally:
            tracemalloc.stop()
        if peak > MAX_BYTES + len(data):
            raise Finding(f"{len(data)} bytes took {peak / 2**20:.1f} MiB")


def damaged(seeds: list[bytes], count: int, random: Random) -> Iterator[bytes]:
    """Yield seeds with damage of the kinds that decoders get wrong, and some plain noise."""
    for _ in range(count):
        data = bytearray(random.choice(seeds))
        for _ in range(random.choice((1, 1, 2, 4))):
            random.choice(DAMAGES)(data, random)
        yield bytes(data)


def _flip(data: bytearray, random: Random) -> None:
    if data:
        data[random.randrange(len(data))] ^= 1 << random.randrange(8)


def _cut(data: bytearray, random: Random) -> None:
    del data[random.randrange(len(data) + 1) :]


def _drop(data: bytearray, random: Random) -> None:
    at = random.randrange(len(data) + 1)
    del data[at : at + random.randrange(1, 9)]


def _insert(data: bytearray, random: Random) -> None:
    at = random.randrange(len(data) + 1)
    data[at:at] = random.randbytes(random.randrange(1, 9))


def _repeat(data: bytearray, random: Random) -> None:
    at = random.randrange(len(data) + 1)
    data[at:at] = data[at : at + random.randrange(1, 40)] * random.randrange(1, 5)


def _set(data: bytearray, random: Random) -> None:
    # The bytes that mean something in lengths and tags of both codecs.
    if data:
        telling = (0, 1, 2, 3, 0x3F, 0x40, 0x7F, 0x80, 0xBF, 0xC0, 0xDF, 0xFF)
        data[random.randrange(len(data))] = random.choice(telling)


DAMAGES: tuple[Callable[[bytearray, Random], None], ...] = (
    _flip,
    _cut,
    _drop,
    _insert,
    _repeat,
    _set,
)
