"""Opening the notebook before a meeting: asked once, only if there is one, and never on the command line."""

import argparse
import os
from pathlib import Path

from holdspace.client.command_line import CODE_MARK
from holdspace.client.keeping import Keeper
from holdspace.client.own.notebook_card import ASK_AGAIN, ASK_NEW, NO_WAY_BACK
from holdspace.client.prompt import ask, ask_until, read_secret_file, say, unseen
from holdspace.client.vault import Vault, usual_place
from holdspace.client.vault_errors import VaultError, WrongPassphrase, check_passphrase, exists
from holdspace.protocol.translation import N_, _

ASK_PASSPHRASE = N_(
    "There is a notebook of yours on this computer. Its passphrase (it is not shown), or just press "
    "enter to go without it:"
)
DIFFERENT = N_("Those were two different ones. Nothing was made or changed. Please begin again.")
WITHOUT = N_("It is not used now, and nothing in it was changed.")
A_CODE = N_(
    "That looks like an invitation code, and it was not used. You are asked for it next; this is "
    "about your notebook."
)


def place_of(asked: argparse.Namespace) -> Path:
    """Return where the notebook is, or would be."""
    path: Path | None = asked.notebook
    return path.expanduser() if path else usual_place(os.environ)


def open_keeper(asked: argparse.Namespace) -> Keeper:
    """Return the opened notebook, or one in memory; raise VaultError for one that was named in vain."""
    opened: Keeper | None = getattr(asked, "keeper", None)
    if opened is not None:
        # From the first page, where it was opened already.
        return opened
    path = place_of(asked)
    if asked.passphrase_file:
        vault = Vault.open(path, read_secret_file(asked.passphrase_file))
        keeper = Keeper(vault, path)
    elif asked.notebook or exists(path):
        keeper = Keeper(_asked_vault(path, is_named=bool(asked.notebook)), path)
    else:
        keeper = Keeper(place=path)
    _tell(keeper.where_words)
    return keeper


def make_vault(asked: argparse.Namespace) -> Vault:
    """Return a new notebook, opened; raise VaultError if none could be made."""
    say(NO_WAY_BACK)
    return Vault.create(place_of(asked), new_passphrase(asked.passphrase_file))


def new_passphrase(file: Path | None) -> str:
    """Return a new passphrase that was given twice alike; raise VaultError for two different ones."""
    if file is not None:
        return check_passphrase(read_secret_file(file))
    with unseen():
        first = ask_until(ASK_NEW, check_passphrase, (VaultError,))
        if ask(ASK_AGAIN) == first:
            return first
    raise VaultError(_(DIFFERENT))


def _asked_vault(path: Path, *, is_named: bool) -> Vault | None:
    if is_named and not exists(path):
        Vault.open(path, "")
    while True:
        with unseen():
            passphrase = ask(ASK_PASSPHRASE)
        if not passphrase:
            return None
        if CODE_MARK.search(passphrase):
            _tell(_(A_CODE))
            continue
        try:
            return Vault.open(path, passphrase)
        except WrongPassphrase as refused:
            _tell(str(refused))
        except VaultError as refused:
            _tell(f"{refused} {_(WITHOUT)}")
            return None


def _tell(words: str) -> None:
    say(_("notebook: {words}").format(words=words))
