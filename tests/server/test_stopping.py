"""How a relay ends: it says why, saves what it acknowledged, and hurries when it is asked again."""

import asyncio
import signal
import socket
from pathlib import Path

import pytest

from holdspace.protocol.frames import Ack, Entry
from holdspace.protocol.refusals import Close
from holdspace.server import stopping
from holdspace.server.log.sqlite import SqliteLog
from holdspace.server.stopping import Stop
from relay_papers import Circle
from relay_process import PATIENCE, RelayProcess, relay_here, visiting

FOR_EVER = 1e6


class TestPatience:
    async def test_it_waits_for_what_comes_to_an_end(self) -> None:
        done = asyncio.Event()

        async def work() -> None:
            await asyncio.sleep(0)
            done.set()

        await Stop().patiently(work(), FOR_EVER)
        assert done.is_set()

    async def test_not_longer_than_so(self) -> None:
        stop, never = Stop(), asyncio.Event()
        stop.ask()
        await stop.patiently(_wait(never), 0.01)

    async def test_not_when_somebody_asks_again(self) -> None:
        stop, never = Stop(), asyncio.Event()
        stop.ask()
        asyncio.get_running_loop().call_soon(stop.ask)
        async with asyncio.timeout(PATIENCE):
            await stop.patiently(_wait(never), FOR_EVER)
            # From then on it waits for nothing.
            await stop.patiently(_wait(never), FOR_EVER)


class TestDesertion:
    """The program that ran the relay has died; who is still there may go on (A5)."""

    @pytest.fixture(autouse=True)
    def at_once(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(stopping, "_LOOK_SECONDS", 0.001)

    async def looks(self, *seen: bool) -> int:
        """Return how often it was looked before the end was asked for; the last look is for ever."""
        stop, looks = Stop(), iter(seen)
        count = 0

        def is_deserted() -> bool:
            nonlocal count
            count += 1
            return next(looks, seen[-1])

        async with asyncio.timeout(PATIENCE):
            await stop.when_deserted(is_deserted, patience=0.003)
        assert stop.asked.is_set()
        assert stop.is_for_good
        return count

    async def test_with_nobody_there_it_ends_at_once(self) -> None:
        assert await self.looks(True) == 1

    async def test_while_somebody_is_there_it_stays(self) -> None:
        assert await self.looks(*[False] * 40, True) > 40

    async def test_a_line_that_breaks_for_a_moment_is_waited_for(self) -> None:
        assert await self.looks(False, False, True, True, *[False] * 20, True) > 20


async def _wait(event: asyncio.Event) -> None:
    await event.wait()


async def test_stopping_acks_what_was_sent_and_says_come_back(tmp_path: Path) -> None:
    async with relay_here(SqliteLog(tmp_path)) as relay, visiting(relay.url) as host:
        await host.open(Circle())
        said = host.papers.append("last words")
        assert await host.ask(said) == Ack(said.ref, 1)
        relay.stop.ask()
        assert await host.closed() == Close.RESTARTING


async def test_nothing_acked_is_lost_by_a_restart_in_a_flood(tmp_path: Path) -> None:
    with RelayProcess("--data", tmp_path, "--port", "0") as relay:
        async with visiting(relay.url) as host:
            await host.open(Circle())
            for number in range(30):
                await host.send(host.papers.append(f"words {number}"))
            await host.hear()
            asking = asyncio.create_task(asyncio.to_thread(relay.end))
            assert await host.closed() == Close.RESTARTING
        assert (await asking)[0] == 0
    acked = {frame.seq for frame in host.got if isinstance(frame, Ack)}
    assert acked
    with RelayProcess("--data", tmp_path, "--port", relay.url.rpartition(":")[2]) as again:
        async with visiting(again.url) as back:
            await back.ask(back.papers.attach(Circle()))
            while not acked <= {frame.seq for frame in back.got if isinstance(frame, Entry)}:
                await back.hear()


async def test_asked_twice_it_is_no_less_orderly() -> None:
    with RelayProcess("--memory", "--port", "0") as relay, idle_websocket(relay.url) as idle:
        relay.tell(signal.SIGTERM)
        heard = idle.recv(4, socket.MSG_WAITALL)
        # Somebody is not answering; whoever is impatient need not wait for them.
        code, said = await asyncio.to_thread(relay.end, signal.SIGINT)
    assert code == 0
    assert said.count("holdspace-relay: stopp") == 2
    assert heard[:1] == b"\x88"
    assert int.from_bytes(heard[2:], "big") == Close.RESTARTING


async def test_who_does_not_answer_is_cut_off_in_the_end() -> None:
    async with relay_here() as relay:
        with await asyncio.to_thread(idle_websocket, relay.url):
            relay.stop.ask()
            relay.stop.ask()
            async with asyncio.timeout(PATIENCE):
                while "stopped" not in relay.said.getvalue():
                    await asyncio.sleep(0)
            # As quick as the event loop turns; they have seconds to answer, if nobody is impatient.
            for _ in range(20):
                await asyncio.sleep(0)
            assert not relay.door._guests


def idle_websocket(url: str) -> socket.socket:
    """Return a websocket at whose other end nobody answers anything."""
    host, _, port = url.removeprefix("ws://").partition(":")
    idle = socket.create_connection((host, int(port)), PATIENCE)
    idle.sendall(
        b"GET / HTTP/1.1\r\nHost: relay\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        b"Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nSec-WebSocket-Version: 13\r\n"
        b"Sec-WebSocket-Protocol: holdspace.1\r\n\r\n"
    )
    head = b""
    while not head.endswith(b"\r\n\r\n"):
        more = idle.recv(1)
        assert more, head
        head += more
    return idle
