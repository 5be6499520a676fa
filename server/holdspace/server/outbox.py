"""What one connection has still to be sent: a bounded queue with one writer.

Fan-out never waits for anybody: it puts frames here. Whoever does not read loses the connection,
with a code that says "come back", and reads on from where they were.
"""

import asyncio
from collections import deque
from collections.abc import Callable

from websockets.asyncio.server import ServerConnection
from websockets.exceptions import ConnectionClosed

from holdspace.protocol.refusals import Close

# One frame's payload is handed to the socket at a time; what the socket holds is bounded by this.
WRITE_LIMIT = 64 * 1024
CLOSE_SECONDS = 3.0


class Outbox:
    """Send frames in order, and at the end the close code."""

    def __init__(
        self, socket: ServerConnection, limit: int, on_overflow: Callable[[], None]
    ) -> None:
        self._socket = socket
        self._limit = limit
        self._on_overflow = on_overflow
        self._frames: deque[bytes] = deque()
        self._size = 0
        self._code: Close | None = None
        self._deadline: asyncio.TimerHandle | None = None
        self._wake = asyncio.Event()
        self._drained = asyncio.Event()
        self._drained.set()

    @property
    def unread(self) -> int:
        """Return how many bytes the other end has not taken yet."""
        return self._size + self._socket.transport.get_write_buffer_size()

    def push(self, frame: bytes) -> None:
        """Queue a frame; too many unread bytes make the connection overflow instead."""
        if self._code is not None:
            return
        if self.unread and self.unread + len(frame) > self._limit:
            self._on_overflow()
            return
        self._frames.append(frame)
        self._size += len(frame)
        self._drained.clear()
        self._wake.set()

    def finish(self, code: Close) -> None:
        """Close after what is queued; a slow reader's queue is dropped."""
        if self._code is not None:
            return
        self._code = code
        if code is Close.TOO_SLOW:
            self._frames.clear()
        self._wake.set()
        # Somebody who reads nothing does not read the close code either.
        self._deadline = asyncio.get_running_loop().call_later(
            CLOSE_SECONDS, self._socket.transport.abort
        )

    @property
    def is_finishing(self) -> bool:
        return self._code is not None

    async def drained(self) -> None:
        """Wait until everything queued was handed to the socket."""
        await self._drained.wait()

    async def run(self) -> None:
        """Write until the connection closes or is to be closed."""
        try:
            while True:
                while self._frames:
                    frame = self._frames.popleft()
                    self._size -= len(frame)
                    await self._socket.send(frame)
                self._drained.set()
                if self._code is not None:
                    await self._socket.close(self._code, self._code.name.lower())
                    return
                self._wake.clear()
                await self._wake.wait()
        except ConnectionClosed:
            return
        finally:
            self._drained.set()
            if self._deadline is not None:
                self._deadline.cancel()
