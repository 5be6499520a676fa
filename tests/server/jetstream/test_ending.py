"""A task that loses a cancellation is ended all the same."""

import asyncio
from contextlib import suppress

from holdspace.server.log.jetstream.ending import ended


async def test_a_task_that_loses_its_first_cancellation_is_asked_again() -> None:
    async def loses_one() -> None:
        with suppress(asyncio.CancelledError):
            await asyncio.Event().wait()
        await asyncio.Event().wait()

    task, done = asyncio.create_task(loses_one()), asyncio.create_task(asyncio.sleep(0))
    await asyncio.sleep(0)
    async with asyncio.timeout(60):
        await ended([task, done])
    assert task.cancelled()
    await ended([])
