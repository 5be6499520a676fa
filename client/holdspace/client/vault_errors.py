"""Why a notebook cannot be used, in a sentence; and what can be said of one without opening it.

Apart from the file itself: whoever has no notebook open need not wait until its cryptography is loaded.
"""

import os
from pathlib import Path

from holdspace.protocol.translation import N_, shown

LEAST_PASSPHRASE, MOST_PASSPHRASE = 8, 1000
TOO_SHORT = N_("A passphrase has {number} letters or more. Four or five words are good.").filled(
    number=str(LEAST_PASSPHRASE)
)


class VaultError(Exception):
    """The notebook could not be used; the text is for the person."""


class NoNotebook(VaultError):
    """There is none at this place."""


class WrongPassphrase(VaultError):
    """The file does not open: by another passphrase, or because somebody changed it."""


def exists(path: Path) -> bool:
    """Tell whether anything is at the notebook's place."""
    return os.path.lexists(path)


def check_passphrase(passphrase: str) -> str:
    """Return a passphrase that will do for a new notebook; raise VaultError for one that will not."""
    if not LEAST_PASSPHRASE <= len(passphrase) <= MOST_PASSPHRASE:
        raise VaultError(shown(TOO_SHORT))
    return passphrase
