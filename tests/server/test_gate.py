"""The relay's door, over real sockets: what strangers may do, and what they may not."""

import asyncio
import socket
from collections.abc import AsyncIterator, Sequence
from dataclasses import replace as with_
from pathlib import Path
from typing import Any

import pytest
from typing_extensions import override
from websockets.asyncio.client import connect
from websockets.exceptions import InvalidStatus
from websockets.typing import Origin

from holdspace.protocol.frames import (
    Ack,
    Attached,
    ClientFrame,
    Done,
    Entry,
    Hello,
    Knocking,
    Refuse,
)
from holdspace.protocol.refusals import Close, Refusal
from holdspace.server.door import SUBPROTOCOL
from holdspace.server.guest import Guest
from holdspace.server.limits import Limits
from holdspace.server.log import Asked, UnusableLogError
from holdspace.server.log.memory import MemoryLog
from holdspace.server.log.records import LogEntry
from relay_papers import Circle, id16
from relay_process import PATIENCE, RelayProcess, Running, Visitor, relay_here, visiting

UPGRADE = (
    "GET {path} HTTP/1.1\r\nHost: relay\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nSec-WebSocket-Version: 13\r\n{more}\r\n"
)
OURS = f"Sec-WebSocket-Protocol: {SUBPROTOCOL}\r\n"


@pytest.fixture
async def relay() -> AsyncIterator[Running]:
    async with relay_here() as running:
        yield running
        assert running.said.getvalue() == ""


async def raw(url: str) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    host, port = url.removeprefix("ws://").split(":")
    return await asyncio.open_connection(host, int(port))


async def answer_to(url: str, request: str) -> bytes:
    """Send raw bytes and return all that comes back until the relay closes."""
    reader, writer = await raw(url)
    writer.write(request.encode())
    try:
        async with asyncio.timeout(PATIENCE):
            return await reader.read()
    except ConnectionError:
        return b""
    finally:
        writer.close()


async def upgraded(url: str) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    """Return a websocket on which anything can be written, right or wrong."""
    reader, writer = await raw(url)
    writer.write(UPGRADE.format(path="/", more=OURS).encode())
    head = await reader.readuntil(b"\r\n\r\n")
    assert b" 101 " in head
    return reader, writer


async def close_code_after(url: str, frame: bytes) -> int:
    """Send the bytes of one websocket frame and return the code the relay closes with."""
    reader, writer = await upgraded(url)
    writer.write(frame)
    async with asyncio.timeout(PATIENCE):
        head = await reader.readexactly(4)
    writer.close()
    assert head[0] == 0x88
    return int.from_bytes(head[2:4], "big")


def masked(opcode: int, payload: bytes) -> bytes:
    """Return a client's websocket frame (masked with zeros)."""
    length = len(payload)
    size = bytes([0x80 | length]) if length < 126 else b"\xfe" + length.to_bytes(2, "big")
    return bytes([0x80 | opcode]) + size + bytes(4) + payload


