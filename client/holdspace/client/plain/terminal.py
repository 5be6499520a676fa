"""The two ends of the plain line mode: a terminal somebody types at, or pipes a script holds.

Whatever is written goes through `last_stage` line by line, so no byte of anybody's text can speak
to the terminal (R11). Nothing is ever redrawn.
"""

import asyncio
import codecs
import os
import select
import signal
import sys
import termios
import threading
import tty
from collections import deque
from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from typing import Protocol, TextIO

from holdspace.client.plain.draft import Draft, Typed, press
from holdspace.protocol.text import last_stage

_CHUNK = 4096
# Lines kept back while somebody types; beyond it the oldest are shown, draft or not.
_MOST_HELD = 500
# The cursor to the top, the window empty, then what can be scrolled back to.
_EMPTY = "\x1b[H\x1b[2J\x1b[3J"


class Terminal(Protocol):
    """Where lines come from and go to."""

    @property
    def echoes(self) -> bool:
        """Tell whether what is typed is on the screen already."""

    @property
    def is_asked(self) -> bool:
        """Tell whether somebody sits there who can answer a question after the end of input."""

    @property
    def typing(self) -> str:
        """Return the line that is being typed."""

    def entered(self) -> int:
        """Take in what the keys have left; return how many lines were entered and not read."""

    def say(self, lines: Iterable[str]) -> None:
        """Write lines, each on its own."""

    def bell(self) -> None:
        """Draw attention once, where somebody can hear it."""

    def conceal(self, is_on: bool) -> None:
        """Show nothing of what is typed, and hold none of it as a draft, until this is off again."""

    async def read(self) -> str | None:
        """Return the next line somebody typed, or None when there will be no more."""

    def lend(self) -> AbstractContextManager[bool]:
        """Give the terminal away for a while, lines that arrive waiting; tell whether there is one."""

    def hand_over(self, sequence: str) -> bool:
        """Hand the terminal what somebody wants in its clipboard; tell whether there is one."""

    def close(self) -> None:
        """Leave the terminal as it was found."""

    def wipe(self) -> None:
        """Take everything off the terminal where that can be done: somebody comes in who must see nothing."""


def open_terminal() -> Terminal:
    """Return the terminal for this process's standard input and output; needs a running loop."""
    # A name outside the terminal's alphabet must not end the meeting.
    if hasattr(sys.stdout, "reconfigure"):
        sys.stdout.reconfigure(errors="replace")
    output = _Output(sys.stdout)
    is_tty = sys.stdin.isatty() and sys.stdout.isatty()
    return TypingTerminal(output) if is_tty else PipeTerminal(output)


