"""`holdspace export`: one's own plans, ideas and notes in a file of one's own; nothing of anybody else."""

import argparse

from holdspace.protocol.translation import _

from .notebook import export
from .options import add_notebook


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add what can be asked for, and what does it."""
    parser.add_argument("file", metavar=_("FILE"), help=_("the file to write; it must be new"))
    parser.add_argument(
        "--room", metavar=_("NAME"), help=_("only what was written down in this room")
    )
    add_notebook(parser)
    parser.set_defaults(run=export)
