"""However bytes are cut, a wire hears what the library would hear, and leaves to it what is its to say."""

import asyncio
import gc
import struct
import weakref
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from typing_extensions import override
from websockets.asyncio.server import ServerConnection, serve
from websockets.exceptions import ConnectionClosed

from holdspace.protocol.frames import MAX_FRAME
from holdspace.server.wire import Wire, _binary_frame

_PATIENCE = 20.0
_MASK = b"\x11\x22\x33\x44"
_BINARY, _TEXT, _PING, _PONG, _CLOSE = 0x82, 0x81, 0x89, 0x8A, 0x88
_UPGRADE = (
    b"GET / HTTP/1.1\r\nHost: relay\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n"
)


def frame(first: int, payload: bytes, *, mask: bytes = _MASK) -> bytes:
    """Return a masked frame."""
    size = len(payload)
    if size < 126:
        head = struct.pack("!BB", first, 0x80 | size)
    elif size < 1 << 16:
        head = struct.pack("!BBH", first, 0x80 | 126, size)
    else:
        head = struct.pack("!BBQ", first, 0x80 | 127, size)
    masked = bytes(byte ^ mask[at % 4] for at, byte in enumerate(payload))
    return head + mask + masked


def sized(number: int, size: int = 1024) -> bytes:
    """Return a payload that no other number has."""
    return number.to_bytes(4) * (size // 4)


@dataclass
class Ear:
    """What the server's end of one connection heard."""

    wait: float = 0.0
    quick: list[bytes] = field(default_factory=list)
    slow: list[bytes | str] = field(default_factory=list)
    pauses: int = 0
    wire: Wire | None = None
    over: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def heard(self) -> list[bytes | str]:
        return [*self.quick, *self.slow]

    def take(self, data: bytes) -> float:
        self.quick.append(data)
        return self.wait

    async def attend(self, connection: ServerConnection) -> None:
        assert isinstance(connection, Wire)
        self.wire = connection
        connection.listen(self.take)
        try:
            async for data in connection:
                self.slow.append(data)
        finally:
            self.over.set()


@dataclass
class Line:
    """The client's end: bytes out, bytes in."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter

    async def say(self, *pieces: bytes) -> None:
        """Write each piece so that it is read alone."""
        for piece in pieces:
            self.writer.write(piece)
            await self.writer.drain()
            await asyncio.sleep(0.002)

    async def hear(self, count: int) -> bytes:
        async with asyncio.timeout(_PATIENCE):
            return await self.reader.readexactly(count)


@asynccontextmanager
async def on_the_line(ear: Ear, early: bytes = b"") -> AsyncIterator[Line]:
    """Connect to a wire that somebody listens to."""
    async with serve(
        ear.attend, "127.0.0.1", 0, create_connection=Wire, compression=None, max_size=MAX_FRAME
    ) as server:
        port = server.sockets[0].getsockname()[1]
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(_UPGRADE + early)
        async with asyncio.timeout(_PATIENCE):
            await reader.readuntil(b"\r\n\r\n")
        try:
            yield Line(reader, writer)
        finally:
            writer.close()


async def until(is_so: Callable[[], bool]) -> None:
    async with asyncio.timeout(_PATIENCE):
        while not is_so():
            await asyncio.sleep(0.002)


def cut(data: bytes, places: list[int]) -> list[bytes]:
    """Cut bytes at these places."""
    at = sorted({place % len(data) for place in places} | {0})
    return [data[start:end] for start, end in zip(at, [*at[1:], len(data)], strict=True)]


@settings(max_examples=30, deadline=None)
@given(places=st.lists(st.integers(0, 10**6), max_size=6), order=st.permutations(range(5)))
def test_frames_come_whole_and_in_order_however_they_are_cut(
    places: list[int], order: list[int]
) -> None:
    async def play() -> None:
        spoken = [
            frame(_BINARY, sized(1)),
            frame(_BINARY, sized(2)) + frame(_BINARY, sized(3, MAX_FRAME)),
            frame(_PING, b"still there?"),
            frame(_PONG, b""),
            frame(_BINARY, sized(4, 4096)),
        ]
        payloads = {0: [sized(1)], 1: [sized(2), sized(3, MAX_FRAME)], 4: [sized(4, 4096)]}
        expected = [payload for one in order for payload in payloads.get(one, [])]
        ear = Ear()
        async with on_the_line(ear) as line:
            await line.say(*cut(b"".join(spoken[one] for one in order), places))
            await until(lambda: len(ear.heard) == len(expected))
            assert ear.quick == expected
            assert await line.hear(14) == b"\x8a\x0cstill there?"

    asyncio.run(play())


@pytest.mark.parametrize(
    ("odd", "heard"),
    [
        (frame(_TEXT, b"a" * 1024), ["a" * 1024]),
        (frame(_BINARY, b"short"), [b"short"]),
        (frame(0x02, sized(7)) + frame(0x80, sized(8)), [sized(7) + sized(8)]),
    ],
)
async def test_what_is_odd_is_read_by_the_library_and_all_that_follows(
    odd: bytes, heard: list[bytes | str]
) -> None:
    ear = Ear()
    async with on_the_line(ear) as line:
        await line.say(frame(_BINARY, sized(1)) + odd + frame(_BINARY, sized(2)))
        await line.say(frame(_BINARY, sized(3)))
        await until(lambda: len(ear.heard) == len(heard) + 3)
    assert ear.quick == [sized(1)]
    assert ear.slow == [*heard, sized(2), sized(3)]


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        (struct.pack("!BBH", 0x82, 126, 1024) + sized(1), 1002),  # not masked
        (frame(0xC2, sized(1)), 1002),  # a reserved bit, as of a compressed frame
        (frame(0x83, sized(1)), 1002),  # an opcode that is not there
        (frame(_PING, b"x" * 126), 1002),  # a control frame that is too long
        (frame(0x80, sized(1)), 1002),  # the end of what did not begin
        (struct.pack("!BBQ", 0x82, 0xFF, 10 << 30) + _MASK, 1009),
        (frame(_BINARY, bytes(MAX_FRAME + 1))[:90], 1009),
        (frame(_BINARY, bytes(MAX_FRAME + 1)), 1009),
        (frame(_CLOSE, struct.pack("!H", 1000)), 1000),
    ],
)
@pytest.mark.parametrize("is_cut", [False, True])
async def test_what_is_wrong_is_answered_as_the_library_does(
    wrong: bytes, code: int, *, is_cut: bool
) -> None:
    ear = Ear()
    async with on_the_line(ear) as line:
        pieces = [wrong[:3], wrong[3:]] if is_cut else [wrong]
        await line.say(frame(_BINARY, sized(1)), *pieces)
        head = await line.hear(4)
        assert (head[0], int.from_bytes(head[2:])) == (_CLOSE, code)
        line.writer.close()
        async with asyncio.timeout(_PATIENCE):
            await ear.over.wait()
    assert ear.heard == [sized(1)]


async def test_frames_that_came_with_the_request_are_not_lost() -> None:
    ear = Ear()
    whole = frame(_BINARY, sized(2))
    async with on_the_line(ear, early=frame(_BINARY, sized(1)) + whole[:100]) as line:
        await line.say(whole[100:] + frame(_BINARY, sized(3)))
        await until(lambda: len(ear.heard) == 3)
    assert ear.heard == [sized(1), sized(2), sized(3)]


@pytest.mark.parametrize("early", [1, 1.5, 0.5])
async def test_as_many_as_came_with_the_request_are_heard_first(early: float) -> None:
    ear = Ear()
    spoken = b"".join(frame(_BINARY, sized(number)) for number in (1, 2, 3))
    at = int(early * len(spoken) / 3)
    async with on_the_line(ear, early=spoken[:at]) as line:
        await line.say(spoken[at:])
        await until(lambda: len(ear.heard) == 3)
    # One that came early is the library's to read, and then all are: no order is lost between two.
    assert (ear.quick, ear.slow) == ([], [sized(1), sized(2), sized(3)])


async def test_nothing_more_is_taken_of_whom_is_hung_up_on_in_mid_read() -> None:
    class Curt(Ear):
        @override
        def take(self, data: bytes) -> float:
            assert self.wire is not None
            self.wire.transport.abort()
            return super().take(data)

    ear = Curt()
    async with on_the_line(ear) as line:
        await line.say(b"".join(frame(_BINARY, sized(number)) for number in range(3)))
        async with asyncio.timeout(_PATIENCE):
            await ear.over.wait()
    assert ear.heard == [sized(0)]


def test_a_frame_is_cut_out_up_to_the_longest_there_may_be_and_only_if_it_is_whole() -> None:
    before, longest = frame(_BINARY, sized(1)), frame(_BINARY, sized(2, MAX_FRAME))
    whole = before + longest
    assert _binary_frame(whole, len(before)) == (sized(2, MAX_FRAME), len(whole))
    assert _binary_frame(whole[:-1], len(before)) is None
    assert _binary_frame(frame(_BINARY, bytes(MAX_FRAME + 1)), 0) is None


async def test_nothing_is_read_while_somebody_has_to_wait() -> None:
    ear = Ear(wait=3600.0)
    async with on_the_line(ear) as line:
        await line.say(b"".join(frame(_BINARY, sized(number)) for number in range(5)))
        await until(lambda: ear.wire is not None and not ear.wire.transport.is_reading())
        assert ear.quick == [sized(0)]
        assert ear.wire is not None
        ear.wait = 0.0
        ear.wire._go_on()
        assert ear.quick == [sized(number) for number in range(5)]
        await line.say(frame(_BINARY, sized(5)))
        await until(lambda: len(ear.quick) == 6)


async def test_who_leaves_while_having_to_wait_leaves_nothing_behind() -> None:
    ear = Ear(wait=3600.0)
    async with on_the_line(ear) as line:
        await line.say(frame(_BINARY, sized(0)) + frame(_BINARY, sized(1)))
        await until(lambda: len(ear.quick) == 1)
        assert ear.wire is not None
        ear.wire.transport.abort()
        async with asyncio.timeout(_PATIENCE):
            await ear.over.wait()
        assert ear.wire._waiting is None or ear.wire._waiting.cancelled()
        assert ear.quick == [sized(0)]


async def test_who_is_gone_is_freed_without_the_collector_that_comes_seldom() -> None:
    class Patient(Ear):
        @override
        async def attend(self, connection: ServerConnection) -> None:
            with suppress(ConnectionClosed):  # as the gate does
                await super().attend(connection)

    ear = Patient()
    gc.disable()
    try:
        async with on_the_line(ear) as line:
            await line.say(frame(_BINARY, sized(1)))
            await until(lambda: ear.wire is not None and ear.quick == [sized(1)])
            assert ear.wire is not None
            gone = weakref.ref(ear.wire.protocol)
            ear.wire = None
            line.writer.close()
            await until(lambda: gone() is None)
    finally:
        gc.enable()
