"""What a command is: a word, a line about it, and a function from what was asked to an exit code."""

import argparse
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from holdspace.server.config import Config, Sources, load, read

# Exit codes: done, or stopped as asked; not well, or cannot listen; asked for something that does
# not make sense; the log cannot be used.
WELL, NOT_WELL, ASKED_WRONGLY, LOG_UNUSABLE = 0, 1, 2, 3


@dataclass(frozen=True, slots=True)
class Asked:
    """Hold what was typed, and where settings come from."""

    arguments: argparse.Namespace
    sources: Sources

    @property
    def file(self) -> Path | None:
        """Return the file given to a command that takes one."""
        file: Path | None = getattr(self.arguments, "file", None)
        return file

    def config(self) -> Config:
        """Return the configuration, or raise ConfigError with all that is wrong with it."""
        reading = load(self.sources)
        for problem in reading.problems:
            complain(problem.said)
        return reading.config

    def config_as_it_is(self) -> Config:
        """Return the configuration with defaults in place of mistakes, which are said.

        For commands that ask a running relay: it does not stop because its file was broken later.
        """
        reading = read(self.sources)
        for problem in reading.problems:
            complain(problem.said)
        return reading.config


def no_arguments(_parser: argparse.ArgumentParser) -> None:
    """Add nothing."""


@dataclass(frozen=True, slots=True)
class Command:
    """Describe one command; `words` are one or two."""

    words: tuple[str, ...]
    about: str
    run: Callable[[Asked], int]
    add_arguments: Callable[[argparse.ArgumentParser], None] = no_arguments


def say(text: str) -> None:
    """Write a line for whoever typed the command."""
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def complain(text: str) -> None:
    """Write a line about what is wrong."""
    sys.stderr.write(f"holdspace-relay: {text}\n")
    sys.stderr.flush()
