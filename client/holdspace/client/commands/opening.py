"""Opening the notebook before a meeting: asked once, only if there is one, and never on the command line."""

import argparse
import os
from pathlib import Path

from holdspace.client.command_line import CODE_MARK
from holdspace.client.keeping import Keeper
from holdspace.client.prompt import ask, read_secret_file, say, unseen
from holdspace.client.vault import Vault, VaultError, WrongPassphrase, exists, usual_place

ASK_PASSPHRASE = (
    "There is a notebook of yours on this computer. Its passphrase (it is not shown), or just press "
    "enter to go without it:"
)
WITHOUT = "It is not used now, and nothing in it was changed."
A_CODE = (
    "That looks like an invitation code, and it was not used. You are asked for it next; this is "
    "about your notebook."
)


def place_of(asked: argparse.Namespace) -> Path:
    """Return where the notebook is, or would be."""
    path: Path | None = asked.notebook
    return path.expanduser() if path else usual_place(os.environ)


def open_keeper(asked: argparse.Namespace) -> Keeper:
    """Return the opened notebook, or one in memory; raise VaultError for one that was named in vain."""
    path = place_of(asked)
    if asked.passphrase_file:
        keeper = Keeper(Vault.open(path, read_secret_file(asked.passphrase_file)))
    elif asked.notebook or exists(path):
        keeper = Keeper(_asked_vault(path, is_named=bool(asked.notebook)))
    else:
        keeper = Keeper()
    say(f"notebook: {keeper.where_words}")
    return keeper


def _asked_vault(path: Path, *, is_named: bool) -> Vault | None:
    if is_named and not exists(path):
        Vault.open(path, "")
    while True:
        with unseen():
            passphrase = ask(ASK_PASSPHRASE)
        if not passphrase:
            return None
        if CODE_MARK.search(passphrase):
            say(f"notebook: {A_CODE}")
            continue
        try:
            return Vault.open(path, passphrase)
        except WrongPassphrase as refused:
            say(f"notebook: {refused}")
        except VaultError as refused:
            say(f"notebook: {refused} {WITHOUT}")
            return None