class TestTheDoor:
    async def test_people_talk_over_real_sockets(self, relay: Running) -> None:
        circle = Circle()
        async with visiting(relay.url) as host, visiting(relay.url) as member:
            await host.open(circle)
            assert isinstance(await member.ask(member.papers.attach(circle)), Attached)
            said = member.papers.append("hello")
            assert await member.ask(said) == Ack(said.ref, 1)
            hello = Entry(1, 0, False, b"hello")
            assert await member.hear() == await host.hear() == hello

    async def test_a_plain_request_gets_no_page(self, relay: Running) -> None:
        answer = await answer_to(relay.url, "GET / HTTP/1.1\r\nHost: relay\r\n\r\n")
        assert answer.endswith(b"Nothing here.\n")

    async def test_another_subprotocol_is_turned_away(self, relay: Running) -> None:
        other = "Sec-WebSocket-Protocol: chat\r\n"
        answer = await answer_to(relay.url, UPGRADE.format(path="/", more=other))
        assert answer.endswith(b"Nothing here.\n")

    async def test_a_web_page_is_refused(self, relay: Running) -> None:
        with pytest.raises(InvalidStatus) as refused:
            await connect(
                relay.url, subprotocols=[SUBPROTOCOL], origin=Origin("https://page.example")
            )
        assert refused.value.response.status_code == 403

    async def test_who_left_is_forgotten(self, relay: Running) -> None:
        gate = relay.gate
        async with visiting(relay.url) as visitor:
            await visitor.open(Circle())
            assert gate._relay.sizes[0] == 1
        async with asyncio.timeout(PATIENCE):
            while gate._outboxes.unread:
                await asyncio.sleep(0.01)
        assert (gate._relay.sizes[0], gate._visits) == (0, {})

    @pytest.mark.parametrize("data", [b"\xff" * 1024, bytes(1024), "words of a chat"])
    async def test_ws06_what_is_no_frame_ends_the_connection(
        self, relay: Running, data: bytes | str
    ) -> None:
        async with visiting(relay.url) as stranger:
            await stranger.socket.send(data)
            assert await stranger.closed() == Close.NOT_UNDERSTOOD

    async def test_a_frame_that_costs_too_much_is_refused_and_one_that_waits_is_judged_later(
        self, relay: Running, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        receive, late = relay.gate._receive_late, list[ClientFrame]()

        def noted(visit: Any, frame: ClientFrame) -> None:
            late.append(frame)
            receive(visit, frame)

        async with visiting(relay.url) as host:
            await host.open(Circle())
            monkeypatch.setattr(Guest, "asks", lambda _guest, _kind: None)
            much = host.papers.append("words")
            assert await host.ask(much) == Refuse(much.ref, Refusal.TOO_FAST)
            monkeypatch.setattr(Guest, "asks", lambda _guest, _kind: 0.01)
            monkeypatch.setattr(relay.gate, "_receive_late", noted)
            said = host.papers.append("words")
            assert await host.ask(said) == Ack(said.ref, 1)
        assert late == [said]


class TestStopping:
    async def test_what_comes_while_a_relay_stops_is_not_taken(self, relay: Running) -> None:
        async with visiting(relay.url) as host:
            await host.open(Circle())
            relay.gate._is_stopping = True
            await host.send(host.papers.append("too late"))
            async with asyncio.timeout(PATIENCE):
                await (await host.socket.ping())
            relay.gate._is_stopping = False
            said = host.papers.append("words")
            assert await host.ask(said) == Ack(said.ref, 1)

    async def test_everybody_is_told_to_come_back(self) -> None:
        async with relay_here() as relay, visiting(relay.url) as host:
            await host.open(Circle())
            relay.stop.ask()
            assert await host.closed() == Close.RESTARTING

    async def test_it_waits_for_what_is_being_saved_and_not_longer(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("holdspace.server.gate._SAVE_SECONDS", 1000.0)
        kept = list[Asked]()

        class Slow(MemoryLog):
            is_slow = False

            @override
            def submit_all(self, asked: Sequence[Asked]) -> None:
                if self.is_slow:
                    kept.extend(asked)
                else:
                    super().submit_all(asked)

        log = Slow()
        async with relay_here(log) as relay, visiting(relay.url) as host:
            await host.open(Circle())
            log.is_slow = True
            said = host.papers.append("words")
            await host.send(said)
            async with asyncio.timeout(PATIENCE):
                while not kept:
                    await asyncio.sleep(0.001)
                relay.stop.ask()
                while any(server.is_serving() for server in relay.door._servers):
                    await asyncio.sleep(0.001)
                MemoryLog.submit_all(log, kept)
                assert await host.hear() == Ack(said.ref, 1)
                while await host.closed() != Close.RESTARTING:
                    pass

    async def test_who_does_not_go_when_told_is_turned_away(self) -> None:
        async with relay_here() as relay:
            _, writer = await upgraded(relay.url)
            # Asked twice, it waits for nobody.
            relay.stop.ask()
            relay.stop.ask()
            async with asyncio.timeout(PATIENCE):
                while "stopped" not in relay.said.getvalue():
                    await asyncio.sleep(0)
            await asyncio.sleep(0)
            assert relay.door._guests == set()
            writer.close()

    async def test_it_says_so_and_leaves_nothing_running(self) -> None:
        before = asyncio.all_tasks()
        async with relay_here() as relay:
            asyncio.get_running_loop().call_exception_handler({"message": "of a canary"})
        said = [line.split(":")[1] for line in relay.said.getvalue().splitlines()]
        assert said == [" unexpected", " stopping", " stopped"]
        await asyncio.sleep(0)
        assert asyncio.all_tasks() == before


class TestTime:
    async def test_ws01_who_never_finishes_the_handshake_is_cut_off(self) -> None:
        async with relay_here(limits=with_(Limits(), handshake_seconds=0.2)) as relay:
            asked = (answer_to(relay.url, "GET / HTTP/1.1\r\n") for _ in range(50))
            answers = await asyncio.gather(*asked)
        assert not any(b" 101 " in answer for answer in answers)

    async def test_who_says_nothing_is_sent_away(self) -> None:
        async with (
            relay_here(limits=with_(Limits(), hello_seconds=0.1)) as relay,
            connect(relay.url, subprotocols=[SUBPROTOCOL]) as connection,
        ):
            await connection.wait_closed()
            assert connection.close_code == Close.TOO_QUIET

    async def test_what_comes_too_fast_is_taken_later(self) -> None:
        limits = with_(Limits(), frames_per_second=50.0, frames_burst=5.0)
        async with relay_here(limits=limits) as relay, visiting(relay.url) as host:
            loop = asyncio.get_running_loop()
            await host.open(Circle())
            started = loop.time()
            for number in range(25):
                await host.send(host.papers.append(f"words {number}"))
            while sum(isinstance(frame, Ack) for frame in host.got) < 25:
                await host.hear()
            # 25 frames at 50 a second, less what the burst had left
            assert loop.time() - started > 0.35

    async def test_no_frame_waits_for_the_other_ends_delayed_acknowledgement(
        self, relay: Running
    ) -> None:
        async with visiting(relay.url) as host:
            await host.open(Circle())
            started = asyncio.get_running_loop().time()
            for number in range(25):
                await host.ask(host.papers.append(f"words {number}"))
                await host.hear()
            # Two frames each time: were the second one held back, this would take a second.
            assert asyncio.get_running_loop().time() - started < 0.7

    async def test_one_more_connection_than_there_may_be(self) -> None:
        async with (
            relay_here(limits=with_(Limits(), connections=1)) as relay,
            visiting(relay.url) as first,
        ):
            await first.open(Circle())
            async with connect(relay.url, subprotocols=[SUBPROTOCOL]) as second:
                await second.wait_closed()
            assert second.close_code == Close.CROWDED
            await first.ask(first.papers.append("still here"))


class TestSlowReaders:
    async def test_ws02_who_stops_reading_loses_the_connection_and_nobody_else(self) -> None:
        limits = with_(Limits(), frames_per_second=1e6, bytes_per_second=1e9, bytes_burst=1e9)
        async with (
            relay_here(limits=limits) as relay,
            visiting(relay.url) as host,
            visiting(relay.url, receive_buffer=4096) as slow,
        ):
            circle = Circle()
            await host.open(circle)
            await slow.ask(slow.papers.attach(circle))
            slow.socket.transport.pause_reading()
            words = "x" * 60_000
            for number in range(120):
                await host.send(host.papers.append(words, message=f"flood {number}"))
                while not isinstance(await host.hear(), Entry):
                    pass
                assert max(relay.gate._outboxes.unread) <= limits.unread_bytes
            slow.socket.transport.resume_reading()
            await slow.closed()
            assert slow.socket.close_code in {Close.TOO_SLOW, 1006}
            async with visiting(relay.url) as back:
                await back.ask(back.papers.attach(circle))
                while len(back.got) < 122:
                    await back.hear()
                seqs = [frame.seq for frame in back.got if isinstance(frame, Entry)]
                assert seqs == list(range(1, 121))

    async def test_a_facilitator_who_is_slow_for_a_moment_stays_however_many_knock(self) -> None:
        limits = Limits(knocks_per_invitation=32, bytes_per_second=1e9, bytes_burst=1e9)
        async with (
            relay_here(limits=limits) as relay,
            visiting(relay.url, receive_buffer=4096) as host,
            visiting(relay.url) as newcomers,
        ):
            circle = Circle()
            await host.open(circle)
            await host.ask(host.papers.invite(circle, 2**30))
            await host.ask(host.papers.watch(circle))
            host.socket.transport.pause_reading()
            for number in range(limits.knocks_per_room):
                knock = newcomers.papers.knock(circle, f"{number}", size=4096)
                assert isinstance(await newcomers.ask(knock), Done)
                assert max(relay.gate._outboxes.unread) <= limits.unread_bytes
            host.socket.transport.resume_reading()
            for number in range(limits.knocks_per_room):
                knocking = await host.hear()
                assert isinstance(knocking, Knocking)
                assert knocking.knock == id16("knock", f"{number}")


class TestSaving:
    async def test_a_full_disk_is_said_and_got_over(self) -> None:
        full = [False]
        log = MemoryLog(lambda _record: full[0])
        async with relay_here(log) as relay, visiting(relay.url) as host:
            await host.open(Circle())
            full[0] = True
            lost = host.papers.append("words")
            assert await host.ask(lost) == Refuse(lost.ref, Refusal.NOT_SAVED)
            full[0] = False
            again = host.papers.append("words")
            assert await host.ask(again) == Ack(again.ref, 1)
            lines = relay.said.getvalue().splitlines()
            assert [line.split(":")[1] for line in lines] == [" not-saved", " saves-again"]

    async def test_entries_that_cannot_be_read_back_close_the_connection(self) -> None:
        class Damaged(MemoryLog):
            @override
            async def read(
                self, meeting: bytes, after: int, up_to: int, *, max_weight: int
            ) -> list[LogEntry]:
                raise UnusableLogError

        async with relay_here(Damaged()) as relay:
            async with visiting(relay.url) as host:
                await host.open(Circle())
                await host.ask(host.papers.append("words"))
            async with visiting(relay.url) as late:
                await late.send(late.papers.attach(Circle()))
                assert await late.closed() == Close.NOT_SAVING
            assert relay.said.getvalue().startswith("holdspace-relay: unreadable:")

    async def test_a_fault_while_reading_closes_the_connection_too(self) -> None:
        class Faulty(MemoryLog):
            @override
            async def read(
                self, meeting: bytes, after: int, up_to: int, *, max_weight: int
            ) -> list[LogEntry]:
                raise RuntimeError

        async with relay_here(Faulty()) as relay:
            async with visiting(relay.url) as host:
                await host.open(Circle())
                await host.ask(host.papers.append("words"))
            async with visiting(relay.url) as late:
                await late.send(late.papers.attach(Circle()))
                assert await late.closed() == Close.NOT_SAVING
            assert relay.said.getvalue().startswith("holdspace-relay: unexpected:")

    async def test_a_fault_while_others_are_asked_keeps_nobody_waiting(self) -> None:
        class Faulty(MemoryLog):
            is_alone = False

            @override
            async def catch_up(self) -> bool:
                raise RuntimeError

        async with relay_here(Faulty()) as relay, visiting(relay.url) as stranger:
            await stranger.send(stranger.papers.card(Circle()))
            assert await stranger.closed() == Close.NOT_SAVING
            assert relay.said.getvalue().startswith("holdspace-relay: unexpected:")


@pytest.mark.parametrize("after", [1, 7, 20])
async def test_killed_between_appends_nothing_acked_is_lost_or_doubled(
    tmp_path: Path, after: int
) -> None:
    circle = Circle()
    options = ("--data", tmp_path, "--port", free_port())
    with RelayProcess(*options) as relay:
        async with visiting(relay.url) as host:
            await host.open(circle)
            for number in range(after + 5):
                await host.send(host.papers.append(f"words {number}"))
            acked = 0
            while acked < after:
                acked += isinstance(await host.hear(), Ack)
            relay.kill()
    promised = {frame.seq: frame for frame in host.got if isinstance(frame, Entry)}
    with RelayProcess(*options) as relay:
        async with visiting(relay.url) as back:
            await back.ask(back.papers.attach(circle))
            # Sent again, as a client does with all it heard no ack for, and with the rest too.
            for number in range(after + 5):
                await back.send(back.papers.append(f"words {number}"))
            kept = await entries(back, after + 5)
        assert relay.end()[0] == 0
    assert [one.seq for one in kept] == list(range(1, after + 6))
    assert [one.payload for one in kept] == [f"words {n}".encode() for n in range(after + 5)]
    assert all(kept[seq - 1] == frame for seq, frame in promised.items())


async def test_nothing_a_relay_says_or_keeps_names_anybody(tmp_path: Path) -> None:
    circle = Circle("canary")
    with RelayProcess("--data", tmp_path, "--port", "0") as relay:
        async with visiting(relay.url) as host:
            await host.open(circle)
            await host.ask(host.papers.append("sealed canary words"))
            await host.send(host.papers.attach(Circle("unknown canary")))
            await host.send(Hello(1, 1))
            assert await host.closed() == Close.NOT_UNDERSTOOD
        await answer_to(relay.url, UPGRADE.format(path="/canary", more=OURS))
        await close_code_after(relay.url, masked(1, b"canary \xff"))
        code, said = relay.end()
    assert code == 0
    for word in ("canary", circle.room.hex(), circle.meeting.hex(), "Traceback", "127.0.0.1"):
        assert word not in said
    assert [line.split(":")[1] for line in said.splitlines()] == [" stopping", " stopped"]


async def test_a_closed_meeting_leaves_nothing_in_the_file(tmp_path: Path) -> None:
    circle = Circle()
    with RelayProcess("--data", tmp_path, "--port", "0") as relay:
        async with visiting(relay.url) as host:
            await host.open(circle)
            await host.ask(host.papers.append("sealed canary words"))
            assert b"sealed canary words" in everything_in(tmp_path)
            await host.send(host.papers.close(circle))
            assert await host.closed() == Close.MEETING_OVER
        relay.end()
    for trace in (b"sealed canary words", circle.meeting, id16("message", "sealed canary words")):
        assert trace not in everything_in(tmp_path)


async def entries(visitor: Visitor, number: int) -> list[Entry]:
    """Return the first entries a visitor hears."""
    found = [frame for frame in visitor.got if isinstance(frame, Entry)]
    while len(found) < number:
        frame = await visitor.hear()
        found += [frame] if isinstance(frame, Entry) else []
    return found


def everything_in(folder: Path) -> bytes:
    return b"".join(path.read_bytes() for path in folder.iterdir() if path.is_file())


def free_port() -> str:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return str(listener.getsockname()[1])
