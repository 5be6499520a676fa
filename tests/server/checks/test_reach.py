"""What the doctor sees when it connects as people do: greetings, certificates, proxies, and their faults."""

import asyncio
import socket
import ssl
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from ipaddress import ip_network
from pathlib import Path
from typing import Any

import pytest

from holdspace.protocol.frames import Greeting, OperatorCard
from holdspace.server.addresses import Proxies
from holdspace.server.checks import Finding, How, reach
from holdspace.server.config import Config, Listen, Operator
from holdspace.server.listeners import Listening
from holdspace.server.tls import Certificates, Tls
from proxies import NAME, Papers, papers_in
from relay_process import relay_here, visiting

DAY = 24 * 60 * 60
CARD = OperatorCard(runs_it="Anna")
Found = dict[str, How]


def found(findings: list[Finding]) -> Found:
    return {one.what: one.how for one in findings}


async def looked(config: Config, status: Callable[[], dict[str, Any]] = dict) -> list[Finding]:
    """Look at all addresses as the doctor does, outside this loop."""
    return await asyncio.to_thread(lambda: [*reach.addresses(config, status)])


def at(url: str, *origins: str, **more: Any) -> Config:
    return Config(Listen(port=int(url.rpartition(":")[2]), origins=origins), **more)


@asynccontextmanager
async def answering(data: bytes) -> AsyncIterator[str]:
    """Be something that answers every connection with these bytes."""

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if data:
            await reader.readuntil(b"\r\n\r\n")
            writer.write(data)
            await writer.drain()
        writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    async with server:
        yield f"127.0.0.1:{server.sockets[0].getsockname()[1]}"


async def test_a_relay_that_greets_is_well() -> None:
    async with relay_here() as relay:
        findings = await looked(at(relay.url))
    assert found(findings) == {"address": How.PASS}
    assert "protocol version 1" in findings[0].sentence


async def test_a_relay_on_a_socket_too(tmp_path: Path) -> None:
    path = tmp_path / "r.sock"
    async with relay_here(place=Listening(path=path)):
        config = Config(Listen(host="", socket=path))
        assert found(await looked(config)) == {"address": How.PASS}


async def test_another_card_than_the_configured_one_is_said() -> None:
    async with relay_here() as relay:
        config = at(relay.url, operator=Operator(runs_it="Anna"))
        assert found(await looked(config)) == {"address": How.PASS, "card": How.WARN}


async def test_nobody_there_fails() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    [finding] = await looked(Config(Listen(port=port)))
    assert finding.how is How.FAIL
    assert "nobody listens there" in finding.sentence


async def test_an_onion_service_cannot_be_tried() -> None:
    async with relay_here() as relay:
        findings = await looked(at(relay.url, f"ws://{'a' * 56}.onion"))
    assert [one.how for one in findings] == [How.PASS, How.WARN]


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n", "something answers, but no relay"),
        (b"HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\n\r\n", "does not reach the relay"),
        (b"HTTP/1.1 500 Oh\r\nContent-Length: 0\r\n\r\n", "it answers HTTP 500"),
        (b"220 mail ready\r\n", "something answers, but no relay"),
        (b"", "something answers, but no relay"),
    ],
)
async def test_what_answers_instead_of_a_relay_is_told_apart(answer: bytes, said: str) -> None:
    async with answering(answer) as place:
        with pytest.raises(reach.NotReachedError) as failed:
            await reach.greet(f"ws://{place}")
    assert said in failed.value.sentence
    assert failed.value.advice


async def test_what_speaks_no_tls_is_told_apart() -> None:
    async with answering(b"") as place:
        with pytest.raises(reach.NotReachedError, match=r"hangs up|does not speak TLS"):
            await reach.greet(f"wss://{place}")


async def test_what_says_nothing_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reach, "_SECONDS", 0.2)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"ws://127.0.0.1:{silent.getsockname()[1]}"
        asked = await asyncio.gather(reach.greet(url), return_exceptions=True)
    assert isinstance(asked[0], reach.NotReachedError)
    assert "no answer within" in asked[0].sentence


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (socket.gaierror(), "that name does not exist"),
        (ssl.SSLError(), "does not speak TLS"),
        (OSError(), "cannot be connected to"),
    ],
)
def test_the_network_has_its_own_faults(error: Exception, said: str) -> None:
    assert said in reach._why_not(error).sentence


