"""`./dev deploy`: install a relay for real, as people do, with all downloads; then ask it how it is.

Not among the everyday tests: it takes half a minute and the package index.
"""

import asyncio
import os
import subprocess
import sys
from pathlib import Path

import pytest

from relay_process import PATIENCE, visiting

ROOT = Path(__file__).parents[2]
BARE = {name: os.environ[name] for name in os.environ if not name.startswith("PYTHON")}


@pytest.fixture(scope="module", params=["", "fast jetstream"], ids=["alone", "with all"])
def installed(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("opt") / "relay"
    words = [ROOT / "deploy" / "install-relay", folder, *request.param.split()]
    python = {"PYTHON": getattr(sys, "_base_executable", sys.executable)}
    done = subprocess.run(
        ["sh", *words], check=True, capture_output=True, text=True, env=BARE | python
    )
    assert done.stdout.startswith("holdspace-relay ")
    return folder / "bin"


def test_nothing_more_is_there_than_a_relay_needs(installed: Path) -> None:
    listed = subprocess.run(
        [installed / "python", "-m", "pip", "list", "--format=freeze"],
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    names = {line.partition("==")[0] for line in listed.splitlines()} - {"pip", "setuptools"}
    needed = {"cffi", "cryptography", "holdspace", "msgspec", "pycparser", "websockets"}
    assert names - {"nats-py", "uvloop"} == needed
    assert [*installed.parent.glob("lib/*/site-packages/*.pth")] == [
        *installed.parent.glob("lib/*/site-packages/distutils-precedence.pth")
    ]


def test_it_serves(installed: Path, tmp_path: Path) -> None:
    relay = subprocess.Popen(
        [installed / "holdspace-relay", "--data", tmp_path, "--port", "0"],
        stdout=subprocess.PIPE,
        text=True,
        env=BARE,
        cwd=tmp_path,
    )
    try:
        assert relay.stdout
        asyncio.run(greeted(relay.stdout.readline().removeprefix("listening on ").strip()))
        asked = f"{installed}/holdspace-relay", "health", "--data", str(tmp_path)
        assert subprocess.run(asked, check=True, capture_output=True, env=BARE).stdout == b"well\n"
    finally:
        relay.terminate()
        relay.communicate(timeout=PATIENCE)
    assert relay.returncode == 0


async def greeted(url: str) -> None:
    async with visiting(url) as visitor:
        assert visitor.got
