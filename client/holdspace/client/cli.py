"""`holdspace`: the command people type. Reads what is asked for, asks for the rest, and starts it.

Exit codes: 0 it ended as somebody wanted (left, closed, not admitted, removed), 1 it could not
start or go on, 2 asked for in a way that makes no sense. Nothing here draws; a screen is imported
only when one opens, so that the plain line mode works where Textual is not installed.
"""

import argparse
import asyncio
import logging
import re
import resource
import sys
import time
import traceback
from collections.abc import Callable, Sequence
from importlib.metadata import version
from itertools import product
from pathlib import Path
from types import TracebackType
from typing import NoReturn

from holdspace.client.acts import ACTS, Spot, Who
from holdspace.client.attend import Attendance, CannotStart, check_addresses
from holdspace.client.flow_check import check, export
from holdspace.client.front_end import FAILED, WELL, choose_plain, show
from holdspace.client.here import RelayNotStartedError
from holdspace.client.hosting import add_options, add_plain, add_socks, host
from holdspace.client.library import DEFAULT_FLOW, DataError, NotInLibrary
from holdspace.client.look import look_at
from holdspace.client.privacy import PRIVACY
from holdspace.client.prompt import (
    NobodyAnswersError,
    NotASecretFileError,
    ask,
    ask_until,
    say,
    unseen,
)
from holdspace.client.socks import Proxy
from holdspace.protocol.frames import VERSION
from holdspace.protocol.invite import InvitationError, decode_invitation, is_unfinished
from holdspace.protocol.keys import NotARoomCodeError
from holdspace.protocol.text import NameRefused, clean_line, last_stage

ASKED_WRONGLY = 2

_NOT_ON_THE_COMMAND_LINE = (
    "An invitation code must not stand on the command line: shells keep it and other programs on "
    "this computer can read it. Nothing was sent. Start `holdspace join` without it and paste the "
    "code when you are asked. If others use this computer, ask for a new code."
)
_NO_ROOM_CODE_THERE = (
    "A room code must not stand on the command line: shells keep it and other programs on this "
    "computer can read it. Nothing was sent. You are asked for it when it is needed, or it comes from "
    "a file of yours (--room-code-file)."
)
_ASK_CODE = "Invitation code (paste it and press enter; it is not shown):"
_CODE_READ = "Code read."
_ASK_REST = "There is more to this code. Paste the rest, or just press enter to start again."
_NOBODY_ANSWERS = "There is nobody to answer the question, so nothing was started."
_CODE_MARK = re.compile(r"holdspace\d+:", re.IGNORECASE)


_FOR_THE_PERSON = (
    CannotStart,
    RelayNotStartedError,
    NotInLibrary,
    DataError,
    NameRefused,
    NotASecretFileError,
    NotARoomCodeError,
)


def main(arguments: Sequence[str] | None = None) -> int:
    """Do what was asked and return the exit code."""
    # A crash must not leave what was said in a file (security.md 1.7).
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    sys.excepthook = _say_crash
    # Libraries log what they were handling; none of that may reach the terminal.
    logging.getLogger().addHandler(logging.NullHandler())
    asked = _parser().parse_args(arguments)
    run: Callable[[argparse.Namespace], int] = asked.run
    try:
        return run(asked)
    except NobodyAnswersError:
        return _complain(_NOBODY_ANSWERS)
    except KeyboardInterrupt:
        say("Stopped. Nothing is kept.")
        return WELL
    except _FOR_THE_PERSON as error:
        return _complain(str(error))


def _join(asked: argparse.Namespace) -> int:
    if asked.nothing_here:
        return _complain(_NOT_ON_THE_COMMAND_LINE, ASKED_WRONGLY)
    plain = choose_plain(flag=asked.plain)
    # Asked before there is an event loop, which would keep Ctrl-C for itself.
    with unseen():
        code = ask_until(_ASK_CODE, _readable, (InvitationError, CannotStart))
    say(_CODE_READ)
    return asyncio.run(_visit(code, asked.socks, plain=plain))


def _readable(code: str) -> str:
    while is_unfinished(code) and (rest := _rest()):
        code = rest if _CODE_MARK.search(rest) else code + rest
    # Read here only to say what is wrong with it; the seat reads it again.
    check_addresses(decode_invitation(code, time.time()).relays)
    return code


def _rest() -> str:
    try:
        return ask(_ASK_REST)
    except NobodyAnswersError:
        return ""


async def _visit(code: str, socks: Proxy | None, *, plain: bool) -> int:
    async with await Attendance.join(code, socks) as attendance:
        return await show(attendance, plain=plain)


def _look(asked: argparse.Namespace) -> int:
    say(f"relay: Looking at {clean_line(asked.address, 200)}.")
    seen = asyncio.run(look_at([asked.address], asked.socks))
    say(f"relay: {seen.relay} answers, and speaks this version of holdspace.")
    for line in seen.lines():
        say(line)
    say("relay: No room was opened. The relay saw only that somebody at your address looked.")
    return WELL


def _demo(asked: argparse.Namespace) -> int:
    from holdspace.client.demo import run  # noqa: PLC0415 (a play nobody else needs to load)

    plain = choose_plain(flag=asked.plain)
    return run(facilitate=asked.facilitate, plain=plain, speed=asked.speed)


def _check_flow(asked: argparse.Namespace) -> int:
    return _report(*check(asked.flow))


