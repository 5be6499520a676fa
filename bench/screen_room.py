"""How quick the screen is, in a real terminal: what `./dev bench screen` measures of the room.

Every figure is what somebody at the keyboard would see: from the key, or from what came in, until
the terminal was sent the picture.
"""

import atexit
import fcntl
import os
import pickle
import pty
import re
import select
import shutil
import signal
import statistics
import struct
import subprocess
import sys
import tempfile
import termios
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple, Self

from relay_load import cpu_seconds, resident_kib

HERE = Path(__file__).parent
PATIENCE = 60.0
_SIZE = (36, 120)
# So long nothing comes from a program that has painted all it wanted to.
_SILENCE = 0.15
_LETTERS = "ΩЖßñŁþøçðæ"
_KEYS = 100
_MANY = 10_000


class Mark(NamedTuple):
    """What something may take."""

    about: str
    most: float
    unit: str = "ms"


class Program:
    """A program in a terminal of its own."""

    def __init__(self, *arguments: str, path: Path | None = None) -> None:
        heard, self._control = os.pipe()
        self.started = time.perf_counter()
        self.pid, self._terminal = pty.fork()
        if not self.pid:
            os.environ |= {"TERM": "xterm-256color", "COLORTERM": "truecolor"}
            os.environ |= {"PYTHONPATH": str(path)} if path else {}
            os.set_inheritable(heard, True)
            words = [one.replace("FD", str(heard)) for one in arguments]
            os.execv(sys.executable, [sys.executable, *words])  # noqa: S606  # our own program
        os.close(heard)
        self.resize(*_SIZE)
        self.bytes_read = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        os.kill(self.pid, signal.SIGKILL)
        os.waitpid(self.pid, 0)
        os.close(self._terminal)
        os.close(self._control)

    def resize(self, lines: int, columns: int) -> None:
        """Give the window another size."""
        fcntl.ioctl(self._terminal, termios.TIOCSWINSZ, struct.pack("HHHH", lines, columns, 0, 0))

    def ask(self, line: str) -> None:
        """Let the program do something."""
        os.write(self._control, f"{line}\n".encode())

    def press(self, keys: str) -> None:
        """Press keys."""
        os.write(self._terminal, keys.encode())

    def until(self, pattern: str) -> re.Match[str]:
        """Read until this was painted."""
        text, deadline = "", time.monotonic() + PATIENCE
        while (found := re.search(pattern, text)) is None:
            text += self._read(deadline - time.monotonic())
        return found

    def settle(self) -> float:
        """Read until nothing comes any more; return when the last of it came."""
        last = time.perf_counter()
        while self._read(_SILENCE, is_needed=False):
            last = time.perf_counter()
        return last

    def listen(self, seconds: float) -> int:
        """Return how many bytes come within a time."""
        before, end = self.bytes_read, time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            self._read(left, is_needed=False)
        return self.bytes_read - before

    def _read(self, seconds: float, *, is_needed: bool = True) -> str:
        ready, _, _ = select.select([self._terminal], [], [], max(0.0, seconds))
        if not ready:
            if is_needed:
                raise TimeoutError("What was waited for was never painted.")
            return ""
        data = os.read(self._terminal, 65_536)
        self.bytes_read += len(data)
        return data.decode(errors="replace")


@lru_cache
def picture() -> Path:
    """Return a file with the room as it is shown; its words of time change in ten minutes, not now."""
    sys.path.insert(0, str(HERE.parent / "tests" / "support"))
    import screen_samples  # noqa: PLC0415 (only the one who measures loads it)

    view = replace(screen_samples.ROOM, transcript=(), stage_started=time.time(), stage_seconds=0)
    path = Path(tempfile.mkdtemp()) / "room"
    path.write_bytes(pickle.dumps(view))
    atexit.register(shutil.rmtree, path.parent)
    return path


def our_room() -> tuple[str, ...]:
    """Return what runs the room."""
    return (str(HERE / "screen_app.py"), "room", "FD", str(picture()))


@contextmanager
def room() -> Iterator[Program]:
    """Open the room."""
    with Program(*our_room()) as program:
        program.until("check words")
        program.settle()
        yield program


def took(started: float) -> float:
    """Return how many milliseconds passed."""
    return (time.perf_counter() - started) * 1000


def help_figures() -> Iterator[tuple[Mark, float]]:
    """How long `--help` takes."""
    program = [sys.executable, "-m", "holdspace.client.cli", "--help"]
    times = []
    for _ in range(7):
        started = time.perf_counter()
        subprocess.run(program, stdout=subprocess.DEVNULL, check=True)  # noqa: S603
        times.append(took(started))
    yield Mark("holdspace --help", 120), statistics.median(times)


