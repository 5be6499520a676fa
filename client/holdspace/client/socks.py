"""Going to a relay through Tor or another SOCKS5 proxy (RFC 1928), which looks up its name for us.

An onion address is a key, so it needs no TLS; but its name must never reach the open network. Here
it cannot: the proxy is given the name as it stands, and nothing in this file can look one up.
"""

import asyncio
import ipaddress
import re
import socket
from urllib.parse import urlsplit

from holdspace.protocol.values import value

SECONDS = 60.0  # a circuit to an onion service takes its time
_ONION = re.compile(r"(?:[a-z0-9-]{1,63}\.)*[a-z2-7]{56}\.onion")
_NO_PASSWORD, _PASSWORD = 0, 2
_ADDRESS_BYTES = {1: 4, 4: 16}
_NAME = 3


@value()
class Proxy:
    """Where a SOCKS5 proxy listens."""

    host: str
    port: int

    @property
    def shown(self) -> str:
        """Return it as people write it."""
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"


TOR = Proxy("127.0.0.1", 9050)


class NotAProxyError(ValueError):
    """A text does not say where a SOCKS proxy listens."""

    def __init__(self) -> None:
        super().__init__("a SOCKS proxy is given as ADDRESS:PORT, like 127.0.0.1:9050 for Tor")


class ProxyError(OSError):
    """The proxy did not connect us."""


def read_proxy(text: str) -> Proxy:
    """Return the proxy that somebody typed; its address is a number, for a name would be looked up."""
    try:
        parts = urlsplit(f"//{text.strip()}")
        host = "127.0.0.1" if parts.hostname == "localhost" else str(parts.hostname)
        port = parts.port
        ipaddress.ip_address(host)
    except ValueError:
        raise NotAProxyError from None
    if not port or parts.path or parts.query or parts.fragment or "@" in parts.netloc:
        raise NotAProxyError
    return Proxy(host, port)


def is_onion(host: str) -> bool:
    """Tell whether this is an onion address of today's form (version 3)."""
    return _ONION.fullmatch(host) is not None


def seems_onion(host: str) -> bool:
    """Tell whether a host must not be looked up on the open network (RFC 7686)."""
    return host.rstrip(".").rpartition(".")[2] == "onion"


async def connect_through(proxy: Proxy, host: str, port: int, *, alone: bytes) -> socket.socket:
    """Return a socket to this host; `alone` gives it a way through Tor of its own, shared with none."""
    family = socket.AF_INET6 if ":" in proxy.host else socket.AF_INET
    connected = socket.socket(family, socket.SOCK_STREAM)
    connected.setblocking(False)
    try:
        async with asyncio.timeout(SECONDS):
            await asyncio.get_running_loop().sock_connect(connected, (proxy.host, proxy.port))
            await _ask(connected, host, port, alone)
    except BaseException:
        connected.close()
        raise
    return connected


async def _ask(proxy: socket.socket, host: str, port: int, alone: bytes) -> None:
    name = host.encode("ascii")
    send = asyncio.get_running_loop().sock_sendall
    # RFC 1928, 3: version 5, two methods: without a password, and with one.
    await send(proxy, bytes((5, 2, _NO_PASSWORD, _PASSWORD)))
    version, method = await _read(proxy, 2)
    if version != 5 or method not in {_NO_PASSWORD, _PASSWORD}:
        raise ProxyError("That is no SOCKS5 proxy for everybody.")
    if method == _PASSWORD:
        # RFC 1929. Tor keeps connections under different names apart (IsolateSOCKSAuth).
        await send(proxy, bytes((1, len(alone))) + alone + b"\1-")
        if (await _read(proxy, 2))[1] != 0:
            raise ProxyError("The SOCKS proxy wants a password of its own.")
    # RFC 1928, 4: connect to a name, which the proxy looks up.
    await send(proxy, bytes((5, 1, 0, _NAME, len(name))) + name + port.to_bytes(2, "big"))
    _, failed, _, kind = await _read(proxy, 4)
    if failed:
        raise ProxyError("The SOCKS proxy cannot reach that address.")
    length = (await _read(proxy, 1))[0] if kind == _NAME else _ADDRESS_BYTES.get(kind, 0)
    await _read(proxy, length + 2)


async def _read(proxy: socket.socket, count: int) -> bytes:
    data = b""
    while len(data) < count:
        more = await asyncio.get_running_loop().sock_recv(proxy, count - len(data))
        if not more:
            raise ProxyError("The SOCKS proxy hung up.")
        data += more
    return data