def _export_flow(asked: argparse.Namespace) -> int:
    return _report(*export(asked.flow, asked.file))


def _report(code: int, lines: list[str]) -> int:
    for line in lines:
        say(line)
    return code


def _keys(_asked: argparse.Namespace) -> int:
    for who, spot in product(Who, Spot):
        here = [act for act in ACTS if act.who is who and act.spot is spot]
        if here:
            say(f"For {who.value}; these keys work {spot.value}:")
        for act in here:
            say(f"  {act.key}, or {act.usage}: {act.sentence}")
    return WELL


def _explain_privacy(_asked: argparse.Namespace) -> int:
    for line in PRIVACY.splitlines():
        say(line)
    return WELL


_SECRETS = (
    (_CODE_MARK, _NOT_ON_THE_COMMAND_LINE),
    (re.compile(r"\b(?:[0-9a-z]{5}-){4}[0-9a-z]{5}\b", re.IGNORECASE), _NO_ROOM_CODE_THERE),
)


class _Parser(argparse.ArgumentParser):
    """An argument parser that never repeats a code it was given by mistake."""

    def error(self, message: str) -> NoReturn:  # type: ignore[explicit-override]
        """End with one sentence; what was mistyped is shown unless it holds a code."""
        for looks, words in _SECRETS:
            message = words if looks.search(message) else message
        sys.stderr.write(f"{self.prog}: {message}\n{self.format_usage()}")
        sys.exit(ASKED_WRONGLY)


_A_DAY = "A code is good for a day."
_EXIT_CODES = "Exit codes: 0 it ended as you wanted, 1 it could not start or go on, 2 wrong usage."


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(
        prog="holdspace",
        description="Guided, end-to-end encrypted support groups in the terminal. Not therapy, "
        "not an emergency service, not audited.",
        epilog=_EXIT_CODES,
        allow_abbrev=False,
    )
    parser.add_argument("--version", action="version", version=_version())
    commands = parser.add_subparsers(title="commands", required=True, metavar="COMMAND")

    def command(name: str, help_words: str, run: Callable[[argparse.Namespace], int]) -> _Parser:
        made: _Parser = commands.add_parser(
            name, help=help_words, description=help_words, epilog=_EXIT_CODES, allow_abbrev=False
        )
        made.set_defaults(run=run)
        return made

    add_options(command("host", f"Open a room and lead a meeting in it. {_A_DAY}", host))
    join = command(
        "join", f"Come to a meeting. You are asked for your invitation code. {_A_DAY}", _join
    )
    join.add_argument("nothing_here", nargs="*", metavar="", help=argparse.SUPPRESS)
    add_socks(join)
    add_plain(join)
    _add_demo(command("demo", "Try it with simulated people on this machine.", _demo))
    _add_flow(command("flow", "Work with flow files.", _check_flow))
    relay = command("relay", "Say who runs a relay and what it can see. Nothing is opened.", _look)
    relay.add_argument("address", metavar="ADDRESS", help="the relay, like wss://relay.example")
    add_socks(relay)
    command("keys", "List every key and command.", _keys)
    command("explain-privacy", "Say what the relay can see and what not.", _explain_privacy)
    return parser


def _add_flow(flow: argparse.ArgumentParser) -> None:
    what = flow.add_subparsers(required=True, metavar="check | export")
    check_words = "Check a flow and print its timetable."
    checking = what.add_parser("check", help=check_words, description=check_words)
    checking.add_argument("flow", metavar="FLOW", help="a flow file, or a shipped flow's name")
    checking.set_defaults(run=_check_flow)
    export_words = "Write a shipped flow to a new file, for you to edit."
    exporting = what.add_parser("export", help=export_words, description=export_words)
    exporting.add_argument("flow", metavar="NAME", help=f"its name, such as {DEFAULT_FLOW}")
    exporting.add_argument("file", metavar="FILE", help="the file to write; it must be new")
    exporting.set_defaults(run=_export_flow)


def _add_demo(demo: argparse.ArgumentParser) -> None:
    demo.add_argument("--facilitate", action="store_true", help="sit in the facilitator's chair")
    demo.add_argument(
        "--speed", type=_speed, default=1.0, metavar="N", help="so many times as fast (%(default)s)"
    )
    add_plain(demo)


def _speed(text: str) -> float:
    try:
        speed = float(text)
    except ValueError:
        speed = 0.0
    if not 0.1 <= speed <= 100:
        raise argparse.ArgumentTypeError("the speed is a number from 0.1 to 100")
    return speed


def _version() -> str:
    return f"holdspace {version('holdspace')} (protocol {VERSION}; not audited)"


def _say_crash(
    kind: type[BaseException], _error: BaseException, trace: TracebackType | None
) -> None:
    """Say where it broke, and nothing that was being handled: a message can hold somebody's words."""
    steps = traceback.extract_tb(trace)
    where = f"{Path(steps[-1].filename).name}, line {steps[-1].lineno}" if steps else "the start"
    _complain(
        f"Something in the program broke ({kind.__name__} in {where}), so it stopped. Nothing was "
        "written to a file. You can start it again; please tell whoever maintains it."
    )


def _complain(sentence: str, code: int = FAILED) -> int:
    sys.stdout.flush()
    sys.stderr.write(last_stage(f"holdspace: {sentence}") + "\n")
    return code


if __name__ == "__main__":
    sys.exit(main())
