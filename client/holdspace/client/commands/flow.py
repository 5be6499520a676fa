"""`holdspace flow`: check a flow file, or write out a shipped one to edit."""

import argparse

from holdspace.client.flow_check import check, export, listing
from holdspace.client.library import DEFAULT_FLOW
from holdspace.client.prompt import say
from holdspace.protocol.translation import _


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add what can be asked for, and what does it."""
    what = parser.add_subparsers(required=True, metavar="list | check | export")
    list_words = _("List the flows there are: the shipped ones, and your own.")
    what.add_parser("list", help=list_words, description=list_words).set_defaults(run=_list)
    check_words = _("Check a flow and print its timetable.")
    checking = what.add_parser("check", help=check_words, description=check_words)
    checking.add_argument(
        "flow", metavar=_("FLOW"), help=_("a flow file, or a shipped flow's name")
    )
    checking.set_defaults(run=_check)
    export_words = _("Write a shipped flow to a new file, for you to edit.")
    exporting = what.add_parser("export", help=export_words, description=export_words)
    exporting.add_argument(
        "flow",
        metavar=_("NAME"),
        help=_("its name, such as {default_flow}").format(default_flow=DEFAULT_FLOW),
    )
    exporting.add_argument("file", metavar=_("FILE"), help=_("the file to write; it must be new"))
    exporting.set_defaults(run=_export)


def _list(_asked: argparse.Namespace) -> int:
    return _report(*listing())


def _check(asked: argparse.Namespace) -> int:
    return _report(*check(asked.flow))


def _export(asked: argparse.Namespace) -> int:
    return _report(*export(asked.flow, asked.file))


def _report(code: int, lines: list[str]) -> int:
    for line in lines:
        say(line)
    return code
