"""What lies between the nodes of a cluster on one machine: doors, to be shut as a network is cut.

Each node reaches each other one through a door of its own. A node that is cut off loses all its
connections and gets no new ones; one that is in silence keeps them, and nothing comes through, as
when somebody has pulled a cable. Relays still reach it, so they are with the wrong one.
"""

import asyncio
import threading
from collections.abc import Awaitable, Callable, Iterable
from contextlib import suppress
from itertools import permutations

PORT = 6222
_AT_ONCE = 1 << 16


class Doors:
    """Doors between hosts; they live in a thread, so that nobody's loop keeps them waiting."""

    def __init__(self, net: str, nodes: int) -> None:
        self._net = net
        self._pairs = tuple(permutations(range(1, nodes + 1), 2))
        self._loop = asyncio.new_event_loop()
        self._quiet: dict[tuple[int, int], asyncio.Event] = {}
        self._shut: set[int] = set()
        self._servers: list[asyncio.Server] = []
        self._open: dict[tuple[int, int], set[asyncio.StreamWriter]] = {}
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)

    def address(self, node: int, other: int) -> str:
        """Return where one node finds another."""
        return f"{self._net}.{100 + 10 * node + other}"

    def start(self) -> None:
        """Open all doors."""
        self._thread.start()
        asyncio.run_coroutine_threadsafe(self._listen(), self._loop).result()

    def end(self) -> None:
        """Shut all doors for good."""
        asyncio.run_coroutine_threadsafe(self._close(), self._loop).result()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def cut_off(self, node: int) -> None:
        """End a node's connections to the others, and let it make no new ones."""
        self._do(lambda: self._cut([node]))

    def silence(self, node: int) -> None:
        """Let nothing through to a node or from it; nobody is told so."""
        self._do(lambda: self._hush(node))

    def heal(self) -> None:
        """Let everything through again, also what was held back."""
        self._do(self._heal)

    def _do(self, act: Callable[[], None]) -> None:
        async def done() -> None:
            act()

        asyncio.run_coroutine_threadsafe(done(), self._loop).result()

    async def _listen(self) -> None:
        for pair in self._pairs:
            self._quiet[pair] = asyncio.Event()
            self._quiet[pair].set()
            self._open[pair] = set()
            place = self.address(*pair), PORT
            self._servers.append(await asyncio.start_server(self._welcomer(pair), *place))

    async def _close(self) -> None:
        for server in self._servers:
            server.close()
        self._cut(range(len(self._pairs) + 1))
        carrying = asyncio.all_tasks() - {asyncio.current_task()}
        for task in carrying:
            task.cancel()
        await asyncio.gather(*carrying, return_exceptions=True)

    def _welcomer(
        self, pair: tuple[int, int]
    ) -> Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]:
        async def welcome(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            with suppress(OSError):
                if not self._shut.intersection(pair):
                    there = await asyncio.open_connection(f"{self._net}.{pair[1]}", PORT)
                    self._open[pair] |= {writer, there[1]}
                    await asyncio.gather(
                        self._carry(pair, reader, there[1]), self._carry(pair, there[0], writer)
                    )
            writer.close()

        return welcome

    async def _carry(
        self, pair: tuple[int, int], reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        with suppress(OSError):
            while data := await reader.read(_AT_ONCE):
                await self._quiet[pair].wait()
                writer.write(data)
                await writer.drain()
        self._open[pair].discard(writer)
        writer.close()

    def _cut(self, nodes: Iterable[int]) -> None:
        self._shut |= {*nodes}
        for pair, writers in self._open.items():
            if self._shut.intersection(pair):
                for writer in writers:
                    writer.transport.abort()

    def _hush(self, node: int) -> None:
        for pair, event in self._quiet.items():
            if node in pair:
                event.clear()

    def _heal(self) -> None:
        self._shut.clear()
        for event in self._quiet.values():
            event.set()
