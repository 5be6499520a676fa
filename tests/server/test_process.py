"""What a process does about its own memory, and what systemd hears."""

import socket
import subprocess
import sys
from pathlib import Path

import pytest

from holdspace.server.process import notify, notify_reloading

LINUX = pytest.mark.skipif(sys.platform != "linux", reason="asks the Linux kernel")


def test_a_crash_leaves_nothing() -> None:
    program = (
        "from holdspace.server.process import leave_no_image, leaves_no_image\n"
        "assert leave_no_image() and leaves_no_image()\n"
    )
    subprocess.run([sys.executable, "-c", program], check=True)


@LINUX
def test_what_would_leave_something_is_seen() -> None:
    program = (
        "import resource\nfrom holdspace.server.process import leaves_no_image\n"
        "resource.setrlimit(resource.RLIMIT_CORE, (0, resource.getrlimit(resource.RLIMIT_CORE)[1]))\n"
        "assert not leaves_no_image()\n"
    )
    subprocess.run([sys.executable, "-c", program], check=True)


@pytest.mark.parametrize("is_abstract", [False, pytest.param(True, marks=LINUX)])
def test_systemd_hears(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, is_abstract: bool) -> None:
    where = f"@holdspace-{tmp_path}" if is_abstract else str(tmp_path / "n.sock")
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as systemd:
        systemd.bind(where.replace("@", "\0", 1))
        systemd.settimeout(20)
        monkeypatch.setenv("NOTIFY_SOCKET", where)
        notify("READY=1")
        assert systemd.recv(100) == b"READY=1"
        notify_reloading()
        assert systemd.recv(100).startswith(b"RELOADING=1\nMONOTONIC_USEC=")


@pytest.mark.parametrize("where", ["", "nonsense", "/nowhere/at/all"])
def test_without_systemd_nothing_happens(monkeypatch: pytest.MonkeyPatch, where: str) -> None:
    monkeypatch.setenv("NOTIFY_SOCKET", where)
    notify("READY=1")
