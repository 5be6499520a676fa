"""Cut the power of a relay at any moment of a recorded meeting, and see what it has when it starts again.

A real relay is traced while people write; what it asked of the disk is replayed onto a disk that
forgets, up to that moment. At that moment some answers had left the relay: all they promised must
be there.
"""

import asyncio
import random
import shutil
import signal
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from forgetful_disk import Disk
from holdspace.protocol.frames import Ack, MeetingClosed
from holdspace.server.log import UnusableLogError
from holdspace.server.log.records import LogEntry
from holdspace.server.log.sqlite import SqliteLog
from relay_papers import Circle
from relay_process import visiting
from relays import SqliteRelay, story
from tracing import Answers, Moment, end_traced, read, tracing

ACTS = 500
CUTS_A_RECORDING = 100


@dataclass
class Recording:
    """A meeting from its beginning to its close, and what the relay did for it."""

    folder: Path
    circle: Circle
    moments: list[Moment]
    # Which message got which place, as everybody was told in the end.
    log: dict[int, bytes]


async def record(folder: Path, seed: int, acts: int) -> Recording:
    """Hold a meeting at a relay that is looked upon, and close it."""
    trace, circle = folder / "trace", Circle(f"recorded {seed}")
    with SqliteRelay(folder / "relay", under=tracing(trace)) as relay:
        async with story([relay.url], circle, seed, acts=acts) as told:
            pass
        await told.judge(folder)
        log = await told.read()
        async with visiting(relay.url) as host:
            epoch = sum(entry.commit for entry in log)
            await host.ask(host.papers.attach(circle, epoch, len(log)))
            await host.send(host.papers.close(circle))
            await host.closed()
        end_traced(relay.process.pid, signal.SIGTERM)
        await asyncio.to_thread(relay.process.wait)
    moments = await asyncio.to_thread(read, trace)
    return Recording(relay.folder, circle, moments, {e.seq: e.payload for e in log})


async def cuts(
    folder: Path, number: int, chance: random.Random, *, acts: int = ACTS
) -> AsyncIterator[Counter[str]]:
    """Cut the power so many times: at every moment an answer left, as far as the number goes."""
    done = 0
    while done < number:
        seed = chance.getrandbits(32)
        part = folder / f"recording {done}"
        part.mkdir()
        recording = await record(part, seed, acts)
        async for counts in cut(recording, min(CUTS_A_RECORDING, number - done), chance):
            done += counts["times"]
            yield counts
        shutil.rmtree(part)


async def cut(
    recording: Recording, number: int, chance: random.Random
) -> AsyncIterator[Counter[str]]:
    """Replay a recording, and cut the power so many times on the way."""
    disk, answers, promised, is_closed = Disk(recording.folder), Answers(), 0, False
    places = _when(recording.moments, number, chance)
    into = recording.folder.parent / "found"
    for at, moment in enumerate(recording.moments):
        disk.take(moment)
        told = [] if moment.is_end else [*answers.take(moment.call)]
        promised = max([promised, *(frame.seq for frame in told if isinstance(frame, Ack))])
        is_closed = is_closed or any(isinstance(frame, MeetingClosed) for frame in told)
        if at not in places:
            continue
        # As little as can be, and as chance will have it.
        for dice in (None, chance):
            disk.lose_power(into, dice)
            found = await _start(into, recording.circle)
            _judge(recording, found, promised, is_closed=is_closed)
            shutil.rmtree(into, ignore_errors=True)
        yield Counter(times=1, after_an_answer=bool(told), after_closing=is_closed)
    yield Counter(acknowledged=promised, syncs=disk.syncs)


def _when(moments: Sequence[Moment], number: int, chance: random.Random) -> set[int]:
    """Choose moments to cut the power at: those at which something was answered come first."""
    answers = Answers()
    told = [
        at
        for at, moment in enumerate(moments)
        if not moment.is_end and [*answers.take(moment.call)]
    ]
    others = [at for at in range(len(moments)) if at not in told]
    chosen = chance.sample(told, min(len(told), (number + 1) // 2))
    return {*chosen, *chance.sample(others, min(len(others), number - len(chosen)))}


async def _start(folder: Path, circle: Circle) -> Sequence[LogEntry] | None:
    """Open what was found as a relay does; return the meeting's entries, None without the meeting."""
    try:
        log = SqliteLog(folder)
    except UnusableLogError as error:
        raise AssertionError(f"A power cut damaged it: {error}") from None
    try:
        meetings = {one.meeting: one for one in log.load().meetings}
        if circle.meeting not in meetings:
            return None
        head = meetings[circle.meeting].head
        return await log.read(circle.meeting, 0, head, max_weight=2**40)
    finally:
        await log.close()


def _judge(
    recording: Recording, found: Sequence[LogEntry] | None, promised: int, *, is_closed: bool
) -> None:
    if is_closed:
        assert found is None, "A meeting came back that everybody was told is deleted."
        return
    there = [entry.payload for entry in found or ()]
    assert [entry.seq for entry in found or ()] == [*range(1, len(there) + 1)]
    assert len(there) >= promised, f"{promised} were promised, and {len(there)} are there."
    assert there == [recording.log[seq] for seq in range(1, len(there) + 1)], "Not what was said."
