"""How long the things take that people wait for, on this machine.

Nothing fails here: a shared machine is no place for assertions about time. Compare figures of one
machine, before and after a change.
"""

import asyncio
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

from holdspace.protocol.mls import DEFAULT_SUITE, Add, Proposal, unsafe_accept_everything
from holdspace.protocol.mls.testing import NOW, Circle
from holdspace.server.log import Outcome, Saved
from holdspace.server.log.records import EntryAppended, MeetingBegun, RoomOpened
from holdspace.server.log.sqlite import SqliteLog

PEOPLE = 12
ENTRIES = 2_000
ROOM = MEETING = bytes(16)
FAR = 2**31

Figure = tuple[str, float]


def milliseconds(work: Callable[[], object]) -> float:
    """Return the median of a few runs."""
    took = []
    for _ in range(7):
        started = time.perf_counter()
        work()
        took.append((time.perf_counter() - started) * 1000)
    return statistics.median(took)


def start_up() -> Iterator[Figure]:
    """Time from the shell to the answer."""
    for command, module, option in (
        ("holdspace", "holdspace.client.cli", "--version"),
        ("holdspace-relay", "holdspace.server.cli", "--help"),
    ):
        call = f"import sys; from {module} import main; sys.argv = ['x', '{option}']; main()"
        program = [sys.executable, "-c", call]
        run = partial(subprocess.run, program, stdout=subprocess.DEVNULL, check=True)
        yield f"{command} {option}, ms", milliseconds(run)


def encryption() -> Iterator[Figure]:
    """Time what the encryption of a full room costs each device."""
    circle = Circle.of(DEFAULT_SUITE, [f"person {number}" for number in range(PEOPLE - 1)])
    host, member = circle.groups["person 0"], circle.groups["person 1"]
    newcomer = circle.person("newcomer")
    welcome = [Proposal.of(Add(newcomer.key_package))]
    accept = unsafe_accept_everything

    yield "make a key package, ms", milliseconds(lambda: circle.person("somebody"))
    pending = host.commit(welcome, now=NOW, random=circle.random)
    yield (
        f"let in the {PEOPLE}th person, ms",
        milliseconds(lambda: host.commit(welcome, now=NOW, random=circle.random)),
    )
    yield (
        "follow that as a member, ms",
        milliseconds(lambda: member.process(pending.message, policy=accept)),
    )
    yield "enter by it, ms", milliseconds(lambda: circle.join(pending, newcomer))
    said = host.protect(bytes(900), random=circle.random)
    yield "say something, ms", milliseconds(lambda: host.protect(bytes(900), random=circle.random))
    yield "hear it, ms", milliseconds(lambda: member.process(said.message, policy=accept))
    yield "the commit, bytes", len(pending.message)
    yield "the welcome, bytes", len(pending.welcome or b"")


def relay_log() -> Iterator[Figure]:
    """Count how many entries a second become durable when many wait."""
    with tempfile.TemporaryDirectory() as folder:
        log = SqliteLog(Path(folder))
        log.load()
        finished = threading.Event()

        def report(outcome: Outcome) -> None:
            if isinstance(outcome, Saved) and ENTRIES in outcome.tickets:
                finished.set()

        asyncio.run(log.start(report))
        log.submit(-1, RoomOpened(room=ROOM, root_key=bytes(32), expires_minute=FAR))
        log.submit(0, begun())
        started = time.perf_counter()
        for ticket in range(1, ENTRIES + 1):
            log.submit(ticket, entry(ticket))
        if not finished.wait(60):
            raise TimeoutError("the log did not keep the entries")
        took = time.perf_counter() - started
        asyncio.run(log.close())
    yield "durable entries of 1 KiB, per second", ENTRIES / took


def begun() -> MeetingBegun:
    """Make the meeting that the entries belong to."""
    return MeetingBegun(
        room=ROOM,
        meeting=MEETING,
        access_key=bytes(32),
        slots=(bytes(32),) * 8,
        expires_minute=FAR,
    )


def entry(seq: int) -> EntryAppended:
    """Make one entry."""
    return EntryAppended(
        meeting=MEETING,
        seq=seq,
        epoch=0,
        message_id=seq.to_bytes(16),
        payload=bytes(960),
        cost=1024,
    )


def main() -> None:
    """Measure everything and print one line for each figure."""
    for chapter in (start_up, encryption, relay_log):
        sys.stdout.write(f"\n{(chapter.__doc__ or '').strip()}\n")
        for name, figure in chapter():
            sys.stdout.write(f"  {name:<42}{figure:>12,.1f}\n")
            sys.stdout.flush()


if __name__ == "__main__":
    main()
