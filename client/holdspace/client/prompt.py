"""Asking at a prompt before a meeting: one question a line, read without taking more than a line.

Secrets and names are asked for here and never taken from the command line, which a shell keeps and
other programs can read (R8, A22).
"""

import os
import stat
import sys
import termios
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

from holdspace.client.file_errors import why
from holdspace.client.wrapping import width_of_terminal, wrapped
from holdspace.client.yes_or_no import YES
from holdspace.protocol.text import clean_line, last_stage
from holdspace.protocol.translation import _, shown

MAX_ANSWER = 8000
Answer = TypeVar("Answer")


class NobodyAnswersError(Exception):
    """Standard input ended where an answer was needed."""


class NotASecretFileError(Exception):
    """A file cannot be taken for a secret's; the text is for the person."""


def say(line: str) -> None:
    """Say one line on standard output; a marked sentence in the language of whoever reads it."""
    _write(wrapped(last_stage(shown(line)), width_of_terminal()))


def say_to_copy(line: str) -> None:
    """Say what somebody copies as it is: one line, however long."""
    _write([last_stage(line)])


def _write(lines: Iterable[str]) -> None:
    sys.stdout.write("".join(f"{line}\n" for line in lines))
    sys.stdout.flush()


def ask(question: str) -> str:
    """Ask for one line."""
    say(question)
    return _read_line().strip()


def agrees(question: str) -> bool:
    """Ask, and tell whether the answer was yes; anything else is no."""
    return ask(question).lower() in YES


def ask_until(
    question: str, read: Callable[[str], Answer], refusals: tuple[type[Exception], ...]
) -> Answer:
    """Ask until `read` takes the answer; what it refuses is said, and the question asked again."""
    while True:
        try:
            return read(ask(question))
        except refusals as refused:
            say(str(refused))


@contextmanager
def unseen() -> Iterator[None]:
    """Keep what is typed meanwhile off the screen, and so out of what can be scrolled back to."""
    terminal = sys.stdin.fileno()
    if not os.isatty(terminal):
        yield
        return
    found = termios.tcgetattr(terminal)
    quiet = termios.tcgetattr(terminal)
    # Line by line, a terminal cuts what is pasted after 1,024 bytes on some systems.
    quiet[_LOCAL_MODES] &= ~(termios.ECHO | termios.ICANON)
    quiet[_CHARACTERS][termios.VMIN], quiet[_CHARACTERS][termios.VTIME] = 1, 0
    # DRAIN and not FLUSH: what was pasted before we asked is an answer, too.
    termios.tcsetattr(terminal, termios.TCSADRAIN, quiet)
    try:
        yield
    finally:
        termios.tcsetattr(terminal, termios.TCSADRAIN, found)


def read_secret_file(path: Path) -> str:
    """Return the text of a small file that nobody but its owner, who is us, can read."""
    name = clean_line(str(path), 200)
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK)
    except OSError as error:
        raise NotASecretFileError(
            _("{name} cannot be read: {reason}.").format(name=name, reason=why(error))
        ) from None
    with os.fdopen(descriptor, "rb") as file:
        found = os.fstat(descriptor)
        if not stat.S_ISREG(found.st_mode):
            raise NotASecretFileError(_("{name} is not a file.").format(name=name))
        if found.st_uid != os.getuid() or stat.S_IMODE(found.st_mode) & 0o077:
            raise NotASecretFileError(
                _(
                    "Others on this computer can read or change {name}, so it was not "
                    "used. Make it yours alone (chmod 600) and, better, ask for a new "
                    "code."
                ).format(name=name)
            )
        return file.read(MAX_ANSWER).decode(errors="replace").strip()


_LOCAL_MODES, _CHARACTERS = 3, 6
_ERASE, _ERASE_ALL, _END = b"\x7f\x08", b"\x15", b"\x04"


def _read_line() -> str:
    # Byte by byte: what follows this line belongs to whoever reads next.
    line = bytearray()
    while len(line) < MAX_ANSWER:
        byte = os.read(sys.stdin.fileno(), 1)
        if byte == b"\n":
            break
        if byte in {b"", _END}:
            if not line:
                raise NobodyAnswersError
            break
        # What a terminal edits by itself, but not while it is kept from showing what is typed.
        if byte in _ERASE:
            del line[-1:]
        elif byte == _ERASE_ALL:
            line.clear()
        else:
            line += byte
    return line.decode(errors="replace")
