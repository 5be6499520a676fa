"""Whoever has gone leaves nothing for Python's collector: everybody waits while it frees what many left."""

import asyncio
import gc
import socket
import ssl
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from ipaddress import ip_network
from pathlib import Path

import pytest
from websockets.protocol import Protocol

from holdspace.protocol.frames import Hello, encode
from holdspace.server.addresses import Proxies
from holdspace.server.guest import Guest
from holdspace.server.limits import Limits
from holdspace.server.tls import Certificates, Tls
from proxies import NAME, papers_in
from relay_process import HERE, PATIENCE, Running, relay_here
from wrecks import REQUEST, ended, framed

NO_MORE = Limits(visitor_requests_burst=0.0, visitor_requests_per_second=1e-6)
LOOPBACK = Proxies((ip_network("127.0.0.0/8"),))
LINE = b"PROXY TCP4 192.0.2.1 192.0.2.2 4000 80\r\n"
HELLO = framed(encode(Hello(1, 1)))
MANY = 10


@pytest.fixture
def uncollected() -> Iterator[None]:
    """Let nobody be freed by the collector."""
    gc.collect()
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


def ends() -> list[str]:
    """Return the kinds of all ends of connections that there are."""
    kinds = (Guest, Protocol, asyncio.Transport, ssl.SSLObject)
    # By its type: there are objects that stand for others and answer for them, and these are gone.
    return [type(one).__name__ for one in gc.get_objects() if issubclass(type(one), kinds)]


def speak(relay: Running, data: bytes, context: ssl.SSLContext | None = None) -> None:
    """Say this and no more; listen until the relay hangs up, or with TLS until it answers."""
    host, port = relay.url.partition("://")[2].split(":")
    with suppress(OSError), socket.create_connection((host, int(port)), PATIENCE) as plain:
        if context is None:
            plain.sendall(data)
            plain.shutdown(socket.SHUT_WR)
            while plain.recv(65536):
                pass
            return
        with context.wrap_socket(plain, server_hostname=NAME) as line:
            line.sendall(data)
            line.recv(65536)


async def nothing_is_left(
    relay: Running, data: bytes, context: ssl.SSLContext | None = None
) -> None:
    """Come, say this and go, some times; then wait until all of it is gone."""
    for _ in range(MANY):
        await asyncio.to_thread(speak, relay, data, context)
    async with asyncio.timeout(PATIENCE):
        while ends():
            await asyncio.sleep(0.02)


@pytest.mark.usefixtures("uncollected")
@pytest.mark.parametrize(
    "said",
    [
        b"",
        b"no request\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost",
        REQUEST.replace(b"GET /", b"GET /elsewhere"),
        REQUEST,
        ended(REQUEST),
        ended(REQUEST + HELLO),
        REQUEST + HELLO + framed(bytes(1024)),
        REQUEST + HELLO + framed(b"odd", first=0x8B),
    ],
    ids=[
        "nothing", "no request", "half a request", "elsewhere", "leaves", "text", "text later",
        "no frame", "no opcode",
    ],
)  # fmt: skip
async def test_whoever_was_let_in_leaves_nothing_behind(said: bytes) -> None:
    async with relay_here() as relay:
        await nothing_is_left(relay, said)


@pytest.mark.usefixtures("uncollected")
@pytest.mark.parametrize("proxies", [None, LOOPBACK], ids=["at once", "with a request"])
async def test_whoever_is_turned_away_leaves_nothing_behind(proxies: Proxies | None) -> None:
    async with relay_here(limits=NO_MORE, proxies=proxies) as relay:
        await nothing_is_left(relay, REQUEST)


@pytest.mark.usefixtures("uncollected")
@pytest.mark.parametrize("said", [b"no line", LINE, LINE + REQUEST])
async def test_nor_does_whoever_a_proxy_brings(said: bytes) -> None:
    place = replace(HERE, proxy_line=True)
    async with relay_here(limits=NO_MORE, place=place, proxies=LOOPBACK) as relay:
        await nothing_is_left(relay, said)


@pytest.mark.usefixtures("uncollected")
@pytest.mark.parametrize("said", [ended(REQUEST), ended(REQUEST + HELLO)])
async def test_nor_does_whoever_speaks_tls(tmp_path: Path, said: bytes) -> None:
    papers = papers_in(tmp_path)
    certificates = Certificates(Tls(papers.certificate, papers.key))
    context = ssl.create_default_context(cafile=papers.certificate)
    place = replace(HERE, tls=True)
    async with relay_here(place=place, certificates=certificates) as relay:
        await nothing_is_left(relay, said, context)
