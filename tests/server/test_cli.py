"""Starting a relay: safe without any setting, and one clear sentence when it cannot start."""

import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from holdspace.protocol.frames import Greeting
from holdspace.server import cli
from holdspace.server.commands import command
from holdspace.server.log.copies import DATABASE
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


def test_a_taken_port_is_said_in_one_sentence(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        ended = run("--data", tmp_path, "--port", str(port))
    assert ended.returncode == command.NOT_WELL
    assert ended.stderr == (
        f"holdspace-relay: Port {port} is taken: is a relay running already? Stop it, or choose "
        f"another port with --port {port + 1}.\n"
    )
    assert ended.stdout == ""


def test_an_address_that_cannot_be_is_said(tmp_path: Path) -> None:
    ended = run("--data", tmp_path, "--host", "192.0.2.1", "--origin", "ws://192.0.2.1:8787")
    assert ended.returncode == command.NOT_WELL
    assert "Check --host and --port." in ended.stderr
    assert "Traceback" not in ended.stderr


def test_an_unreadable_database_is_said_with_what_to_do(tmp_path: Path) -> None:
    (tmp_path / DATABASE).write_bytes(b"This is a shopping list.\n" * 100)
    ended = run("--data", tmp_path, "--port", "0")
    assert ended.returncode == command.LOG_UNUSABLE
    for words in (str(tmp_path / DATABASE), "Nothing was changed.", "Move the folder away"):
        assert words in ended.stderr
    assert "Traceback" not in ended.stderr


def test_open_to_others_it_asks_for_its_name() -> None:
    ended = run("--memory", "--host", EVERYWHERE, "--port", "0")
    assert ended.returncode == command.ASKED_WRONGLY
    assert "--origin wss://relay.example" in ended.stderr


def test_a_wrong_origin_is_explained() -> None:
    ended = run("--memory", "--origin", "https://relay.example")
    assert ended.returncode == command.ASKED_WRONGLY
    assert "--origin: It must be the address of a relay" in ended.stderr


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        (("stauts",), "no such command. Did you mean status? holdspace-relay --help lists all.\n"),
        (("code", "nwe"), "Did you mean new? holdspace-relay code --help lists all.\n"),
        (
            ("zzz",),
            "holdspace-relay: There is no such command. holdspace-relay --help lists all.\n",
        ),
    ],
)
def test_a_mistyped_command_is_told_from_the_one_that_was_meant(
    capsys: pytest.CaptureFixture[str], typed: tuple[str, ...], said: str
) -> None:
    with pytest.raises(SystemExit) as ended:
        cli.main(typed)
    assert ended.value.code == command.ASKED_WRONGLY
    assert capsys.readouterr().err.endswith(said)


def test_help_and_version() -> None:
    assert "without being able to read it" in " ".join(run("--help").stdout.split())
    assert "not audited" in run("--version").stdout
