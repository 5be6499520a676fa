"""`holdspace forget`: everything of one room goes from this device: keys, drafts, plans and notes."""

import argparse
from contextlib import closing

from holdspace.client.command_line import WELL
from holdspace.client.kept_rooms import shown_name
from holdspace.client.prompt import agrees, say
from holdspace.protocol.translation import N_, _

from .kept import add_number, chosen, opened
from .options import add_notebook

ASK = N_(
    "Forget {name}? Its keys go from this device, and with them every draft, plan, idea and note you "
    "wrote there. Type y for yes, n for no."
)
ASK_HOST = N_(
    "Forget {name}? Its keys go from this device, and with them every draft, plan, idea and note you "
    "wrote there. You are its host: without its recovery phrase (`holdspace rooms phrase`) nobody can "
    "ever open it again. Type y for yes, n for no."
)
FORGOTTEN = N_(
    "It is forgotten on this device. To come again you need a new code. What a disk or a backup keeps of "
    "old files is beyond this program; without the passphrase it cannot be read."
)
NOT_FORGOTTEN = N_("Nothing was changed.")


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add what can be asked for, and what does it."""
    add_number(parser)
    add_notebook(parser)
    parser.set_defaults(run=_forget)


def _forget(asked: argparse.Namespace) -> int:
    with closing(opened(asked)) as keeper:
        kept = chosen(asked, keeper)
        question = _(ASK_HOST if kept.host else ASK).format(name=shown_name(kept))
        if not agrees(question):
            say(NOT_FORGOTTEN)
            return WELL
        keeper.change(lambda notebook: notebook.forgetting_room(kept.room))
        say(FORGOTTEN)
    return WELL
