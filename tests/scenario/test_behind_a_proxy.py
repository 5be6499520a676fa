"""The first meeting of docs/self-hosting.md: a room code, a relay on a socket, nginx with TLS before it."""

from __future__ import annotations

import re
import subprocess
from typing import TYPE_CHECKING

import pytest
from tests.scenario.conftest import BIN, Somebody

from proxies import find, running

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.scenario.conftest import House, Program

    from proxies import Proxy

SETTINGS = """
[listen]
host = ""
socket = "{socket}"
origins = ["{url}"]
[log]
folder = "{folder}"
[rooms]
"""


@pytest.fixture
def nginx(tmp_path: Path) -> Iterator[Proxy]:
    if find("nginx") is None:
        pytest.skip("nginx is not installed here, so no meeting was held behind it")
    (tmp_path / "nginx").mkdir()
    with running("nginx", tmp_path / "nginx", tmp_path / "relay.sock") as proxy:
        yield proxy


@pytest.mark.long
def test_a_meeting_with_a_code_behind_nginx(house: House, nginx: Proxy, tmp_path: Path) -> None:
    url = f"wss://localhost:{nginx.port}"
    code = serve(house, nginx, url)
    file = tmp_path / "code"
    file.touch(mode=0o600)
    file.write_text(code)
    host = Somebody(hosting(house, nginx, url, file), "Ottilie")
    invitation = host.expect("^holdspace1:.*").group()
    guest = Somebody(person(house, nginx, "join", "--plain"), "Mara")
    guest.knock(invitation)
    host.expect("^door: Mara is at the door")
    host.type("/admit")
    guest.expect("^room: This is ")
    host.type("Good evening.")
    guest.expect("^Ottilie: Good evening.")
    host.type("/close", "y")
    assert guest.program.ends() == 0
    assert host.program.ends() == 0
    assert b"client: " not in nginx.written()


def serve(house: House, nginx: Proxy, url: str) -> str:
    """Run a relay that wants a code, and return the code."""
    settings = house.home / "relay.toml"
    folder = house.home / "log"
    settings.write_text(SETTINGS.format(socket=nginx.upstream, url=url, folder=folder))
    made = subprocess.run(
        [BIN / "holdspace-relay", "code", "new", "--config", settings],
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    [declared] = re.findall(r"^ +(codes = \[.*?\])$", made, re.MULTILINE | re.DOTALL)
    with settings.open("a") as opened:
        opened.write(declared)
    house.start("relay", "holdspace-relay", "--config", str(settings)).expect("^listening on ")
    [code] = re.findall(r"^ +((?:\w{5}-)+\w{5})$", made, re.MULTILINE)
    return str(code)


def hosting(house: House, nginx: Proxy, url: str, code: Path) -> Program:
    asked = ("--plain", "--relay", url, "--room", "Circle", "--name", "Ottilie", "--flow", "none")
    return person(house, nginx, "host", *asked, "--room-code-file", str(code))


def person(house: House, nginx: Proxy, command: str, *words: str) -> Program:
    """Start somebody whose machine believes the certificate of these tests."""
    believing = f"SSL_CERT_FILE={nginx.papers.certificate}"
    return house.start(command, "env", believing, str(BIN / "holdspace"), command, *words)
