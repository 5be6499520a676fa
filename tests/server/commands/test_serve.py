"""A relay as it is run: what it says at its start, what it takes while it runs, and who hears of it."""

import signal
import socket
import stat
from pathlib import Path

import pytest

from holdspace.protocol.frames import Done, Greeting
from holdspace.protocol.keys import new_room_code, room_code_key
from holdspace.protocol.refusals import Refusal
from holdspace.server.admin import ask
from proxies import papers_in
from relay_papers import Circle
from relay_process import RelayProcess, visiting

CODE = room_code_key(new_room_code(lambda count: bytes(range(count))))
BEYOND = "wss://relay.example"


class Relay(RelayProcess):
    """A relay with a file of settings."""

    def __init__(self, folder: Path, settings: str, *options: str | Path) -> None:
        self.file = folder / "relay.toml"
        self.file.write_text(settings)
        super().__init__("--config", self.file, "--data", folder / "data", "--port", "0", *options)
        self.admin = folder / "data" / "admin.sock"

    def line(self) -> str:
        """Return the next line it writes to standard output."""
        assert self._process.stdout
        return self._process.stdout.readline().strip()

    def journal(self) -> str:
        """Return the next line it writes into the journal."""
        assert self._process.stderr
        return self._process.stderr.readline().strip().removeprefix("holdspace-relay: ")

    def reload(self, settings: str) -> str:
        """Give it other settings, and return what it says of them."""
        self.file.write_text(settings)
        self._process.send_signal(signal.SIGHUP)
        return self.journal()


def test_at_its_start_it_says_who_reaches_it_and_who_may_open_rooms(tmp_path: Path) -> None:
    with Relay(tmp_path, "") as relay:
        assert relay.line() == "Who can reach it: programs on this machine only"
        assert relay.line().startswith("Opening a room: open to everybody")
    with Relay(tmp_path, "", "--origin", BEYOND) as relay:
        assert relay.line().startswith("Who can reach it: whoever your reverse proxy")
        assert "make one: holdspace-relay code new" in relay.line()


async def test_it_takes_new_settings_whole_or_not_at_all(tmp_path: Path) -> None:
    closed = "[rooms]\nopen = false\n"
    with Relay(tmp_path, closed) as relay:
        async with visiting(relay.url) as visitor:
            assert isinstance(visitor.got[0], Greeting)
            assert visitor.got[0].operator is None
            frame = visitor.papers.open(Circle())
            refused = await visitor.ask(frame)
            assert getattr(refused, "code", None) == Refusal.NEEDS_CODE

            better = f'{closed}codes = ["{CODE.public.hex()} 1 Anna"]\n[operator]\nruns_it = "A"\n'
            wrong = relay.reload(better.replace("open = false", "open = perhaps"))
            assert wrong.startswith("config-kept: ")
            assert relay.reload(better).startswith("config-taken: ")

            frame = visitor.papers.open(Circle(), CODE)
            assert await visitor.ask(frame) == Done(frame.ref)
        async with visiting(relay.url) as visitor:
            assert isinstance(visitor.got[0], Greeting)
            assert visitor.got[0].operator
            assert visitor.got[0].operator.runs_it == "A"
        assert ask(relay.admin, "codes") == {CODE.public.hex(): 1}

        moved = relay.reload(better + "[listen]\nsocket_mode = '0600'\n")
        assert moved.startswith("config-taken: ")
        assert relay.journal().endswith("next start: listen.socket_mode")
        assert relay.end()[0] == 0


async def test_counts_are_shown_to_this_machine_only(tmp_path: Path) -> None:
    metrics = tmp_path / "m.sock"
    with Relay(tmp_path, f"[metrics]\nlisten = '{metrics}'\n") as relay:
        async with visiting(relay.url) as visitor:
            for name in range(12):
                await visitor.ask(visitor.papers.open(Circle(str(name))))
        with socket.socket(socket.AF_UNIX) as opened:
            opened.connect(str(metrics))
            opened.sendall(b"GET /metrics HTTP/1.1\r\n\r\n")
            text = opened.makefile().read()
    assert "holdspace_relay_rooms 10\n" in text
    assert "holdspace_relay_frames_in_total 10\n" in text
    assert "holdspace_relay_saved_total 10\n" in text


async def test_refusals_and_closes_are_counted(tmp_path: Path) -> None:
    with Relay(tmp_path, "[rooms]\nopen = false\n") as relay:
        async with visiting(relay.url) as visitor:
            for _ in range(10):
                await visitor.ask(visitor.papers.open(Circle()))
        figures = {(name, *labels): value for name, _, labels, value in status(relay)["figures"]}
        assert figures["refusals", "needs_code"] == 10
        assert figures["refusals", "not_here"] == 0


def status(relay: Relay) -> dict[str, list[tuple[str, bool, list[str], int]]]:
    return ask(relay.admin, "status")


def test_metrics_that_cannot_be_had_are_said(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with Relay(tmp_path, f"[metrics]\nlisten = '127.0.0.1:{port}'\n") as relay:
            assert "cannot listen where metrics.listen says" in relay.journal()


def test_only_its_own_user_may_ask_it(tmp_path: Path) -> None:
    with Relay(tmp_path, "") as relay:
        assert stat.S_IMODE(relay.admin.stat().st_mode) == 0o600
        assert ask(relay.admin, "health") == {"is_well": True}
        assert ask(relay.admin, "status")["leaves_no_image"] is True
        relay.end()
    assert not relay.admin.exists()


def test_an_admin_socket_that_cannot_be_keeps_nobody_from_meeting(tmp_path: Path) -> None:
    with Relay(tmp_path, f"[admin]\nsocket = '/{'x' * 200}'\n") as relay:
        assert relay.url.startswith("ws://")
        assert relay.journal().startswith("no-admin-socket: ")


def test_a_renewed_certificate_is_taken_with_the_settings(tmp_path: Path) -> None:
    papers = papers_in(tmp_path)
    files = f"[tls]\ncertificate = '{papers.certificate}'\nkey = '{papers.key}'\n"
    with Relay(tmp_path, files) as relay:
        assert relay.url.startswith("wss://127.0.0.1:")
        papers_in(tmp_path)
        assert relay.reload(files).startswith("certificate-taken: ")
        assert relay.journal().startswith("config-taken: ")
        papers.key.write_text("no key")
        assert relay.reload(files).startswith("certificate-kept: ")


def test_systemd_hears_how_it_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as systemd:
        systemd.bind(str(tmp_path / "n.sock"))
        systemd.settimeout(20)
        monkeypatch.setenv("NOTIFY_SOCKET", str(tmp_path / "n.sock"))
        with Relay(tmp_path, "") as relay:
            assert systemd.recv(100) == b"READY=1"
            relay.reload("")
            assert systemd.recv(100).startswith(b"RELOADING=1\nMONOTONIC_USEC=")
            assert systemd.recv(100) == b"READY=1"
            relay.end()
            assert systemd.recv(100) == b"STOPPING=1"


def test_somebody_elses_folder_is_refused(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data").chmod(0o777)
    with Relay(tmp_path, "") as relay:
        code, said = relay.end()
    assert code == 3
    assert "chmod go-w" in said


def test_a_log_in_a_cluster_needs_its_servers(tmp_path: Path) -> None:
    with Relay(tmp_path, "[log]\nkind = 'jetstream'\n") as relay:
        code, said = relay.end()
    assert code == 2
    assert "log.servers: jetstream needs at least one server" in said
