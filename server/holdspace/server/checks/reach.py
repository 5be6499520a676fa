"""Whether people reach the relay: each address is connected to and greeted through, as a client does."""

import asyncio
import socket
import ssl
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from websockets.asyncio.client import ClientConnection, connect, unix_connect
from websockets.exceptions import InvalidHandshake, InvalidStatus, WebSocketException

from holdspace.protocol.frames import VERSION, Greeting, Hello, decode_relay_frame, encode
from holdspace.protocol.refusals import PeerError
from holdspace.server.checks import Finding, How, failure, warning, well
from holdspace.server.config import Config, address, is_loopback, terms_of
from holdspace.server.door import SUBPROTOCOL

_SECONDS = 8.0
_DAYS = 24 * 60 * 60.0
_RENEW_DAYS = 14
_MOVED = (
    "If it runs, and [listen] was changed since it started: restart it. If it was started with options "
    "like --port, give them to doctor as well."
)
_LIMITS_SHARED = "Everybody behind your proxy shares the limits of one visitor"

Status = Callable[[], Mapping[str, Any]]


class NotReachedError(Exception):
    """An address does not lead to a relay: why, and what to do."""

    def __init__(self, sentence: str, advice: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.advice = advice


@dataclass(frozen=True, slots=True)
class Greeted:
    """What was seen on the way to a greeting; `tls` and `expires` are empty without TLS."""

    greeting: Greeting
    tls: str = ""
    expires: float = 0.0


def addresses(config: Config, status: Status) -> Iterator[Finding]:
    """Look at whether a running relay answers here, and at every address that people use."""
    here = _here(config)
    yield from _address(here, config, f"this machine ({here or config.listen.socket})")
    for origin in config.listen.origins:
        if origin == here:
            continue
        if (urlsplit(origin).hostname or "").endswith(".onion"):
            yield warning(
                "address", f"{origin} cannot be tried from here.", "Join through Tor once."
            )
            continue
        before = status()
        found = [*_address(origin, config, origin)]
        yield from found
        if found[0].how is How.PASS and not is_loopback(urlsplit(origin).hostname or ""):
            yield from _proxy(origin, before, status())


def _here(config: Config) -> str | None:
    listen = config.listen
    if not listen.host or config.proxies.proxy_protocol:
        return None
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(listen.host, listen.host)  # noqa: S104
    return address(host, listen.port, tls=config.tls.certificate is not None)


def _address(url: str | None, config: Config, shown: str) -> Iterator[Finding]:
    is_here = not url or url == _here(config)
    if url is None and config.listen.socket is None:
        return
    try:
        greeted = asyncio.run(greet(url, socket=str(config.listen.socket), trusts_all=is_here))
    except NotReachedError as error:
        # Whoever reads this has a relay that runs: `doctor` tries addresses only then.
        moved = f" {_MOVED}" if is_here else ""
        yield failure("address", f"{shown}: {error.sentence}", error.advice + moved)
        return
    yield well("address", f"{shown} greets, protocol version {greeted.greeting.version}.")
    if greeted.greeting.operator != terms_of(config).operator:
        yield warning(
            "card",
            f"{shown} shows another card than this configuration has.",
            "Reload the relay (SIGHUP); if that changes nothing, another relay answers there.",
        )
    yield from _encryption(url or "", greeted, is_here=is_here)


def _encryption(url: str, greeted: Greeted, *, is_here: bool) -> Iterator[Finding]:
    if url.startswith("ws://") and not is_loopback(urlsplit(url).hostname or ""):
        yield warning(
            "tls",
            f"{url} is not encrypted on the way: who listens there sees who meets whom.",
            "Use wss:// with a certificate, or an onion service.",
        )
    if not greeted.tls:
        return
    if greeted.tls != "TLSv1.3":
        yield warning("tls", f"{url} speaks {greeted.tls}.", "Allow TLSv1.3 in your proxy.")
    if is_here:
        return
    days = int((greeted.expires - time.time()) / _DAYS)
    said = f"{url} speaks {greeted.tls}; its certificate is good for {days} more days."
    if days < _RENEW_DAYS:
        yield warning("tls", said, "Renew it now, and see why that did not happen by itself.")
    else:
        yield well("tls", said)


def _proxy(origin: str, before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[Finding]:
    if not after:
        return
    if after.get("ignores_proxy"):
        yield failure(
            "proxy",
            f"{_LIMITS_SHARED}: the relay does not believe it.",
            "Name it in proxies.trusted, such as 127.0.0.1.",
        )
    elif after.get("unnamed", 0) > before.get("unnamed", 0):
        yield failure(
            "proxy",
            f"{_LIMITS_SHARED}: it does not say where connections come from.",
            "Have it send the header that proxies.header names (nginx: proxy_set_header "
            "X-Forwarded-For $proxy_add_x_forwarded_for).",
        )
    else:
        yield well("proxy", f"Behind {origin} every visitor has limits of their own.")


async def greet(url: str | None, *, socket: str = "", trusts_all: bool = False) -> Greeted:
    """Connect as a client does and return the greeting; without `url`, through a Unix socket."""
    try:
        async with asyncio.timeout(_SECONDS):
            opened = await _connected(url, socket, trusts_all=trusts_all)
            try:
                return await _greeted(opened)
            finally:
                await opened.close()
    except TimeoutError:
        raise NotReachedError(
            f"no answer within {_SECONDS:.0f} seconds.",
            "Is a firewall, yours or your hosting company's, closed for this port?",
        ) from None
    except (OSError, WebSocketException, PeerError) as error:
        raise _why_not(error) from None


async def _connected(url: str | None, socket: str, *, trusts_all: bool) -> ClientConnection:
    more: dict[str, Any] = {"subprotocols": [SUBPROTOCOL], "compression": None}
    if url is None:
        return await unix_connect(socket, **more)
    if url.startswith("wss:"):
        more["ssl"] = ssl.create_default_context()
        if trusts_all:
            # To ourselves by another name than the certificate's: only whether we answer counts.
            more["ssl"].check_hostname = False
            more["ssl"].verify_mode = ssl.CERT_NONE
    return await connect(url, proxy=None, **more)


async def _greeted(opened: ClientConnection) -> Greeted:
    await opened.send(encode(Hello(1, VERSION)))
    frame = decode_relay_frame(await opened.recv(decode=False))
    if not isinstance(frame, Greeting):
        raise PeerError("It does not greet.")
    tls: ssl.SSLObject | None = opened.transport.get_extra_info("ssl_object")
    certificate = tls.getpeercert() if tls else None
    expires = ssl.cert_time_to_seconds(str(certificate["notAfter"])) if certificate else 0.0
    return Greeted(frame, (tls.version() or "") if tls else "", expires)


_ADVICE: dict[int, tuple[str, str]] = {
    404: (
        "something answers, but no relay.",
        "Does the proxy hand the path / to the relay, with its Upgrade headers, and to this relay?",
    ),
    403: ("it refuses.", "Does the proxy add an Origin header, or allow certain addresses only?"),
    502: ("the proxy does not reach the relay.", "Is the relay running, where the proxy looks?"),
    503: ("the proxy does not reach the relay.", "Is the relay running, where the proxy looks?"),
    504: ("the proxy gets no answer from the relay.", "Is the relay running, where it looks?"),
}


def _why_not(error: Exception) -> NotReachedError:
    match error:
        case InvalidStatus():
            code = error.response.status_code
            fallback = (f"it answers HTTP {code}.", "Does the proxy pass websockets on?")
            return NotReachedError(*_ADVICE.get(code, fallback))
        case ssl.SSLCertVerificationError():
            return NotReachedError(
                f"nobody could trust its certificate: {error.verify_message}.",
                "Give the proxy a certificate for this very name, with its chain.",
            )
        case ssl.SSLError():
            return NotReachedError("it does not speak TLS there.", "Is that the right port?")
        case socket.gaierror():
            return NotReachedError("that name does not exist.", "Make a DNS record for it.")
        case ConnectionResetError() | EOFError():
            return NotReachedError("it hangs up.", "Is that the right port, with TLS or without?")
        case ConnectionRefusedError() | FileNotFoundError():
            return NotReachedError("nobody listens there.", "Is the relay, or the proxy, running?")
        case InvalidHandshake() | PeerError():
            return NotReachedError("something answers, but no relay.", "Where does the proxy lead?")
        case _:
            return NotReachedError(
                "it cannot be connected to.", "Does this machine have a network?"
            )
