"""Starting a relay: safe without any setting, and one clear sentence when it cannot start."""

import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from holdspace.protocol.frames import Greeting
from holdspace.server import cli
from holdspace.server.config import Config, ConfigError, allowed_origins, is_loopback, state_folder
from holdspace.server.log.sqlite import DATABASE
from relay_process import RelayProcess, visiting

EVERYWHERE = "0.0.0.0"  # noqa: S104  # refused unless an origin is given


def run(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    """Run a relay that ends by itself."""
    return subprocess.run(
        [sys.executable, "-m", "holdspace.server", *map(str, arguments)],
        capture_output=True,
        text=True,
        timeout=20,
        check=False,
    )


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT])
async def test_it_says_where_it_listens_and_ends_when_asked(
    tmp_path: Path, how: signal.Signals
) -> None:
    with RelayProcess("--data", tmp_path, "--port", "0") as relay:
        assert relay.url.startswith("ws://127.0.0.1:")
        async with visiting(relay.url) as visitor:
            assert isinstance(visitor.got[0], Greeting)
        code, said = relay.end(how)
    assert code == 0
    assert "stopped" in said


def test_in_memory_it_keeps_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    with RelayProcess("--memory", "--port", "0") as relay:
        relay.end()
    assert list(tmp_path.iterdir()) == []


def test_without_a_folder_it_takes_a_private_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.platform", "linux")
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    assert state_folder() == tmp_path / "holdspace" / "relay"
    monkeypatch.setattr("sys.platform", "darwin")
    assert state_folder().parts[-4:] == ("Library", "Application Support", "holdspace", "relay")


def test_a_taken_port_is_said_in_one_sentence(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        ended = run("--data", tmp_path, "--port", str(port))
    assert ended.returncode == cli.CANNOT_LISTEN
    assert ended.stderr == (
        f"holdspace-relay: Port {port} is taken: is a relay running already? Stop it, or choose "
        f"another port with --port {port + 1}.\n"
    )
    assert ended.stdout == ""


@pytest.mark.parametrize("where", [("--host", "192.0.2.1"), ("--port", "70000")])
def test_an_address_that_cannot_be_is_said(tmp_path: Path, where: tuple[str, str]) -> None:
    ended = run("--data", tmp_path, *where)
    assert ended.returncode == cli.CANNOT_LISTEN
    assert "Check --host and --port." in ended.stderr
    assert "Traceback" not in ended.stderr


def test_an_unreadable_database_is_said_with_what_to_do(tmp_path: Path) -> None:
    (tmp_path / DATABASE).write_bytes(b"This is a shopping list.\n" * 100)
    ended = run("--data", tmp_path, "--port", "0")
    assert ended.returncode == cli.LOG_UNUSABLE
    for words in (str(tmp_path / DATABASE), "Nothing was changed.", "Move the folder away"):
        assert words in ended.stderr
    assert "Traceback" not in ended.stderr


def test_open_to_others_it_asks_for_its_name() -> None:
    ended = run("--memory", "--host", EVERYWHERE, "--port", "0")
    assert ended.returncode == cli.ASKED_WRONGLY
    assert "--origin wss://relay.example" in ended.stderr


def test_a_wrong_origin_is_explained() -> None:
    ended = run("--memory", "--origin", "https://relay.example")
    assert ended.returncode == cli.ASKED_WRONGLY
    assert "not the address of a relay" in ended.stderr


def test_help_and_version() -> None:
    assert "without being able to read it" in run("--help").stdout
    assert "not audited" in run("--version").stdout


@pytest.mark.parametrize(
    ("config", "origins"),
    [
        (
            Config(),
            ("ws://127.0.0.1:8787", "ws://localhost:8787", "ws://[::1]:8787"),
        ),
        (
            Config(host="::1"),
            ("ws://127.0.0.1:8787", "ws://localhost:8787", "ws://[::1]:8787"),
        ),
        (Config(host="10.0.0.7"), ("ws://10.0.0.7:8787",)),
        (Config(host="relay.internal"), ("ws://relay.internal:8787",)),
        (Config(host=EVERYWHERE, origins=("wss://r.example",)), ("wss://r.example",)),
        (Config(host="::", origins=("wss://r.example",)), ("wss://r.example",)),
        (
            Config(origins=("wss://r.example",)),
            (
                "wss://r.example",
                "ws://127.0.0.1:8787",
                "ws://localhost:8787",
                "ws://[::1]:8787",
            ),
        ),
    ],
)
def test_proofs_hold_at_the_addresses_people_use(config: Config, origins: tuple[str, ...]) -> None:
    assert allowed_origins(config, 8787) == origins


def test_no_name_at_all_is_refused() -> None:
    with pytest.raises(ConfigError):
        allowed_origins(Config(host=EVERYWHERE), 8787)


@pytest.mark.parametrize(
    ("host", "is_local"),
    [("localhost", True), ("127.0.0.9", True), ("::1", True), (EVERYWHERE, False), ("a.b", False)],
)
def test_loopback(host: str, is_local: bool) -> None:
    assert is_loopback(host) is is_local
