"""What an address that is no honest relay can make the link do."""

import asyncio
from contextlib import suppress

import pytest

from holdspace.client.link import NOT_A_RELAY, Ended, Happening, Link

REDIRECTS = ("301 Moved Permanently", "302 Found", "307 Temporary Redirect")


@pytest.mark.parametrize("status", REDIRECTS)
async def test_a_redirect_leads_nowhere_else(status: str) -> None:
    called: list[bytes] = []
    heard: list[Happening] = []

    def hear(happening: Happening) -> None:
        heard.append(happening)

    async def elsewhere(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        called.append(await reader.readline())
        writer.close()

    async def redirect(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        head = f"HTTP/1.1 {status}\r\nLocation: ws://127.0.0.1:{port_of(other)}/\r\n"
        writer.write(head.encode() + b"Content-Length: 0\r\nConnection: close\r\n\r\n")
        with suppress(ConnectionError):
            await writer.drain()
        writer.close()

    async with (
        await asyncio.start_server(elsewhere, "127.0.0.1", 0) as other,
        await asyncio.start_server(redirect, "127.0.0.1", 0) as relay,
    ):
        address = f"ws://127.0.0.1:{port_of(relay)}"
        link = Link([address], hear, jitter=lambda: 0.0)
        async with asyncio.timeout(10):
            await link.run()
    assert heard == [Ended(NOT_A_RELAY)]
    assert called == []


def port_of(server: asyncio.Server) -> int:
    port: int = server.sockets[0].getsockname()[1]
    return port
