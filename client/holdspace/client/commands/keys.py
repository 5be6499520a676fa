"""`holdspace keys`: every key and command, from the one table of acts."""

import argparse
from itertools import product

from holdspace.client.act_kinds import use_keys
from holdspace.client.acts import ACTS, Spot, Who
from holdspace.client.command_line import WELL
from holdspace.client.keymap import keys_for
from holdspace.client.prompt import say
from holdspace.client.settings import find_settings


def add_options(parser: argparse.ArgumentParser) -> None:
    """Say what does it; nothing can be asked for."""
    parser.set_defaults(run=_keys)


def _keys(_asked: argparse.Namespace) -> int:
    settings = find_settings().settings
    use_keys(keys_for(settings.hand, settings.keys))
    for who, spot in product(Who, Spot):
        here = [act for act in ACTS if act.who is who and act.spot is spot]
        if here:
            say(f"For {who.value}; these keys work {spot.value}:")
        for act in here:
            say(f"  {act.key}, or {act.usage}: {act.sentence}")
    return WELL
