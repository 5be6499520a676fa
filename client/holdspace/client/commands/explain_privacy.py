"""`holdspace explain-privacy`: what the relay can see and what not."""

import argparse

from holdspace.client.command_line import WELL
from holdspace.client.privacy import PRIVACY
from holdspace.client.prompt import say
from holdspace.protocol.translation import _


def add_options(parser: argparse.ArgumentParser) -> None:
    """Say what does it; nothing can be asked for."""
    parser.set_defaults(run=_explain)


def _explain(_asked: argparse.Namespace) -> int:
    for line in _(PRIVACY).splitlines():
        say(line)
    return WELL
