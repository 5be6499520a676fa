"""`holdspace solo`: the exercises alone, without a relay and without a network (D5)."""

import argparse
import asyncio

from holdspace.client import pacing
from holdspace.client.command_line import ASKED_WRONGLY, WELL, complain
from holdspace.client.plain.solo import practise
from holdspace.client.plain_or_screen import choose_plain
from holdspace.client.settings_book import open_book, take_effect
from holdspace.protocol.translation import _

from .options import add_plain


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add what can be asked for, and what does it."""
    parser.add_argument(
        "exercise",
        nargs="?",
        default="",
        metavar=_("NAME"),
        help=_("such as breath, senses or plan"),
    )
    add_plain(parser)
    parser.set_defaults(run=_solo)


def _solo(asked: argparse.Namespace) -> int:
    if asked.exercise and not pacing.is_known(asked.exercise):
        there_are = ", ".join(pacing.names())
        return complain(
            _("There is no exercise of that name; there are: {names}.").format(names=there_are),
            ASKED_WRONGLY,
        )
    if choose_plain(flag=asked.plain):
        asyncio.run(practise(asked.exercise))
        return WELL
    from holdspace.client.tui import solo  # noqa: PLC0415 (a screen is loaded only when it opens)

    book = open_book()
    take_effect(book.settings)
    asyncio.run(solo.practise(asked.exercise, book))
    return WELL
