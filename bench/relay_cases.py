"""What is asked of the servers, one case after the other, and which of them does how well."""

import json
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import relay_servers
from relay_people import BODY
from relay_servers import HERE, Server

PEOPLE = 12
# So many words of everybody are under way when a server is to show all it can.
WINDOW = 16
_FLOOR_COMMITS = 400

Result = dict[str, float]


class Dose(NamedTuple):
    """How much of everything: the whole, or enough to see that nothing broke."""

    rounds: int
    seconds: float
    idle: int
    clients: int
    entries: int


WHOLE = Dose(rounds=3, seconds=5.0, idle=5000, clients=1000, entries=200)
QUICK = Dose(rounds=1, seconds=2.0, idle=1000, clients=200, entries=200)


class Kind(NamedTuple):
    """A server, by what it keeps and what its event loop is."""

    name: str
    is_raw: bool = False
    options: tuple[str, ...] = ()
    loop: str = "asyncio"


RAW, RELAY = Kind("raw", is_raw=True), Kind("relay")
MEMORY = Kind("memory", options=("--memory",))
RAW_UV, RELAY_UV = (
    Kind("raw, uvloop", is_raw=True, loop="uvloop"),
    Kind("relay, uvloop", loop="uvloop"),
)


@contextmanager
def serving(kind: Kind) -> Iterator[Server]:
    """Start a server of a kind, with an empty folder."""
    if kind.is_raw:
        with relay_servers.raw(loop=kind.loop) as server:
            yield server
        return
    with (
        tempfile.TemporaryDirectory() as folder,
        relay_servers.relay(Path(folder), *kind.options, loop=kind.loop) as server,
    ):
        yield server


def load(program: str = "relay_load.py", **job: Any) -> Result:
    """Let the load process do a job."""
    done = subprocess.run(  # noqa: S603  # our own program
        [sys.executable, str(HERE / program), json.dumps(job)],
        stdout=subprocess.PIPE,
        check=True,
    )
    result: Result = json.loads(done.stdout)
    return result


def ask(kind: Kind, dose: Dose, **job: Any) -> Result:
    """Let a server of a kind bear a load."""
    with serving(kind) as server:
        return load(
            url=server.url,
            pids=[server.pid],
            raw=kind.is_raw,
            warm=0.7,
            seconds=dose.seconds,
            **job,
        )


def saturate(kind: Kind, dose: Dose) -> Result:
    """One room, as fast as it goes."""
    result = ask(kind, dose, do="saturate", rooms=1, people=PEOPLE, window=WINDOW)
    return result | per_cpu(result) | {"rate": result["acks"] / result["seconds"]}


def pace(kind: Kind, dose: Dose, rate: float) -> Result:
    """One room, at a steady rate."""
    result = ask(kind, dose, do="pace", rooms=1, people=PEOPLE, rate=rate)
    return result | per_cpu(result)


def answers(kind: Kind, dose: Dose, rate: float) -> Result:
    """One room, in which one speaks who does nothing but wait for the answer."""
    job = {"do": "answers", "people": PEOPLE, "rate": rate, "raw": kind.is_raw}
    with serving(kind) as server:
        return load("relay_answers.py", url=server.url, warm=0.7, seconds=dose.seconds, **job)


def many_rooms(kind: Kind, dose: Dose, rate: float) -> Result:
    """200 rooms of ten."""
    result = ask(kind, dose, do="pace", rooms=200, people=10, rate=200 * rate, time_deliveries=True)
    return result | per_cpu(result)


def idle(kind: Kind, dose: Dose) -> Result:
    """Connections that say nothing."""
    return ask(kind, dose, do="idle", rooms=dose.idle // 50, people=50, silence=dose.seconds)


def storm(kind: Kind, dose: Dose) -> Result:
    """Everybody comes back at once."""
    rooms = max(1, dose.clients // 50)
    return ask(kind, dose, do="storm", rooms=rooms, people=50, entries=dose.entries)


def per_cpu(result: Result) -> Result:
    """Return deliveries for each second of CPU, and CPU for each message."""
    used = max(result["cpu_seconds"], 0.01)
    return {
        "deliveries_per_cpu_second": result["entries"] / used,
        "cpu_us_per_message": 1e6 * used / max(result["acks"], 1),
    }


def floor(folder: Path) -> Result:
    """Return how long bare commits of the same size take, one after another."""
    database = sqlite3.connect(folder / "floor.db", isolation_level=None)
    database.execute("PRAGMA journal_mode=WAL")
    database.execute("PRAGMA synchronous=FULL")
    database.execute("CREATE TABLE IF NOT EXISTS entry (seq INTEGER PRIMARY KEY, payload BLOB)")
    took = []
    for _ in range(_FLOOR_COMMITS):
        started = time.perf_counter()
        database.execute("INSERT INTO entry (payload) VALUES (?)", (bytes(BODY),))
        took.append((time.perf_counter() - started) * 1000)
    database.close()
    cuts = statistics.quantiles(took, n=100)
    return {"commit_p50_ms": cuts[49], "commit_p99_ms": cuts[98]}
