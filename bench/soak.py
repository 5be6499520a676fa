"""A relay under half of the load it can bear, for half an hour: what it holds must not grow.

People join, leave, change epochs, stop reading and come back all the time, and meetings end and
begin anew. Fifteen times everything ends at once and everybody goes: what the relay holds at those
moments is the same, so its memory can be compared, which under load swings with what is under way.
Exits with 1 if anybody heard something wrong, or its memory or its open files grew.
"""

import argparse
import asyncio
import json
import random
import statistics
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path
from typing import NamedTuple

from typing_extensions import override

from relay_load import cpu_seconds, percentiles, resident_kib
from relay_people import Counts
from relay_servers import HERE, relay
from soak_room import Rest, Room

ROOMS, PEOPLE = 6, 12
_TURN_SECONDS = 0.005
# How long a meeting takes when everything asked for is said.
_MEETING_SECONDS = 20.0
_LOOK_SECONDS = 5.0
# So often all meetings end at once and everybody goes, for what a relay holds then can be compared.
_RESTS = 15
# Of the time, until what a relay holds has settled; and how much it may hold more in the end.
_SETTLING = 0.2
_FLAT = 0.02
# A relay that uses less of a core than this, for so long, has erased all there was to erase.
_STILL = 0.02
_STILL_SECONDS = 1.0


class Look(NamedTuple):
    """What the relay's process looked like at one moment."""

    seconds: float
    kib: int
    files: int
    cpu: float
    entries: int


class Soak:
    """A load on one relay."""

    def __init__(self, url: str, pid: int, rate: float) -> None:
        self.counts = Counts()
        self.looks: list[Look] = []
        # What was held in rests, when nobody was connected and nothing was kept.
        self.rests: list[Look] = []
        self._rest = Rest(ROOMS)
        self.ack_seconds: list[float] = []
        self._pid = pid
        self._rate = rate
        self._random = random.Random(4)  # noqa: S311  # a soak is to be repeatable
        # What a relay holds follows from how long meetings are, not from how fast a machine is just
        # then: only so can it be seen whether it grows.
        messages = int(rate * _MEETING_SECONDS / ROOMS)
        self.rooms = [
            Room(url, PEOPLE, self.counts, self._rest, seed=seed, messages=messages)
            for seed in range(ROOMS)
        ]
        self._entries = 0
        self._started = time.monotonic()

    async def run(self, seconds: float) -> None:
        """Load the relay for so long."""
        for room in self.rooms:
            await room.begin()
        self._started = time.monotonic()
        tasks = [asyncio.create_task(room.live()) for room in self.rooms]
        tasks.append(asyncio.create_task(self._speak()))
        tasks.append(asyncio.create_task(self._rest_now_and_then(seconds / _RESTS)))
        while (passed := time.monotonic() - self._started) < seconds:
            await asyncio.sleep(min(_LOOK_SECONDS, seconds - passed))
            self._look()
            for task in tasks:
                if task.done():
                    await task
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        for room in self.rooms:
            await room.end()

    def happened(self) -> Counter[str]:
        """Add up what happened in all rooms."""
        return sum((room.happened for room in self.rooms), Counter())

    @property
    def trouble(self) -> int:
        return sum(room.trouble for room in self.rooms)

    async def _speak(self) -> None:
        started, said = time.perf_counter(), 0
        while True:
            await asyncio.sleep(_TURN_SECONDS)
            due = int((time.perf_counter() - started) * self._rate)
            for _ in range(due - said):
                self._random.choice(self.rooms).speak()
            said = due

    async def _rest_now_and_then(self, seconds: float) -> None:
        while True:
            await asyncio.sleep(seconds)
            self._rest.is_due = True
            await self._rest.meet()
            self._rest.is_due = False
            used = -1.0
            while (now := cpu_seconds(self._pid)) - used > _STILL * _STILL_SECONDS:
                used = now
                await asyncio.sleep(_STILL_SECONDS)
            self.rests.append(self._now())
            await self._rest.meet()

    def _now(self) -> Look:
        return Look(
            time.monotonic() - self._started,
            resident_kib(self._pid),
            open_files(self._pid),
            cpu_seconds(self._pid),
            self._entries,
        )

    def _look(self) -> None:
        self._entries += self.counts.entries
        self.ack_seconds += self.counts.ack_seconds[::20]
        self.counts.clear()
        look = self._now()
        before = self.looks[-1] if self.looks else Look(0.0, 0, 0, 0.0, 0)
        self.looks.append(look)
        took = look.seconds - before.seconds
        say(
            f"\r{look.seconds / 60:6.1f} min {(look.entries - before.entries) / took:9,.0f} deliveries/s"
            f" {100 * (look.cpu - before.cpu) / took:5.0f} % CPU {look.kib / 1024:7.1f} MiB"
            f" {look.files:4} files {self.trouble:3} wrong "
        )


