"""docs/self-hosting.md, typed from top to bottom: what it says to type works, and shows what it says.

What stands in for the system is in support/typed_page.py.
"""

import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from tempfile import mkdtemp

import pytest

from proxies import find, papers_in
from typed_page import ROOT, SETTINGS, Block, Machine, blocks, matches, merged

PAGE = ROOT / "docs" / "self-hosting.md"
BLOCKS = blocks(PAGE)
DATABASE = "/var/lib/holdspace-relay/relay.db"


LINUX = pytest.mark.skipif(
    sys.platform != "linux", reason="the page is for machines with systemd, so it was not typed"
)


@pytest.fixture
def machine() -> Iterator[Machine]:
    folder = Path(mkdtemp(prefix="hs-", dir="/tmp"))
    machine = Machine(folder)
    try:
        yield machine
    finally:
        machine.switch_off()
        shutil.rmtree(folder)


class Reader:
    """Somebody who types the page, and looks at what they see."""

    def __init__(self, machine: Machine) -> None:
        self._machine = machine
        self._codes = ""

    def read(self, block: Block, below: Block) -> None:
        if block.kind == "sh":
            self._prepare(block.text)
            shown = self._machine.type(block.text, may_fail="doctor" in block.text)
            if below.kind == "text":
                assert matches(self._machine.placed(below.text), shown), f"{block.text}\n{shown}"
            self._look(block.text, shown)
        elif block.kind == "toml":
            self._edit(block.text)
            self._machine.type("holdspace-relay config check")

    def _prepare(self, text: str) -> None:
        if "install-relay /opt/holdspace-relay jetstream" in text:  # on another machine
            self._machine.type("rm -rf /opt/holdspace-relay")
        if "relay.db.before-2" in text:
            self._machine.type(f"cp {DATABASE} {DATABASE}.before-2")
        if "certbot-hook" in text:
            self._certify()
        if "apt install tor" in text:  # on another one, and tor has made its address
            self._write(SETTINGS, (ROOT / "deploy" / "config" / "relay.toml").read_text())
            self._write("/var/lib/tor/holdspace/hostname", "your-onion-address.onion\n")
        for name in re.findall(r"nano (\S+\.creds)", text):
            self._write(name, "relay:another long password\n")
        if self._codes and f"nano {SETTINGS}" in text:
            self._edit(f"[rooms]\n{self._codes}")
            self._codes = ""

    def _look(self, text: str, shown: str) -> None:
        if "code new" in text:
            [line] = re.findall(
                r'^ +("[0-9a-f]{64} 3 for the Tuesday group"),$', shown, re.MULTILINE
            )
            self._codes = f"codes = [{line}]"
        if "disable --now" in text:  # for good
            assert not self._machine.file(DATABASE).exists()
        if "doctor" in text:
            failed = re.findall("^FAIL.*", shown, re.MULTILINE)
            # Nobody has that name, and the port is any.
            assert all(re.search(r"wss://(relay\.example|127\.0\.0\.1:0)", line) for line in failed)
            assert "pass  running" in shown

    def _edit(self, more: str) -> None:
        # A port of this machine that is free, in place of one that anybody could have.
        more = more.replace('host = "0.0.0.0"', 'host = "127.0.0.1"\nport = 0')
        self._machine.write(SETTINGS, merged(self._machine.file(SETTINGS).read_text(), more))
        for name in re.findall(r'"(/\S+\.creds)"', more):
            self._write(name, "relay:another long password\n")

    def _write(self, path: str, text: str) -> None:
        self._machine.file(path).parent.mkdir(parents=True, exist_ok=True)
        self._machine.write(path, text)

    def _certify(self) -> None:
        """What certbot does at the end, and at each renewal."""
        lineage = self._machine.folder / "lineage"
        lineage.mkdir()
        papers_in(lineage)
        group = subprocess.run(["id", "-gn"], check=True, capture_output=True, text=True).stdout
        self._machine.type(
            "deploy/certbot-hook", RENEWED_LINEAGE=str(lineage), RELAY_GROUP=group.strip()
        )
        assert (
            self._machine.file("/etc/holdspace-relay/privkey.pem").stat().st_mode & 0o777 == 0o640
        )


@LINUX
@pytest.mark.long
def test_the_page_typed_from_top_to_bottom(machine: Machine) -> None:
    reader = Reader(machine)
    for block, below in pairwise([*BLOCKS, Block("", "")]):
        reader.read(block, below)
    told = (machine.folder / "told").read_text()
    assert "usermod --append --groups holdspace caddy" in told


def test_every_block_is_of_a_kind_that_is_tried() -> None:
    kinds = {block.kind for block in BLOCKS}
    assert kinds == {"sh", "text", "text-to-send", "toml", "nats", "torrc"}


def test_the_facilitator_can_type_what_they_are_sent() -> None:
    sent = "\n".join(block.text for block in BLOCKS if block.kind == "text-to-send")
    assert set(re.findall(r"\./dev run (\w+)", sent)) == {"host", "join", "relay"}
    [option] = set(re.findall(r"--\w+", sent))
    program = Path(sys.executable).parent / "holdspace"
    explained = subprocess.run(
        [program, "host", "--help"], check=True, capture_output=True, text=True
    ).stdout
    assert option in explained


def test_tor_takes_its_lines(tmp_path: Path) -> None:
    tor = find("tor")
    if tor is None:
        pytest.skip("tor is not installed here, so the lines for torrc were not tried")
    [lines] = [block.text for block in BLOCKS if block.kind == "torrc"]
    (tmp_path / "torrc").write_text(
        f"DataDirectory {tmp_path}/data\n" + lines.replace("/var/lib/tor", str(tmp_path))
    )
    subprocess.run(
        [tor, "--verify-config", "-f", tmp_path / "torrc"], check=True, capture_output=True
    )


def test_nats_takes_its_lines(tmp_path: Path) -> None:
    server = Path(sys.executable).parent / "nats-server"
    if not server.exists():
        pytest.skip("nats-server is not installed here, so the lines for it were not tried")
    [lines] = [block.text for block in BLOCKS if block.kind == "nats"]
    (tmp_path / "nats.conf").write_text(lines.replace("/var/lib/nats", str(tmp_path)))
    subprocess.run([server, "-t", "-c", tmp_path / "nats.conf"], check=True, capture_output=True)
