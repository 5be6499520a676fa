"""What one connection has still to be sent: a bounded queue that is handed over once a turn.

Fan-out never waits for anybody: it puts frames here, and at the end of the event loop's turn all
that came together goes to the socket in one write. Whoever does not read loses the connection, with
a code that says "come back", and reads on from where they were.
"""

import asyncio
import struct
from bisect import bisect_right
from collections.abc import Callable, Sequence
from itertools import accumulate

from websockets.protocol import State

from holdspace.protocol.frames import SIZE_CLASSES, FrameEncoder
from holdspace.protocol.refusals import Close
from holdspace.server.wire import Wire

_OPEN = State.OPEN
# What the socket is given beyond what the kernel takes; the rest waits here.
WRITE_LIMIT = 64 * 1024
# How long the other end has to answer a close code.
CLOSE_SECONDS = 3.0

# RFC 6455, 5.2: what stands before an unmasked binary message of one frame, for each size there is.
_BINARY, _IN_16_BITS, _IN_64_BITS = 0x82, 126, 127
_HEADS = [
    struct.pack("!BBH", _BINARY, _IN_16_BITS, size)
    if size < 1 << 16
    else struct.pack("!BBQ", _BINARY, _IN_64_BITS, size)
    for size in SIZE_CLASSES
]

# Returns the bytes that carry a frame on the websocket, the same to everybody.
as_message = FrameEncoder(_HEADS).encode


class Outbox:
    """Send messages in order, and at the end the close code."""

    __slots__ = (
        "_closing", "_code", "_deadline", "_known", "_limit", "_messages", "_on_overflow", "_size",
        "_then", "_wire",
    )  # fmt: skip

    def __init__(self, wire: Wire, limit: int, on_overflow: Callable[[], None]) -> None:
        self._wire = wire
        self._limit = limit
        self._on_overflow = on_overflow
        self._messages: list[bytes] = []
        self._size = 0
        # The most that the socket can hold: what it held when it was last looked at, and what it
        # was given since.
        self._known = 0
        self._code: Close | None = None
        self._deadline: asyncio.TimerHandle | None = None
        self._closing: asyncio.Task[None] | None = None
        self._then: list[Callable[[], object]] = []
        wire.when_there_is_room(self.flush)

    @property
    def unread(self) -> int:
        """Return how many bytes the other end has not taken yet."""
        return self._size + self._wire.transport.get_write_buffer_size()

    @property
    def has_queue(self) -> bool:
        return self._size > 0

    @property
    def is_finishing(self) -> bool:
        return self._code is not None

    def push(self, message: bytes) -> bool:
        """Queue a message, and tell whether it is the first one that waits for `flush`.

        Too many unread bytes make the connection overflow instead.
        """
        if self._code is not None:
            return False
        size = self._size + len(message)
        if size + self._known > self._limit and self._overflows(len(message)):
            return False
        is_first = not self._size
        self._messages.append(message)
        self._size = size
        if size > WRITE_LIMIT:
            self.flush()  # what the socket takes at once does not count as unread
        return is_first

    def send(self, message: bytes) -> None:
        """Hand over a message at once, behind what is queued.

        Too many unread bytes make the connection overflow instead.
        """
        wire, size = self._wire, len(message)
        if self._messages or wire.paused:
            if self.push(message):
                self.flush()
        elif self._code is not None or wire.protocol.state is not _OPEN:
            return
        elif self._known + size <= self._limit or not self._overflows(size):
            self._known += size
            wire.transport.write(message)

    def flush(self) -> None:
        """Hand over what is queued, as far as the socket takes it; then do what waited for that."""
        wire, messages = self._wire, self._messages
        if messages:
            if wire.protocol.state is not _OPEN:
                self._messages, self._size = [], 0
            elif not wire.paused:
                self._known += self._size
                self._messages, self._size = [], 0
                if len(messages) == 1:
                    wire.transport.write(messages[0])
                else:
                    wire.transport.writelines(messages)
        if (self._then or self._code is not None) and not wire.paused:
            self._go_on()

    def finish(self, code: Close) -> None:
        """Close after what is queued; a slow reader's queue is dropped."""
        if self._code is not None:
            return
        self._code = code
        if code is Close.TOO_SLOW:
            self._messages, self._size = [], 0
        # Somebody who reads nothing does not read the close code either.
        self._deadline = self._wire.loop.call_later(CLOSE_SECONDS, self._wire.transport.abort)
        self.flush()

    def when_drained(self, call: Callable[[], object]) -> None:
        """Call once what is queued was handed over and the socket takes more."""
        self._then.append(call)
        self.flush()

    def abort(self) -> None:
        """Close at once, without a word."""
        self._wire.transport.abort()

    async def ended(self) -> None:
        """Wait until the connection is closed with the code it is to be closed with, if any."""
        if self._code is not None:
            await self._wire.wait_closed()
        if self._deadline is not None:
            self._deadline.cancel()

    def _go_on(self) -> None:
        calls, self._then = self._then, []
        for call in calls:
            call()
        if self._code is not None and self._closing is None:
            self._closing = self._wire.loop.create_task(self._say_goodbye(self._code))

    async def _say_goodbye(self, code: Close) -> None:
        try:
            await self._wire.close(code, code.name.lower())
        except AssertionError:
            # A broken frame that came with the request: the library hangs up, and thinks it is open.
            self.abort()

    def _overflows(self, size: int) -> bool:
        self._known = self._wire.transport.get_write_buffer_size()
        unread = self._size + self._known
        if not unread or unread + size <= self._limit:
            return False
        self._on_overflow()
        return True


