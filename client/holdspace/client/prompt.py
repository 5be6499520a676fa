"""Asking at a prompt before a meeting: one question a line, read without taking more than a line.

Secrets and names are asked for here and never taken from the command line, which a shell keeps and
other programs can read (R8, A22).
"""

import os
import sys
from collections.abc import Callable
from typing import TypeVar

from holdspace.protocol.text import last_stage

MAX_ANSWER = 8000
Answer = TypeVar("Answer")


class NobodyAnswersError(Exception):
    """Standard input ended where an answer was needed."""


def say(line: str) -> None:
    """Write one line to standard output."""
    sys.stdout.write(last_stage(line) + "\n")
    sys.stdout.flush()


def ask(question: str) -> str:
    """Ask for one line."""
    say(question)
    return _read_line().strip()


def ask_until(
    question: str, read: Callable[[str], Answer], refusals: tuple[type[Exception], ...]
) -> Answer:
    """Ask until `read` takes the answer; what it refuses is said, and the question asked again."""
    while True:
        try:
            return read(ask(question))
        except refusals as refused:
            say(str(refused))


def _read_line() -> str:
    # Byte by byte: what follows this line belongs to whoever reads next.
    line = bytearray()
    while len(line) < MAX_ANSWER:
        byte = os.read(sys.stdin.fileno(), 1)
        if byte == b"\n":
            break
        if not byte:
            if not line:
                raise NobodyAnswersError
            break
        line += byte
    return line.decode(errors="replace")
