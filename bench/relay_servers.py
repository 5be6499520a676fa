"""The servers of a bench, each a process of its own on this machine."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import NamedTuple

from relay_fetched import FOLDER

HERE = Path(__file__).parent
_PATIENCE = 20
# A bench says more on one connection than a person may, and comes from one address. All that is
# judged and bounded still is.
_SETTINGS = """
[rooms]
open = true
per_hour = 1000000
[proxies]
exempt = ["127.0.0.0/8"]
[limits]
connections = 10000
frames_per_second = 1e9
frames_burst = 1e9
bytes_per_second = 1e12
bytes_burst = 1e12
meeting_bytes = 4294967296
total_bytes = 17179869184
"""


class Server(NamedTuple):
    """A server that listens."""

    url: str
    pid: int


@contextmanager
def relay(
    folder: Path, *options: str, loop: str = "asyncio", settings: str = ""
) -> Iterator[Server]:
    """Start a relay as an operator does, with a folder of its own."""
    file = folder / "relay.toml"
    file.write_text(_SETTINGS + settings)
    command = ["-m", "holdspace.server", "--config", str(file), "--port", "0"]
    if "--memory" not in options:
        command += ["--data", str(folder / "data")]
    with _started([*command, *options], loop) as server:
        yield server


@contextmanager
def relays(folder: Path, cluster: Sequence[str], count: int) -> Iterator[list[Server]]:
    """Start relays that share a cluster."""
    log = (
        f'[log]\nkind = "jetstream"\nservers = {json.dumps(list(cluster))}\nname = "bench"\n'
        'credentials = "relay:relay-secret"\nsystem_credentials = "system:system-secret"\n'
    )
    with ExitStack() as opened:
        servers = []
        for number in range(count):
            own = folder / str(number)
            own.mkdir()
            servers.append(opened.enter_context(relay(own, settings=log)))
        yield servers


@contextmanager
def raw(*, loop: str = "asyncio") -> Iterator[Server]:
    """Start a server that only broadcasts."""
    with _started([str(HERE / "relay_raw.py"), loop], loop) as server:
        yield server


@contextmanager
def bare() -> Iterator[Server]:
    """Start a server that saves and hands out, and nothing else."""
    with _started([str(HERE / "relay_bare.py")], "asyncio") as server:
        yield server


@contextmanager
def _started(command: Sequence[str], loop: str) -> Iterator[Server]:
    path = [str(FOLDER)] if loop == "uvloop" else []
    environment = os.environ | {"PYTHONPATH": os.pathsep.join([*path, *_own_path()])}
    process = subprocess.Popen(  # noqa: S603  # our own programs
        [sys.executable, *command], stdout=subprocess.PIPE, text=True, env=environment
    )
    try:
        line = process.stdout.readline() if process.stdout else ""
        if not line.startswith("listening on "):
            raise ConnectionError("a server did not start; what it said is above")
        yield Server(line.split()[2], process.pid)
    finally:
        process.terminate()
        try:
            process.wait(_PATIENCE)
        except subprocess.TimeoutExpired:
            process.kill()


def _own_path() -> list[str]:
    return [path for path in os.environ.get("PYTHONPATH", "").split(os.pathsep) if path]
