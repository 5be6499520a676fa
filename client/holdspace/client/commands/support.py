"""`holdspace support`: the crisis card, without any room and without a network (A15)."""

import argparse

from holdspace.client.care.crisis import Ways, card_here, crisis_lines
from holdspace.client.command_line import WELL
from holdspace.client.prompt import say
from holdspace.client.seat.view import RoomView

_WAYS = Ways(tell="", steady="holdspace solo senses.")


def add_options(parser: argparse.ArgumentParser) -> None:
    """Say what does it; nothing can be asked for."""
    parser.set_defaults(run=_support)


def _support(_asked: argparse.Namespace) -> int:
    for words in crisis_lines(card_here(RoomView()), _WAYS):
        say(words)
    return WELL