class Outboxes:
    """Everybody's outbox: what goes to the same people one after the other goes as one message."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._boxes: dict[int, Outbox] = {}
        self._due: list[Outbox] = []
        self._row: list[bytes] = []
        self._row_size = 0
        self._row_to: Sequence[int] = ()

    @property
    def unread(self) -> list[int]:
        """Return what each connection has not taken yet."""
        return [box.unread for box in self._boxes.values()]

    def open(self, number: int, wire: Wire, on_overflow: Callable[[], None]) -> Outbox:
        """Return the outbox of a new connection."""
        box = self._boxes[number] = Outbox(wire, self._limit, on_overflow)
        return box

    def close(self, number: int) -> None:
        """Forget a connection."""
        del self._boxes[number]

    def send(self, to: Sequence[int], messages: Sequence[bytes]) -> None:
        """Queue messages for these connections; `flush` is to be called soon."""
        if to is not self._row_to:
            self._end_row()
            self._row_to = to
        size = self._row_size + sum(map(len, messages))
        if size <= WRITE_LIMIT:
            self._row += messages
            self._row_size = size
        else:
            self._send_in_pieces(to, messages)

    def finish(self, number: int, code: Close) -> None:
        """Close a connection after what is queued for it."""
        self._end_row()
        box = self._boxes.get(number)
        if box is not None:
            box.finish(code)

    def when_drained(self, number: int, call: Callable[[], object]) -> None:
        """Call once a connection took what is queued for it, if it is still there."""
        self._end_row()
        box = self._boxes.get(number)
        if box is not None:
            box.when_drained(call)

    def flush(self) -> None:
        """Hand over what is queued, first to those who were told something of their own: an ack."""
        message, boxes = self._row_ended()
        others = []
        for box in boxes:
            if box.has_queue:
                box.push(message)
            else:
                others.append(box)
        due, self._due = self._due, []
        for box in due:
            box.flush()
        for box in others:
            box.send(message)

    def _send_in_pieces(self, to: Sequence[int], messages: Sequence[bytes]) -> None:
        # A row ends with the message that goes beyond the limit; all of a message is in one row.
        starts = [*accumulate(map(len, messages), initial=self._row_size)]
        at, row_starts = 0, 0
        while at < len(messages):
            end = bisect_right(starts, row_starts + WRITE_LIMIT, at, len(messages))
            self._row += messages[at:end]
            self._row_size = starts[end] - row_starts
            if self._row_size > WRITE_LIMIT:
                self._end_row()
                self._row_to, row_starts = to, starts[end]
            at = end

    def _end_row(self) -> None:
        message, boxes = self._row_ended()
        self._due += [box for box in boxes if box.push(message)]

    def _row_ended(self) -> tuple[bytes, list[Outbox]]:
        row, to = self._row, self._row_to
        if not row:
            return b"", []
        # Before anything else: whoever overflows is hung up on, and that comes by here again.
        self._row, self._row_size, self._row_to = [], 0, ()
        boxes = [box for number in to if (box := self._boxes.get(number)) is not None]
        return row[0] if len(row) == 1 else b"".join(row), boxes
