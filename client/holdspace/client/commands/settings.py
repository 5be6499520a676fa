"""`holdspace settings`: change what can be set; or say what it is, where, and what is wrong with it."""

import argparse
import asyncio
import sys
from collections.abc import Iterator

from holdspace.client.command_line import FAILED, WELL
from holdspace.client.library import Library
from holdspace.client.plain.choosing import change_settings
from holdspace.client.plain_or_screen import choose_plain
from holdspace.client.prompt import say
from holdspace.client.settings import example, find_settings, in_effect
from holdspace.client.settings_book import open_book, take_effect
from holdspace.protocol.translation import N_, _

from .options import add_plain

_THERE = N_("settings: They are read from {file}, which is there.")
_NOT_THERE = N_("settings: They are read from {file}, which is not there: everything is as usual.")
_USED = N_("library: your own {name} is used.")
_NOT_USED = N_("library: your own {name} is not used.")


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add what can be asked for, and what does it."""
    parser.add_argument(
        "--list", action="store_true", help=_("say what is set now, and where, and change nothing")
    )
    parser.add_argument(
        "--example", action="store_true", help=_("print a file with every setting, to begin from")
    )
    add_plain(parser)
    parser.set_defaults(run=_settings)


def _settings(asked: argparse.Namespace) -> int:
    if asked.example:
        for line in example().splitlines():
            say(line)
        return WELL
    if asked.list or not (sys.stdin.isatty() and sys.stdout.isatty()):
        return _listed()
    book = open_book()
    take_effect(book.settings)
    if choose_plain(flag=asked.plain):
        asyncio.run(change_settings(book))
        return WELL
    from holdspace.client.tui.settings import change  # noqa: PLC0415 (a screen is loaded only when it opens)

    change(book)
    return WELL


def _listed() -> int:
    found = find_settings()
    say(_(_THERE if found.file.exists() else _NOT_THERE).format(file=found.file))
    for line in (*found.lines(), *in_effect(found.settings)):
        say(line)
    for line in _own_files():
        say(line)
    say(_("settings: holdspace settings --example prints a file to begin from."))
    return FAILED if found.problems else WELL


def _own_files() -> Iterator[str]:
    for name, problems in Library().own_files():
        yield _(_NOT_USED if problems else _USED).format(name=name)
        for one in problems:
            yield _("library: {name}, line {line}: {sentence}").format(
                name=name, line=one.line, sentence=one.sentence
            )
