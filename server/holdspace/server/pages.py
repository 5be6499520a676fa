"""What many read at the same time is read once, and put into bytes once.

When a relay comes back, everybody in a meeting reads on from about the same place. A page is kept
for as long as that takes, and no longer.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence

from holdspace.server.effects import SendPage
from holdspace.server.log.records import LogEntry
from holdspace.server.outbox import as_message

# A meeting, and the entries (after, up_to] of it.
Span = tuple[bytes, int, int]

_KEPT_SECONDS = 2.0
_MOST = 128


class Pages:
    """Read pages by `read`."""

    def __init__(self, read: Callable[[Span], Awaitable[Sequence[LogEntry]]]) -> None:
        self._read = read
        self._pages: dict[Span, asyncio.Future[Sequence[LogEntry]]] = {}
        # By identity: the entries are the ones that `read` returned, and are kept by `_pages`.
        self._messages: dict[int, bytes] = {}

    def ready(self, span: Span) -> Sequence[LogEntry] | None:
        """Return a page that somebody has just read."""
        page = self._pages.get(span)
        return None if page is None or not page.done() or page.cancelled() else page.result()

    async def read(self, span: Span) -> Sequence[LogEntry]:
        """Return a page; it is read when nobody else has just done so."""
        page = self._pages.get(span)
        if page is None:
            page = asyncio.ensure_future(self._read(span))
            if len(self._pages) < _MOST:
                self._pages[span] = page
                asyncio.get_running_loop().call_later(_KEPT_SECONDS, self._forget, span)
        return await asyncio.shield(page)

    def message(self, effect: SendPage) -> bytes:
        """Return the bytes that carry all entries of a page."""
        message = self._messages.get(id(effect.entries))
        if message is None:
            message = b"".join(as_message(frame) for frame in effect.frames())
            if any(
                page.done() and page.result() is effect.entries for page in self._pages.values()
            ):
                self._messages[id(effect.entries)] = message
        return message

    def _forget(self, span: Span) -> None:
        # Who waits for it goes on waiting.
        page = self._pages.pop(span)
        if page.done() and not page.cancelled():
            self._messages.pop(id(page.result()), None)
