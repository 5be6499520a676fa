"""`holdspace`: the command people type. Finds out what is asked for, loads that, and starts it.

Nothing here draws, and nothing is loaded that was not asked for: `--help` answers at once, and the
plain line mode works where Textual is not installed.
"""

import argparse
import logging
import os
import sys
import traceback
from collections.abc import Callable, Sequence
from importlib import import_module
from pathlib import Path
from types import TracebackType
from typing import Any, NoReturn

from holdspace.client import language
from holdspace.client.argument_words import let_argparse_speak
from holdspace.client.command_line import (
    ASKED_WRONGLY,
    EXIT_CODES,
    FAILED,
    WELL,
    complain,
    without_secrets,
)
from holdspace.client.commands import COMMANDS, Command
from holdspace.client.process import leave_no_image, start_quickly
from holdspace.client.prompt import NobodyAnswersError, NotASecretFileError, say
from holdspace.protocol.overriding import override
from holdspace.protocol.translation import N_, _

_NOBODY_ANSWERS = N_("There is nobody to answer the question, so nothing was started.")
# Errors whose text is for the person. Named and not imported: whoever raised one has loaded it.
_FOR_THE_PERSON = (
    ("holdspace.client.attend", "CannotStart"),
    ("holdspace.client.here", "RelayNotStartedError"),
    ("holdspace.client.library", "NotInLibrary"),
    ("holdspace.client.vault_errors", "VaultError"),
    ("holdspace.client.commands.kept", "NoSuchRoom"),
    ("holdspace.client.library", "DataError"),
    ("holdspace.protocol.text", "NameRefused"),
    ("holdspace.protocol.keys", "NotARoomCodeError"),
)


def main(arguments: Sequence[str] | None = None) -> int:
    """Do what was asked and return the exit code."""
    leave_no_image()
    start_quickly()
    sys.excepthook = _say_crash
    # Libraries log what they were handling; none of that may reach the terminal.
    logging.getLogger().addHandler(logging.NullHandler())
    language.choose()
    let_argparse_speak()
    words = sys.argv[1:] if arguments is None else list(arguments)
    asked = _asked(words or _begin())
    run: Callable[[argparse.Namespace], int] = asked.run
    try:
        exit_code = run(asked)
        return _go_on(asked) if "then" in asked else exit_code
    except NobodyAnswersError:
        return complain(_NOBODY_ANSWERS)
    except BrokenPipeError:
        # Whoever read along, like `head`, has seen enough; the interpreter must not find it broken again.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return FAILED
    except KeyboardInterrupt:
        say(_("Stopped. Nothing is kept."))
        return WELL
    except NotASecretFileError as error:
        return complain(str(error))
    except Exception as error:
        if not isinstance(error, _for_the_person()):
            raise
        return complain(str(error))


def _asked(words: Sequence[str]) -> argparse.Namespace:
    return _parser(words).parse_args(words)


def _begin() -> Sequence[str]:
    """Return what `holdspace` alone means: the first page, for somebody who sits at a terminal."""
    return ("home",) if sys.stdin.isatty() and sys.stdout.isatty() else ()


def _go_on(first: argparse.Namespace) -> int:
    """Do what was chosen on the first page, with the notebook that was opened there."""
    asked = _asked(first.then)
    asked.keeper, asked.plain = first.keeper, first.plain
    run: Callable[[argparse.Namespace], int] = asked.run
    try:
        return run(asked)
    finally:
        first.keeper.close()


def _for_the_person() -> tuple[type[Exception], ...]:
    loaded = ((sys.modules.get(module), name) for module, name in _FOR_THE_PERSON)
    return tuple(getattr(module, name) for module, name in loaded if module is not None)


class _Parser(argparse.ArgumentParser):
    """An argument parser that never repeats a code it was given by mistake."""

    @override
    def error(self, message: str) -> NoReturn:
        """End with one sentence; what was mistyped is shown unless it holds a code."""
        sys.stderr.write(f"{self.prog}: {without_secrets(message)}\n{self.format_usage()}")
        sys.exit(ASKED_WRONGLY)


class _Version(argparse.Action):
    """Say which version this is, for which the package's description has to be read."""

    @override
    def __call__(self, parser: argparse.ArgumentParser, *_rest: Any) -> NoReturn:
        """Say it, and end."""
        from importlib.metadata import version  # noqa: PLC0415 (half of what --help takes)

        from holdspace.protocol.frames import VERSION  # noqa: PLC0415

        say(
            _("holdspace {version} (protocol {protocol}; not audited)").format(
                version=version("holdspace"), protocol=VERSION
            )
        )
        parser.exit()


def _parser(words: Sequence[str]) -> argparse.ArgumentParser:
    parser = _Parser(
        prog="holdspace",
        description=_(
            "Guided, end-to-end encrypted support groups in the terminal. Not therapy, "
            "not an emergency service, not audited."
        ),
        epilog=_(EXIT_CODES),
        allow_abbrev=False,
    )
    parser.add_argument(
        "--version", action=_Version, nargs=0, help=_("show program's version number and exit")
    )
    commands = parser.add_subparsers(title=N_("commands"), required=True, metavar=_("COMMAND"))
    wanted = next((word for word in words if not word.startswith("-")), "")
    for command in COMMANDS:
        _add(commands, command, is_wanted=command.name == wanted)
    return parser


def _add(commands: Any, command: Command, *, is_wanted: bool) -> None:
    parser = commands.add_parser(
        command.name,
        help=_(command.words),
        description=_(command.words),
        epilog=_(EXIT_CODES),
        allow_abbrev=False,
    )
    if is_wanted:
        import_module(command.module).add_options(parser)


def _say_crash(
    kind: type[BaseException], _error: BaseException, trace: TracebackType | None
) -> None:
    """Say where it broke, and nothing that was being handled: a message can hold somebody's words."""
    steps = traceback.extract_tb(trace)
    where = (
        _("{name}, line {line}").format(name=Path(steps[-1].filename).name, line=steps[-1].lineno)
        if steps
        else _("the start")
    )
    complain(
        _(
            "Something in the program broke ({name} in {where}), so it stopped. Nothing "
            "was written to a file, but for your notebook if it was open. You can start "
            "it again; please tell whoever maintains it."
        ).format(name=kind.__name__, where=where)
    )


if __name__ == "__main__":
    sys.exit(main())
