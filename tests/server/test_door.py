"""The relay's door, over real sockets: where people come in, by whose share, and who makes place."""

import asyncio
import socket
import ssl
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import replace as with_
from ipaddress import ip_network
from pathlib import Path

import pytest
from typing_extensions import override
from websockets.asyncio.client import connect, unix_connect
from websockets.exceptions import ConnectionClosed, InvalidStatus

from holdspace.protocol.frames import Ack, BeginMeeting, Hello, OpenRoom, Refuse, encode
from holdspace.protocol.refusals import CLOSES, Close, Refusal
from holdspace.server.addresses import Proxies
from holdspace.server.door import SUBPROTOCOL
from holdspace.server.limits import Limits
from holdspace.server.listeners import Listening
from holdspace.server.log.memory import MemoryLog
from holdspace.server.tls import Certificates, Tls
from holdspace.server.visitors import PRICES
from proxies import NAME, papers_in
from relay_papers import Circle
from relay_process import PATIENCE, Running, Visitor, relay_here, visiting

A_ROOM = PRICES[OpenRoom].keeping + PRICES[BeginMeeting].keeping
LOOPBACK = Proxies((ip_network("127.0.0.0/8"),))
ASKING = (
    f"GET / HTTP/1.1\r\nHost: relay\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    f"Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nSec-WebSocket-Version: 13\r\n"
    f"Sec-WebSocket-Protocol: {SUBPROTOCOL}\r\n"
)


class SharedWithNobody(MemoryLog):
    """A log of a cluster in which nothing ever happens."""

    is_alone = False

    @override
    async def catch_up(self) -> bool:
        return True


async def until(condition: Callable[[], object]) -> None:
    """Wait until something holds."""
    async with asyncio.timeout(PATIENCE):
        while not condition():
            await asyncio.sleep(0.01)


def dial(relay: Running) -> socket.socket:
    """Return a plain connection to a relay."""
    host, port = relay.url.partition("://")[2].split(":")
    return socket.create_connection((host, int(port)), PATIENCE)


async def answer_to(relay: Running, request: bytes) -> bytes:
    """Send bytes and return all that comes back until the relay closes."""
    with dial(relay) as asking:
        reader, writer = await asyncio.open_connection(sock=asking)
        writer.write(request)
        async with asyncio.timeout(PATIENCE):
            try:
                return await reader.read()
            except ConnectionError:
                return b""
            finally:
                writer.close()


async def until_done(
    step: Callable[[], bytes | None], incoming: ssl.MemoryBIO, reader: asyncio.StreamReader
) -> bytes:
    """Go on with a step of TLS as long as it needs more bytes."""
    async with asyncio.timeout(PATIENCE):
        while True:
            try:
                return step() or b""
            except ssl.SSLWantReadError:
                incoming.write(await reader.read(65536))


async def is_hung_up_on(asking: socket.socket) -> bool:
    """Tell that the relay closes a connection, without any answer."""
    reader, writer = await asyncio.open_connection(sock=asking)
    async with asyncio.timeout(PATIENCE):
        try:
            return await reader.read() == b""
        except ConnectionError:
            return True
        finally:
            writer.close()


def for_(client: str) -> dict[str, str]:
    return {"X-Forwarded-For": client}


class TestWhereItIs:
    async def test_a_unix_socket(self, tmp_path: Path) -> None:
        path = tmp_path / "relay.sock"
        async with (
            relay_here(place=Listening(path=path)),
            unix_connect(str(path), subprotocols=[SUBPROTOCOL]) as connection,
        ):
            await connection.send(encode(Hello(1, 1)))
            assert await connection.recv()
        assert not path.exists()

    async def test_nobody_waits_for_a_door_that_closes(self, tmp_path: Path) -> None:
        async with relay_here() as relay:
            with dial(relay) as idle:
                await until(lambda: relay.door.arriving)
                relay.stop.ask()
                assert await is_hung_up_on(idle)


