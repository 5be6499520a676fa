"""A relay on this machine: there while it is needed, gone afterwards, clear when it cannot start."""

import asyncio
import socket
import subprocess
import sys
import time
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from holdspace.client import here
from holdspace.client.here import RelayNotStartedError, relay_here
from holdspace.client.relay_keeper import READY


def answers(address: str) -> bool:
    """Tell whether anybody listens there."""
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", urlsplit(address).port or 0)) == 0


def until_silent(address: str) -> None:
    """Wait until nobody listens there any more."""
    for _ in range(200):
        if not answers(address):
            return
        time.sleep(0.05)
    pytest.fail("the relay is still there")


async def test_a_relay_is_there_while_it_is_needed_and_gone_after() -> None:
    async with relay_here() as address:
        assert address.startswith("ws://127.0.0.1:")
        assert answers(address)
    assert not answers(address)


async def test_settings_of_another_relay_are_none_of_its(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOLDSPACE_RELAY_CONFIG", "/nowhere/relay.toml")
    monkeypatch.setenv("HOLDSPACE_RELAY_LISTEN_HOST", "192.0.2.1")
    async with relay_here() as address:
        assert answers(address)


async def test_its_log_is_where_it_was_asked_to_be(tmp_path: Path) -> None:
    async with relay_here(tmp_path / "log"):
        assert any((tmp_path / "log").iterdir())


async def test_a_temporary_log_is_on_disk_and_then_gone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    async with relay_here():
        [folder] = _folders(tmp_path)
        assert _folders(folder)
    assert not _folders(tmp_path)


def _folders(place: Path) -> list[Path]:
    return list(place.iterdir())


async def test_a_relay_that_was_killed_is_started_again_on_the_same_port(tmp_path: Path) -> None:
    async with relay_here(tmp_path / "log") as address:
        kill = ["pkill", "-9", "-f", f"holdspace.server .*{tmp_path}"]
        await asyncio.to_thread(subprocess.run, kill, check=True)
        until_silent(address)
        for _ in range(400):
            if answers(address):
                break
            await asyncio.sleep(0.05)
        assert answers(address)
    assert not answers(address)


async def test_a_taken_port_is_said_in_the_relays_own_words() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(
            RelayNotStartedError, match=rf"no room was opened.*Port {port} is taken"
        ):
            async with relay_here(port=port):
                pytest.fail("it started")


def test_it_ends_when_whoever_started_it_is_killed() -> None:
    script = (
        "import asyncio\n"
        "from holdspace.client.here import relay_here\n"
        "async def main():\n"
        "    async with relay_here() as address:\n"
        "        print(address, flush=True)\n"
        "        await asyncio.Event().wait()\n"
        "asyncio.run(main())"
    )
    with subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE) as starter:
        assert starter.stdout
        address = starter.stdout.readline().decode().strip()
        assert answers(address)
        starter.kill()
    until_silent(address)


class Starting:
    """A relay's process that has not said anything yet."""

    def __init__(self) -> None:
        self.stdout = asyncio.StreamReader()
        self.stderr = asyncio.StreamReader()


@pytest.mark.parametrize("steps", range(4))
async def test_ctrl_c_counts_also_in_the_moment_a_relay_is_ready(steps: int) -> None:
    starting = Starting()
    waiting = asyncio.create_task(here._address(starting))  # type: ignore[arg-type]
    await asyncio.sleep(0)
    starting.stdout.feed_data(READY.encode() + b"ws://127.0.0.1:1\n")
    for _ in range(steps):
        await asyncio.sleep(0)
    was_over = waiting.done()
    waiting.cancel()
    await asyncio.wait([waiting])
    assert waiting.cancelled() is not was_over