class TestCertificates:
    @pytest.fixture
    def papers(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Papers:
        """A certificate for a name that leads to this machine."""
        papers = papers_in(tmp_path)
        look_up = socket.getaddrinfo

        def ours(host: Any, *rest: Any, **more: Any) -> Any:
            return look_up("127.0.0.1" if host == NAME else host, *rest, **more)

        monkeypatch.setattr(socket, "getaddrinfo", ours)
        return papers

    async def test_one_that_runs_out_is_said(
        self, papers: Papers, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("SSL_CERT_FILE", str(papers.certificate))
        files = Tls(papers.certificate, papers.key)
        place = Listening(port=0, tls=True)
        async with relay_here(place=place, certificates=Certificates(files)) as relay:
            url = relay.url.replace("127.0.0.1", NAME)
            greeted = await reach.greet(url)
            assert greeted.tls == "TLSv1.3"
            findings = [*reach._encryption(url, greeted, is_here=False)]
        assert found(findings) == {"tls": How.WARN}
        assert "good for 0 more days" in findings[0].sentence

    async def test_one_that_nobody_trusts_fails(self, papers: Papers) -> None:
        files = Tls(papers.certificate, papers.key)
        place = Listening(port=0, tls=True)
        async with relay_here(place=place, certificates=Certificates(files)) as relay:
            with pytest.raises(reach.NotReachedError, match="nobody could trust"):
                await reach.greet(relay.url.replace("127.0.0.1", NAME))
            assert (await reach.greet(relay.url, trusts_all=True)).tls == "TLSv1.3"

    @pytest.mark.parametrize(
        ("url", "tls", "days", "how"),
        [
            ("wss://relay.example", "TLSv1.3", 60, [How.PASS]),
            ("wss://relay.example", "TLSv1.3", 13, [How.WARN]),
            ("wss://relay.example", "TLSv1.2", 60, [How.WARN, How.PASS]),
            ("ws://relay.example", "", 0, [How.WARN]),
            ("ws://127.0.0.1:1", "", 0, []),
        ],
    )
    def test_how_good_it_is(self, url: str, tls: str, days: int, how: list[How]) -> None:
        expires = time.time() + days * DAY + 60
        greeted = reach.Greeted(Greeting(1, bytes(32)), tls, expires)
        assert [one.how for one in reach._encryption(url, greeted, is_here=False)] == how


class TestProxies:
    @pytest.mark.parametrize(
        ("before", "after", "how"),
        [
            ({"unnamed": 3}, {"unnamed": 3}, [How.PASS]),
            ({"unnamed": 3}, {"unnamed": 4}, [How.FAIL]),
            ({"unnamed": 0}, {"unnamed": 0, "ignores_proxy": True}, [How.FAIL]),
            ({}, {}, []),
        ],
    )
    def test_one_that_hides_its_visitors_fails(
        self, before: dict[str, Any], after: dict[str, Any], how: list[How]
    ) -> None:
        found = reach._proxy("wss://relay.example", before, after)
        assert [one.how for one in found] == how

    async def test_a_running_relay_knows_of_one_that_it_does_not_believe(self) -> None:
        forwarded = {"X-Forwarded-For": "192.0.2.1"}
        async with relay_here() as relay:
            async with visiting(relay.url):
                assert not relay.door.ignores_proxy
            async with visiting(relay.url, additional_headers=forwarded):
                assert relay.door.ignores_proxy
            assert relay.door.unnamed == 0

    async def test_a_running_relay_counts_whom_a_trusted_one_does_not_name(self) -> None:
        forwarded = {"X-Forwarded-For": "192.0.2.1"}
        trusted = Proxies((ip_network("127.0.0.0/8"),))
        async with relay_here(proxies=trusted) as relay:
            async with visiting(relay.url, additional_headers=forwarded):
                assert relay.door.unnamed == 0
            async with visiting(relay.url):
                assert relay.door.unnamed == 1

    async def test_only_addresses_that_others_use_are_judged(self) -> None:
        async with relay_here() as relay:
            port = relay.url.rpartition(":")[2]
            config = at(relay.url, f"ws://localhost:{port}")
            findings = await looked(config, lambda: {"ignores_proxy": True})
        assert "proxy" not in found(findings)
