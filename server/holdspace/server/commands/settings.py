"""`holdspace-relay config ...`: an example to start from, and a check that says everything at once."""

import argparse
from pathlib import Path

from holdspace.server.commands.command import ASKED_WRONGLY, WELL, Asked, Command, say
from holdspace.server.config import Sources, in_effect, read
from holdspace.server.config.example import example, page
from holdspace.server.config.reading import file_of


def print_example(_asked: Asked) -> int:
    """Print a file with every setting, commented out."""
    say(example().rstrip())
    return WELL


def print_page(_asked: Asked) -> int:
    """Print the settings page of the documentation."""
    say(page().rstrip())
    return WELL


def check(asked: Asked) -> int:
    """Say all that is wrong, where, and what would be in effect."""
    sources = Sources(
        asked.file or asked.sources.file, asked.sources.variables, asked.sources.options
    )
    reading = read(sources)
    for problem in reading.problems:
        say(problem.said)
    if reading.fatal:
        say(f"\nThe relay would not start: {_count(len(reading.fatal))} to mend.")
        if reading.is_file_unread:
            return ASKED_WRONGLY
        say("With the rest, and defaults in place of what is wrong, this would be in effect:\n")
    else:
        say(
            f"{file_of(sources) or 'Defaults, variables and options'}: right. In effect would be:\n"
        )
    for line in in_effect(reading.config):
        say(f"  {line}")
    return ASKED_WRONGLY if reading.fatal else WELL


def _count(problems: int) -> str:
    return "1 problem" if problems == 1 else f"{problems} problems"


def _one_file(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", type=Path, nargs="?", help="the file to check, instead of --config")


COMMANDS = (
    Command(("config", "example"), "print a file with every setting, commented out", print_example),
    Command(
        ("config", "check"), "say all mistakes at once, and what is in effect", check, _one_file
    ),
    Command(("config", "page"), "print the settings page of the documentation", print_page),
)
