"""The link against real sockets: what it says when it cannot connect, and how it comes back."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import pytest
from websockets.asyncio.server import Server, ServerConnection, serve
from websockets.http11 import Request, Response

from holdspace.client import link as module
from holdspace.client import relays
from holdspace.client.link import Ended, Happening, Link, Lost, Up
from holdspace.protocol import frames
from holdspace.protocol.refusals import Close

NOBODY = "ws://127.0.0.1:9"
Peer = Callable[[ServerConnection], Awaitable[None]]


class Listener:
    """Remember everything a link says, and let a test wait for it."""

    def __init__(self) -> None:
        self.heard: list[Happening] = []

    def __call__(self, happening: Happening) -> None:
        self.heard.append(happening)

    async def until(self, kind: type, times: int = 1) -> list[Happening]:
        async with asyncio.timeout(10):
            while sum(isinstance(one, kind) for one in self.heard) < times:
                await asyncio.sleep(0.005)
        return [one for one in self.heard if isinstance(one, kind)]


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Wait less between tries than people would."""
    monkeypatch.setattr(relays, "FIRST_WAIT", 0.01)


@asynccontextmanager
async def running(*urls: str) -> AsyncIterator[tuple[Link, Listener]]:
    """Run a link to these addresses for the length of a test."""
    listener = Listener()
    link = Link(urls, listener, jitter=lambda: 0.5)
    task = asyncio.create_task(link.run())
    try:
        yield link, listener
    finally:
        await link.stop()
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


def address(server: Server) -> str:
    return f"ws://127.0.0.1:{next(iter(server.sockets)).getsockname()[1]}"


async def greet(connection: ServerConnection) -> None:
    hello = frames.decode_client_frame(await connection.recv(decode=False))
    assert isinstance(hello, frames.Hello)
    await connection.send(frames.encode(frames.Greeting(frames.VERSION, bytes(32))))


@asynccontextmanager
async def relay(peer: Peer) -> AsyncIterator[Server]:
    """Serve one hand-written peer on loopback."""
    server = await serve(
        peer,
        "127.0.0.1",
        0,
        subprotocols=[module.SUBPROTOCOL],
        compression=None,
    )
    try:
        yield server
    finally:
        server.close(close_connections=True)
        await server.wait_closed()


async def test_an_address_where_nobody_listens_is_given_up_after_a_few_tries() -> None:
    async with running(NOBODY) as (_, listener):
        (ended,) = await listener.until(Ended)
    assert isinstance(ended, Ended)
    assert "cannot be reached" in ended.words
    assert "Nothing was sent" in ended.words


async def test_a_server_that_is_no_relay_is_recognised() -> None:
    async def other(connection: ServerConnection) -> None:
        await connection.wait_closed()

    async with (
        await serve(other, "127.0.0.1", 0) as server,
        running(address(server)) as (_, listener),
    ):
        (ended,) = await listener.until(Ended)
    assert isinstance(ended, Ended)
    assert "not as a holdspace relay" in ended.words


async def test_a_relay_of_another_version_is_not_tried_again() -> None:
    async def newer(connection: ServerConnection) -> None:
        await connection.recv()
        await connection.close(Close.WRONG_VERSION)

    async with relay(newer) as server, running(address(server)) as (_, listener):
        (ended,) = await listener.until(Ended)
    assert isinstance(ended, Ended)
    assert ended.code == Close.WRONG_VERSION
    assert "another version" in ended.words


async def test_a_relay_that_restarts_is_found_again() -> None:
    async def restarting(connection: ServerConnection) -> None:
        await greet(connection)
        await connection.close(Close.RESTARTING)

    async with relay(restarting) as server, running(address(server)) as (_, listener):
        assert await listener.until(Up, times=2) == [Up(address(server))] * 2
        (lost, *_) = await listener.until(Lost)
    assert isinstance(lost, Lost)
    assert "Your place is kept" in lost.words


async def test_what_no_relay_sends_ends_the_link() -> None:
    async def broken(connection: ServerConnection) -> None:
        await greet(connection)
        await connection.send(b"\x00" * 1024)

    async with relay(broken) as server, running(address(server)) as (_, listener):
        (ended,) = await listener.until(Ended)
    assert isinstance(ended, Ended)
    assert "no relay sends" in ended.words


