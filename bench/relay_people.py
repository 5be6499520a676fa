"""The people of a bench: what they send, and what they count of what they hear."""

import asyncio
import os
import struct
import time
from collections import deque
from collections.abc import Callable

from holdspace.protocol.frames import Ack, Append, Entry, RelayFrame, decode_relay_frame, encode
from relay_wire import HEADER, MASKED_HEADER, RECORD, TAG, Wire

BODY = 512
_LOOK_SECONDS = 0.005
# Of a relay's frames: an ack and an entry.
_ACK, _ENTRY = 104, 106
_FIRST_REF = 1 << 16  # from here on all refs are written in as many bytes


def _blank() -> tuple[bytes, bytes, bytes, int]:
    """Cut a masked Append into what is the same in all: before, between and after ref and id."""
    ref, message_id = 0xFEFEFEFE, bytes([0xFD]) * 16
    frame = MASKED_HEADER + encode(Append(ref, message_id, 0, bytes(BODY)))
    at, at_id = frame.index(struct.pack("!I", ref)), frame.index(message_id)
    length = int.from_bytes(frame[len(MASKED_HEADER) :][:4])
    at_body = len(MASKED_HEADER) + 4 + length - BODY
    return frame[:at], frame[at + 4 : at_id], frame[at_id + 16 : at_body], at_body


_HEAD, _MIDDLE, _NECK, _AT_BODY = _blank()
_STAMP = struct.Struct("!QI")
_TAIL = bytes(len(MASKED_HEADER) + RECORD - len(HEADER) - _AT_BODY - _STAMP.size)
# Where a raw server's echo names its author; a relay's entries are told apart by their acks.
_ECHO_AUTHOR = len(HEADER) + _AT_BODY - len(MASKED_HEADER) + 8


async def until(is_so: Callable[[], bool]) -> None:
    """Wait for something that others bring about."""
    while not is_so():  # noqa: ASYNC110  # what is waited for are counts, in many places
        await asyncio.sleep(_LOOK_SECONDS)


class Counts:
    """Add up what everybody hears."""

    def __init__(self) -> None:
        self.entries = 0
        self.acks = 0
        self.ack_seconds: list[float] = []
        self.delivery_seconds: list[float] = []
        self.is_timing_deliveries = False

    def clear(self) -> None:
        """Start to count."""
        self.entries = self.acks = 0
        self.ack_seconds, self.delivery_seconds = [], []


class Person:
    """One connection to a relay, or to a raw server, that counts what it hears."""

    def __init__(self, number: int, counts: Counts, *, is_raw: bool = False) -> None:
        self.number = number
        self.heard = 0
        self.epoch = 0  # below 128, where it is one byte
        self.wire: Wire
        self.on_acks: Callable[[int], None] = lambda _count: None
        self.on_frame: Callable[[RelayFrame], None] = lambda _frame: None
        self._author = struct.pack("!I", number)
        self._counts = counts
        self._is_raw = is_raw
        self._ref = _FIRST_REF
        self._sent: deque[float] = deque()
        self._id = os.urandom(12)

    def under_way(self) -> int:
        """Return how many of this person's words are not acknowledged."""
        return len(self._sent)

    def expects_ack(self) -> None:
        """Wait for the ack of something that was not said by `say`."""
        self._sent.append(time.perf_counter())

    def say(self, count: int = 1) -> None:
        """Append words, each with the time in it."""
        now = time.perf_counter()
        frames: list[bytes] = []
        stamp = _STAMP.pack(int(now * 1e9), self.number)
        neck = self.epoch.to_bytes() + _NECK[1:]
        for _ in range(count):
            self._ref += 1
            ref = self._ref.to_bytes(4)
            frames += (_HEAD, ref, _MIDDLE, self._id, ref, neck, stamp, _TAIL)
            self._sent.append(now)
        self.wire.write(b"".join(frames))

    def hear(self, data: bytes, start: int, count: int) -> None:
        """Count a row of frames."""
        if self._is_raw:
            self._hear_echoes(data, start, count)
            return
        tags = data[start + TAG : start + count * RECORD : RECORD]
        acks, entries = tags.count(_ACK), tags.count(_ENTRY)
        self.heard += entries
        self._counts.entries += entries
        if acks:
            self._acked(acks)
        if entries and self._counts.is_timing_deliveries:
            self._time(data, start, count)
        if acks + entries < count:
            for at in range(start, start + count * RECORD, RECORD):
                self._hear_other(data[at + len(HEADER) : at + RECORD])

    def _hear_other(self, data: bytes) -> None:
        frame = decode_relay_frame(data)
        if frame is not None and not isinstance(frame, Ack | Entry):
            self.on_frame(frame)

    def _hear_echoes(self, data: bytes, start: int, count: int) -> None:
        self.heard += count
        self._counts.entries += count
        end = start + count * RECORD
        # The last byte differs within a room, and is all that a slice can look at.
        own = data[start + _ECHO_AUTHOR + 3 : end : RECORD].count(self._author[3])
        if own and self._sent:
            self._acked(min(own, len(self._sent)))
        if self._counts.is_timing_deliveries:
            self._time(data, start, count)

    def _acked(self, count: int) -> None:
        now, sent, seconds = time.perf_counter(), self._sent, self._counts.ack_seconds
        self._counts.acks += count
        for _ in range(count):
            seconds.append(now - sent.popleft())
        self.on_acks(count)

    def _time(self, data: bytes, start: int, count: int) -> None:
        now, seconds = time.perf_counter(), self._counts.delivery_seconds
        for at in range(start, start + count * RECORD, RECORD):
            if data[at + TAG] == _ACK:
                continue
            length = int.from_bytes(data[at + 4 : at + 8])
            body = at + 8 + length - BODY
            seconds.append(now - int.from_bytes(data[body : body + 8]) / 1e9)
