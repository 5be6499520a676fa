"""`holdspace demo`: a meeting with simulated people, on this machine."""

import argparse

from holdspace.client.demo import run
from holdspace.client.plain_or_screen import choose_plain
from holdspace.protocol.translation import _

from .options import add_plain


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add what can be asked for, and what does it."""
    parser.add_argument(
        "--facilitate", action="store_true", help=_("sit in the facilitator's chair")
    )
    parser.add_argument(
        "--speed",
        type=_speed,
        default=1.0,
        metavar="N",
        help=_("so many times as fast (%(default)s)"),
    )
    add_plain(parser)
    parser.set_defaults(run=_demo)


def _demo(asked: argparse.Namespace) -> int:
    plain = choose_plain(flag=asked.plain)
    return run(facilitate=asked.facilitate, plain=plain, speed=asked.speed)


def _speed(text: str) -> float:
    try:
        speed = float(text)
    except ValueError:
        speed = 0.0
    if not 0.1 <= speed <= 100:
        raise argparse.ArgumentTypeError(_("the speed is a number from 0.1 to 100"))
    return speed
