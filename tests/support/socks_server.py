"""A SOCKS5 proxy on loopback, as Tor is one: it remembers what it was asked, and leads where a test says."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field

from holdspace.client.socks import Proxy

OK, UNREACHABLE = 0, 4


@dataclass
class SocksServer:
    """What the proxy does, and what it heard."""

    leads_to: int
    method: int = 2
    accepts_password: bool = True
    reply: int = OK
    hangs_up_after: int | None = None
    asked: list[tuple[str, int]] = field(default_factory=list)
    users: list[bytes] = field(default_factory=list)
    port: int = 0

    @property
    def proxy(self) -> Proxy:
        return Proxy("127.0.0.1", self.port)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(asyncio.IncompleteReadError, ConnectionError):
            if await self._agree(reader, writer):
                await self._lead(reader, writer)
        writer.close()

    async def _agree(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        _, count = await reader.readexactly(2)
        methods = await reader.readexactly(count)
        if self.hangs_up_after == 0:
            return False
        writer.write(bytes((5, self.method)))
        if self.method not in methods or self.method == 0:
            return self.method == 0
        _, length = await reader.readexactly(2)
        self.users.append(await reader.readexactly(length))
        await reader.readexactly((await reader.readexactly(1))[0])
        writer.write(bytes((1, 0 if self.accepts_password else 1)))
        return self.accepts_password

    async def _lead(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        assert await reader.readexactly(4) == bytes((5, 1, 0, 3))
        name = await reader.readexactly((await reader.readexactly(1))[0])
        port = int.from_bytes(await reader.readexactly(2), "big")
        self.asked.append((name.decode(), port))
        writer.write(bytes((5, self.reply, 0, 1)) + bytes(6))
        if self.reply != OK:
            return
        there, here = await asyncio.open_connection("127.0.0.1", self.leads_to)
        await asyncio.gather(_pass_on(reader, here), _pass_on(there, writer))


async def _pass_on(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with suppress(ConnectionError):
        while data := await reader.read(4096):
            writer.write(data)
    writer.close()


@asynccontextmanager
async def socks_server(leads_to: int = 9, **does: object) -> AsyncIterator[SocksServer]:
    """Run a proxy that leads every connection to this port of loopback."""
    server = SocksServer(leads_to, **does)  # type: ignore[arg-type]
    async with await asyncio.start_server(server.serve, "127.0.0.1", 0) as listening:
        server.port = listening.sockets[0].getsockname()[1]
        yield server
