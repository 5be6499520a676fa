"""`holdspace settings`: what can be set, where, and what is wrong with what was set."""

import argparse
from collections.abc import Iterator

from holdspace.client.command_line import FAILED, WELL
from holdspace.client.library import Library
from holdspace.client.prompt import say
from holdspace.client.settings import example, find_settings, in_effect

_HEAD = "settings: They are read from {file}, which {there}."


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add what can be asked for, and what does it."""
    parser.add_argument(
        "--example", action="store_true", help="print a file with every setting, to begin from"
    )
    parser.set_defaults(run=_settings)


def _settings(asked: argparse.Namespace) -> int:
    if asked.example:
        for line in example().splitlines():
            say(line)
        return WELL
    found = find_settings()
    there = "is there" if found.file.exists() else "is not there: everything is as usual"
    say(_HEAD.format(file=found.file, there=there))
    for line in (*found.lines(), *in_effect(found.settings)):
        say(line)
    for line in _own_files():
        say(line)
    say("settings: holdspace settings --example prints a file to begin from.")
    return FAILED if found.problems else WELL


def _own_files() -> Iterator[str]:
    for name, problems in Library().own_files():
        yield f"library: your own {name} is {'not ' if problems else ''}used."
        for one in problems:
            yield f"library: {name}, line {one.line}: {one.sentence}"
