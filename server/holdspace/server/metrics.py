"""Counts for Prometheus on a listener of their own. It answers one question and reads no more than that."""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from holdspace.server.config import LocalAddress
from holdspace.server.local_socket import bound

_SECONDS = 5.0
_LONGEST_HEAD = 4096
_AT_ONCE = 8
_TYPE = "text/plain; version=0.0.4; charset=utf-8"


class MetricsListener:
    """Answer `GET /metrics` for this machine."""

    def __init__(self, show: Callable[[], str]) -> None:
        self._show = show
        self._places = asyncio.Semaphore(_AT_ONCE)
        self._server: asyncio.Server | None = None
        self._path: Path | None = None

    async def open(self, where: LocalAddress) -> None:
        """Listen; raise OSError if that cannot be."""
        if where.path is not None:
            self._path = where.path
            opened = bound(where.path, 0o660)
            self._server = await asyncio.start_unix_server(
                self._answer, sock=opened, limit=_LONGEST_HEAD
            )
        else:
            self._server = await asyncio.start_server(
                self._answer, where.host, where.port, limit=_LONGEST_HEAD
            )

    @property
    def port(self) -> int:
        """Return the port that was taken."""
        sockets = self._server.sockets if self._server else ()
        return int(sockets[0].getsockname()[1]) if sockets and not self._path else 0

    def close(self) -> None:
        """Listen no more."""
        if self._server is not None:
            self._server.close()
        if self._path is not None:
            self._path.unlink(missing_ok=True)

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(
            OSError, TimeoutError, asyncio.IncompleteReadError, asyncio.LimitOverrunError
        ):
            async with asyncio.timeout(_SECONDS), self._places:
                head = await reader.readuntil(b"\r\n\r\n")
                writer.write(self._response(head))
                await writer.drain()
        writer.close()

    def _response(self, head: bytes) -> bytes:
        if head.startswith(b"GET /metrics HTTP/1."):
            status, kind, body = "200 OK", _TYPE, self._show()
        else:
            status, kind, body = "404 Not Found", "text/plain", "Nothing here but /metrics.\n"
        data = body.encode()
        lines = f"HTTP/1.1 {status}\r\nContent-Type: {kind}\r\nContent-Length: {len(data)}\r\n"
        return f"{lines}Connection: close\r\n\r\n".encode() + data
