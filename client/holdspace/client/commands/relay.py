"""`holdspace relay`: who runs a relay, and what it can see, before anything is entrusted to it."""

import argparse
import asyncio

from holdspace.client.command_line import WELL
from holdspace.client.look import look_at
from holdspace.client.prompt import say
from holdspace.protocol.text import clean_line
from holdspace.protocol.translation import _

from .options import add_socks


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add what can be asked for, and what does it."""
    parser.add_argument(
        "address", metavar=_("ADDRESS"), help=_("the relay, like wss://relay.example")
    )
    add_socks(parser)
    parser.set_defaults(run=_look)


def _look(asked: argparse.Namespace) -> int:
    say(_("relay: Looking at {relays}.").format(relays=clean_line(asked.address, 200)))
    seen = asyncio.run(look_at([asked.address], asked.socks))
    say(_("relay: {relay} answers, and speaks this version of holdspace.").format(relay=seen.relay))
    for line in seen.lines():
        say(line)
    say(_("relay: No room was opened. The relay saw only that somebody at your address looked."))
    return WELL