class TestTls:
    @pytest.fixture
    def files(self, tmp_path: Path) -> Tls:
        papers = papers_in(tmp_path)
        return Tls(papers.certificate, papers.key)

    @staticmethod
    def trusting(files: Tls) -> ssl.SSLContext:
        return ssl.create_default_context(cafile=str(files.certificate))

    @asynccontextmanager
    async def relay(self, files: Tls, limits: Limits | None = None) -> AsyncIterator[Running]:
        async with relay_here(
            limits=limits, place=Listening(port=0, tls=True), certificates=Certificates(files)
        ) as running:
            yield running

    async def test_people_talk_over_tls(self, files: Tls) -> None:
        context = self.trusting(files)
        async with (
            self.relay(files) as relay,
            visiting(relay.url, ssl=context, server_hostname=NAME) as host,
        ):
            assert relay.url.startswith("wss://")
            connection = host.socket.transport.get_extra_info("ssl_object")
            assert connection.version() == "TLSv1.3"
            await host.open(Circle())
            said = host.papers.append("x" * 50_000)
            assert await host.ask(said) == Ack(said.ref, 1)

    async def test_nothing_older_than_1_3_is_spoken(self, files: Tls) -> None:
        context = self.trusting(files)
        context.maximum_version = ssl.TLSVersion.TLSv1_2
        async with self.relay(files) as relay:
            with pytest.raises((ssl.SSLError, ConnectionError)):
                await connect(relay.url, ssl=context, server_hostname=NAME, proxy=None)
            assert not relay.door.arriving

    async def test_plain_words_get_no_answer_that_is_http(self, files: Tls) -> None:
        async with self.relay(files) as relay:
            assert b"HTTP" not in await answer_to(relay, b"GET / HTTP/1.1\r\n\r\n")

    @pytest.mark.parametrize("pieces", [1, 2, 50])
    async def test_a_proxy_that_passes_tls_on(self, files: Tls, pieces: int) -> None:
        place = Listening(port=0, tls=True, proxy_line=True)
        line = b"PROXY TCP4 192.0.2.9 192.0.2.1 40000 443\r\n"
        relay = relay_here(place=place, certificates=Certificates(files), proxies=LOOPBACK)
        ours, theirs = ssl.MemoryBIO(), ssl.MemoryBIO()
        talking = self.trusting(files).wrap_bio(theirs, ours, server_hostname=NAME)
        with suppress(ssl.SSLWantReadError):
            talking.do_handshake()
        first = line + ours.read()
        async with relay as running:
            with dial(running) as asking:
                asking.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, True)
                reader, writer = await asyncio.open_connection(sock=asking)
                size = -(-len(first) // pieces)
                for at in range(0, len(first), size):
                    writer.write(first[at : at + size])
                    await asyncio.sleep(0)
                await until_done(talking.do_handshake, theirs, reader)
                # What comes with the end of the handshake is not lost either.
                talking.write((ASKING + "\r\n").encode())
                writer.write(ours.read())
                answer = await until_done(talking.read, theirs, reader)
                assert answer.startswith(b"HTTP/1.1 101 ")
                writer.close()

    async def test_ws01_a_tls_hello_that_never_comes(self, files: Tls) -> None:
        limits = with_(Limits(), handshake_seconds=0.2)
        async with self.relay(files, limits) as relay:
            with dial(relay) as idle:
                assert await is_hung_up_on(idle)
            await until(lambda: not relay.door.arriving)
            assert relay.said.getvalue() == ""

    async def test_a_new_certificate_lets_nobody_go(self, files: Tls, tmp_path: Path) -> None:
        async with (
            self.relay(files) as relay,
            visiting(relay.url, ssl=self.trusting(files), server_hostname=NAME) as host,
        ):
            await host.open(Circle())
            papers_in(tmp_path)
            relay.door.reload(files)
            said = host.papers.append("still here")
            assert await host.ask(said) == Ack(said.ref, 1)
            async with visiting(relay.url, ssl=self.trusting(files), server_hostname=NAME):
                pass
            assert relay.said.getvalue().startswith("holdspace-relay: certificate-taken:")

    async def test_a_broken_certificate_keeps_the_old_one(self, files: Tls) -> None:
        context = self.trusting(files)
        async with self.relay(files) as relay:
            files.certificate.write_text("half a file")
            relay.door.reload(files)
            async with visiting(relay.url, ssl=context, server_hostname=NAME):
                pass
            said = relay.said.getvalue()
        assert said.startswith("holdspace-relay: certificate-kept:")
        assert str(files.certificate) not in said


class TestShares:
    """Three visitors behind a proxy on this machine."""

    FEW = with_(Limits(), connections_per_visitor=2, visitor_keeping_burst=A_ROOM)

    @pytest.fixture
    async def relay(self) -> AsyncIterator[Running]:
        async with relay_here(limits=self.FEW, proxies=LOOPBACK) as running:
            yield running

    async def test_each_visitor_has_its_own(self, relay: Running) -> None:
        one, other = for_("203.0.113.5"), for_("198.51.100.5")
        async with (
            visiting(relay.url, additional_headers=one) as first,
            visiting(relay.url, additional_headers=one) as second,
            visiting(relay.url, additional_headers=other) as stranger,
        ):
            await first.open(Circle())
            await second.ask(second.papers.attach(Circle()))
            async with connect(
                relay.url, subprotocols=[SUBPROTOCOL], additional_headers=one, proxy=None
            ) as third:
                await third.wait_closed()
            assert third.close_code == Close.CROWDED
            await stranger.ask(stranger.papers.attach(Circle()))
        assert relay.said.getvalue() == ""

    async def test_what_is_too_much_to_keep_is_refused_and_the_connection_stays(
        self, relay: Running
    ) -> None:
        async with visiting(relay.url, additional_headers=for_("203.0.113.5")) as host:
            await host.open(Circle())
            more = host.papers.open(Circle("another"))
            assert await host.ask(more) == Refuse(more.ref, Refusal.TOO_FAST)
            said = host.papers.append("words")
            assert await host.ask(said) == Ack(said.ref, 1)
        async with visiting(relay.url, additional_headers=for_("198.51.100.5")) as other:
            await other.open(Circle("third"))

    async def test_who_connects_too_often_is_told_to_come_back(self) -> None:
        limits = with_(Limits(), visitor_requests_burst=2.0, visitor_requests_per_second=0.001)
        async with relay_here(limits=limits, proxies=LOOPBACK) as relay:
            statuses = []
            for _ in range(4):
                with pytest.raises(InvalidStatus) as refused:
                    await connect(relay.url, additional_headers=for_("203.0.113.5"), proxy=None)
                statuses.append(refused.value.response)
        assert [one.status_code for one in statuses] == [404, 404, 503, 503]
        assert statuses[-1].body == CLOSES[Close.CROWDED].sentence.encode() + b"\n"

    async def test_words_wait_when_a_visitor_says_too_much(self) -> None:
        limits = with_(Limits(), visitor_words_burst=20.0, visitor_words_per_second=40.0)
        async with relay_here(limits=limits) as relay, visiting(relay.url) as host:
            loop = asyncio.get_running_loop()
            await host.open(Circle())
            started = loop.time()
            for number in range(30):
                await host.send(host.papers.append(f"words {number}"))
            while sum(isinstance(frame, Ack) for frame in host.got) < 30:
                await host.hear()
            # 10 more than there may be at once, at 40 a second
            assert loop.time() - started > 0.2

    @pytest.mark.parametrize("log", [MemoryLog, SharedWithNobody])
    async def test_whoever_tries_keys_waits(self, log: type[MemoryLog]) -> None:
        limits = with_(Limits(), visitor_requests_burst=25.0, visitor_requests_per_second=20.0)
        async with relay_here(log(), limits) as relay, visiting(relay.url) as stranger:
            loop = asyncio.get_running_loop()
            started = loop.time()
            for _ in range(4):
                answer = await stranger.ask(stranger.papers.card(Circle("not theirs")))
                assert isinstance(answer, Refuse)
            # Four requests and three wrong keys are 34 of 25, and the connection was one.
            assert loop.time() - started > 0.3


class TestForwarding:
    async def test_a_header_from_a_stranger_changes_nothing(self) -> None:
        limits = with_(Limits(), visitor_keeping_burst=A_ROOM)
        async with relay_here(limits=limits) as relay:
            async with visiting(relay.url, additional_headers=for_("203.0.113.5")) as one:
                await one.open(Circle())
            async with visiting(relay.url, additional_headers=for_("198.51.100.5")) as other:
                more = other.papers.open(Circle("another"))
                assert await other.ask(more) == Refuse(more.ref, Refusal.TOO_FAST)
            lines = relay.said.getvalue().splitlines()
        # Said once: everybody behind that proxy shares the limits of one visitor.
        assert [line.split(":")[1] for line in lines] == [" proxy-not-trusted"]

    async def test_whoever_may_open_our_socket_speaks_for_others(self, tmp_path: Path) -> None:
        place = Listening(path=tmp_path / "relay.sock")
        limits = with_(Limits(), visitor_keeping_burst=A_ROOM)
        async with relay_here(limits=limits, place=place) as relay:
            for client in ("203.0.113.5", "198.51.100.5"):
                own = socket.socket(socket.AF_UNIX)
                own.connect(str(place.path))
                async with visiting(relay.url, sock=own, additional_headers=for_(client)) as host:
                    await host.open(Circle(client))
                    more = host.papers.open(Circle("another"))
                    assert await host.ask(more) == Refuse(more.ref, Refusal.TOO_FAST)

    @pytest.mark.parametrize("line", [b"GET / HTTP/1.1\r\n", b"PROXY TCP4 nonsense\r\n"])
    async def test_a_trusted_proxy_that_says_nothing_is_turned_away(self, line: bytes) -> None:
        place = Listening(port=0, proxy_line=True)
        async with relay_here(place=place, proxies=LOOPBACK) as relay:
            assert await answer_to(relay, line) == b""

    async def test_a_proxy_line_says_whose_share_it_is(self) -> None:
        place = Listening(port=0, proxy_line=True)
        limits = with_(Limits(), visitor_keeping_burst=A_ROOM)
        async with relay_here(place=place, proxies=LOOPBACK, limits=limits) as relay:
            # Two circuits of Tor, as it exports them.
            async with through_tor(relay, 1) as one:
                await one.open(Circle())
                more = one.papers.open(Circle("another"))
                assert await one.ask(more) == Refuse(more.ref, Refusal.TOO_FAST)
            async with through_tor(relay, 2) as other:
                await other.open(Circle("another"))

    async def test_a_line_and_a_request_in_one_piece(self) -> None:
        place = Listening(port=0, proxy_line=True)
        line = b"PROXY TCP4 192.0.2.9 192.0.2.1 40000 443\r\n"
        async with relay_here(place=place, proxies=LOOPBACK) as relay:
            answer = await answer_to(relay, line + b"GET / HTTP/1.1\r\nHost: relay\r\n\r\n")
            assert answer.endswith(b"Nothing here.\n")

    async def test_whoever_is_no_proxy_needs_no_line(self) -> None:
        place = Listening(port=0, proxy_line=True)
        async with (
            relay_here(place=place, proxies=Proxies((ip_network("192.0.2.1"),))) as relay,
            visiting(relay.url) as host,
        ):
            await host.open(Circle())


@asynccontextmanager
async def through_tor(relay: Running, circuit: int) -> AsyncIterator[Visitor]:
    """Visit as Tor's daemon passes a circuit on."""
    own = dial(relay)
    own.sendall(f"PROXY TCP6 fc00:dead:beef:4dad::{circuit} ::1 65535 80\r\n".encode())
    async with visiting(relay.url, sock=own) as visitor:
        yield visitor


class TestArriving:
    async def test_ws01_the_first_who_never_finishes_makes_place(self) -> None:
        limits = with_(Limits(), arriving=20)
        async with relay_here(limits=limits) as relay:
            idle = [dial(relay) for _ in range(60)]
            async with visiting(relay.url) as host:
                await host.open(Circle())
                assert relay.door.arriving <= 20
            assert await is_hung_up_on(idle[0])
            for one in idle:
                one.close()
            assert relay.said.getvalue() == ""

    async def test_ws01_within_one_visitor_too(self) -> None:
        limits = with_(Limits(), connections_per_visitor=5)
        async with relay_here(limits=limits) as relay:
            idle = [dial(relay) for _ in range(20)]
            async with visiting(relay.url) as host:
                await host.open(Circle())
                assert relay.door.arriving <= 5
            for one in idle:
                one.close()

    async def test_ws09_many_small_headers_are_turned_away_too(self) -> None:
        many = "".join(f"X-{number}: {'x' * 80}\r\n" for number in range(100))
        async with relay_here() as relay:
            answer = await answer_to(relay, (ASKING + many + "\r\n").encode())
            assert answer.startswith(b"HTTP/1.1 431 ")
            assert answer.endswith(b"Nothing here.\n")

    async def test_a_head_in_small_pieces_is_as_good(self) -> None:
        async with relay_here() as relay:
            with dial(relay) as asking:
                asking.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, True)
                reader, writer = await asyncio.open_connection(sock=asking)
                for letter in ASKING + "\r\n":
                    writer.write(letter.encode())
                    await asyncio.sleep(0)
                async with asyncio.timeout(PATIENCE):
                    assert (await reader.readline()).startswith(b"HTTP/1.1 101 ")
                writer.close()


class TestOddFrames:
    """What costs work and says nothing: pings, and messages in pieces."""

    async def test_a_flood_of_pings_loses_the_connection(self) -> None:
        async with relay_here() as relay, visiting(relay.url) as host:
            await host.open(Circle())
            async with visiting(relay.url) as flood:
                with suppress(ConnectionClosed):
                    for number in range(1000):
                        await flood.socket.ping(str(number))
                assert await flood.closed() == 1006
            said = host.papers.append("still here")
            assert await host.ask(said) == Ack(said.ref, 1)
            assert relay.said.getvalue() == ""

    async def test_a_flood_of_pieces_loses_the_connection(self) -> None:
        async with relay_here() as relay, visiting(relay.url) as flood:
            with suppress(ConnectionClosed):
                await flood.socket.send(b"x" for _ in range(1000))
            assert await flood.closed() == 1006

    async def test_what_a_client_sends_by_itself_does_not(self) -> None:
        async with relay_here() as relay, visiting(relay.url) as host:
            await host.open(Circle())
            for _ in range(20):
                await (await host.socket.ping())
            said = host.papers.append("x" * 50_000)
            assert await host.ask(said) == Ack(said.ref, 1)
