"""`holdspace keys`: every key and command, from the one table of acts."""

import argparse
from itertools import product

from holdspace.client.act_kinds import use_keys
from holdspace.client.acts import ACTS, Spot, Who
from holdspace.client.command_line import WELL
from holdspace.client.keymap import keys_for
from holdspace.client.prompt import say
from holdspace.client.settings import find_settings
from holdspace.protocol.translation import _


def add_options(parser: argparse.ArgumentParser) -> None:
    """Say what does it; nothing can be asked for."""
    parser.set_defaults(run=_keys)


def _keys(_asked: argparse.Namespace) -> int:
    settings = find_settings().settings
    use_keys(keys_for(settings.hand, settings.keys))
    for who, spot in product(Who, Spot):
        here = [act for act in ACTS if act.who is who and act.spot is spot]
        if here:
            say(_("For {who}; these keys work {where}:").format(who=who.words, where=spot.words))
        for act in here:
            say(
                _("  {key}, or {usage}: {sentence}").format(
                    key=act.key, usage=act.usage, sentence=act.sentence
                )
            )
    return WELL
