"""The load: a process of its own that plays everybody, and reads what the server used of the CPU.

It is given a job as JSON and prints a result as JSON; relay.py starts it.
"""

import asyncio
import json
import os
import statistics
import sys
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from relay_member import Member
from relay_people import Counts, Person, until
from relay_wire import Wire

Job = dict[str, Any]
Result = dict[str, float]
# Linux: of what a process id, turned into a clock, is to tell. It counts nanoseconds, where
# /proc counts hundredths of a second.
_SCHEDULED = 2
_AT_ONCE = 50


def cpu_seconds(pid: int) -> float:
    """Return the CPU time that a process has used, all threads, user and system."""
    return time.clock_gettime(~pid << 3 | _SCHEDULED)


def resident_kib(pid: int) -> int:
    """Return how much memory a process holds."""
    status = Path(f"/proc/{pid}/status").read_text().split()
    return int(status[status.index("VmRSS:") + 1])


def percentiles(name: str, seconds: list[float]) -> Result:
    """Return median and 99th percentile in milliseconds."""
    if len(seconds) < 2:
        return {}
    cuts = statistics.quantiles(seconds, n=100)
    return {f"{name}_p50_ms": cuts[49] * 1e3, f"{name}_p99_ms": cuts[98] * 1e3}


async def in_turns(work: list[Awaitable[None]]) -> None:
    """Await many things, some at a time."""
    for at in range(0, len(work), _AT_ONCE):
        await asyncio.gather(*work[at : at + _AT_ONCE])


async def gather_people(job: Job, counts: Counts) -> list[list[Person]]:
    """Connect everybody, room by room."""
    rooms: list[list[Person]] = []
    numbers = iter(range(job["rooms"] * job["people"]))
    for room in range(job["rooms"]):
        make = _raw_room if job["raw"] else _room
        rooms.append(await make(job, room, [next(numbers) for _ in range(job["people"])], counts))
    return rooms


async def _raw_room(job: Job, room: int, numbers: list[int], counts: Counts) -> list[Person]:
    people = [Person(number, counts, is_raw=True) for number in numbers]
    for person in people:
        person.wire = await Wire.connect(f"{job['url']}/{room}", person.hear)
    return people


async def _room(job: Job, room: int, numbers: list[int], counts: Counts) -> list[Person]:
    urls = job.get("urls", [job["url"]])
    members = [Member(number, counts, urls[at % len(urls)]) for at, number in enumerate(numbers)]
    handle, meeting = os.urandom(16), os.urandom(16)
    await members[0].come()
    await members[0].open(handle, meeting)
    await members[0].attach(meeting)
    await in_turns([_join(member, meeting) for member in members[1:]])
    return [*members]


async def _join(member: Member, meeting: bytes) -> None:
    await member.come()
    await member.attach(meeting)


async def measure(job: Job, counts: Counts) -> Result:
    """Let the load run warm, then count for a while."""
    await asyncio.sleep(job["warm"])
    counts.clear()
    started, own = time.perf_counter(), time.process_time()
    used = sum(map(cpu_seconds, job["pids"]))
    await asyncio.sleep(job["seconds"])
    took = time.perf_counter() - started
    used = sum(map(cpu_seconds, job["pids"])) - used
    return {
        "seconds": took,
        "cpu_seconds": used,
        "load_cpu_seconds": time.process_time() - own,
        "entries": counts.entries,
        "acks": counts.acks,
        **percentiles("ack", counts.ack_seconds),
        **percentiles("delivery", counts.delivery_seconds),
    }


async def saturate(job: Job) -> Result:
    """Everybody keeps some words under way, and says the next when one is acknowledged."""
    counts = Counts()
    for room in await gather_people(job, counts):
        for person in room:
            person.on_acks = person.say
            person.say(job["window"])
    return await measure(job, counts)


async def pace(job: Job) -> Result:
    """People speak in turn, at a steady rate for all together."""
    counts = Counts()
    counts.is_timing_deliveries = bool(job.get("time_deliveries"))
    rooms = await gather_people(job, counts)
    speakers = [person for at in range(job["people"]) for person in (r[at] for r in rooms)]
    speaking = asyncio.create_task(_speak(speakers, job["rate"]))
    result = await measure(job, counts)
    speaking.cancel()
    lost = sum(person.wire.closed.done() for person in speakers)
    return result | {"lost": float(lost)}


async def _speak(speakers: list[Person], rate: float) -> None:
    started, said = time.perf_counter(), 0
    while True:
        due = int((time.perf_counter() - started) * rate)
        for number in range(said, due):
            speakers[number % len(speakers)].say()
        said = max(said, due)
        await asyncio.sleep(max(0.0, started + (said + 1) / rate - time.perf_counter()))


async def idle(job: Job) -> Result:
    """Many connections that say nothing."""
    [pid] = job["pids"]
    counts = Counts()
    before = resident_kib(pid)
    started = time.perf_counter()
    rooms = await gather_people(job, counts)
    opening = time.perf_counter() - started
    number = sum(map(len, rooms))
    # Every connection has its keepalive 20 seconds after it came; between them there is silence.
    await asyncio.sleep(1.0)
    result = {"opening_seconds": opening, "kib_each": (resident_kib(pid) - before) / number}
    silence = max(1.0, min(job["silence"], 17.0 - opening))
    used = cpu_seconds(pid)
    await asyncio.sleep(silence)
    return result | {"cpu_percent": 100 * (cpu_seconds(pid) - used) / silence}


async def storm(job: Job) -> Result:
    """Everybody comes back at once and reads what was said meanwhile."""
    counts = Counts()
    come: Callable[[int], Awaitable[None]]
    wanted = job["entries"]
    if job["raw"]:

        async def come(number: int) -> None:
            person = Person(number, counts, is_raw=True)
            person.wire = await Wire.connect(f"{job['url']}/{number}/{wanted}", person.hear)
            people.append(person)
    else:
        meetings = [await _written(job, counts) for _ in range(job["rooms"])]

        async def come(number: int) -> None:
            member = Member(number, counts, job["url"])
            await member.come()
            people.append(member)
            await member.attach(meetings[number % len(meetings)])

    people: list[Person] = []
    counts.clear()
    total = job["rooms"] * job["people"]
    used, started = cpu_seconds(job["pids"][0]), time.perf_counter()
    await asyncio.gather(*(come(number) for number in range(total)))
    await until(lambda: counts.entries >= total * wanted)
    took = time.perf_counter() - started
    used = cpu_seconds(job["pids"][0]) - used
    return {"seconds": took, "cpu_ms_each": 1000 * used / total, "clients": total}


async def _written(job: Job, counts: Counts) -> bytes:
    """Begin a meeting in which something was said, and leave it."""
    writer, meeting = Member(0, counts, job["url"]), os.urandom(16)
    await writer.come()
    await writer.open(os.urandom(16), meeting)
    await writer.attach(meeting)
    writer.say(job["entries"])
    await until(lambda: writer.heard >= job["entries"])
    writer.wire.abort()
    return meeting


JOBS = {"saturate": saturate, "pace": pace, "idle": idle, "storm": storm}


def main() -> None:
    """Do the job that the first argument tells."""
    job: Job = json.loads(sys.argv[1])
    result = asyncio.run(JOBS[job["do"]](job))
    sys.stdout.write(json.dumps(result) + "\n")


if __name__ == "__main__":
    main()
