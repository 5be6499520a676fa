"""What a fresh interpreter really loads: the contracts read the sources, this asks the running program."""

import json
import os
import subprocess
import sys

import pytest

from holdspace.client.tui.screens.table import SCREENS

SCREEN = {"textual", "rich"}
MEETING = {"holdspace.protocol.mls", "holdspace.protocol.meeting"}
CLIENT = {"holdspace.client"}
LINES = {"holdspace.client.plain.session"}
# What opens over the room, or instead of it, is loaded beside its first words and not before them.
LATER = {f"holdspace.client.tui.screens.{place.partition(':')[0]}" for place in SCREENS.values()}
LATER |= {
    "holdspace.client.tui.locals",
    "holdspace.client.library",
    "holdspace.protocol.meeting.events",
}
# What takes most of the time that a program needs to begin.
SLOW = {"asyncio", "cryptography", "inspect", "msgspec", "importlib.metadata"}

REPORT = "\nimport json, sys\nprint(json.dumps(sorted(sys.modules)), file=sys.stderr)"


def loaded_by(program: str) -> set[str]:
    """Return the modules that are loaded when the program ends."""
    # What measures the tests would be loaded, too.
    env = {name: text for name, text in os.environ.items() if not name.startswith("COVERAGE")}
    ended = subprocess.run(
        [sys.executable, "-c", program + REPORT],
        capture_output=True,
        check=True,
        text=True,
        env=env,
    )
    return set(json.loads(ended.stderr))


def command(module: str, argument: str) -> str:
    """Return a program that calls a console script as its launcher does."""
    return f"""
import sys
sys.argv = ["holdspace", "{argument}"]
from {module} import main
try:
    main()
except SystemExit as stop:
    assert not stop.code
"""


@pytest.mark.parametrize(
    ("program", "absent"),
    [
        ("import holdspace.client.seat", SCREEN),
        ("import holdspace.client.attend", SCREEN),
        ("import holdspace.client.plain.session", SCREEN),
        ("import holdspace.client.tui.app", {"holdspace.protocol.mls", "cryptography"} | LATER),
        # What is said, or started, before somebody has to wait.
        (
            "import holdspace.client.demo.show",
            SCREEN | LINES | {"holdspace.protocol.mls"},
        ),
        ("import holdspace.client.commands.demo", SCREEN | {"cryptography"}),
        ("import holdspace.client.relay_keeper", {"asyncio", "msgspec", "cryptography"}),
        ("import holdspace.client.front_end", SCREEN | LINES),
        ("import holdspace.server.cli", SCREEN | MEETING | CLIENT),
        (command("holdspace.server.cli", "--help"), SCREEN | MEETING | CLIENT),
        (command("holdspace.client.cli", "--help"), SCREEN | MEETING | SLOW),
        (command("holdspace.client.cli", "--version"), SCREEN | MEETING),
        (command("holdspace.client.cli", "keys"), SCREEN | {"asyncio"}),
    ],
)
def test_nothing_is_loaded_that_is_not_needed(program: str, absent: set[str]) -> None:
    assert not absent & loaded_by(program)


def test_what_is_loaded_is_seen() -> None:
    # Guards the test above: names that nothing ever loads would always pass.
    everything = "import textual.app, holdspace.protocol.frames, holdspace.protocol.mls"
    assert loaded_by(f"{everything}, importlib.metadata") >= SLOW | {
        "textual",
        "rich",
        "holdspace.protocol.mls",
    }


def test_the_screen_is_not_heavier_than_it_has_to_be() -> None:
    # A count and no time: it is the same on every machine. The room with every page that opens over it.
    assert len(loaded_by("import holdspace.client.tui.app, holdspace.client.tui.locals")) <= 620
