"""The container file and its compose file agree with each other, and give the relay nothing it does not need.

Building them takes a base image and minutes; docs/self-hosting.md says how that was tried.
"""

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
CONTAINER = ROOT / "deploy" / "container"
FILE = (CONTAINER / "Containerfile").read_text()
COMPOSE = (CONTAINER / "compose.yaml").read_text()
SETTINGS = ROOT / "deploy" / "config" / "relay.toml"
RELAY, CADDY = COMPOSE.split("\n  caddy:\n")


def all_of(instruction: str) -> list[str]:
    return re.findall(rf"^{instruction} (.*)$", FILE, re.MULTILINE)


def test_what_is_copied_is_there() -> None:
    copied = [words.split() for words in all_of("COPY") if not words.startswith("--from")]
    assert copied
    assert all((ROOT / source).exists() for *sources, _to in copied for source in sources)


def test_everything_the_package_is_built_from_is_copied() -> None:
    copied = {word for words in all_of("COPY") for word in words.split()}
    trees = {"protocol", "server", "client", "translations"}
    assert trees | {"pyproject.toml", "README.md", "LICENSE"} <= copied


def test_it_runs_as_nobody_else_and_needs_no_shell() -> None:
    *_, last = FILE.split("\nFROM ")
    assert re.findall(r"^USER (.*)$", last, re.MULTILINE) == ["10787:10787"]
    assert "RUN " not in last
    started = re.findall(r"^(?:ENTRYPOINT|CMD|HEALTHCHECK .* CMD) (.*)$", last, re.MULTILINE)
    assert len(started) == 3
    assert all(isinstance(json.loads(words), list) for words in started)


@pytest.mark.parametrize(
    "line",
    [
        "network_mode: none",
        "read_only: true",
        "cap_drop: [ALL]",
        'security_opt: ["no-new-privileges:true"]',
        "- ./config:/etc/holdspace-relay:ro",
    ],
)
def test_compose_gives_it_next_to_nothing(line: str) -> None:
    assert line in RELAY


def test_both_sides_of_the_socket_are_the_same_place() -> None:
    assert "- door:/run/holdspace-relay" in RELAY
    assert "- door:/run/holdspace-relay" in CADDY
    assert "uid=10787,gid=10787" in CADDY  # the volumes stand at the end
    for place in ("/run/holdspace-relay/relay.sock", "/var/lib/holdspace-relay"):
        assert f'"{place}"' in SETTINGS.read_text()
    assert "/var/lib/holdspace-relay" in all_of("VOLUME")


def test_the_settings_to_start_from_are_right() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "holdspace.server", "config", "check", SETTINGS],
        check=True,
        capture_output=True,
        text=True,
    )
    assert "Listens on: the socket /run/holdspace-relay/relay.sock\n" in done.stdout
    assert "Opening a room: codes only" in done.stdout
