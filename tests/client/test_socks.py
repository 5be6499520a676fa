"""Through Tor or another SOCKS proxy: the relay's name reaches the proxy, and nobody else."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from websockets.asyncio.server import ServerConnection, serve

from holdspace.client import link as module
from holdspace.client import relays
from holdspace.client.link import Ended, Happening, Link, Up, proxy_for
from holdspace.client.socks import (
    TOR,
    NotAProxyError,
    Proxy,
    ProxyError,
    connect_through,
    is_onion,
    read_proxy,
    seems_onion,
)
from holdspace.protocol import frames
from socks_server import UNREACHABLE, socks_server

ONION = "a2" * 28 + ".onion"
ELSEWHERE = Proxy("127.0.0.1", 1080)


@pytest.fixture(autouse=True)
def no_names(monkeypatch: pytest.MonkeyPatch) -> None:
    """Fail when anything looks up a name; wait less between tries than people would."""

    def look_up(*asked: object, **_more: object) -> object:
        raise AssertionError(f"looked up {asked[0]!r}")

    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    monkeypatch.setattr(relays, "FIRST_WAIT", 0.01)


@asynccontextmanager
async def relay() -> AsyncIterator[int]:
    async def greet(connection: ServerConnection) -> None:
        await connection.recv()
        await connection.send(frames.encode(frames.Greeting(frames.VERSION, bytes(32))))
        await connection.wait_closed()

    with socket.create_server(("127.0.0.1", 0)) as listener:
        async with serve(greet, sock=listener.dup(), subprotocols=[module.SUBPROTOCOL]):
            yield listener.getsockname()[1]


async def heard_by(link_to: str, socks: Proxy) -> list[Happening]:
    """Return what a link tells until it is greeted or gives up."""
    heard: list[Happening] = []
    enough = asyncio.Event()

    def hear(happening: Happening) -> None:
        heard.append(happening)
        if isinstance(happening, Ended | frames.Greeting):
            enough.set()

    link = Link([link_to], hear, jitter=lambda: 0.5, socks=socks)
    running = asyncio.create_task(link.run())
    async with asyncio.timeout(30):
        await enough.wait()
    await link.stop()
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    return heard


@pytest.mark.parametrize("name", [ONION, "relay.example"])
async def test_a_relay_is_reached_by_a_name_that_only_the_proxy_hears(name: str) -> None:
    async with relay() as port, socks_server(port) as server:
        heard = await heard_by(f"ws://{name}:81", server.proxy)
    assert heard[0] == Up(f"ws://{name}:81")
    assert server.asked == [(name, 81)]


async def test_each_link_has_a_way_through_tor_of_its_own() -> None:
    async with relay() as port, socks_server(port) as server:
        await heard_by(f"ws://{ONION}", server.proxy)
        await heard_by(f"ws://{ONION}", server.proxy)
    assert server.asked == [(ONION, 80)] * 2
    assert len(set(server.users)) == 2


async def test_a_proxy_without_passwords_will_do() -> None:
    async with relay() as port, socks_server(port, method=0) as server:
        assert isinstance((await heard_by(f"ws://{ONION}", server.proxy))[-1], frames.Greeting)
    assert server.users == []


@pytest.mark.parametrize(
    "does",
    [{"reply": UNREACHABLE}, {"method": 0xFF}, {"accepts_password": False}, {"hangs_up_after": 0}],
)
async def test_a_proxy_that_does_not_connect_is_told_from_a_relay(does: dict[str, object]) -> None:
    async with socks_server(**does) as server:  # type: ignore[arg-type]
        with pytest.raises(ProxyError):
            await connect_through(server.proxy, ONION, 80, alone=b"me")
        ended = (await heard_by(f"ws://{ONION}", server.proxy))[-1]
    assert isinstance(ended, Ended)
    assert f"through the proxy at 127.0.0.1:{server.port}. Nothing was sent." in ended.words


def test_an_onion_address_is_never_gone_to_but_through_a_proxy() -> None:
    assert proxy_for(f"ws://{ONION}", None) == TOR
    assert proxy_for("wss://kestrel.onion", None) == TOR
    assert proxy_for("wss://relay.example", None) is None
    assert proxy_for("ws://127.0.0.1:8787", ELSEWHERE) is None
    assert proxy_for(f"ws://{ONION}", ELSEWHERE) == ELSEWHERE
    assert proxy_for("wss://relay.example", ELSEWHERE) == ELSEWHERE


def test_onion_addresses_are_told_from_what_only_looks_like_one() -> None:
    assert is_onion(ONION)
    assert is_onion(f"www.{ONION}")
    for name in ("kestrel.onion", f"{ONION}.", f"{ONION}.example", "onion", "0" * 56 + ".onion"):
        assert not is_onion(name)
    for name in (ONION, "kestrel.onion", "kestrel.onion.", "onion"):
        assert seems_onion(name)
    assert not seems_onion(f"{ONION}.example")


@pytest.mark.parametrize(
    ("text", "proxy"),
    [
        ("127.0.0.1:9050", TOR),
        ("localhost:9050", TOR),
        (" [::1]:9150 ", Proxy("::1", 9150)),
    ],
)
def test_a_proxy_is_read_as_people_write_it(text: str, proxy: Proxy) -> None:
    assert read_proxy(text) == proxy
    assert read_proxy(proxy.shown) == proxy


@pytest.mark.parametrize(
    "text",
    ["", "9050", "127.0.0.1", "127.0.0.1:0", "127.0.0.1:99999", "tor.example:9050", "u@127.0.0.1:1",
     "127.0.0.1:9050/x", "socks5://127.0.0.1:9050"],
)  # fmt: skip
def test_what_is_no_proxy_is_refused_without_a_look_up(text: str) -> None:
    with pytest.raises(NotAProxyError, match=r"127\.0\.0\.1:9050"):
        read_proxy(text)
