"""`./dev demo` for real: on a screen driven by keys, in plain lines by itself, and killed.

The screen is tmux where there is one, else a pseudo-terminal read with pyte; the story is the same.
"""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import time
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Protocol

import pexpect
import pyte
import pytest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.scenario.conftest import House

ROOT = Path(__file__).parents[2]
DEV = str(ROOT / "dev")
MEMBERS = ("Ben", "Chi", "Dov", "Eli", "Fay", "Gus")
PATIENCE = 40.0
LOOK = 0.05
ENTER, ESCAPE = "Enter", "Escape"
KEY_BYTES = {ENTER: "\r", ESCAPE: "\x1b"}
WRITING, NOT_WRITING = "Enter send", "Enter write"
HAS_TMUX = shutil.which("tmux") is not None


class Screen(Protocol):
    """A terminal somebody sits at."""

    def text(self) -> str:
        """Return what is on the screen."""

    def press(self, *keys: str) -> None:
        """Press keys: a name (Enter, Escape) or text that is typed."""

    def exit_code(self) -> int | None:
        """Return how the program ended, or None while it runs."""

    def close(self) -> None:
        """Take the terminal away."""


class TmuxScreen:
    """A pane of a tmux server of its own."""

    # tmux now and then forgets to reap a program that ended; so a shell tells how it did.
    _TELLING = '"$@"; echo "[ended with $?]"; exec cat'

    def __init__(self, argv: list[str], env: dict[str, str], size: tuple[int, int]) -> None:
        # A socket's path must be short, and the home of a test is not.
        self._folder = TemporaryDirectory(prefix="tmux-", dir="/tmp")
        self._env = env | {"TMUX_TMPDIR": self._folder.name, "TERM": "xterm-256color"}
        width, height = map(str, size)
        shell = ("sh", "-c", self._TELLING, "sh", *argv)
        self._tmux("-f", "/dev/null", "new-session", "-d", "-x", width, "-y", height, *shell)

    def text(self) -> str:
        return self._tmux("capture-pane", "-p")

    def press(self, *keys: str) -> None:
        for key in keys:
            self._tmux("send-keys", *([key] if key in {ENTER, ESCAPE} else ["-l", key]))

    def exit_code(self) -> int | None:
        told = re.search(r"\[ended with (\d+)\]", self.text())
        return int(told[1]) if told else None

    def close(self) -> None:
        self._tmux("kill-server")
        self._folder.cleanup()

    def _tmux(self, *arguments: str) -> str:
        done = subprocess.run(
            ["tmux", "-L", "demo", *arguments],
            env=self._env, cwd=ROOT, capture_output=True, text=True, timeout=20, check=True,
        )  # fmt: skip
        return done.stdout


class PtyScreen:
    """A pseudo-terminal, drawn by pyte."""

    def __init__(self, argv: list[str], env: dict[str, str], size: tuple[int, int]) -> None:
        width, height = size
        self._screen = pyte.Screen(width, height)
        self._stream = pyte.ByteStream(self._screen)
        self._child: pexpect.spawn[bytes] = pexpect.spawn(
            argv[0],
            argv[1:],
            env=env | {"TERM": "xterm-256color"},
            cwd=str(ROOT),
            dimensions=(height, width),
        )

    def text(self) -> str:
        try:
            while True:
                self._stream.feed(self._child.read_nonblocking(65536, timeout=0))
        except (pexpect.TIMEOUT, pexpect.EOF):
            return "\n".join(self._screen.display)

    def press(self, *keys: str) -> None:
        for key in keys:
            self._child.send(KEY_BYTES.get(key, key))

    def exit_code(self) -> int | None:
        self.text()
        return None if self._child.isalive() else self._child.exitstatus

    def close(self) -> None:
        self._child.close(force=True)


@pytest.fixture
def sit_at(house: House) -> Iterator[Callable[..., Screen]]:
    screens: list[Screen] = []

    def sit(kind: type[TmuxScreen | PtyScreen], size: tuple[int, int], *argv: str) -> Screen:
        screen = kind([DEV, "demo", *argv], house.env, size)
        screens.append(screen)
        return screen

    yield sit
    for screen in screens:
        screen.close()


def shows(screen: Screen, *patterns: str) -> str:
    """Wait until the screen shows one of the patterns; return the screen."""
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        text = screen.text()
        if any(re.search(pattern, text) for pattern in patterns):
            return text
        if screen.exit_code() is not None:
            break
        time.sleep(LOOK)
    pytest.fail(f"The screen never showed {patterns}:\n{screen.text()}")


def press_until(screen: Screen, key: str, pattern: str) -> None:
    """Press a key as a person does: look what it did, and press it again."""
    for _ in range(40):
        screen.press(key)
        until = time.monotonic() + 0.5
        while time.monotonic() < until:
            if re.search(pattern, screen.text()):
                return
            time.sleep(LOOK)
    pytest.fail(f"Pressing {key} never led to {pattern!r}:\n{screen.text()}")


def ends(screen: Screen) -> int:
    """Wait until the program ended; return its exit code."""
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        code = screen.exit_code()
        if code is not None:
            return code
        time.sleep(LOOK)
    pytest.fail(f"The program did not end:\n{screen.text()}")


