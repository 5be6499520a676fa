"""Ctrl-Z, in one's own editor and outside: the shell has its terminal as it was, and `fg` goes on."""

import re
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

import pexpect
import pytest
from tests.client.tui.test_terminal_bytes import F12, PROGRAM

from own_editor import APPENDS, make_editor

SHELL = shutil.which("bash")
PROMPT = "the shell> "
F4 = "\x1bOS"
# What Ctrl-Z in an editor does: it stops with everybody who has the terminal with it.
STOPS = f"echo EDITING; kill -TSTP 0; {APPENDS}"
PLAIN = """
import asyncio, os
from holdspace.client.editor import find_editor, write_in
from holdspace.client.plain.terminal import open_terminal

async def main():
    terminal = open_terminal()
    terminal.say(["room: ready."])
    while (line := await terminal.read()) is not None:
        if line == "edit":
            with terminal.lend():
                line = (await write_in(find_editor(os.environ), "my words", os.environ)).text
        terminal.say([f"heard: {line}"])
    terminal.close()

asyncio.run(main())
"""

pytestmark = [
    pytest.mark.skipif(SHELL is None, reason="no shell with job control"),
    pytest.mark.skipif(not Path("/dev/shm").is_dir(), reason="no place that is only in memory"),
]


class Shell:
    """A shell at a terminal of its own, and what it found there at first."""

    def __init__(self, environment: dict[str, str]) -> None:
        clean = {key: value for key, value in environment.items() if key != "NO_COLOR"}
        self.child = pexpect.spawn(
            SHELL or "",
            ["--norc", "--noprofile", "-i"],
            env={**clean, "TERM": "xterm-256color", "PS1": PROMPT, "HISTFILE": ""},
            dimensions=(30, 100),
            encoding="utf-8",
            timeout=30,
        )
        self.child.expect_exact(PROMPT)
        self._found = self._settings()

    @property
    def is_as_it_was(self) -> bool:
        """Tell whether the terminal is set as it was before anything was started."""
        return self._settings() == self._found

    def does(self, line: str, until: str) -> None:
        """Type a line, and wait for words."""
        self.child.sendline(line)
        self.child.expect_exact(until)

    def _settings(self) -> str:
        self.child.sendline("stty -g")
        self.child.expect(r"([0-9a-f]+(?::[0-9a-f]+)+)\r\n")
        found: re.Match[str] = self.child.match  # type: ignore[assignment]
        self.child.expect_exact(PROMPT)
        return found.group(1)


@pytest.fixture
def shell(tmp_path: Path) -> Iterator[Shell]:
    one = Shell(make_editor(tmp_path, STOPS))
    yield one
    one.child.close(force=True)


def test_the_screen_lends_its_terminal_to_an_editor_that_is_stopped_and_goes_on(
    shell: Shell,
) -> None:
    shell.does(f"{sys.executable} {PROGRAM} room", "Fibromyalgia")
    shell.child.send("my words")
    shell.child.expect_exact("s")
    shell.child.send(F4)
    shell.child.expect_exact("EDITING")
    shell.child.expect_exact(PROMPT)
    assert shell.is_as_it_was
    shell.does("fg", "my words and more")
    shell.child.send(F12)
    shell.child.expect_exact("ended: vanished")
    shell.child.expect_exact(PROMPT)
    assert shell.is_as_it_was


def test_plain_lines_are_stopped_in_mid_line_and_in_an_editor(shell: Shell, tmp_path: Path) -> None:
    program = tmp_path / "plain.py"
    program.write_text(PLAIN)
    shell.does(f"{sys.executable} -P {program}", "room: ready.")
    shell.child.send("half a sen")
    shell.child.expect_exact("half a sen")
    shell.child.send("\x1a")
    shell.child.expect_exact(PROMPT)
    assert shell.is_as_it_was
    shell.child.sendline("fg")
    shell.child.expect_exact(program.name)
    shell.does("tence", "heard: half a sentence")
    shell.does("edit", "EDITING")
    shell.child.expect_exact(PROMPT)
    assert shell.is_as_it_was
    shell.does("fg", "heard: my words and more")
    shell.child.send("\x04")
    shell.child.expect_exact(PROMPT)
    assert shell.is_as_it_was
