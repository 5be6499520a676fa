"""The systemd unit may do next to nothing, with each of its drop-ins too."""

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
UNITS = ROOT / "deploy" / "systemd"
UNIT = "holdspace-relay.service"
# In tenths, as systemd-analyze takes it: 1.5 of 10.
MOST = 15
WAYS = {
    "behind a proxy": ([], 3),
    "with its socket held": (["socket.conf"], 3),
    "on the network": (["network.conf"], MOST),
    "on a cluster": (["network.conf", "nats.conf"], MOST),
    "on port 443": (["network.conf", "low-port.conf"], MOST),
}


@pytest.fixture
def systemd_analyze() -> str:
    program = shutil.which("systemd-analyze")
    if program is None and os.environ.get("CI") == "true":
        pytest.fail("systemd-analyze is missing, so nothing checks what the unit may do")
    if program is None:
        pytest.skip("systemd-analyze is not installed here, so the unit was not checked")
    return program


@pytest.mark.parametrize(("drop_ins", "most"), WAYS.values(), ids=WAYS)
def test_how_much_it_is_exposed(
    systemd_analyze: str, drop_ins: list[str], most: int, tmp_path: Path
) -> None:
    folder = tmp_path / "etc" / "systemd" / "system"
    beside = folder / f"{UNIT}.d"
    beside.mkdir(parents=True)
    shutil.copy(UNITS / UNIT, folder)
    for name in drop_ins:
        shutil.copy(UNITS / name, beside)
    words = ["security", "--offline=true", f"--threshold={most}", f"--root={tmp_path}", UNIT]
    done = subprocess.run([systemd_analyze, *words], check=False, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "Overall exposure level" in done.stdout
    # A drop-in that is not read would pass as well.
    is_on_network = "network.conf" in drop_ins
    assert ("has access to the host's network" in done.stdout) == is_on_network
    assert ("receives ambient capabilities" in done.stdout) == ("low-port.conf" in drop_ins)


def test_the_files_name_each_other() -> None:
    unit = (UNITS / UNIT).read_text()
    [group] = re.findall(r"^Group=(.*)$", unit, re.MULTILINE)
    assert f"\ng {group} -\n" in (UNITS / "holdspace-relay.sysusers").read_text()
    [folder] = re.findall(r"^RuntimeDirectory=(.*)$", unit, re.MULTILINE)
    for proxy in ("nginx/holdspace.conf", "caddy/Caddyfile"):
        assert f"/run/{folder}/relay.sock" in (ROOT / "deploy" / proxy).read_text()
