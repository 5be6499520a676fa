"""Places to listen at: made safely, said in one sentence when they cannot be had, taken away after."""

import resource
import socket
import stat
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace as with_
from pathlib import Path

import pytest

from holdspace.server.limits import Limits
from holdspace.server.listeners import (
    CannotListenError,
    Listening,
    _as_asked,
    allow_open_files,
    listen,
)
from relay_process import PATIENCE


def at(path: Path, mode: int = 0o660) -> Listening:
    return Listening(path=path, mode=mode)


class TestUnixSockets:
    def test_it_has_its_mode_and_goes_with_the_relay(self, tmp_path: Path) -> None:
        path = tmp_path / "relay.sock"
        [listener] = listen([at(path, 0o640)])
        with listener:
            assert stat.S_IMODE(path.stat().st_mode) == 0o640
            assert [one.name for one in tmp_path.iterdir()] == ["relay.sock"]
            with socket.socket(socket.AF_UNIX) as asking:
                asking.connect(str(path))
        assert not path.exists()

    def test_one_that_a_killed_relay_left_is_replaced(self, tmp_path: Path) -> None:
        path = tmp_path / "relay.sock"
        with socket.socket(socket.AF_UNIX) as killed:
            killed.bind(str(path))
        assert path.exists()
        with listen([at(path)])[0], socket.socket(socket.AF_UNIX) as asking:
            asking.connect(str(path))

    def test_one_that_answers_is_left_alone(self, tmp_path: Path) -> None:
        path = tmp_path / "relay.sock"
        with listen([at(path)])[0]:
            with pytest.raises(CannotListenError, match="running already"):
                listen([at(path)])
            with socket.socket(socket.AF_UNIX) as asking:
                asking.connect(str(path))

    def test_a_file_is_never_taken_for_a_socket(self, tmp_path: Path) -> None:
        path = tmp_path / "diary"
        path.write_text("words")
        with pytest.raises(CannotListenError, match="no socket, so it was not touched"):
            listen([at(path)])
        (tmp_path / "link").symlink_to(path)
        with pytest.raises(CannotListenError, match="no socket, so it was not touched"):
            listen([at(tmp_path / "link")])
        assert path.read_text() == "words"

    def test_what_somebody_else_put_in_its_place_stays(self, tmp_path: Path) -> None:
        path = tmp_path / "relay.sock"
        [first] = listen([at(path)])
        path.unlink()
        path.write_text("somebody's")
        first.close()
        assert path.read_text() == "somebody's"

    @pytest.mark.parametrize(
        ("where", "why"),
        [("missing/relay.sock", "There is no folder"), ("x" * 150, "too long for this system")],
    )
    def test_where_it_cannot_be(self, tmp_path: Path, where: str, why: str) -> None:
        with pytest.raises(CannotListenError, match=why):
            listen([at(tmp_path / where)])
        assert list(tmp_path.iterdir()) == []


def test_all_places_or_none(tmp_path: Path) -> None:
    path = tmp_path / "relay.sock"
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(CannotListenError, match=f"Port {port} is taken"):
            listen([at(path), Listening(port=port)])
    assert not path.exists()
    first, second = listen([at(path), Listening(port=0)])
    with first, second:
        assert (first.is_unix, first.port) == (True, 0)
        assert second.port > 0


# What systemd does: sockets from number 3 on, for the process that is named.
HANDS_OVER = """
import os, sys
os.dup2(int(sys.argv[1]), 3)
os.environ |= {"LISTEN_PID": str(os.getpid()), "LISTEN_FDS": "1"}
os.execv(sys.executable, [sys.executable, "-m", "holdspace.server", "--memory", "--port", "0"])
"""


def test_sockets_that_systemd_opened_are_taken_over(tmp_path: Path) -> None:
    path = tmp_path / "relay.sock"
    with socket.socket(socket.AF_UNIX) as opened:
        opened.bind(str(path))
        opened.listen()
        process = subprocess.Popen(
            [sys.executable, "-c", HANDS_OVER, str(opened.fileno())],
            pass_fds=(opened.fileno(),),
            stdout=subprocess.PIPE,
            text=True,
        )
    with process:
        assert process.stdout
        assert process.stdout.readline() == f"listening on the socket {path}\n"
        with socket.socket(socket.AF_UNIX) as asking:
            asking.settimeout(PATIENCE)
            asking.connect(str(path))
            asking.sendall(b"GET / HTTP/1.1\r\nHost: relay\r\n\r\n")
            assert b" 404 " in asking.recv(1000)
        process.terminate()
    assert process.returncode == 0
    # It is systemd's.
    assert path.exists()


def test_what_was_asked_for_holds_for_what_systemd_opened(tmp_path: Path) -> None:
    tcp, unix = Listening(port=1, tls=True), Listening(path=tmp_path / "asked", proxy_line=True)
    with socket.create_server(("127.0.0.1", 0)) as one, socket.socket(socket.AF_UNIX) as other:
        other.bind(str(tmp_path / "given"))
        assert _as_asked([tcp, unix], one) == tcp
        assert _as_asked([tcp, unix], other) == with_(unix, path=tmp_path / "given")
        # TLS is for the network; who opens the socket is on this machine.
        assert not _as_asked([tcp], other).tls


def test_somebody_elses_inheritance_is_not_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LISTEN_PID", "1")
    monkeypatch.setenv("LISTEN_FDS", "1")
    with listen([Listening(port=0)])[0] as listener:
        assert listener.port > 0


@pytest.fixture
def files_as_before() -> Iterator[None]:
    before = resource.getrlimit(resource.RLIMIT_NOFILE)
    yield
    resource.setrlimit(resource.RLIMIT_NOFILE, before)


@pytest.mark.usefixtures("files_as_before")
def test_as_many_files_as_connections_are_asked_for() -> None:
    _soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    limits = Limits(connections=600, arriving=100)
    resource.setrlimit(resource.RLIMIT_NOFILE, (700, hard))
    assert allow_open_files(limits)
    assert resource.getrlimit(resource.RLIMIT_NOFILE)[0] > 700
    assert not allow_open_files(Limits(connections=10**12))
