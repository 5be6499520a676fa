"""`holdspace-relay`: one command, safe without any setting, clear when it cannot start.

Exit codes: 0 done, or stopped as asked; 1 not well, or cannot listen; 2 asked for something that
does not make sense; 3 the log cannot be used.
"""

import argparse
import os
import re
import sys
from collections.abc import Sequence
from difflib import get_close_matches
from importlib.metadata import version
from io import TextIOWrapper
from pathlib import Path
from typing import Any, NoReturn

from holdspace.protocol.frames import VERSION
from holdspace.protocol.overriding import override
from holdspace.server.commands import COMMANDS
from holdspace.server.commands.command import (
    ASKED_WRONGLY,
    LOG_UNUSABLE,
    NOT_WELL,
    Asked,
    Command,
    complain,
)
from holdspace.server.config import ConfigError, Sources, options
from holdspace.server.log import UnusableLogError


def main(arguments: Sequence[str] | None = None) -> int:
    """Do what was asked, and return the exit code."""
    if isinstance(sys.stdout, TextIOWrapper):
        # What a terminal of another time cannot show must not end a command half way.
        sys.stdout.reconfigure(errors="backslashreplace")
    asked = _parser().parse_args(arguments)
    command: Command = getattr(asked, "command", COMMANDS[0])
    try:
        return command.run(Asked(asked, _sources(asked)))
    except BrokenPipeError:
        # Whoever read along has seen enough; the interpreter must not find the pipe broken again.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return NOT_WELL
    except ConfigError as error:
        for line in str(error).splitlines():
            complain(line)
        return ASKED_WRONGLY
    except UnusableLogError as error:
        complain(str(error))
        return LOG_UNUSABLE


def _sources(asked: argparse.Namespace) -> Sources:
    given = vars(asked)
    typed = {one.option: given[one.option[2:]] for one in options() if one.option[2:] in given}
    return Sources(given.get("config"), os.environ, typed)


class _Parser(argparse.ArgumentParser):
    """An argument parser that says in one sentence which command was probably meant."""

    @override
    def error(self, message: str) -> NoReturn:
        """End with that sentence; all other mistakes are said as argparse says them."""
        wrong = _NO_COMMAND.search(message)
        if wrong is None:
            super().error(message)
        near = get_close_matches(wrong["word"][:40], re.findall("[a-z]+", wrong["known"]), n=1)
        meant = f" Did you mean {near[0]}?" if near else ""
        complain(f"There is no such command.{meant} {self.prog} --help lists all.")
        self.exit(ASKED_WRONGLY)


# Python 3.12 has quotes around those to choose from, later ones have not.
_NO_COMMAND = re.compile(r"invalid choice: '(?P<word>.*)' \(choose from (?P<known>.*)\)", re.DOTALL)


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(
        prog="holdspace-relay",
        description="Order and briefly keep what people in holdspace rooms say to each other, "
        "without being able to read it. Without any option it serves this machine only.",
    )
    _add_options(parser)
    parser.add_argument("--version", action="version", version=_version())
    words = parser.add_subparsers(title="commands", metavar="")
    groups: dict[str, argparse._SubParsersAction[_Parser]] = {}
    for command in COMMANDS:
        first, *rest = command.words
        if rest and first not in groups:
            about = ", ".join(one.words[1] for one in COMMANDS if one.words[0] == first)
            group = words.add_parser(first, help=about, allow_abbrev=False)
            groups[first] = group.add_subparsers(required=True, metavar=about.replace(", ", " | "))
        below = groups[first] if rest else words
        _add_command(below.add_parser(command.words[-1], help=command.about), command)
    return parser


def _add_command(parser: argparse.ArgumentParser, command: Command) -> None:
    parser.description = command.about[0].upper() + command.about[1:] + "."
    _add_options(parser)
    command.add_arguments(parser)
    parser.set_defaults(command=command)


def _add_options(parser: argparse.ArgumentParser) -> None:
    # Given before or after the command's word; what is not given is not set, so that the file and
    # the variables count.
    group = parser.add_argument_group("settings (config example shows all)")
    group.add_argument(
        "--config", type=Path, default=argparse.SUPPRESS, metavar="FILE", help="the TOML file"
    )
    where = group.add_mutually_exclusive_group()
    for setting in options():
        target = where if setting.section == "log" else group
        target.add_argument(
            setting.option,
            default=argparse.SUPPRESS,
            **{"metavar": setting.name.upper(), "help": _first_sentence(setting.why)}
            | _TAKES.get(setting.option, {}),
        )


def _first_sentence(text: str) -> str:
    return text.partition(". ")[0].rstrip(".").replace("%", "%%")


def _absolute(text: str) -> str:
    return str(Path(text).absolute())


# What an option takes, where it is not just its setting's text.
_TAKES: dict[str, dict[str, Any]] = {
    "--origin": {
        "action": "append",
        "metavar": "ADDRESS",
        "help": "address that people reach this relay by; may be repeated",
    },
    "--data": {"type": _absolute, "metavar": "FOLDER"},
    "--memory": {
        "action": "store_const",
        "const": "memory",
        "help": "keep the log in memory only",
    },
}


def _version() -> str:
    return f"holdspace-relay {version('holdspace')} (protocol {VERSION}; not audited)"
