"""A relay cannot measure how busy somebody's program is by asking whether it is there."""

import asyncio
import itertools
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import pytest
from websockets.asyncio.client import connect
from websockets.asyncio.server import ServerConnection, serve
from websockets.exceptions import ConnectionClosed

from holdspace.client import pulse
from holdspace.client.pulse import PulsedConnection

Peer = Callable[[ServerConnection], Awaitable[None]]


@asynccontextmanager
async def connected(peer: Peer) -> AsyncIterator[PulsedConnection]:
    """Return a connection to a server that does this, before its heart begins to beat."""
    async with serve(peer, "127.0.0.1", 0, ping_interval=None) as server:
        port = next(iter(server.sockets)).getsockname()[1]
        async with connect(
            f"ws://127.0.0.1:{port}", create_connection=PulsedConnection, ping_interval=None
        ) as connection:
            assert isinstance(connection, PulsedConnection)
            yield connection


async def while_it_beats(connection: PulsedConnection, wanted: Awaitable[object]) -> None:
    beating = asyncio.create_task(connection.beat(lambda: 0.5))
    async with asyncio.timeout(10):
        await wanted
    beating.cancel()
    await asyncio.gather(beating, return_exceptions=True)


async def test_a_hundred_questions_have_one_answer_and_only_when_it_is_due(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(pulse, "ANSWER_SECONDS", 0.01)
    answers: list[bytes] = []
    asked, answered = asyncio.Event(), asyncio.Event()

    async def curious(server: ServerConnection) -> None:
        acknowledge = server.acknowledge_pings

        def note(data: bytes) -> None:
            answers.append(data)
            acknowledge(data)

        server.acknowledge_pings = note  # type: ignore[method-assign]
        waiting = [await server.ping(str(number)) for number in range(100)]
        # Behind a message, so that all of them were read when it was.
        await server.send("all of them")
        asked.set()
        await asyncio.gather(*waiting)
        answered.set()
        await server.wait_closed()

    async with connected(curious) as connection:
        await asked.wait()
        assert await connection.recv() == "all of them"
        assert answers == []
        await while_it_beats(connection, answered.wait())
    assert answers == [b"99"]


async def test_whoever_is_not_answered_any_more_drops_the_connection(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(pulse, "ASK_SECONDS", 0.01)
    monkeypatch.setattr(pulse, "GONE_SECONDS", 0.05)

    over = asyncio.Event()

    async def deaf(server: ServerConnection) -> None:
        server.transport.pause_reading()
        await over.wait()
        server.transport.abort()

    async with connected(deaf) as connection:
        await while_it_beats(connection, connection.wait_closed())
        with pytest.raises(ConnectionClosed):
            await connection.send("too late")
        over.set()


async def test_whoever_is_answered_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pulse, "ASK_SECONDS", 0.005)
    asked = itertools.count()
    often = asyncio.Event()

    async def there(server: ServerConnection) -> None:
        await server.wait_closed()

    async with connected(there) as connection:
        ping = connection.ping

        async def counted(data: object = None) -> Awaitable[float]:
            if next(asked) == 5:
                often.set()
            return await ping()

        monkeypatch.setattr(connection, "ping", counted)
        await while_it_beats(connection, often.wait())
        await connection.send("still here")


async def test_a_relay_that_reads_nothing_any_more_cannot_hold_anybody(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(pulse, "ASK_SECONDS", 0.01)
    monkeypatch.setattr(pulse, "GONE_SECONDS", 0.05)

    async def there(server: ServerConnection) -> None:
        await server.wait_closed()

    async def full(_data: object = None) -> Awaitable[float]:
        # As when what is to be written waits for a reader.
        return await asyncio.Future[Awaitable[float]]()

    async with connected(there) as connection:
        monkeypatch.setattr(connection, "ping", full)
        await while_it_beats(connection, connection.wait_closed())
