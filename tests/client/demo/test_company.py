"""The people's process: what it is told, what it tells, and that it never outlives the demo."""

import asyncio
import os
import socket
import sys
from pathlib import Path

import pytest

from holdspace.client.attend import Attendance
from holdspace.client.demo.cast import load_cast
from holdspace.client.demo.company import NobodyCameError, company
from holdspace.client.demo.orders import News, Order, read_news, read_order, write_line
from holdspace.client.here import relay_here
from holdspace.protocol.invite import Invitation, encode_invitation

NOBODY_LISTENS = "ws://127.0.0.1:1"
CHILDREN = Path(f"/proc/{os.getpid()}/task/{os.getpid()}/children")


def test_orders_and_news_are_single_lines_that_come_back_whole() -> None:
    order = Order("ws://127.0.0.1:8787", 2.5, "holdspace1:abc")
    news = News(words="Ana has\nopened the room.", invitation="holdspace1:abc")
    for message in (order, news):
        assert write_line(message).count(b"\n") == 1
    assert read_order(write_line(order)) == order
    assert read_news(write_line(news)) == news


async def test_people_open_a_room_and_tell_its_code() -> None:
    async with relay_here() as relay, company() as people:
        people.begin(Order(relay, 20.0))
        news = await asyncio.wait_for(people.news(), 20)
        assert news.invitation.startswith("holdspace1:")
        assert "Ana" in news.words


async def test_where_german_is_spoken_their_room_is_a_german_one(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("HOLDSPACE_LANGUAGE", "de")
    async with relay_here() as relay, company() as people:
        people.begin(Order(relay, 20.0))
        news = await asyncio.wait_for(people.news(), 20)
        assert news.words == "Ana hat den Raum geöffnet."
        async with await Attendance.join(news.invitation) as guest:
            async with asyncio.timeout(20):
                async for view, _ in guest.changes():
                    if view.card is not None:
                        break
            assert guest.view.card
            assert guest.view.card.room_name == load_cast("de").facilitating.room
            assert guest.view.card.agreements[0] == "Was hier geteilt wird, bleibt hier."


async def test_without_a_relay_nobody_comes_and_the_person_is_told_why() -> None:
    async with company() as people:
        people.begin(Order(NOBODY_LISTENS, 20.0))
        with pytest.raises(NobodyCameError, match="cannot be reached"):
            await asyncio.wait_for(people.news(), 30)


async def test_the_process_ends_when_its_input_does() -> None:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-P", "-m", "holdspace.client.demo.people",
        stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    assert process.stdin
    process.stdin.write(write_line(Order(NOBODY_LISTENS, 1.0)))
    await process.stdin.drain()
    process.stdin.close()
    _, errors = await asyncio.wait_for(process.communicate(), 10)
    assert process.returncode == 0
    assert not errors


async def test_no_code_is_in_a_command_line_or_an_environment() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        silent.setblocking(False)
        # Somebody listens and never answers: who asked is still there when we look. Only who
        # has called is surely started: a process that is just beginning has no command line yet.
        relay = f"ws://127.0.0.1:{silent.getsockname()[1]}"
        code = encode_invitation(Invitation((relay,), b"r" * 16, b"h" * 16, b"s" * 16, 2**39))
        async with company() as people:
            people.begin(Order(relay, 20.0, code))
            loop = asyncio.get_running_loop()
            caller, _ = await asyncio.wait_for(loop.sock_accept(silent), 60)
            with caller:
                told = _given_to_children()
    if told is None:
        pytest.skip("Only Linux shows a process's command line and environment like this.")
    assert b"demo.people" in told
    assert code.encode() not in told


def _given_to_children() -> bytes | None:
    """Return the command lines and environments of this process's children."""
    if not CHILDREN.exists():
        return None
    folders = [Path("/proc", child) for child in CHILDREN.read_text().split()]
    return b"".join(
        (folder / name).read_bytes() for folder in folders for name in ("cmdline", "environ")
    )