class _Output:
    """Standard output, until whoever reads it goes away."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self.is_open = True

    def ring(self) -> None:
        """Ring once."""
        self.write("\a")

    def write(self, text: str) -> None:
        if not self.is_open:
            return
        try:
            self._stream.write(text)
            self._stream.flush()
        except (BrokenPipeError, ValueError):
            self.is_open = False

    def lines(self, lines: Iterable[str]) -> None:
        self.write("".join(last_stage(line) + "\n" for line in lines))


class PipeTerminal:
    """Lines from a pipe or file, and lines to one."""

    echoes = False
    is_asked = False
    typing = ""

    def __init__(self, output: _Output) -> None:
        self._output = output
        self._lines: asyncio.Queue[str | None] = asyncio.Queue()
        self._loop = asyncio.get_running_loop()
        # A thread, because a file or /dev/null cannot be waited for by the event loop.
        threading.Thread(target=self._read_all, daemon=True, name="holdspace input").start()

    def entered(self) -> int:
        """Return how many lines have come through the pipe and were not read."""
        return self._lines.qsize()

    def say(self, lines: Iterable[str]) -> None:
        """Write lines, each on its own."""
        self._output.lines(lines)
        if not self._output.is_open:
            self._lines.put_nowait(None)

    def bell(self) -> None:
        """Do nothing: nobody hears a bell in a pipe."""

    def conceal(self, is_on: bool) -> None:
        """Do nothing: a pipe shows nothing."""

    async def read(self) -> str | None:
        """Return the next line, or None at the end."""
        return await self._lines.get()

    @contextmanager
    def lend(self) -> Iterator[bool]:
        """Tell that there is none to give away."""
        yield False

    def hand_over(self, sequence: str) -> bool:
        """Tell that a pipe has no clipboard."""
        del sequence
        return False

    def close(self) -> None:
        """Leave everything as it is."""

    def wipe(self) -> None:
        """Do nothing: what went into a pipe is not here any more."""

    def _read_all(self) -> None:
        decoder = codecs.getincrementaldecoder("utf-8")(errors="replace")
        rest = ""
        while chunk := _read_chunk(sys.stdin.fileno()):
            *lines, rest = (rest + decoder.decode(chunk)).split("\n")
            for line in lines:
                self._put(line.removesuffix("\r"))
        if rest:
            self._put(rest)
        self._put(None)

    def _put(self, line: str | None) -> None:
        # RuntimeError: the meeting ended while we waited for input.
        with suppress(RuntimeError):
            self._loop.call_soon_threadsafe(self._lines.put_nowait, line)


def _ends(echo: str) -> str:
    return echo if echo == "\n" else ""


def _read_chunk(descriptor: int) -> bytes:
    try:
        return os.read(descriptor, _CHUNK)
    # EIO: the terminal behind it is gone.
    except OSError:
        return b""


def _has_more(descriptor: int) -> bool:
    return bool(select.select([descriptor], [], [], 0)[0])


class TypingTerminal:
    """A terminal with somebody at it: arriving lines wait while a line is being typed."""

    echoes = True

    def __init__(self, output: _Output) -> None:
        self._output = output
        self.is_asked = True
        self._draft = Draft()
        self._is_concealed = False
        self._is_lent = False
        self._held: deque[str] = deque()
        self._lines: asyncio.Queue[str | None] = asyncio.Queue()
        self._decoder = codecs.getincrementaldecoder("utf-8")(errors="replace")
        self._descriptor = sys.stdin.fileno()
        self._found = termios.tcgetattr(self._descriptor)
        self._loop = asyncio.get_running_loop()
        self._take_over()
        self._loop.add_reader(self._descriptor, self._typed)
        # After Ctrl-Z and fg the shell has put its own settings back.
        self._loop.add_signal_handler(signal.SIGCONT, self._take_over)

    @property
    def typing(self) -> str:
        """Return the line that is being typed."""
        return "" if self._is_concealed else self._draft.text

    def entered(self) -> int:
        """Take in what the keys have left; return how many lines were entered and not read."""
        while self.is_asked and not self._is_lent and _has_more(self._descriptor):
            self._typed()
        return self._lines.qsize()

    def say(self, lines: Iterable[str]) -> None:
        """Write lines, at once or as soon as the line being typed is done."""
        self._held.extend(lines)
        if self._is_lent:
            return
        if not self._draft.text:
            self._show_held()
        while len(self._held) > _MOST_HELD:
            self._output.lines(["", self._held.popleft()])
        if not self._output.is_open:
            self._lines.put_nowait(None)

    def conceal(self, is_on: bool) -> None:
        """Show nothing of what is typed, and hold none of it as a draft, until this is off again."""
        # Half a passphrase must not become the beginning of a line that is shown and sent.
        if self._is_concealed and not is_on:
            self._draft = Draft()
        self._is_concealed = is_on

    def bell(self) -> None:
        """Ring once, also while a line is being typed."""
        self._output.ring()

    async def read(self) -> str | None:
        """Return the next line typed, or None at the end."""
        return await self._lines.get()

    @contextmanager
    def lend(self) -> Iterator[bool]:
        """Give the terminal away as it was found; lines that arrive wait, and the bell still rings."""
        self._is_lent = True
        self._loop.remove_reader(self._descriptor)
        self._give_back()
        try:
            yield True
        finally:
            self._is_lent = False
            self._take_over()
            self._loop.add_reader(self._descriptor, self._typed)
            self._show_held()

    def hand_over(self, sequence: str) -> bool:
        """Hand the terminal what somebody wants in its clipboard."""
        self._output.write(sequence)
        return True

    def close(self) -> None:
        """Show what was held, and leave the terminal as it was found."""
        self._loop.remove_reader(self._descriptor)
        self._loop.remove_signal_handler(signal.SIGCONT)
        if self._draft.text:
            self._output.write("\n")
        self._show_held()
        self._give_back()

    def wipe(self) -> None:
        """Empty the window and what can be scrolled back to; a terminal without that order gets none."""
        if os.environ.get("TERM", "dumb") not in {"", "dumb"}:
            self._output.write(_EMPTY)

    def _give_back(self) -> None:
        with suppress(termios.error):
            termios.tcsetattr(self._descriptor, termios.TCSADRAIN, self._found)

    def _take_over(self) -> None:
        # After Ctrl-Z and fg inside an editor the terminal is still the editor's.
        if self._is_lent:
            return
        with suppress(termios.error):
            tty.setcbreak(self._descriptor)

    def _typed(self) -> None:
        chunk = _read_chunk(self._descriptor)
        if not chunk:
            self._loop.remove_reader(self._descriptor)
            self.is_asked = False
            self._lines.put_nowait(None)
        for key in self._decoder.decode(chunk):
            self._act_on(press(self._draft, key))

    def _act_on(self, typed: Typed) -> None:
        self._draft = typed.draft
        self._output.write(_ends(typed.echo) if self._is_concealed else typed.echo)
        if typed.line is not None:
            self._lines.put_nowait(typed.line)
        if typed.is_end:
            self._lines.put_nowait(None)
        if typed.wants_again:
            self._output.write("\n")
            self._show_held()
            self._output.write(last_stage(self.typing))
        elif not self._draft.text:
            self._show_held()

    def _show_held(self) -> None:
        if self._held:
            self._output.lines(self._held)
            self._held.clear()
