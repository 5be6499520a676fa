"""Copies of a relay's database: one before its form changes, and those its operator asks for.

A copy keeps what the relay would have forgotten. So one that was made before a change is removed
a day later, and a backup says what it is.
"""

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path

from holdspace.server.log import UnusableLogError

DATABASE = "relay.db"
_BEFORE = f"{DATABASE}.before-"
KEPT_SECONDS = 24 * 60 * 60.0
_SAFE = "Nothing was changed."


def keep_before(database: sqlite3.Connection, path: Path, step: int) -> None:
    """Copy a database as it is before a step of its form."""
    copy = path.with_name(f"{_BEFORE}{step}")
    try:
        copy.unlink(missing_ok=True)
        _copy(database, copy)
    except (sqlite3.Error, OSError):
        with suppress(OSError):
            copy.unlink(missing_ok=True)
        raise UnusableLogError(
            f"This version of the relay keeps its database in another form, and there is no place "
            f"for a copy of it in {path.parent}. {_SAFE} Make some, or install the version before."
        ) from None


def remove_old(folder: Path, now: float) -> int:
    """Remove copies from before a change that are a day old; return how many."""
    old = [one for one in folder.glob(f"{_BEFORE}*") if one.lstat().st_mtime + KEPT_SECONDS <= now]
    for one in old:
        one.unlink(missing_ok=True)
    return len(old)


def back_up(folder: Path, file: Path, *, rooms_only: bool = False) -> int:
    """Copy the database of a relay, running or not, to a new file, and return its size."""
    source = folder / DATABASE
    if not source.is_file():
        raise UnusableLogError(f"There is no database at {source}. Is that the relay's folder?")
    with _new_file(file):
        # Not read-only: the last one to leave a database tidies up after a relay that was killed.
        with closing(sqlite3.connect(f"{source.absolute().as_uri()}?mode=rw", uri=True)) as opened:
            _copy(opened, file)
        _forget(file, rooms_only=rooms_only)
        _sync(file)
        return file.stat().st_size


@contextmanager
def _new_file(file: Path) -> Iterator[None]:
    try:
        os.close(os.open(file, os.O_CREAT | os.O_EXCL | os.O_WRONLY | os.O_CLOEXEC, 0o600))
    except FileExistsError:
        raise UnusableLogError(f"{file} is there already. {_SAFE} Name a new file.") from None
    except OSError as error:
        raise UnusableLogError(f"{file} cannot be written: {error.strerror}. {_SAFE}") from None
    try:
        yield
    except BaseException as error:
        file.unlink(missing_ok=True)
        if isinstance(error, sqlite3.Error | OSError):
            raise UnusableLogError(
                f"The copy could not be made: is the disk full, or may you not read the relay's "
                f"folder? {_SAFE}"
            ) from None
        raise


def _copy(database: sqlite3.Connection, file: Path) -> None:
    if not file.exists():
        os.close(os.open(file, os.O_CREAT | os.O_EXCL | os.O_WRONLY | os.O_CLOEXEC, 0o600))
    database.execute("VACUUM INTO ?", (str(file),))


def _forget(file: Path, *, rooms_only: bool) -> None:
    """Leave out what is deleted already and only waits to be erased, or all that was said."""
    with closing(sqlite3.connect(file, isolation_level=None)) as copy:
        for pragma in ("journal_mode=MEMORY", "secure_delete=ON", "foreign_keys=ON"):
            copy.execute(f"PRAGMA {pragma}")
        is_kept = "place >> 32 IN (SELECT number FROM meeting)"
        if rooms_only:
            copy.execute("DELETE FROM meeting")
        if copy.execute(f"DELETE FROM entry WHERE NOT {is_kept}").rowcount or rooms_only:  # noqa: S608
            copy.execute("VACUUM")


def _sync(file: Path) -> None:
    opened = os.open(file, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)
