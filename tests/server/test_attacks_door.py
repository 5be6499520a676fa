"""What strangers do to a relay before anybody knows them, by id of security.md 6.

A relay process as people start it, and bare sockets on which anything can be written.
"""

import socket
import struct
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

import pytest
from typing_extensions import override

from holdspace.protocol.frames import MAX_FRAME, Ack, Append, ClientFrame, Done, Refuse, encode
from holdspace.protocol.keys import SigningKey
from holdspace.protocol.refusals import Close, Refusal
from relay_papers import Circle, Papers, key
from relay_process import PATIENCE, RelayProcess, Visitor, visiting

ASKING = (
    "GET {path} HTTP/1.1\r\nHost: relay\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nSec-WebSocket-Version: 13\r\n"
    "Sec-WebSocket-Protocol: holdspace.1\r\n{more}\r\n"
)
MIB = 1024 * 1024
TOMORROW = int(time.time() // 60) + 24 * 60


@pytest.fixture(scope="module")
def relay() -> Iterator[RelayProcess]:
    """A relay that has nothing to say about all of this."""
    with RelayProcess("--memory", "--port", "0") as running:
        yield running
        code, said = running.end()
    assert code == 0
    told = [line for line in said.splitlines() if line.startswith("holdspace-relay: ")]
    assert [line.split(":")[1] for line in told] == [" stopping", " stopped"]
    assert "Traceback" not in said


def dial(relay: RelayProcess) -> socket.socket:
    host, _, port = relay.url.removeprefix("ws://").partition(":")
    return socket.create_connection((host, int(port)), PATIENCE)


def read_all(asking: socket.socket) -> bytes:
    """Return all that comes until the relay hangs up."""
    heard = b""
    with suppress(ConnectionError):
        while more := asking.recv(65536):
            heard += more
    return heard


@contextmanager
def websocket(relay: RelayProcess, headers: str = "") -> Iterator[tuple[socket.socket, bytes]]:
    """Give a websocket on which anything can be written, and the head of the relay's answer."""
    with dial(relay) as asking:
        asking.sendall(ASKING.format(path="/", more=headers).encode())
        head = b""
        while not head.endswith(b"\r\n\r\n"):
            more = asking.recv(1)
            assert more, head
            head += more
        assert b" 101 " in head
        yield asking, head


def masked(opcode: int, payload: bytes) -> bytes:
    """Return a client's websocket frame (masked with zeros)."""
    length = len(payload)
    size = bytes([0x80 | length]) if length < 126 else b"\xfe" + length.to_bytes(2, "big")
    return bytes([0x80 | opcode]) + size + bytes(4) + payload


def close_code_after(relay: RelayProcess, frame: bytes) -> int:
    with websocket(relay) as (asking, _):
        asking.sendall(frame)
        answer = asking.recv(4, socket.MSG_WAITALL)
    assert answer[:1] == b"\x88"
    return int.from_bytes(answer[2:], "big")


async def test_ws01_500_sockets_that_never_finish_keep_nobody_out(relay: RelayProcess) -> None:
    with ExitStack() as stack:
        idle = []
        for number in range(500):
            idle.append(stack.enter_context(dial(relay)))
            if number % 2:
                idle[-1].sendall(b"GET / HTTP/1.1\r\nHost: re")
        async with visiting(relay.url) as host:
            circle = Circle("five hundred")
            await host.open(circle)
            said = host.papers.append("words")
            assert await host.ask(said) == Ack(said.ref, 1)
        # The meeting went on while they idled, not after they were gone; and then they go.
        assert any(is_open(one) for one in idle)
        assert [read_all(one) for one in idle] == [b""] * 500


def is_open(asking: socket.socket) -> bool:
    asking.setblocking(False)
    try:
        return asking.recv(1, socket.MSG_PEEK) != b""
    except BlockingIOError:
        return True
    except ConnectionError:
        return False
    finally:
        asking.settimeout(PATIENCE)


async def test_ws02_a_member_who_stops_reading_is_closed_and_memory_stays(tmp_path: Path) -> None:
    much = "1000000000"
    with RelayProcess(
        *("--data", tmp_path, "--port", "0"),
        limits_frames_per_second=much,
        limits_bytes_per_second=much,
        limits_bytes_burst=much,
    ) as relay:
        async with (
            visiting(relay.url) as host,
            visiting(relay.url, receive_buffer=4096) as slow,
        ):
            circle = Circle()
            await host.open(circle)
            await slow.ask(slow.papers.attach(circle))
            slow.socket.transport.pause_reading()
            memory = []
            for number in range(300):
                await until_acked(host, host.papers.append("x" * 60_000, message=f"flood {number}"))
                memory.append(relay.memory)
            # 250 of these are 15 MiB, which is what would be waiting for them.
            assert memory[-1] - memory[49] < 8 * MIB
            slow.socket.transport.resume_reading()
            assert await slow.closed() in {Close.TOO_SLOW, 1006}
            await until_acked(host, host.papers.append("still here"))


async def until_acked(host: Visitor, said: Append) -> None:
    await host.send(said)
    while not isinstance(await host.hear(), Ack):
        pass


def test_ws03_one_byte_more_than_the_largest_frame(relay: RelayProcess) -> None:
    frame = b"\x82\xff" + (MAX_FRAME + 1).to_bytes(8, "big") + bytes(4 + MAX_FRAME + 1)
    assert close_code_after(relay, frame) == 1009


def test_ws03_a_length_of_ten_gigabytes_is_not_believed(relay: RelayProcess) -> None:
    before = relay.memory
    assert close_code_after(relay, b"\x82\xff" + (10 * 2**30).to_bytes(8, "big") + bytes(4)) == 1009
    assert relay.memory - before < 64 * MIB


@pytest.mark.parametrize(
    "offer", ["permessage-deflate", "permessage-deflate; client_max_window_bits"]
)
def test_ws04_compression_is_not_agreed_to(relay: RelayProcess, offer: str) -> None:
    with websocket(relay, f"Sec-WebSocket-Extensions: {offer}\r\n") as (_, head):
        assert b"extensions" not in head.lower()


@pytest.mark.parametrize(
    ("frame", "code"),
    [
        (masked(1, b"hello"), Close.NOT_UNDERSTOOD),
        (masked(1, b"\xff\xfe"), 1007),
        (masked(3, b""), 1002),
        (b"\x82\x01x", 1002),
        (b"\xc2\x81\0\0\0\0x", 1002),
        (masked(2, b"no frame"), Close.NOT_UNDERSTOOD),
        (masked(2, bytes(1024)), Close.NOT_UNDERSTOOD),
    ],
    ids=["text", "bad UTF-8", "reserved opcode", "unmasked", "RSV1 (WS04)", "length", "padding"],
)
def test_ws06_what_is_no_frame_is_closed_with_its_code(
    relay: RelayProcess, frame: bytes, code: int
) -> None:
    assert close_code_after(relay, frame) == code


@pytest.mark.parametrize("path", ["/r/x", "/?room=1", "//", "/" + "x" * 4000, "/healthz", "*"])
def test_ws09_every_other_path_gets_the_same_answer(relay: RelayProcess, path: str) -> None:
    with dial(relay) as asking:
        asking.sendall(ASKING.format(path=path, more="").encode())
        head, _, body = read_all(asking).partition(b"\r\n\r\n")
    assert b" 404 " in head.splitlines()[0]
    assert body == b"Nothing here.\n"
    assert b"server:" not in head.lower()


@pytest.mark.parametrize("count", [1, 100])
def test_ws09_more_than_8_kib_of_headers(relay: RelayProcess, count: int) -> None:
    headers = "".join(f"X-{number}: {'x' * (9 * 1024 // count)}\r\n" for number in range(count))
    with dial(relay) as asking:
        asking.sendall(ASKING.format(path="/", more=headers).encode())
        answer = read_all(asking)
    assert answer[:10] in {b"HTTP/1.1 4", b""}
    assert answer[9:12] in {b"400", b"431", b""}


@pytest.mark.parametrize(
    "words", [b"\x16\x03\x01\x02\x00\x01\x00", b"SSH-2.0-x\r\n", b"\r\n\r\n", bytes(100)]
)
def test_ws09_what_is_no_http_is_hung_up_on(relay: RelayProcess, words: bytes) -> None:
    with dial(relay) as asking:
        asking.sendall(words + b"\r\n\r\n")
        assert b" 101 " not in read_all(asking)


def test_a_flood_of_pings_stops_at_its_sender(relay: RelayProcess) -> None:
    with websocket(relay) as (asking, _):
        with suppress(ConnectionError):
            for _ in range(100):
                asking.sendall(masked(9, b"") * 1000)
        # An answer to each of them would be 200 kB.
        assert len(read_all(asking)) < 10_000


def test_ws09_whoever_goes_on_after_a_request_that_is_none_is_no_fault() -> None:
    with RelayProcess("--memory", "--port", "0") as relay:
        with dial(relay) as asking:
            asking.sendall(b"PRI * HTTP/2.0\r\n\r\n")
            assert read_all(asking) == b""
            with suppress(ConnectionError):
                asking.sendall(bytes(9000))
            read_all(asking)
        assert " unexpected" not in relay.end()[1]


def test_ws06_who_floods_and_is_gone_makes_the_relay_write_nothing() -> None:
    pings = ASKING.format(path="/", more="").encode() + masked(9, b"") * 10_000
    with RelayProcess("--memory", "--port", "0") as relay:
        for number in range(60):
            asking = dial(relay)
            # Closed without goodbye, so that what the relay still writes fails.
            asking.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            asking.sendall(pings)
            time.sleep(number % 6 / 1000)
            asking.close()
        assert "socket" not in relay.end()[1]


class WrongKeys(Circle):
    """The room and meeting of a circle, and none of its keys."""

    @property
    @override
    def root(self) -> SigningKey:
        return key("wrong root")

    @property
    @override
    def knock_key(self) -> SigningKey:
        return key("wrong knock key")

    @override
    def slot(self, number: int = 0) -> SigningKey:
        return key("wrong slot", number)

    @override
    def access(self, epoch: int) -> SigningKey:
        return key("wrong access key", epoch)


REQUESTS: dict[str, Callable[[Papers, Circle], ClientFrame]] = {
    "attach": Papers.attach,
    "card": Papers.card,
    "knock": Papers.knock,
    "watch": Papers.watch,
    "close": Papers.close,
    "begin": Papers.begin,
}


async def test_what_is_unknown_wrong_or_over_gets_the_same_bytes(relay: RelayProcess) -> None:
    running, over = Circle("running"), Circle("over")
    async with visiting(relay.url) as host:
        for circle in (running, over):
            for frame in (
                host.papers.open(circle),
                host.papers.begin(circle),
                host.papers.invite(circle, TOMORROW),
            ):
                assert isinstance(await host.ask(frame), Done)
        assert isinstance(await host.ask(host.papers.revoke(over)), Done)
        assert isinstance(await host.ask(host.papers.close(over)), Done)
    no = encode(Refuse(7, Refusal.NOT_HERE))
    async with visiting(relay.url) as stranger:
        papers = Papers(relay.url, stranger.papers.nonce, lambda: 7)
        for name, ask in REQUESTS.items():
            # A room whose meeting is over is there for its host to begin another.
            ends = () if name == "begin" else (over,)
            for circle in (Circle("never opened"), WrongKeys("running"), *ends):
                await stranger.send(ask(papers, circle))
                assert await stranger.socket.recv() == no, (name, circle)
