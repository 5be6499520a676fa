"""Three real NATS nodes on this machine, to be killed, paused and started again."""

import asyncio
import json
import os
import random
import shutil
import signal
import subprocess
import sysconfig
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Any

import nats
from nats.aio.client import Client

from holdspace.server.log.jetstream.settings import JetStreamSettings
from nats_doors import Doors

PATIENCE = 60.0
RELAY, SYSTEM = "relay:relay-secret", "system:system-secret"
_CONFIG = """
server_name: "{node}"
listen: "{host}:4222"
cluster {{ name: "tests", listen: "{host}:6222", {advertise} routes: [{routes}] }}
jetstream {{ store_dir: "{folder}", sync_interval: {sync}, max_mem: 8GB, max_file: 8GB }}
accounts {{
    SYS {{ users: [{{user: system, password: system-secret}}] }}
    RELAYS {{ jetstream: enabled, users: [{{user: relay, password: relay-secret}}] }}
}}
system_account: SYS
"""


def server_program() -> str | None:
    """Return the NATS server that the development lock installs, where it is published."""
    beside = Path(sysconfig.get_path("scripts")) / "nats-server"
    return str(beside) if beside.exists() else shutil.which("nats-server")


class NatsCluster:
    """Run nodes with folders of their own; give `sync` to make them as careless as by default.

    With `has_doors` nodes reach each other through doors only, which can be shut.
    """

    def __init__(
        self, folder: Path, *, sync: str = "always", nodes: int = 3, has_doors: bool = False
    ) -> None:
        self.folder = folder
        self._sync = sync
        # Addresses nobody else on this machine uses, so that no port has to be found free.
        chosen = random.SystemRandom()
        self._net = f"127.{chosen.randrange(16, 240)}.{chosen.randrange(1, 255)}"
        self.nodes = tuple(f"n{number}" for number in range(1, nodes + 1))
        self._running: dict[str, subprocess.Popen[bytes]] = {}
        self.doors = Doors(self._net, nodes) if has_doors else None

    @property
    def servers(self) -> tuple[str, ...]:
        return tuple(f"nats://{self._host(node)}:4222" for node in self.nodes)

    def settings(self, name: str, *, development: bool = False) -> JetStreamSettings:
        """Return what a relay has to be told to use this cluster."""
        return JetStreamSettings(self.servers, name, RELAY, SYSTEM, development)

    def __enter__(self) -> "NatsCluster":
        if self.doors:
            self.doors.start()
        for node in self.nodes:
            self.start(node)
        try:
            # Fixtures start it from within an event loop.
            with ThreadPoolExecutor(1) as thread:
                thread.submit(lambda: asyncio.run(self.until_ready())).result()
        except BaseException:
            self.end()
            raise
        return self

    def __exit__(
        self,
        _kind: type[BaseException] | None,
        _error: BaseException | None,
        _trace: TracebackType | None,
    ) -> None:
        self.end()

    def start(self, node: str) -> None:
        """Start a node, with whatever its folder holds."""
        program = server_program()
        assert program
        config = self.folder / f"{node}.conf"
        routes = ", ".join(f'"nats://{self._way(node, one)}:6222"' for one in self.nodes)
        # Nodes tell each other where the others are; that there are doors they must not learn.
        advertise = f'advertise: "{self._net}.250:6222",' if self.doors else ""
        config.write_text(
            _CONFIG.format(
                node=node,
                host=self._host(node),
                routes=routes,
                advertise=advertise,
                folder=self.store(node),
                sync=self._sync,
            )
        )
        with (self.folder / f"{node}.log").open("ab") as log:
            self._running[node] = subprocess.Popen(
                [program, "-c", str(config)], stdout=log, stderr=log, env=os.environ
            )

    def be_careless(self) -> None:
        """Let nodes that are started from now on sync as late as they do by default."""
        self._sync = "2m"

    def store(self, node: str) -> Path:
        """Return the folder that a node keeps everything in."""
        return self.folder / node

    def files_with(self, needle: bytes, part: str = "") -> list[Path]:
        """Return every file of every node that holds these bytes."""
        found = []
        for node in self.nodes:
            for path in self.store(node).rglob("*"):
                # Files come and go while they are looked at.
                with suppress(FileNotFoundError):
                    if path.is_file() and part in str(path) and needle in path.read_bytes():
                        found.append(path)
        return found

    def kill(self, node: str) -> None:
        """End a node as a power cut would end its process."""
        self._end(node, signal.SIGKILL)

    def shut_down(self, node: str) -> None:
        """End a node as an upgrade would."""
        self._end(node, signal.SIGTERM)

    def pause(self, node: str) -> None:
        self._running[node].send_signal(signal.SIGSTOP)

    def resume(self, node: str) -> None:
        self._running[node].send_signal(signal.SIGCONT)

    def end(self) -> None:
        """End all nodes."""
        for node in [*self._running]:
            self._end(node, signal.SIGKILL)
        if self.doors:
            self.doors.end()

    async def client(self, credentials: str = RELAY, *, node: str | None = None) -> Client:
        """Return a plain client of the cluster, or of one node."""
        user, _, password = credentials.partition(":")
        servers = [f"nats://{self._host(node)}:4222"] if node else [*self.servers]
        return await nats.connect(
            servers, user=user, password=password, connect_timeout=2, error_cb=_silent
        )

    async def until_ready(self) -> None:
        """Wait until JetStream answers and every node has found the others."""
        await self.until(self._is_ready)

    async def until(self, holds: Callable[[], Any]) -> None:
        """Wait until an asynchronous condition holds."""
        deadline = time.monotonic() + PATIENCE
        while not await holds():
            assert time.monotonic() < deadline, "The cluster takes too long."
            await asyncio.sleep(0.1)

    async def leader(self, stream: str) -> str:
        """Return the node that leads a stream."""
        found = ""

        async def is_led() -> bool:
            nonlocal found
            found = (await self.ask(f"STREAM.INFO.{stream}")).get("cluster", {}).get("leader", "")
            return bool(found)

        await self.until(is_led)
        return found

    async def ask(self, what: str, **body: object) -> dict[str, Any]:
        """Ask JetStream something as the relays' account."""
        return await self.publish(f"$JS.API.{what}", json.dumps(body).encode() if body else b"")

    async def publish(self, subject: str, data: bytes) -> dict[str, Any]:
        """Send something that JetStream answers; an empty answer if nobody does."""
        try:
            client = await self.client()
        except (OSError, nats.errors.Error):
            return {}
        try:
            reply = await client.request(subject, data, timeout=2)
            answer: dict[str, Any] = json.loads(reply.data)
            return answer
        except (TimeoutError, nats.errors.Error):
            return {}
        finally:
            await client.close()

    async def _is_ready(self) -> bool:
        try:
            client = await self.client(SYSTEM)
        except (OSError, nats.errors.Error):
            return False
        try:
            reply = await client.request("$SYS.REQ.SERVER.PING.JSZ", b'{"leader_only":true}', 1)
            meta = json.loads(reply.data)["data"].get("meta_cluster", {})
        except (TimeoutError, nats.errors.Error, KeyError):
            return False
        finally:
            await client.close()
        peers = meta.get("replicas", ())
        are_here = len(peers) == len(self.nodes) - 1 and all(one["current"] for one in peers)
        return bool(meta.get("leader")) and are_here and "error" not in await self.ask("INFO")

    def cut_off(self, node: str, *, in_silence: bool) -> None:
        """Part a node from the others; who is connected to it stays with it."""
        assert self.doors
        part = self.doors.silence if in_silence else self.doors.cut_off
        part(int(node.removeprefix("n")))

    def heal(self) -> None:
        """Let the nodes find each other again."""
        assert self.doors
        self.doors.heal()

    def _way(self, node: str, other: str) -> str:
        if not self.doors or node == other:
            return self._host(other)
        return self.doors.address(int(node.removeprefix("n")), int(other.removeprefix("n")))

    def _host(self, node: str) -> str:
        return f"{self._net}.{node.removeprefix('n')}"

    def _end(self, node: str, how: signal.Signals) -> None:
        process = self._running.pop(node)
        process.send_signal(signal.SIGCONT)
        process.send_signal(how)
        process.wait()


async def _silent(_error: Exception) -> None:
    return
