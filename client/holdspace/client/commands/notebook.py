"""`holdspace notebook`: make it, read it, take one's words out of it, and delete it."""

import argparse
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from holdspace.client.command_line import WELL, complain
from holdspace.client.keeping import keep_drafts
from holdspace.client.notebook import Notebook
from holdspace.client.own.keepsake import NotKept, write_new
from holdspace.client.own.words import of_room, own_lines, own_page
from holdspace.client.prompt import agrees, ask_until, read_secret_file, say, unseen
from holdspace.client.vault import Vault, remove
from holdspace.client.vault_errors import WrongPassphrase, exists
from holdspace.protocol.text import clean_line
from holdspace.protocol.translation import N_, _, shown

from .opening import make_vault, new_passphrase, place_of
from .options import add_notebook

ASK_OLD = N_("Its passphrase (it is not shown):")
MADE = N_(
    "The notebook is at {path}. It is encrypted, and `host` and `join` ask for it from now on."
)
CHANGED = N_(
    "The notebook has its new passphrase. Copies of the old file still open with the old one."
)
ASK_DELETE = N_("Delete the notebook at {path}, with all that is in it? Type y for yes, n for no.")
DELETED = N_(
    "The notebook is deleted. What a disk or a backup keeps of deleted files is beyond this program; "
    "without the passphrase it cannot be read."
)
NOT_DELETED = N_("Nothing was deleted.")
THERE_IS = N_(
    "There is a notebook at {path}. It is encrypted. `holdspace notebook read` reads it to you."
)
THERE_IS_NONE = N_(
    "There is no notebook at {path}, so nothing is kept. `holdspace notebook make` makes one."
)
NO_SUCH_ROOM = N_("No room of that name is in your notebook, so nothing was written.")
KEPT_OR_NOT = {
    True: N_("From now on a quick exit keeps what you were writing, in the notebook."),
    False: N_("From now on a quick exit drops what you were writing, also from the notebook."),
}


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add what can be asked for, and what does it."""
    add_notebook(parser)
    parser.set_defaults(run=_where)
    what = parser.add_subparsers(metavar="make | read | export | passphrase | drafts | delete")
    for name, words, run in _WHAT:
        one = what.add_parser(name, help=_(words), description=_(words))
        one.set_defaults(run=run)
        if name == "export":
            one.add_argument("file", metavar=_("FILE"), help=_("the file to write; it must be new"))
            one.set_defaults(room=None)
        if name == "drafts":
            one.add_argument("choice", choices=("keep", "drop"), help=_("at a quick exit"))


def _where(asked: argparse.Namespace) -> int:
    path = place_of(asked)
    return _tell(THERE_IS if exists(path) else THERE_IS_NONE, path)


def _make(asked: argparse.Namespace) -> int:
    path = place_of(asked)
    if exists(path):
        words = _(THERE_IS).replace("{path}", _shown(path))
        return complain(f"{words} {_('Nothing was changed.')}")
    make_vault(asked).close()
    return _tell(MADE, path)


def _read(asked: argparse.Namespace) -> int:
    with closing(_opened(asked)) as vault:
        for line in own_lines(vault.read()):
            say(line)
    return WELL


def export(asked: argparse.Namespace) -> int:
    """Write own words into a new file: of all rooms, or of the one that was named."""
    with closing(_opened(asked)) as vault:
        notebook = vault.read()
    if asked.room is not None:
        room = _named(notebook, asked.room)
        if room is None:
            return complain(NO_SUCH_ROOM)
        notebook = of_room(notebook, room)
    page = own_page(notebook)
    try:
        return _tell(write_new(Path(asked.file).expanduser(), page))
    except NotKept as refused:
        return complain(str(refused))


def _change_passphrase(asked: argparse.Namespace) -> int:
    with closing(_opened(asked)) as vault:
        vault.change_passphrase(new_passphrase(None))
    return _tell(CHANGED)


def _drafts(asked: argparse.Namespace) -> int:
    is_kept = asked.choice == "keep"
    with closing(_opened(asked)) as vault:
        vault.write(keep_drafts(vault.read(), is_kept=is_kept))
    return _tell(KEPT_OR_NOT[is_kept])


def _delete(asked: argparse.Namespace) -> int:
    path = place_of(asked)
    if not exists(path):
        return _tell(THERE_IS_NONE, path)
    # No passphrase: who lost it can still be rid of the file.
    if not agrees(_(ASK_DELETE).replace("{path}", _shown(path))):
        return _tell(NOT_DELETED)
    remove(path)
    return _tell(DELETED)


_WHAT: tuple[tuple[str, str, Callable[[argparse.Namespace], int]], ...] = (
    (
        "make",
        N_("Make a notebook. It is the only thing this program ever keeps on its own."),
        _make,
    ),
    ("read", N_("Read out what is in it."), _read),
    ("export", N_("Write your own words from it into a new file, which is not encrypted."), export),
    ("passphrase", N_("Give it another passphrase."), _change_passphrase),
    (
        "drafts",
        N_("Keep or drop what you were writing when you close the screen at once."),
        _drafts,
    ),
    ("delete", N_("Delete it, with all that is in it."), _delete),
)


def _named(notebook: Notebook, name: str) -> bytes | None:
    wanted = name.strip().casefold()
    return next((kept.room for kept in notebook.rooms if kept.room_name.casefold() == wanted), None)


def _opened(asked: argparse.Namespace) -> Vault:
    path = place_of(asked)
    if asked.passphrase_file:
        return Vault.open(path, read_secret_file(asked.passphrase_file))
    if not exists(path):
        return Vault.open(path, "")
    with unseen():
        return ask_until(ASK_OLD, lambda words: Vault.open(path, words), (WrongPassphrase,))


def _tell(words: str, path: Path | None = None) -> int:
    say(shown(words).replace("{path}", _shown(path) if path else ""))
    return WELL


def _shown(path: Path) -> str:
    return clean_line(str(path), 200)