def say(text: str) -> None:
    sys.stdout.write(text)
    sys.stdout.flush()


def open_files(pid: int) -> int:
    """Count the open files of a process."""
    return len([*Path(f"/proc/{pid}/fd").iterdir()])


def half_load(url: str, pid: int) -> float:
    """Return half of the messages a second that one room can say when nobody waits."""
    job = {
        "do": "saturate", "url": url, "pids": [pid], "raw": False, "rooms": 1, "people": PEOPLE,
        "window": 16, "warm": 1.0, "seconds": 5.0,
    }  # fmt: skip
    done = subprocess.run(  # noqa: S603  # our own program
        [sys.executable, str(HERE / "relay_load.py"), json.dumps(job)],
        stdout=subprocess.PIPE,
        check=True,
    )
    result = json.loads(done.stdout)
    rate: float = result["acks"] / result["seconds"] / 2
    return rate


class Held(NamedTuple):
    """What a relay held, in MiB: medians of the first and the last third of the time, once settled."""

    first: float
    last: float

    @classmethod
    def of(cls, looks: list[Look], seconds: float) -> "Held":
        """Compare what was seen."""
        settled = [one.kib / 1024 for one in looks if one.seconds >= _SETTLING * seconds]
        third = max(1, len(settled) // 3)
        return cls(statistics.median(settled[:third]), statistics.median(settled[-third:]))

    @property
    def growth(self) -> float:
        return self.last / self.first - 1

    @override
    def __str__(self) -> str:
        return f"{self.first:.1f} and {self.last:.1f} MiB ({self.growth:+.1%})"


def report(soak: Soak, seconds: float, rate: float, *, files: tuple[int, int]) -> bool:
    """Print the table, and return whether all is well."""
    resting, loaded = Held.of(soak.rests, seconds), Held.of(soak.looks, seconds)
    last = soak.looks[-1]
    acks = percentiles("ack", soak.ack_seconds)
    is_well = abs(resting.growth) <= _FLAT and files[0] == files[1] and not soak.trouble
    rows = {
        "minutes": f"{last.seconds / 60:.1f}",
        "messages a second asked for": f"{rate:,.0f}",
        "deliveries": f"{last.entries:,}",
        "CPU of the relay": f"{100 * last.cpu / last.seconds:.0f} %",
        "ack, p50 and p99": f"{acks['ack_p50_ms']:.1f} and {acks['ack_p99_ms']:.1f} ms",
        "memory at rest, first and last third": str(resting),
        "memory under load, the same": str(loaded),
        "open files before and after": f"{files[0]} and {files[1]}",
        **{name: f"{count:,}" for name, count in sorted(soak.happened().items())},
        "heard wrong": f"{soak.trouble}",
    }
    say("\n\n" + "".join(f"| {name:<36} | {value:>34} |\n" for name, value in rows.items()))
    return is_well


def main() -> int:
    """Soak a relay; return 0 if all is well."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--minutes", type=float, default=30.0, help="how long (%(default)s)")
    seconds = parser.parse_args().minutes * 60
    with tempfile.TemporaryDirectory() as folder, relay(Path(folder)) as server:
        rate = half_load(server.url, server.pid)
        time.sleep(2.0)  # until everybody who measured that is gone
        before = open_files(server.pid)
        soak = Soak(server.url, server.pid, rate)
        asyncio.run(soak.run(seconds))
        time.sleep(5.0)
        is_well = report(soak, seconds, rate, files=(before, open_files(server.pid)))
    say("All is well.\n" if is_well else "Something is not well.\n")
    return 0 if is_well else 1


if __name__ == "__main__":
    sys.exit(main())
