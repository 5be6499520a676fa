"""How fast relays acknowledge on a NATS cluster, next to a bare publisher to the same cluster.

Three real nodes that sync before they acknowledge, relays and load are processes of their own. The
bare publisher sends one message for each entry and waits for the node's acknowledgement, as many at
a time as there are people; it is measured in turn with the relays, so that ratios can be compared
between machines and rates cannot. `with cluster(folder) as nodes, relay_on(nodes, folder) as relay`
starts what another bench needs.
"""

import argparse
import asyncio
import json
import os
import secrets
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path

sys.path.append(str(Path(__file__).parent.parent / "tests" / "support"))

import nats

from holdspace.server.limits import MIB
from nats_cluster import RELAY, NatsCluster
from relay_houses import LIMITS, unleashed, variables
from relay_member import Member
from relay_people import Counts, until
from relay_process import RelayProcess

PAYLOAD = bytes(512)
PEOPLE = (1, 12, 48)
ROOM = 12
Result = dict[str, float]


@contextmanager
def cluster(folder: Path) -> Iterator[NatsCluster]:
    """Start three nodes with `sync_interval: always`."""
    with NatsCluster(folder) as nodes:
        yield nodes


@contextmanager
def relay_on(nodes: NatsCluster, folder: Path, name: str = "bench") -> Iterator[RelayProcess]:
    """Start a relay process on a cluster; relays of one name share their log."""
    settings = unleashed(replace(LIMITS, meeting_bytes=4096 * MIB)) | variables(nodes, name)
    settings |= {"rooms_per_hour": "1000000"}
    settings |= {"log_folder": str(folder / f"relay-{secrets.token_hex(4)}")}
    with RelayProcess("--port", "0", **settings) as relay:
        yield relay


async def publish(servers: Sequence[str], entries: int, at_once: int) -> Result:
    """Publish without a relay, and wait for each acknowledgement."""
    user, _, password = RELAY.partition(":")
    client = await nats.connect([*servers], user=user, password=password)
    stream = {"name": "bare", "subjects": ["bare.>"], "storage": "file", "num_replicas": 3}
    await client.request("$JS.API.STREAM.CREATE.bare", json.dumps(stream).encode(), timeout=10)
    numbers, took = iter(range(entries)), []

    async def one_after_another() -> None:
        for _ in numbers:
            started = time.perf_counter()
            await client.request("bare.words", PAYLOAD, timeout=30)
            took.append(time.perf_counter() - started)

    started = time.perf_counter()
    await asyncio.gather(*(one_after_another() for _ in range(at_once)))
    result = figures(entries, time.perf_counter() - started, took)
    await client.close()
    return result


async def talk(urls: Sequence[str], entries: int, people: int) -> Result:
    """Let people in rooms of twelve append; they sit at the relays in turn."""
    counts = Counts()
    everybody = [Member(number, counts, urls[number % len(urls)]) for number in range(people)]
    for start in range(0, people, ROOM):
        room, meeting = everybody[start : start + ROOM], os.urandom(16)
        await room[0].come()
        await room[0].open(os.urandom(16), meeting)
        await room[0].attach(meeting)
        for person in room[1:]:
            await person.come()
            await person.attach(meeting)
    started = time.perf_counter()
    for person in everybody:
        person.on_acks = person.say
        person.say()
    await until(lambda: counts.acks >= entries)
    return figures(counts.acks, time.perf_counter() - started, counts.ack_seconds)


def figures(entries: int, seconds: float, took: list[float]) -> Result:
    cuts = statistics.quantiles(took, n=100)
    return {"rate": entries / seconds, "p50": cuts[49] * 1e3, "p99": cuts[98] * 1e3}


def measured(*arguments: str) -> Result:
    """Let a process of its own make the load."""
    done = subprocess.run(  # noqa: S603  # this very file
        [sys.executable, __file__, *arguments], stdout=subprocess.PIPE, check=True
    )
    result: Result = json.loads(done.stdout)
    return result


def show(name: str, result: Result, bare: Result) -> None:
    ratio = result["rate"] / bare["rate"]
    sys.stdout.write(
        f"  {name:<34}{result['rate']:>7,.0f} /s {ratio:>5.2f}x   "
        f"p50 {result['p50']:>6.1f} ms   p99 {result['p99']:>6.1f} ms\n"
    )
    sys.stdout.flush()


def main() -> None:
    """Measure in turns, and print every turn and the medians of the ratios."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--entries", type=int, default=2000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--be", choices=("publisher", "people"), help=argparse.SUPPRESS)
    parser.add_argument("--at-once", type=int, default=1, help=argparse.SUPPRESS)
    parser.add_argument("where", nargs="*", help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.be:
        work = publish if asked.be == "publisher" else talk
        json.dump(asyncio.run(work(asked.where, asked.entries, asked.at_once)), sys.stdout)
        return
    with tempfile.TemporaryDirectory() as name, ExitStack() as stack:
        folder = Path(name)
        nodes = stack.enter_context(cluster(folder))
        relays = [stack.enter_context(relay_on(nodes, folder)) for _ in range(2)]
        compare(nodes, [relay.url for relay in relays], asked.entries, asked.rounds)


def compare(nodes: NatsCluster, urls: Sequence[str], entries: int, rounds: int) -> None:
    """Print what a bare publisher, one relay and two relays reach."""
    ratios: dict[tuple[int, int], list[float]] = {}
    for turn in range(1, rounds + 1):
        sys.stdout.write(f"\nTurn {turn} of {rounds}, {entries} entries of {len(PAYLOAD)} bytes\n")
        for people in PEOPLE:
            load = ["--entries", str(entries), "--at-once", str(people)]
            bare = measured("--be", "publisher", *load, *nodes.servers)
            show(f"bare publisher, {people} at a time", bare, bare)
            for number in (1, 2) if people > 1 else (1,):
                told = measured("--be", "people", *load, *urls[:number])
                show(f"{number} relay{'s' * (number > 1)}, {people} people", told, bare)
                ratios.setdefault((people, number), []).append(told["rate"] / bare["rate"])
    sys.stdout.write(f"\nMedians ({os.cpu_count()} cores for nodes, relays and load together)\n")
    for (people, number), some in ratios.items():
        line = f"{people} people at {number}: {statistics.median(some):.2f}x a bare publisher"
        sys.stdout.write(f"  {line}\n")


if __name__ == "__main__":
    main()
