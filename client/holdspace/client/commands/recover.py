"""`holdspace recover`: the host has a room again from its recovery phrase alone, at any relay."""

import argparse
import time
from contextlib import closing

from msgspec.structs import replace

from holdspace.client.attend import CannotStart, check_addresses
from holdspace.client.command_line import WELL, complain
from holdspace.client.keeping import Keeper
from holdspace.client.prompt import ask, ask_until, say, unseen
from holdspace.client.room_keys import recovered
from holdspace.client.vault_errors import exists
from holdspace.protocol.recovery import NotAPhrase, seed_of
from holdspace.protocol.text import NameRefused, check_name, clean_line
from holdspace.protocol.translation import N_, _

from .opening import make_vault, open_keeper, place_of
from .options import add_notebook
from .rooms import say_move

ASK_PHRASE = N_("The recovery phrase, all its words in one line (they are not shown):")
ASK_ROOM = N_("What is the room called?")
ASK_NAME = N_("What do people there call you?")
ASK_RELAY = N_(
    "At which relay shall it be? Type its address, like wss://relay.example (or several of one "
    "cluster, with spaces between)."
)
NEEDS_NOTEBOOK = N_("A recovered room needs a notebook to be in. Nothing was changed.")
MAKES_ONE = N_(
    "A recovered room is kept in a notebook. There is none here yet, so one is made first."
)
RECOVERED = N_(
    "The room is in your notebook again, with the same key and the same four words. This device does "
    "not know who belongs to it: who comes with a slip of yours waits at the door once, and you read "
    "there that you signed it."
)


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add what can be asked for, and what does it."""
    add_notebook(parser)
    parser.set_defaults(run=_recover)


def _recover(asked: argparse.Namespace) -> int:
    with closing(_keeper(asked)) as keeper:
        if not keeper.is_kept:
            return complain(NEEDS_NOTEBOOK)
        with unseen():
            seed = ask_until(ASK_PHRASE, seed_of, (NotAPhrase,))
        room_name = clean_line(ask(ASK_ROOM), 80) or _("A room")
        name = ask_until(ASK_NAME, check_name, (NameRefused,))
        relays = ask_until(ASK_RELAY, _relays, (CannotStart,))
        kept = recovered(seed, relays, room_name=room_name, my_name=name)
        known = keeper.notebook.room(kept.room)
        if known is not None and known.host is not None:
            # Still in the notebook: only where it is changes, and nobody is forgotten.
            kept = replace(known, relays=relays)
        kept = replace(kept, moved=int(time.time() // 60))
        keeper.change(lambda notebook: notebook.keeping_room(kept))
        say(RECOVERED)
        say_move(kept)
    return WELL


def _keeper(asked: argparse.Namespace) -> Keeper:
    """Return the opened notebook; whoever lost a device has none yet, and makes one here."""
    if exists(place_of(asked)):
        return open_keeper(asked)
    say(MAKES_ONE)
    return Keeper(make_vault(asked))


def _relays(answer: str) -> tuple[str, ...]:
    addresses = check_addresses(answer.split())
    if not addresses:
        raise CannotStart(_("The address of a relay, please. Nothing was changed."))
    return addresses
