"""The screen in a real terminal: which bytes reach it, when it is idle, and how it is left (TD01, A22)."""

import os
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import pexpect
import pytest

from hostile_text import is_forbidden
from terminal_bytes import TOKENS, kinds, words

PROGRAM = Path(__file__).parents[2] / "support" / "screen_on_a_terminal.py"
F2, F12 = "\x1bOQ", "\x1b[24~"
TITLE = "\x1b]0;holdspace\x07"
LEFT = "\x1b[?1049l"


class Terminal:
    """A program in a pseudo-terminal, and everything it wrote."""

    def __init__(self, child: "pexpect.spawn[str]") -> None:
        self.child = child
        self.written = ""

    def read(self, seconds: float) -> str:
        """Return what comes within this time."""
        try:
            data = self.child.read_nonblocking(65_536, timeout=seconds)
        except (pexpect.TIMEOUT, pexpect.EOF):
            return ""
        self.written += data
        return data

    def until(self, words: str, since: int = 0) -> None:
        """Read until these words were written, in a bounded loop."""
        for _ in range(200):
            if words in self.written[since:]:
                return
            self.read(0.2)
        raise AssertionError(f"never came: {words!r}\n{self.written[-2000:]!r}")

    def settle(self, seconds: float = 0.5) -> None:
        """Read until nothing comes for a moment."""
        for _ in range(100):
            if not self.read(seconds):
                return

    def rest(self) -> str:
        """Read to the end of the program."""
        before = len(self.written)
        for _ in range(100):
            if not self.read(0.5) and not self.child.isalive():
                break
        return self.written[before:]


@contextmanager
def terminal(picture: str, environment: Mapping[str, str] | None = None) -> Iterator[Terminal]:
    """Run the screen on a picture, in a terminal of 100 by 30."""
    clean = {
        name: value for name, value in os.environ.items() if name not in ("NO_COLOR", "COLORTERM")
    }
    child = pexpect.spawn(
        sys.executable,
        [str(PROGRAM), picture],
        env={**clean, "TERM": "xterm-256color", **(environment or {})},
        dimensions=(30, 100),
        encoding="utf-8",
        codec_errors="strict",
    )
    try:
        yield Terminal(child)
    finally:
        child.close(force=True)


def test_no_byte_of_hostile_text_is_obeyed_and_the_title_is_neutral() -> None:
    with terminal("room") as plain:
        plain.until("Chi")
        plain.settle()
    with terminal("hostile") as evil:
        evil.until("bold")
        evil.child.send(F2)
        evil.until("in danger now")
        evil.settle()
    assert kinds(evil.written) <= kinds(plain.written)
    assert {kind for kind in kinds(evil.written) if kind.startswith("OSC")} == {
        "OSC 0;holdspace",
        "OSC 22;default",  # the shape of the mouse pointer, by Textual
    }
    assert is_forbidden(words(evil.written).replace("\r", "").replace("\n", "")) == ""


def test_an_idle_room_writes_nothing_and_leaves_a_clean_terminal_at_once() -> None:
    with terminal("room") as room:
        room.until("Fibromyalgia")
        assert room.written.index(TITLE) < room.written.index("Fibromyalgia")
        room.settle()
        assert room.read(2.0) == ""
        room.child.send(F12)
        after = room.rest()
        assert "ended: vanished" in after
        gone = after[after.index(LEFT) :]
        assert "Fibromyalgia" not in gone
        assert "Tuesday circle" not in gone


def test_the_quick_exit_gives_the_terminal_back_before_anything_else_and_writes_no_more() -> None:
    with terminal("room") as room:
        room.until("Fibromyalgia")
        room.child.send(F2)
        room.until("in danger now")
        room.child.send(F12)
        after = room.rest()
    assert after.count(LEFT) == 1
    gone = after[after.index(LEFT) :]
    # Cursor and title, and then the shell's: no mouse that writes into it, no part of a screen.
    assert gone.startswith(f"{LEFT}\x1b[?25h\x1b]0;\x07\x1b[23;0tended: vanished")
    assert "\x1b[?1000l" in after[: after.index(LEFT)]


@pytest.mark.parametrize("gap", ["at once", "one by one"])
def test_three_escapes_in_a_real_terminal_close_the_screen(gap: str) -> None:
    with terminal("room") as room:
        room.until("Fibromyalgia")
        room.settle()
        if gap == "at once":
            room.child.send("\x1b\x1b\x1b")
        else:
            for _ in range(3):
                room.child.send("\x1b")
                room.read(0.25)
        room.until("ended: vanished")


# What is pressed from the first page to the last, and words of what is shown then.
EVENING = (
    ("", "Practise alone"),
    ("q", "What we agree on here"),
    ("\x1bOP", "Keys and commands"),
    ("\x1b", "What we agree on here"),
    ("Sam", "Sam"),
    ("\r", "A line"),
    ("\r", "I accept"),
    ("\r", "Fibromyalgia"),
    ("\x1b", "leave"),
    ("$", "has the last word"),
    ("\x1b", "Fibromyalgia"),
    (F2, "in danger now"),
    ("\x1b", "Fibromyalgia"),
    ("l", "The room is on hold"),
    ("l", "The meeting is closed"),
)


def test_without_colours_no_colour_byte_is_written_from_the_first_page_to_the_last() -> None:
    with terminal("evening", {"NO_COLOR": "1"}) as evening:
        for keys, shown in EVENING:
            before = len(evening.written)
            evening.child.send(keys)
            evening.until(shown, since=before)
            evening.settle(0.2)
    numbers = {
        number
        for token in TOKENS.finditer(evening.written)
        if token["final"] == "m" and not token["mark"]
        for number in token["numbers"].split(";")
        if number
    }
    assert numbers <= {"0", "1", "2", "3", "4", "7"}
    assert "✦" in evening.written


def test_a_crash_restores_the_terminal_and_prints_one_sentence() -> None:
    with terminal("crash") as room:
        room.until("incident")
        after = room.rest()
    end = room.written[room.written.rindex(LEFT) :] + after
    assert "RuntimeError" in end
    assert "canary" not in room.written
    assert "Traceback" not in room.written
    assert "Fibromyalgia" not in end
