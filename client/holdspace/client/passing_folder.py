"""A folder for what must not stay: gone when it was used, and after a crash at the next start.

`kill -9` leaves it behind. It is told from one that is in use by a lock on the folder itself, which ends
with the program that made it and with every program that was handed it, an editor that goes on alone
included. Where others may write, too, only a folder of this person's own is ever touched, by its
handle and never by following a link.
"""

import fcntl
import os
import shutil
import stat
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import NamedTuple

_PREFIX = "holdspace-passing-"
_OPEN = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
# Somebody who clears away at this very moment can take a folder before it is locked.
_TRIES = 8


class Passing(NamedTuple):
    """The folder, and the handle that keeps it from being cleared away; a child may be given it."""

    path: Path
    handle: int


@contextmanager
def passing_folder(place: Path) -> Iterator[Passing]:
    """Make a folder for this person alone, and take it away with all that is in it."""
    folder = _made(place)
    try:
        yield folder
    finally:
        shutil.rmtree(folder.path, ignore_errors=True)
        os.close(folder.handle)


def clear_away(place: Path) -> int:
    """Remove what programs left here that are gone; return how many folders that were."""
    try:
        within = os.open(place, _OPEN)
    except OSError:
        return 0
    try:
        with os.scandir(within) as found:
            names = [one.name for one in found if one.name.startswith(_PREFIX)]
        return sum(_is_cleared(name, within) for name in names)
    finally:
        os.close(within)


def _made(place: Path) -> Passing:
    for _ in range(_TRIES):
        path = Path(tempfile.mkdtemp(prefix=_PREFIX, dir=place))
        with suppress(OSError):
            handle = os.open(path, _OPEN)
            if _is_locked(handle) and path.exists():
                return Passing(path, handle)
            os.close(handle)
        with suppress(OSError):
            # Where no folder can be locked, nobody would clear away one that nobody could have locked.
            path.rmdir()
    raise FileNotFoundError(place)


def _is_cleared(name: str, within: int) -> bool:
    try:
        handle = os.open(name, _OPEN, dir_fd=within)
    except OSError:
        return False
    try:
        if not _is_ours(os.fstat(handle), os.fstat(within)) or not _is_locked(handle):
            return False
        there = os.stat(name, dir_fd=within, follow_symlinks=False)
        if not os.path.samestat(there, os.fstat(handle)):
            return False
        shutil.rmtree(name, dir_fd=within)
    except OSError:
        return False
    finally:
        os.close(handle)
    return True


def _is_ours(folder: os.stat_result, place: os.stat_result) -> bool:
    is_private = stat.S_IMODE(folder.st_mode) == 0o700
    return folder.st_uid == os.getuid() and is_private and folder.st_dev == place.st_dev


def _is_locked(handle: int) -> bool:
    """Lock a folder for this program and tell whether nobody else has it (flock(2))."""
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True
