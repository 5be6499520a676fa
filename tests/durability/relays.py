"""A real relay with its database on disk, to be killed and started again where it was."""

import asyncio
import json
import random
import resource
import signal
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Self

from websockets.exceptions import WebSocketException

from history import BrokenHistoryError, check
from holdspace.protocol.frames import Entry
from holdspace.server.limits import MIB
from holdspace.server.log.copies import DATABASE
from people import Circumstances, Person, open_circle, read_all
from relay_houses import LIMITS, unleashed
from relay_papers import Circle
from relay_process import RelayProcess
from tracing import end_traced

PEOPLE = 5
PATIENCE = 120.0
_SETTINGS = unleashed(replace(LIMITS, meeting_bytes=512 * MIB))


class SqliteRelay:
    """A relay process that keeps its port and its folder."""

    def __init__(self, folder: Path, *, under: tuple[str, ...] = ()) -> None:
        self.folder = folder
        self._under = under
        self._port = "0"
        self.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        if self._under and self.process.is_running:
            end_traced(self.process.pid, signal.SIGKILL)
        self.process.kill()

    @property
    def url(self) -> str:
        return self.process.url

    def start(self) -> None:
        """Start it, where it was if it was started before."""
        place = ("--port", self._port, "--data", self.folder)
        self.process = RelayProcess(*place, under=self._under, **_SETTINGS)
        assert self.url, self.process.end()
        self._port = self.url.rpartition(":")[2]

    def kill(self) -> None:
        """End it at once (kill -9)."""
        self.process.kill()

    def fill_disk(self) -> None:
        """Let its files grow no further than they are now."""
        size = (self.folder / f"{DATABASE}-wal").stat().st_size
        resource.prlimit(self.process.pid, resource.RLIMIT_FSIZE, (size, resource.RLIM_INFINITY))

    def free_disk(self) -> None:
        """Let its files grow again."""
        no_limit = (resource.RLIM_INFINITY, resource.RLIM_INFINITY)
        resource.prlimit(self.process.pid, resource.RLIMIT_FSIZE, no_limit)


@dataclass
class Story:
    """A meeting in which many people ask for many things at once."""

    about: Circumstances
    people: list[Person]
    tasks: list[asyncio.Task[None]]

    @property
    def acked(self) -> int:
        return sum(one.acked for one in self.people)

    @property
    def in_flight(self) -> int:
        return sum(len(one.waiting) for one in self.people)

    @property
    def losses(self) -> int:
        return sum(len(one.lost) for one in self.people)

    async def until(self, holds: Callable[[], bool], what: str) -> None:
        """Wait until something is so, in a loop with an end."""
        deadline = time.monotonic() + PATIENCE
        while not holds():
            for task in self.tasks:
                if task.done():
                    task.result()
            why = {one.name: one.lost[-3:] for one in self.people}
            assert time.monotonic() < deadline, f"It never happened that {what}: {why}"
            await asyncio.sleep(0.01)

    async def goes_on(self, more: int = 10) -> None:
        """Wait until more was acknowledged."""
        goal = self.acked + more
        await self.until(lambda: self.acked >= goal, "anything more was acknowledged")

    async def judge(self, evidence: Path, *, looks_may_lag: bool = False) -> Counter[str]:
        """Read the log anew, and judge everything by it; what is wrong is kept as a file."""
        log = await self.read()
        try:
            for one in self.people:
                if one.heard != log[: len(one.heard)]:
                    raise BrokenHistoryError(f"{one.name} heard something else than there is.")
            return check(self.about.history, log, looks_may_lag=looks_may_lag)
        except BrokenHistoryError as error:
            where = evidence / f"{self.about.circle.name}.json".replace(" ", "-")
            where.write_text(json.dumps(self._as_data(log), indent=0))
            raise BrokenHistoryError(f"{error} The history is in {where}.") from None

    async def read(self) -> list[Entry]:
        """Read the log anew, from its beginning; a relay that has just come back may need a moment."""
        deadline = time.monotonic() + PATIENCE
        while True:
            try:
                return await read_all(self.about.urls[0], self.about.circle)
            except (OSError, TimeoutError, WebSocketException):
                if time.monotonic() > deadline:
                    raise
                await asyncio.sleep(0.2)

    def _as_data(self, log: list[Entry]) -> dict[str, list[list[str]]]:
        acts = self.about.history.acts
        return {
            "acts": [[str(getattr(act, name)) for name in act.__slots__] for act in acts],
            "log": [[str(e.seq), str(e.epoch), str(e.commit), repr(e.payload[:60])] for e in log],
        }


@asynccontextmanager
async def story(
    urls: Sequence[str], circle: Circle, seed: int, *, acts: int | None = None, pause: float = 0.0
) -> AsyncIterator[Story]:
    """Let people talk until the block ends, or until they did so much; then judge it all."""
    about = Circumstances(circle, urls, acts_left=acts or 10**9, pause=pause)
    await open_circle(urls[0], circle)
    people = [
        Person(f"person{number}", about, random.Random(f"{seed} {number}"), number)
        for number in range(PEOPLE)
    ]
    tasks = [asyncio.create_task(one.take_part()) for one in people]
    told = Story(about, people, tasks)
    try:
        yield told
        if acts is None:
            about.acts_left = 0
        async with asyncio.timeout(PATIENCE + (acts or 0) / 20):
            await asyncio.gather(*tasks)
    finally:
        about.is_over = True
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