async def test_frames_of_an_unknown_newer_type_are_passed_over() -> None:
    async def newer_frames(connection: ServerConnection) -> None:
        await greet(connection)
        body = b"\x91\x7f"
        await connection.send((len(body).to_bytes(4, "big") + body).ljust(1024, b"\0"))
        await connection.send(frames.encode(frames.Done(1)))
        await connection.wait_closed()

    async with relay(newer_frames) as server, running(address(server)) as (_, listener):
        await listener.until(frames.Done)


async def test_what_is_queued_goes_out_before_the_link_stops() -> None:
    received: list[frames.ClientFrame] = []

    async def listening(connection: ServerConnection) -> None:
        await greet(connection)
        received.append(frames.decode_client_frame(await connection.recv(decode=False)))
        await connection.wait_closed()

    async with relay(listening) as server, running(address(server)) as (link, listener):
        await listener.until(frames.Greeting)
        link.send(frames.Prove(1, 1, bytes(64)))
        await link.stop()
    assert [type(frame) for frame in received] == [frames.Prove]


async def listening(connection: ServerConnection) -> None:
    await greet(connection)
    await connection.send(frames.encode(frames.Done(1)))
    await connection.wait_closed()


def relays_of(listener: Listener) -> list[str]:
    """Return the relays it was connected to, in order."""
    return [one.relay for one in listener.heard if isinstance(one, Up)]


def has_ended(listener: Listener) -> bool:
    return any(isinstance(one, Ended) for one in listener.heard)


async def test_a_relay_that_nobody_serves_is_passed_over() -> None:
    async with relay(listening) as server, running(NOBODY, address(server)) as (_, listener):
        await listener.until(frames.Done)
        assert relays_of(listener) == [address(server)]


async def test_when_a_relay_dies_the_link_goes_on_over_the_next() -> None:
    async with relay(listening) as second, relay(listening) as first:
        urls = [address(first), address(second)]
        async with running(*urls) as (_, listener):
            await listener.until(frames.Done)
            first.close(close_connections=True)
            await listener.until(frames.Done, times=2)
    assert relays_of(listener) == urls
    assert not has_ended(listener)


async def test_what_is_no_relay_is_left_out_while_another_is_there() -> None:
    async def other(connection: ServerConnection) -> None:
        await connection.wait_closed()

    async with (
        await serve(other, "127.0.0.1", 0) as wrong,
        relay(listening) as right,
        running(address(wrong), address(right)) as (_, listener),
    ):
        await listener.until(frames.Done)
    assert not has_ended(listener)


async def test_a_meeting_that_is_over_is_over_at_every_relay() -> None:
    async def over(connection: ServerConnection) -> None:
        await greet(connection)
        await connection.close(Close.MEETING_OVER)

    async with (
        relay(over) as first,
        relay(listening) as second,
        running(address(first), address(second)) as (_, listener),
    ):
        (ended,) = await listener.until(Ended)
    assert isinstance(ended, Ended)
    assert ended.code == Close.MEETING_OVER


async def test_who_is_told_to_go_elsewhere_does() -> None:
    async with relay(listening) as first, relay(listening) as second:
        urls = [address(first), address(second)]
        async with running(*urls) as (link, listener):
            await listener.until(frames.Done)
            link.go_elsewhere()
            await listener.until(frames.Done, times=2)
    assert relays_of(listener) == urls


@pytest.mark.parametrize("status", [429, 502, 503])
async def test_a_relay_that_lets_nobody_in_is_told_from_one_that_is_not_there(status: int) -> None:
    def turn_away(connection: ServerConnection, _request: Request) -> Response:
        return connection.respond(status, "Full.\n")

    async with (
        await serve(listening, "127.0.0.1", 0, process_request=turn_away) as server,
        running(address(server)) as (_, listener),
    ):
        (ended,) = await listener.until(Ended)
        tries = [one for one in listener.heard if isinstance(one, Lost)]
    assert isinstance(ended, Ended)
    assert "lets nobody in just now" in ended.words
    assert len(tries) == relays.FIRST_TRIES - 1


async def test_a_crowded_relay_is_tried_again_less_and_less_often() -> None:
    async def crowded(connection: ServerConnection) -> None:
        await greet(connection)
        await connection.close(Close.CROWDED)

    async with relay(crowded) as server, running(address(server)) as (link, listener):
        await listener.until(Lost, times=5)
        # A greeting alone is no good connection: the waits have grown all the while.
        assert link._relays.wait(1.0) >= relays.FIRST_WAIT * 2**4
