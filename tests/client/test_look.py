"""Looking at a relay: who says they run it, made safe, and nothing is left behind there."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import pytest
from websockets.asyncio.server import ServerConnection, serve

from holdspace.client.attend import CannotStart
from holdspace.client.link import SUBPROTOCOL
from holdspace.client.look import look_at
from holdspace.client.privacy import ITS_OWN_WORD, NOT_SAID, RELAY_SEES
from holdspace.client.seat.view import OperatorView
from holdspace.protocol import frames
from holdspace.protocol.refusals import Close
from hostile_text import HOSTILE

NOBODY = "ws://127.0.0.1:9"
CARD = frames.OperatorCard("Anna Berg", "relay@centre.example", "Nothing.", "Be kind.\nNo trade.")


@asynccontextmanager
async def relay_saying(
    card: frames.OperatorCard | None, heard: Callable[[frames.ClientFrame], object] = type
) -> AsyncIterator[str]:
    """Serve a relay that greets with this card, and tell what it hears."""

    async def greet(connection: ServerConnection) -> None:
        async for message in connection:
            assert isinstance(message, bytes)
            heard(frames.decode_client_frame(message))
            greeting = frames.Greeting(frames.VERSION, bytes(32), card)
            await connection.send(frames.encode(greeting))

    async with serve(greet, "127.0.0.1", 0, subprotocols=[SUBPROTOCOL], compression=None) as server:
        yield f"ws://127.0.0.1:{next(iter(server.sockets)).getsockname()[1]}"


async def test_who_runs_a_relay_is_said_with_what_that_is_worth() -> None:
    heard: list[frames.ClientFrame] = []
    async with relay_saying(CARD, heard.append) as url:
        seen = await look_at([url])
    assert seen.relay == url
    assert list(seen.lines()) == [
        "relay: Run by: Anna Berg",
        "relay: Contact: relay@centre.example",
        "relay: What it keeps: Nothing.",
        "relay: Its rules: Be kind. No trade.",
        f"relay: {ITS_OWN_WORD}",
        f"relay: {RELAY_SEES}",
    ]
    assert [type(frame) for frame in heard] == [frames.Hello]


async def test_a_relay_that_says_nothing_about_itself_is_said_to() -> None:
    async with relay_saying(None) as url:
        seen = await look_at([url])
    assert seen.operator == OperatorView()
    assert list(seen.lines()) == [f"relay: {NOT_SAID}", f"relay: {RELAY_SEES}"]


async def test_the_first_relay_that_answers_is_the_one() -> None:
    async with relay_saying(CARD) as url:
        assert (await look_at([NOBODY, url])).relay == url


# TD01, R11: an operator is somebody else, too.
@pytest.mark.parametrize("text", HOSTILE)
async def test_what_a_relay_says_about_itself_is_one_harmless_line_each(text: str) -> None:
    text = text.encode("utf-8", "replace").decode()  # a lone surrogate fits into no frame
    card = frames.OperatorCard(text[:200], text[:200], text[:400], text[:800])
    async with relay_saying(card) as url:
        lines = list((await look_at([url])).lines())
    assert all(line.startswith("relay: ") for line in lines)
    assert not any(ord(character) < 32 or character == "\x7f" for character in "".join(lines))


async def test_a_relay_that_cannot_be_reached_is_said_to() -> None:
    with pytest.raises(CannotStart, match=r"cannot be reached\. Nothing was sent"):
        await look_at([NOBODY])


async def test_a_relay_of_another_version_is_said_to() -> None:
    async def newer(connection: ServerConnection) -> None:
        await connection.recv()
        await connection.close(Close.WRONG_VERSION)

    async with serve(newer, "127.0.0.1", 0, subprotocols=[SUBPROTOCOL]) as server:
        port = next(iter(server.sockets)).getsockname()[1]
        with pytest.raises(CannotStart, match="another version"):
            await look_at([f"ws://127.0.0.1:{port}"])