def start_figures() -> Iterator[tuple[Mark, float]]:
    """From the start to the first words, and what is loaded by then."""
    times = []
    for _ in range(3):
        with Program(*our_room()) as program:
            program.until("check words")
            times.append(took(program.started))
    yield Mark("first words of the room", 450), statistics.median(times)
    with room() as program:
        program.ask("modules 0")
        yield Mark("modules loaded", 620, ""), float(program.until(r"modules:(\d+):")[1])
        yield Mark("memory at the start", 60, "MB"), resident_kib(program.pid) / 1000


def idle_figures() -> Iterator[tuple[Mark, float]]:
    """What a room takes in which nothing happens."""
    with room() as program:
        before, seconds = cpu_seconds(program.pid), 5.0
        yield Mark("idle: bytes a second", 0, "B/s"), program.listen(seconds) / seconds
        used = cpu_seconds(program.pid) - before
        yield Mark("idle: processor", 0.5, "%"), 100 * used / seconds


def key_figures(
    program: Program, what: str, marks: tuple[float, float]
) -> Iterator[tuple[Mark, float]]:
    """From a key to the letter in the text field."""
    times = sorted(_key(program, _LETTERS[at % len(_LETTERS)]) for at in range(_KEYS))
    for name, most, at in (("median", marks[0], 0.5), ("p95", marks[1], 0.95)):
        if most:
            yield Mark(f"{what}, {name}", most), times[int(at * len(times))]


def _key(program: Program, letter: str) -> float:
    started = time.perf_counter()
    program.press(letter)
    program.until(letter)
    spent = took(started)
    time.sleep(0.03)
    return spent


def long_figures() -> Iterator[tuple[Mark, float]]:
    """Ten thousand shares."""
    with room() as program:
        started = time.perf_counter()
        program.ask(f"fill {_MANY}")
        program.until(f"zq{100 + _MANY - 1:06}")
        yield Mark("10,000 shares: open", 600), took(started)
        program.settle()
        yield Mark("10,000 shares: memory", 90, "MB"), resident_kib(program.pid) / 1000
        added = statistics.median(_append(program, at) for at in range(9))
        yield Mark("10,000 shares: one more", 60), added
        yield from _page_and_resize(program)
        program.ask("stream 20")
        yield from key_figures(program, "key to paint, 20 shares a second come", (0, 30))


def _append(program: Program, at: int) -> float:
    started = time.perf_counter()
    program.ask("say 1")
    program.until(f"zq{100 + _MANY + at:06}")
    spent = took(started)
    program.settle()
    return spent


def _page_and_resize(program: Program) -> Iterator[tuple[Mark, float]]:
    program.press("\x1b")
    program.settle()
    pages = []
    for _ in range(9):
        started = time.perf_counter()
        program.press("\x1b[5~")
        program.until("zq")
        pages.append(took(started))
        program.settle()
    yield Mark("10,000 shares: a page back", 20), statistics.median(pages)
    sizes = []
    for columns in (60, 70, 64, 72, 61):
        started = time.perf_counter()
        program.resize(_SIZE[0], columns)
        sizes.append((program.settle() - started) * 1000)
    yield Mark("10,000 shares: another width", 200), statistics.median(sizes)
    program.resize(*_SIZE)
    program.press("\x1b[F")
    program.settle()
    program.press("\t")
    program.settle()


def backlog_figures() -> Iterator[tuple[Mark, float]]:
    """Five hundred shares that come in at once."""
    with room() as program:
        started = time.perf_counter()
        program.ask("say 500")
        program.until("zq000599")
        yield Mark("500 shares at once", 200), took(started)


def figures() -> Iterator[tuple[Mark, float]]:
    """Measure everything that has a mark."""
    yield from help_figures()
    yield from start_figures()
    with room() as program:
        yield from key_figures(program, "key to paint", (8, 16))
    yield from idle_figures()
    yield from backlog_figures()
    yield from long_figures()


def say(line: str) -> None:
    """Write a line at once."""
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def report() -> int:
    """Print the table; return how much takes more than twice its mark."""
    say(f"{'the room':<46}{'measured':>12}{'mark':>12}")
    far_over = 0
    for mark, value in figures():
        far_over += value > 2 * mark.most
        verdict = "  OVER" if value > mark.most else "    ok"
        shown = f"{value:>9.1f} {mark.unit:<3}{mark.most:>9g} {mark.unit:<3}"
        say(f"{mark.about:<46}{shown}{verdict}")
    return far_over