@pytest.mark.parametrize(
    ("kind", "size"),
    [
        pytest.param(TmuxScreen, (80, 24), id="tmux-80x24"),
        pytest.param(TmuxScreen, (120, 36), id="tmux-120x36", marks=pytest.mark.long),
        pytest.param(PtyScreen, (80, 24), id="pty-80x24"),
    ],
)
def test_somebody_comes_in_shares_and_leaves(
    sit_at: Callable[..., Screen], kind: type[Screen], size: tuple[int, int]
) -> None:
    if kind is TmuxScreen and not HAS_TMUX:
        pytest.skip("There is no tmux here; the pty variant of this test did the same.")
    if kind is PtyScreen and HAS_TMUX and "CI" not in os.environ:
        pytest.skip("tmux did the same; with CI=true this runs too.")
    screen = sit_at(kind, size, "--speed", "6")

    # In the lobby: a name, no introduction, and yes.
    assert "What we agree on here" in shows(screen, "hat to call you")
    screen.press("Sam")
    shows(screen, "Name +Sam")
    # From the name to the line, to the button, and through it.
    press_until(screen, ENTER, "end-to-end encrypted")

    # A hand in the air, and in time the floor.
    shows(screen, WRITING)
    screen.press(ESCAPE)
    shows(screen, NOT_WRITING)
    screen.press("h")
    shows(screen, "You have the floor")
    screen.press(ENTER)
    shows(screen, WRITING)
    screen.press("Hello from a real keyboard.")
    shows(screen, "Hello from a real keyboard")
    screen.press(ENTER)
    shows(screen, "You +\\d\\d:\\d\\d *(\\S.*)?\n +Hello from a real keyboard")

    # Out of the text field, and goodbye.
    screen.press(ESCAPE)
    shows(screen, NOT_WRITING)
    screen.press("q")
    shows(screen, "Leave this meeting")
    screen.press("y")
    shows(screen, "You have left the meeting")
    screen.press(ENTER)
    assert ends(screen) == 0
    assert "Nothing of the demo is kept" in screen.text()


@pytest.mark.long
def test_the_demo_comes_to_its_closing_by_itself(house: House) -> None:
    demo = house.start("demo", DEV, "demo", "--plain", "--speed", "20")
    demo.expect("Type y to accept", patience=60)
    demo.type("y", "Sam", "")
    for number, title in enumerate(
        ("Welcome", "Agreements", "Try the room", "Check-in", "Who we are", "Settle"), 1
    ):
        demo.expect(f"^stage: {number} of 10, {title}", patience=60)
    demo.expect("^stage: 9 of 10, Closing round", patience=90)
    # The person did nothing, and was still waited for and spoken to by name.
    assert demo.matching("^Ana: .*Sam")
    assert len(demo.matching("^(Ben|Chi|Dov|Eli|Fay|Gus): ")) >= 18
    demo.signal(signal.SIGINT)
    assert demo.ends() == 0
    assert_nothing_left(house)


@pytest.mark.long
def test_in_the_facilitators_chair_people_knock_and_take_part(house: House) -> None:
    demo = house.start("demo", DEV, "demo", "--plain", "--facilitate", "--speed", "20")
    demo.expect("What shall people here call you")
    demo.type("Ben")
    demo.expect("What shall people here call you")
    demo.type("Mara")
    for name in MEMBERS:
        demo.has_said(f"^door: {name} is at the door")
        demo.type(f"/admit {name}")
    for name in MEMBERS:
        demo.has_said(f"^room: .*{name} is here")
    demo.type("/stage 5")
    demo.expect("^notice: Nobody is writing any more", patience=90)
    demo.type("/written I am new to this chair.", "/release")
    demo.expect("^you: I am new to this chair.", patience=90)
    for _ in MEMBERS[1:]:
        demo.type("/readon")
        demo.expect(f"^({'|'.join(MEMBERS)}): ")
    demo.expect("^turn: The round is complete", patience=90)
    # One of them only reads tonight, which is fine.
    heard = [name for name in MEMBERS if demo.matching(f"^{name}: ")]
    assert len(heard) >= len(MEMBERS) - 1
    demo.type("/close", "y")
    assert demo.ends() == 0
    assert_nothing_left(house)


def test_when_it_is_killed_nothing_stays_behind(house: House) -> None:
    demo = house.start("demo", DEV, "demo", "--plain", "--speed", "20")
    demo.expect("Type y to accept", patience=60)
    assert relay_folders(house)
    demo.kill()
    assert_nothing_left(house)


@pytest.mark.parametrize(
    "moment",
    [
        "opens the room",
        pytest.param("Starting a relay", marks=pytest.mark.long),
        pytest.param("opened the room", marks=pytest.mark.long),
    ],
)
def test_ctrl_c_while_it_starts_leaves_nothing(house: House, moment: str) -> None:
    demo = house.start("demo", DEV, "demo", "--plain", "--speed", "20")
    demo.expect(moment)
    demo.signal(signal.SIGINT)
    assert demo.ends() == 0
    assert not demo.matching("Traceback")
    assert_nothing_left(house)


def test_ctrl_c_at_the_first_question_leaves_at_once(house: House) -> None:
    demo = house.start("demo", DEV, "demo", "--plain", "--facilitate")
    demo.expect("What shall people here call you")
    demo.signal(signal.SIGINT)
    assert demo.ends() == 0
    assert demo.matching("^Stopped")
    assert_nothing_left(house)


def relay_folders(house: House) -> list[Path]:
    """Return the temporary folders of relays."""
    return list(house.home.glob("holdspace-*"))


def processes_of(house: House) -> list[str]:
    """Return the processes that were started in this test's home and still run."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            if f"HOME={house.home}\0".encode() in (process / "environ").read_bytes():
                found.append((process / "cmdline").read_text().replace("\0", " "))
        except OSError:
            continue
    return found


def assert_nothing_left(house: House) -> None:
    """Wait until no process and no folder of the demo is left."""
    until = time.monotonic() + PATIENCE
    while processes_of(house) or relay_folders(house):
        if time.monotonic() > until:
            pytest.fail(f"Left behind: {processes_of(house)} {relay_folders(house)}")
        time.sleep(LOOK)
