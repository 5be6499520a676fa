"""Who may read a relay's file, what of it is durable, and what is said when it cannot be used."""

import errno
import os
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from holdspace.server.log import UnusableLogError, weight
from holdspace.server.log.copies import DATABASE
from holdspace.server.log.sqlite_file import (
    lock_folder,
    open_database,
    schema_steps,
    sync_names,
    unusable,
)

FOLDER = Path("/srv/relay")


def mode_of(path: Path) -> int:
    """Return who may do what with a file."""
    return path.stat().st_mode & 0o777


def test_only_the_relays_user_reads_the_folder_the_lock_and_the_database(tmp_path: Path) -> None:
    folder = tmp_path / "new" / "relay"
    os.close(lock_folder(folder))
    open_database(folder, schema_steps()).close()
    assert mode_of(folder) == 0o700
    assert {mode_of(file) for file in folder.iterdir()} == {0o600}


def test_a_database_that_others_could_read_is_theirs_no_more(tmp_path: Path) -> None:
    open_database(tmp_path, schema_steps()).close()
    (tmp_path / DATABASE).chmod(0o644)
    with closing(open_database(tmp_path, schema_steps())) as database:
        database.execute("BEGIN IMMEDIATE")
        assert {mode_of(file) for file in tmp_path.iterdir()} == {0o600}


def test_the_name_of_a_new_folder_and_of_what_is_in_it_is_synced(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A file that is synced can still be gone after a power cut, where its name was not."""
    folder = tmp_path / "relay"
    folder.mkdir()
    synced: list[int] = []
    handles: list[int] = []

    def fsync(opened: int) -> None:
        handles.append(opened)
        synced.append(os.fstat(opened).st_ino)

    monkeypatch.setattr(os, "fsync", fsync)
    sync_names(folder)
    assert synced == [folder.stat().st_ino, tmp_path.stat().st_ino]
    assert_closed(*handles)


def assert_closed(*handles: int) -> None:
    for handle in handles:
        with pytest.raises(OSError, match="Bad file descriptor"):
            os.fstat(handle)


def test_who_may_not_have_the_folder_keeps_nothing_open(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, opens, handles = lock_folder(tmp_path), os.open, list[int]()

    def noted(path: Path, flags: int, mode: int) -> int:
        handles.append(opens(path, flags, mode))
        return handles[-1]

    monkeypatch.setattr(os, "open", noted)
    with pytest.raises(UnusableLogError, match="Another relay"):
        lock_folder(tmp_path)
    assert_closed(*handles)
    os.close(first)


def test_a_folder_above_that_is_not_ours_is_left_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    opens = os.open

    def refuse(path: Path, flags: int) -> int:
        if path == tmp_path:
            raise PermissionError
        return opens(path, flags)

    folder = tmp_path / "relay"
    folder.mkdir()
    monkeypatch.setattr(os, "open", refuse)
    sync_names(folder)


def test_every_setting_that_keeps_words_safe_is_on(tmp_path: Path) -> None:
    names = (
        "journal_mode", "synchronous", "fullfsync", "checkpoint_fullfsync", "secure_delete",
        "foreign_keys", "trusted_schema", "cell_size_check", "temp_store", "journal_size_limit",
        "busy_timeout",
    )  # fmt: skip
    with closing(open_database(tmp_path, schema_steps())) as database:
        found = [database.execute(f"PRAGMA {name}").fetchone()[0] for name in names]
        kind = database.execute("PRAGMA application_id").fetchone()[0]
    assert found == ["wal", 2, 1, 1, 1, 1, 0, 1, 2, 8 * 1024 * 1024, 5000]
    assert kind.to_bytes(4, "big") == b"hold"


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (PermissionError(errno.EACCES, "Permission denied"), "may not read and write"),
        (sqlite3.OperationalError("unable to open database file"), "may not read and write"),
        (OSError(errno.ENOSPC, "No space left on device"), "No space left on device"),
        (sqlite3.DatabaseError("file is not a database"), "damaged or not a relay's database"),
    ],
)
def test_whoever_runs_the_relay_is_told_what_to_do(error: Exception, words: str) -> None:
    said = str(unusable(FOLDER, error))
    assert words in said
    assert str(FOLDER) in said
    assert "Nothing was changed." in said


@pytest.mark.parametrize(
    ("version", "owner", "words"),
    [(1, 0, "another program"), (0, 7, "another program"), (99, 0x686F6C64, "a newer relay")],
)
def test_a_database_that_is_not_this_relays_is_refused(
    tmp_path: Path, version: int, owner: int, words: str
) -> None:
    with closing(sqlite3.connect(tmp_path / DATABASE)) as database:
        database.execute(f"PRAGMA user_version={version}")
        database.execute(f"PRAGMA application_id={owner}")
    with pytest.raises(UnusableLogError, match=words):
        open_database(tmp_path, schema_steps())


def test_an_entry_weighs_what_its_frame_does() -> None:
    """The frame has 64 bytes beside what it carries, at most."""
    assert [weight(bytes(size)) for size in (1, 960, 961, 65_472)] == [1024, 1024, 4096, 65_536]
    assert [weight(bytes(size)) for size in (70_000, 140_000)] == [131_072, 131_072]
