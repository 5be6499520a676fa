"""The nginx and Caddy files we ship, in front of a real relay: one path in, nothing written down.

Where nginx or Caddy is not installed, its half is skipped, and the summary says so.
"""

import ssl
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path

import pytest
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import InvalidStatus

import proxies
from holdspace.protocol.frames import Greeting, Hello
from holdspace.server.door import SUBPROTOCOL
from proxies import NAME, VISITOR, Proxy, read_all, running
from relay_papers import Circle, Papers
from relay_process import RelayProcess, Visitor

URL = f"wss://{NAME}"
NOWHERE = b"/r/secret-path"
REQUEST = b"GET %s HTTP/1.1\r\nHost: %s\r\n%sConnection: close\r\n\r\n"
LONG = b"a" * 9000


@pytest.fixture(scope="module", params=["nginx", "caddy"])
def proxy(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Proxy]:
    kind = request.param
    if proxies.find(kind) is None:
        pytest.skip(f"{kind} is not installed here, so the file for it was not tried")
    folder = tmp_path_factory.mktemp(kind)
    with running(kind, folder, folder / "relay.sock") as proxy:
        yield proxy


@contextmanager
def relay_behind(proxy: Proxy, folder: Path) -> Iterator[None]:
    settings = folder / "relay.toml"
    settings.write_text(
        f'[listen]\nhost = ""\nsocket = "{proxy.upstream}"\norigins = ["{URL}"]\n'
        f'[rooms]\nopen = true\n[log]\nfolder = "{folder / "log"}"\n'
    )
    with RelayProcess("--config", settings):
        yield


@asynccontextmanager
async def visiting(
    proxy: Proxy, path: str = "/", **headers: str
) -> AsyncIterator[ClientConnection]:
    async with connect(
        URL + path,
        sock=proxy.dial(),
        ssl=proxy.papers.trusting(),
        server_hostname=NAME,
        subprotocols=[SUBPROTOCOL],
        compression=None,
        additional_headers=headers,
        max_size=None,
    ) as connection:
        yield connection


def status_and_body(answer: bytes) -> tuple[bytes, bytes]:
    head, _, body = answer.partition(b"\r\n\r\n")
    return head.split(b" ")[1], body.rstrip()


async def test_a_meeting_begins_through_it(proxy: Proxy, tmp_path: Path) -> None:
    with relay_behind(proxy, tmp_path):
        await open_a_meeting(proxy)


async def open_a_meeting(proxy: Proxy) -> None:
    async with visiting(proxy) as connection:
        visitor = Visitor(connection, Papers(URL, b""))
        greeting = await visitor.ask(Hello(1, 1))
        assert isinstance(greeting, Greeting)
        visitor.papers.nonce = greeting.nonce
        await visitor.open(Circle())


REFUSED_ALIKE = {
    "another path": REQUEST % (NOWHERE, NAME.encode(), b""),
    "no websocket": REQUEST % (b"/", NAME.encode(), b""),
    "another name": REQUEST % (b"/", b"other.test", b""),
    "a websocket elsewhere": REQUEST
    % (NOWHERE, NAME.encode(), b"Upgrade: websocket\r\nConnection: Upgrade\r\n"),
    "something to upload": b"POST / HTTP/1.1\r\nHost: %s\r\nContent-Length: 3\r\nConnection: close\r\n\r\nabc"
    % NAME.encode(),
}  # fmt: skip


@pytest.mark.parametrize("request_", REFUSED_ALIKE.values(), ids=REFUSED_ALIKE)
def test_everything_else_is_the_same_nothing(proxy: Proxy, request_: bytes) -> None:
    answer = proxy.ask(request_)
    assert status_and_body(answer) == (b"404", b"Nothing here.")
    assert b"Strict-Transport-Security: max-age=63072000" in answer
    assert b"Server: Caddy" not in answer


TOO_MUCH = {
    "a header of 9 KiB": REQUEST % (b"/", NAME.encode(), b"X-Big: %s\r\n" % LONG),
    "a path of 9 KiB": REQUEST % (b"/" + LONG, NAME.encode(), b""),
    "no HTTP": b"holdspace?\r\n\r\n",
    "HTTP of another age": b"GET / HTTP/9.9\r\nHost: %s\r\n\r\n" % NAME.encode(),
    "a head that does not end": b"GET / HTTP/1.1\r\nHost: %s\r\nX-Slow" % NAME.encode(),
}


@pytest.mark.parametrize("request_", TOO_MUCH.values(), ids=TOO_MUCH)
def test_what_is_too_much_or_no_http_is_refused(proxy: Proxy, request_: bytes) -> None:
    answer = proxy.ask(request_)
    assert not answer or status_and_body(answer)[0] in {b"400", b"404", b"431", b"505"}
    assert len(answer) < 400


async def test_a_web_page_is_refused(proxy: Proxy, tmp_path: Path) -> None:
    with relay_behind(proxy, tmp_path), pytest.raises(InvalidStatus) as refused:
        async with visiting(proxy, Origin="https://page.example"):
            pass
    assert refused.value.response.status_code == 403


def test_older_tls_is_refused(proxy: Proxy) -> None:
    with pytest.raises(ssl.SSLError):
        proxy.dial_tls(newest=ssl.TLSVersion.TLSv1_2)


def test_the_relay_is_told_whose_connection_it_is(proxy: Proxy, tmp_path: Path) -> None:
    """And only that: what the visitor wrote about it is gone."""
    with proxies.Ear(proxy.upstream) as ear, proxy.dial_tls() as asking:
        forged = b"Upgrade: websocket\r\nConnection: Upgrade\r\nX-Forwarded-For: 192.0.2.9\r\n"
        asking.sendall(b"GET / HTTP/1.1\r\nHost: %s\r\n%s\r\n" % (NAME.encode(), forged))
        heard = ear.hear()
    told = [line for line in heard.split(b"\r\n") if line.lower().startswith(b"x-forwarded-for:")]
    assert told == [b"X-Forwarded-For: " + VISITOR.encode()]
    assert b"192.0.2.9" not in heard


async def test_while_the_relay_is_away_people_are_told_to_come_back(
    proxy: Proxy, tmp_path: Path
) -> None:
    """A 4xx would send them away for good."""
    proxy.upstream.unlink(missing_ok=True)
    with pytest.raises(InvalidStatus) as refused:
        async with visiting(proxy):
            pass
    assert refused.value.response.status_code == 503
    assert bytes(refused.value.response.body or b"").rstrip() == b"Come back in a moment."
    with relay_behind(proxy, tmp_path):
        async with visiting(proxy) as back:
            await back.close()


async def test_nothing_about_anybody_is_written_down(proxy: Proxy, tmp_path: Path) -> None:
    proxy.upstream.unlink(missing_ok=True)
    for request in [*REFUSED_ALIKE.values(), *TOO_MUCH.values()]:
        proxy.ask(request)
    for noise in (
        REQUEST % (NOWHERE, NAME.encode(), b""),
        b"\x16\x03\x01\x02\x00\x01" + bytes(600),
    ):
        with proxy.dial() as plain:
            plain.sendall(noise)
            read_all(plain)
    with pytest.raises(InvalidStatus):
        async with visiting(proxy):
            pass
    with relay_behind(proxy, tmp_path):
        async with visiting(proxy) as connection:
            connection.transport.abort()
    written = proxy.written()
    assert b"/" in written  # guards the lines below: something was looked at
    for secret in (VISITOR.encode(), NOWHERE, LONG[:100], b"holdspace?", b"other.test"):
        assert secret not in written
