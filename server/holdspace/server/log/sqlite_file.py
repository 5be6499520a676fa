"""The file of a relay's SQLite log: who may use it, how it is opened, and which form it has."""

import fcntl
import os
import sqlite3
from collections.abc import Sequence
from contextlib import suppress
from importlib import resources
from pathlib import Path

from holdspace.server.log import UnusableLogError
from holdspace.server.log.copies import DATABASE, keep_before

_LOCK = "relay.lock"
_APPLICATION_ID = 0x686F6C64  # "hold"
_PRAGMAS = (
    "journal_mode=WAL",
    "synchronous=FULL",
    "fullfsync=ON",  # macOS: without it a sync stops at the drive's cache
    "checkpoint_fullfsync=ON",
    "secure_delete=ON",
    "foreign_keys=ON",
    "trusted_schema=OFF",
    "cell_size_check=ON",
    "temp_store=MEMORY",
    "journal_size_limit=8388608",
    "busy_timeout=5000",
)
_SAFE = "Nothing was changed."
_START_AFRESH = (
    "Move the folder away to start with an empty relay: rooms live on their members' devices and "
    "open again when their host comes back."
)


def lock_folder(folder: Path) -> int:
    """Take the folder for this process, and return what gives it back when it is closed."""
    path = folder / _LOCK
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        lock = os.open(path, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise unusable(folder, error) from None
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(lock)
        raise UnusableLogError(
            f"Another relay is using {folder}. {_SAFE} Stop that one, or give this one a "
            "folder of its own with --data."
        ) from None
    return lock


def sync_names(folder: Path) -> None:
    """Make it durable that the folder and its files are there: their own syncs do not promise that."""
    for each in (folder, folder.parent):
        # A folder above may not be ours to read, as that of a service; then it was there before us.
        with suppress(PermissionError):
            opened = os.open(each, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
            try:
                os.fsync(opened)
            finally:
                os.close(opened)


def open_database(folder: Path, steps: Sequence[str]) -> sqlite3.Connection:
    """Open the database, made and brought up to date if need be."""
    path = folder / DATABASE
    # SQLite gives its side files the mode of the database.
    os.close(os.open(path, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600))
    path.chmod(0o600)
    database = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    try:
        version = _check_version(database, path, len(steps))
        for pragma in _PRAGMAS:
            database.execute(f"PRAGMA {pragma}")
        for number, step in enumerate(steps[version:], start=version + 1):
            if version:
                keep_before(database, path, number)
            database.executescript(
                f"BEGIN IMMEDIATE; {step};"
                f"PRAGMA user_version={number}; PRAGMA application_id={_APPLICATION_ID}; COMMIT;"
            )
    except BaseException:
        database.close()
        raise
    return database


def schema_steps() -> list[str]:
    """Return the statements that bring a database from each version to the next."""
    folder = resources.files("holdspace.server") / "schema"
    files = [file for file in folder.iterdir() if file.name.endswith(".sql")]
    return [file.read_text("utf-8") for file in sorted(files, key=lambda f: int(f.name[:-4]))]


def unusable(path: Path, error: Exception) -> UnusableLogError:
    """Return the sentence for somebody who can do something about it."""
    if isinstance(error, PermissionError) or "unable to open" in str(error):
        return UnusableLogError(
            f"The relay may not read and write {path}. {_SAFE} Make that folder belong to the user "
            "who runs the relay, or choose another with --data."
        )
    if isinstance(error, OSError):
        return UnusableLogError(
            f"The relay cannot use {path}: {error.strerror}. {_SAFE} Choose another folder with "
            "--data."
        )
    return UnusableLogError(f"{path} is damaged or not a relay's database. {_SAFE} {_START_AFRESH}")


def _check_version(database: sqlite3.Connection, path: Path, newest: int) -> int:
    version: int = database.execute("PRAGMA user_version").fetchone()[0]
    owner = database.execute("PRAGMA application_id").fetchone()[0]
    if owner not in {0, _APPLICATION_ID} or (version and owner == 0):
        raise UnusableLogError(
            f"{path} belongs to another program. {_SAFE} Choose another folder with --data."
        )
    if version > newest:
        raise UnusableLogError(
            f"{path} was written by a newer relay. {_SAFE} Install that version again, or a "
            "newer one."
        )
    return version
