"""How long one person waits for the answer to what they say, measured by a process that does nothing else.

Whoever plays twelve people reads twelve sockets, one after the other, and an answer waits its turn
there: that measures the load. So one process plays the one who speaks, and does nothing but wait
for the answer; another plays those who listen.
"""

import asyncio
import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

from relay_load import Job, Result, percentiles
from relay_member import Member
from relay_people import Counts, Person
from relay_wire import Wire

_READ_AT_ONCE = 64 * 1024


async def answers(job: Job) -> Result:
    """Speak at a steady rate, and wait for every answer before the next word."""
    counts, meeting = Counts(), os.urandom(16)
    person = await _somebody(job, 0, counts)
    if isinstance(person, Member):
        await person.open(os.urandom(16), meeting)
        await person.attach(meeting)
    with _listeners(job, meeting):
        _speak(person, job["rate"], job["warm"])
        counts.clear()
        _speak(person, job["rate"], job["seconds"])
    return percentiles("ack", counts.ack_seconds) | {"acks": counts.acks}


async def listen(job: Job) -> Result:
    """Be everybody else, until the process is ended."""
    counts = Counts()
    people = [await _somebody(job, number, counts) for number in range(1, job["people"])]
    for person in people:
        if isinstance(person, Member):
            await person.attach(bytes.fromhex(job["meeting"]))
    sys.stdout.write("all are in\n")
    sys.stdout.flush()
    await asyncio.Event().wait()
    return {}


async def _somebody(job: Job, number: int, counts: Counts) -> Person:
    if job["raw"]:
        person = Person(number, counts, is_raw=True)
        person.wire = await Wire.connect(f"{job['url']}/0", person.hear)
        return person
    member = Member(number, counts, job["url"])
    await member.come()
    return member


@contextmanager
def _listeners(job: Job, meeting: bytes) -> Iterator[None]:
    others = job | {"do": "listen", "meeting": meeting.hex()}
    process = subprocess.Popen(  # noqa: S603  # this program
        [sys.executable, __file__, json.dumps(others)], stdout=subprocess.PIPE
    )
    try:
        if process.stdout is None or not process.stdout.readline():
            raise ConnectionError("those who listen did not get in; what they said is above")
        yield
    finally:
        process.kill()
        process.wait()


def _speak(person: Person, rate: float, seconds: float) -> None:
    """Block as a person does, not as an event loop: nothing else is waited for."""
    with person.wire.alone() as opened:
        started = time.perf_counter()
        for number in range(int(rate * seconds)):
            time.sleep(max(0.0, started + number / rate - time.perf_counter()))
            person.say()
            while person.under_way():
                person.wire.data_received(opened.recv(_READ_AT_ONCE))


def main() -> None:
    """Do the job that the first argument tells."""
    job: Job = json.loads(sys.argv[1])
    result = asyncio.run({"answers": answers, "listen": listen}[job["do"]](job))
    sys.stdout.write(json.dumps(result) + "\n")


if __name__ == "__main__":
    main()
