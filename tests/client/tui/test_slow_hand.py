"""A slow hand at a real terminal: letters one by one, while stages change and shares come in around them."""

import os
import signal
import sys
from collections.abc import Iterator

import pexpect
import pytest

# Every signal is one more thing that happens in the room; the rest is the real screen at a real terminal.
PROGRAM = """
import asyncio, os, signal, sys
import screen_samples as sample
from dataclasses import replace
from holdspace.client.tui.app import HoldspaceApp
from screen_player import Player

class Heard(Player):
    def do(self, intent):
        os.write(1, b"\\a")
        return super().do(intent)

player = Heard(sample.MY_TURN)
stages = iter(range(3, 8))

def go_on():
    at = next(stages)
    player.change(stages=sample.told(sample.stages(at)))
    os.write(1, b"\\a")

async def main():
    asyncio.get_running_loop().add_signal_handler(signal.SIGUSR1, go_on)
    await HoldspaceApp(player, clock=lambda: sample.NOW).run_async()

asyncio.run(main())
for intent in player.wanted:
    sys.stdout.write(f"wanted: {type(intent).__name__} {getattr(intent, 'text', '')}\\n")
"""
SAID = "One word, and then another."


@pytest.fixture
def screen() -> Iterator["pexpect.spawn[str]"]:
    child = pexpect.spawn(
        sys.executable,
        ["-P", "-c", PROGRAM],
        env={**os.environ, "PYTHONPATH": "tests/support", "TERM": "xterm-256color"},
        dimensions=(30, 100),
        encoding="utf-8",
        timeout=20,
    )
    child.delaybeforesend = None
    yield child
    child.close(force=True)


def test_a_draft_typed_letter_by_letter_outlives_stages_and_is_sent_by_nobody_else(
    screen: "pexpect.spawn[str]",
) -> None:
    screen.expect_exact("You have the floor")
    for word in SAID.split(" "):
        for letter in word:
            screen.send(letter)
            # Each letter is on the screen before the next: as slow as anybody likes.
            screen.expect_exact(letter)
        screen.kill(signal.SIGUSR1)
        screen.expect_exact("\a")
        screen.send(" " if word != "another." else "\r")
    screen.expect_exact("\a")
    screen.send("\x1b[24~")
    screen.expect_exact(f"wanted: Say {SAID}\r\n")
    screen.expect(pexpect.EOF)
    assert "wanted" not in str(screen.before)
