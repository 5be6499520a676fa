"""What many read at once is read once, told apart by what it is, and not kept."""

import asyncio
from collections.abc import Sequence

import pytest

from holdspace.protocol.frames import Entry
from holdspace.server import pages
from holdspace.server.effects import SendPage
from holdspace.server.log.records import LogEntry
from holdspace.server.outbox import as_message
from holdspace.server.pages import Pages, Span

PATIENCE = 20.0


class Shelf:
    """A log that counts how often it is read, and may be slow."""

    def __init__(self) -> None:
        self.reads: list[Span] = []
        self.is_open = asyncio.Event()
        self.is_open.set()

    async def read(self, span: Span) -> Sequence[LogEntry]:
        self.reads.append(span)
        await self.is_open.wait()
        _, after, up_to = span
        return [LogEntry(seq, 0, False, b"words %d" % seq) for seq in range(after + 1, up_to + 1)]


def carried(entries: Sequence[LogEntry]) -> bytes:
    frames = (Entry(one.seq, one.epoch, one.is_commit, one.payload) for one in entries)
    return b"".join(as_message(frame) for frame in frames)


async def test_many_who_want_the_same_page_read_once() -> None:
    shelf = Shelf()
    kept = Pages(shelf.read)
    shelf.is_open.clear()
    asked = [asyncio.ensure_future(kept.read((b"m", 0, 3))) for _ in range(5)]
    other = asyncio.ensure_future(kept.read((b"m", 1, 3)))
    await asyncio.sleep(0)
    assert kept.ready((b"m", 0, 3)) is None
    shelf.is_open.set()
    first, *rest = await asyncio.gather(*asked)
    assert all(one is first for one in rest)
    assert kept.ready((b"m", 0, 3)) is first
    assert kept.ready((b"m", 0, 2)) is None
    assert sorted(shelf.reads) == [(b"m", 0, 3), (b"m", 1, 3)]
    messages = [kept.message(SendPage(number, first)) for number in range(5)]
    assert messages == [carried(first)] * 5
    assert all(one is messages[0] for one in messages)
    assert kept.message(SendPage(9, await other)) == carried(await other) != messages[0]


async def test_a_page_is_not_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pages, "_KEPT_SECONDS", 0.01)
    shelf = Shelf()
    kept = Pages(shelf.read)
    entries = await kept.read((b"m", 0, 3))
    kept.message(SendPage(1, entries))
    async with asyncio.timeout(PATIENCE):
        while kept._pages or kept._messages:
            await asyncio.sleep(0.01)
    assert await kept.read((b"m", 0, 3)) is not entries
    assert len(shelf.reads) == 2
    # Somebody who still holds an old page is served, and nothing is kept for them.
    assert kept.message(SendPage(1, entries)) == carried(entries)
    assert not kept._messages


async def test_a_page_that_takes_long_is_still_given_to_whoever_waits(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(pages, "_KEPT_SECONDS", 0.01)
    shelf = Shelf()
    shelf.is_open.clear()
    kept = Pages(shelf.read)
    asked = asyncio.ensure_future(kept.read((b"m", 0, 3)))
    async with asyncio.timeout(PATIENCE):
        while not shelf.reads or kept._pages:
            await asyncio.sleep(0.01)
    shelf.is_open.set()
    assert len(await asked) == 3


async def test_no_more_pages_are_kept_than_there_may_be(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pages, "_MOST", 2)
    shelf = Shelf()
    kept = Pages(shelf.read)
    for number in range(4):
        assert len(await kept.read((b"m", number, 5))) == 5 - number
    assert len(kept._pages) == 2
