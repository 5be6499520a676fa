"""Clients of other servers, just enough of each protocol to speak and to count what is heard."""

import asyncio
import itertools
from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from typing import Protocol

from typing_extensions import override

from relay_people import BODY

_WORDS = bytes(BODY)
_LINE = b"\r\n"


class Tally:
    """Count what everybody hears."""

    def __init__(self) -> None:
        self.entries = 0
        self.acks = 0


class Rival(asyncio.Protocol, ABC):
    """One connection; what it reads is cut by `_take`, which says how much of it was whole."""

    def __init__(self, tally: Tally) -> None:
        self._tally = tally
        self._rest = b""
        self._transport: asyncio.Transport | None = None
        self.again: Callable[[int], None] = lambda _count: None

    @override
    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        if isinstance(transport, asyncio.Transport):
            self._transport = transport

    @override
    def data_received(self, data: bytes) -> None:
        data = self._rest + data if self._rest else data
        self._rest = data[self._take(data) :]

    def write(self, data: bytes) -> None:
        """Send bytes."""
        if self._transport is not None:
            self._transport.write(data)

    def acked(self, count: int) -> None:
        """Count acks, and go on speaking."""
        self._tally.acks += count
        self.again(count)

    @abstractmethod
    def _take(self, data: bytes) -> int:
        """Count what is whole, and return where it ends."""


class Speaker(Protocol):
    """Somebody who speaks."""

    again: Callable[[int], None]

    def say(self, count: int) -> None:
        """Say something so many times."""


class Mqtt(Rival):
    """MQTT 3.1.1 with QoS 1, publishing and subscribed."""

    def __init__(self, tally: Tally, number: int) -> None:
        super().__init__(tally)
        self._ids = itertools.cycle(range(1, 60_000))
        self._name = b"p%d" % number

    def join(self) -> None:
        """Connect, and subscribe to the room."""
        name = len(self._name).to_bytes(2) + self._name
        body = b"\x00\x04MQTT\x04\x02\x00\x00" + name
        self.write(b"\x10" + bytes([len(body)]) + body)
        self.write(b"\x82\x09\x00\x01\x00\x04room\x01")

    def say(self, count: int) -> None:
        """Publish."""
        size = _varint(6 + 2 + BODY)
        self.write(
            b"".join(
                b"\x32%b\x00\x04room%b%b" % (size, next(self._ids).to_bytes(2), _WORDS)
                for _ in range(count)
            )
        )

    @override
    def _take(self, data: bytes) -> int:
        at, acks, answers = 0, 0, []
        while len(data) - at >= 4:
            size, start = _read_varint(data, at + 1)
            if start + size > len(data):
                break
            if data[at] & 0xF0 == 0x30:
                self._tally.entries += 1
                topic = int.from_bytes(data[start : start + 2])
                answers.append(b"\x40\x02" + data[start + 2 + topic : start + 4 + topic])
            elif data[at] == 0x40:
                acks += 1
            at = start + size
        if answers:
            self.write(b"".join(answers))
        if acks:
            self.acked(acks)
        return at


class RedisSpeaker(Rival):
    """XADD, many at a time."""

    def __init__(self, tally: Tally, body: int) -> None:
        super().__init__(tally)
        add = b"*5\r\n$4\r\nXADD\r\n$4\r\nroom\r\n$1\r\n*\r\n$1\r\nd\r\n$%d\r\n%b\r\n"
        self._add = add % (body, bytes(body))

    def say(self, count: int) -> None:
        """Add to the stream."""
        self.write(self._add * count)

    @override
    def _take(self, data: bytes) -> int:
        end = data.rfind(_LINE) + 2
        lines = data.count(_LINE, 0, end)
        # An answer is two lines: its length and the id.
        whole = lines // 2
        if lines % 2:
            end = data.rfind(_LINE, 0, end - 2) + 2
        if whole:
            self.acked(whole)
        return end if whole else 0


class RedisReader(Rival):
    """XREAD that waits, over and over."""

    def __init__(self, tally: Tally, body: int) -> None:
        super().__init__(tally)
        self._body = body

    def ask(self, after: bytes = b"$") -> None:
        """Read what comes after an entry."""
        self.write(
            b"*8\r\n$5\r\nXREAD\r\n$5\r\nCOUNT\r\n$4\r\n1000\r\n$5\r\nBLOCK\r\n$1\r\n0\r\n"
            b"$7\r\nSTREAMS\r\n$4\r\nroom\r\n$%d\r\n%b\r\n" % (len(after), after)
        )

    @override
    def _take(self, data: bytes) -> int:
        # "*1 *2 $4 room *N", then N times "*2 $L <id> *2 $1 d $L <words>", each on its line.
        head = data.split(_LINE, 5)
        if len(head) < 6:
            return 0
        count, at, last = int(head[4][1:]), len(data) - len(head[5]), b""
        for _ in range(count):
            parts = data[at : at + 64].split(_LINE, 7)
            if len(parts) < 8:
                return 0
            last = parts[2]
            at += sum(map(len, parts[:7])) + 7 * len(_LINE) + self._body + len(_LINE)
            if at > len(data):
                return 0
        self._tally.entries += count
        self.ask(last)
        return at


class Nats(Rival):
    """A NATS connection that publishes to a stream, and hears a consumer's deliveries."""

    def __init__(self, tally: Tally, number: int) -> None:
        super().__init__(tally)
        self._inbox = b"_INBOX.bench%d" % number
        self._deliver = b"deliver.%d" % number
        self._publish = b"PUB room %b %d\r\n%b\r\n" % (self._inbox, BODY, _WORDS)

    def join(self, user: str, password: str) -> None:
        """Say hello and subscribe."""
        options = b'{"verbose":false,"pedantic":false,"user":"%b","pass":"%b"}'
        self.write(b"CONNECT " + options % (user.encode(), password.encode()) + _LINE)
        self.write(b"SUB %b 1\r\nSUB %b 2\r\n" % (self._inbox, self._deliver))

    def say(self, count: int) -> None:
        """Publish to the stream."""
        self.write(self._publish * count)

    @override
    def _take(self, data: bytes) -> int:
        at, acks = 0, 0
        while (end := data.find(_LINE, at)) >= 0:
            line, after = data[at:end], end + 2
            if line.startswith((b"MSG", b"HMSG")):
                after += int(line.rsplit(b" ", 1)[1]) + 2
                if after > len(data):
                    break
                if b" 2 " in line:
                    self._tally.entries += 1
                else:
                    acks += 1
            elif line == b"PING":
                self.write(b"PONG\r\n")
            at = after
        if acks:
            self.acked(acks)
        return at


def keep_speaking(speakers: Sequence[Speaker], window: int) -> None:
    """Let everybody have so many words under way, from now on."""
    for speaker in speakers:
        speaker.again = speaker.say
        speaker.say(window)


def _varint(size: int) -> bytes:
    return bytes([size]) if size < 128 else bytes([size % 128 | 0x80, size // 128])


def _read_varint(data: bytes, at: int) -> tuple[int, int]:
    size, shift = 0, 0
    while True:
        size |= (data[at] & 0x7F) << shift
        at += 1
        if data[at - 1] < 0x80 or at >= len(data):
            return size, at
        shift += 7
