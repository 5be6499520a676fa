"""The relay's folder: its own, and no way for anybody else to put something else in its place."""

import errno
import os
import stat
from pathlib import Path

from holdspace.server.log import UnusableLogError

_SAFE = "Nothing was changed."


def own_folder(path: Path) -> Path:
    """Make the folder if it is missing, and return it; raise if somebody else has a hand in it."""
    try:
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise _unusable(path, error) from None
    return checked_folder(path, os.geteuid())


def checked_folder(path: Path, user: int) -> Path:
    """Return the folder, or raise if somebody else than this user has a hand in it."""
    try:
        link, folder = path.lstat(), path.stat()
    except OSError as error:
        raise _unusable(path, error) from None
    # systemd's DynamicUser makes the folder a link of root's; anybody else's leads anywhere.
    if stat.S_ISLNK(link.st_mode) and link.st_uid not in {0, user}:
        raise UnusableLogError(
            f"{path} is a link that another user made, so they choose where it leads. {_SAFE} Name "
            "the folder itself with --data."
        )
    if folder.st_uid != user:
        raise UnusableLogError(
            f"{path} belongs to another user than the relay runs as (number {user}). "
            f"{_SAFE} Run the relay as that user, or as root: chown -R {user} {path}"
        )
    if folder.st_mode & 0o022:
        raise UnusableLogError(
            f"Other users may write into {path}. {_SAFE} Take that away: chmod go-w {path}"
        )
    return path


def _unusable(path: Path, error: OSError) -> UnusableLogError:
    may_be_made = error.errno in {errno.EACCES, errno.EPERM}
    advice = (
        f"As root: install -d -m 700 -o {os.geteuid()} {path}"
        if may_be_made
        else "Choose another folder with --data."
    )
    return UnusableLogError(f"The relay cannot use {path}: {error.strerror}. {_SAFE} {advice}")
