"""Copies of the database: made before its form changes and when asked for, and gone when they should be."""

import asyncio
import os
import sqlite3
import time
from contextlib import closing
from importlib import resources
from pathlib import Path

import pytest

from holdspace.server.log import UnusableLogError
from holdspace.server.log.copies import DATABASE, KEPT_SECONDS, back_up, remove_old
from holdspace.server.log.sqlite import SqliteLog
from relay_papers import Circle
from relay_process import RelayProcess, visiting

STEPS = ["CREATE TABLE one (a)", "CREATE TABLE two (b)", "CREATE TABLE three (c)"]
SAID = b"what Anna said, sealed"


def started(folder: Path, steps: list[str] | None = None) -> None:
    asyncio.run(SqliteLog(folder, steps).close())


def tables(file: Path) -> set[str]:
    with closing(sqlite3.connect(file)) as database:
        return {name for (name,) in database.execute("SELECT name FROM sqlite_master")}


def copies(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.glob(f"{DATABASE}.before-*"))


class TestBeforeAStep:
    def test_every_step_is_preceded_by_a_copy(self, tmp_path: Path) -> None:
        started(tmp_path, STEPS[:1])
        assert copies(tmp_path) == []
        started(tmp_path, STEPS)
        assert copies(tmp_path) == ["relay.db.before-2", "relay.db.before-3"]
        assert tables(tmp_path / "relay.db.before-2") == {"one"}
        assert tables(tmp_path / "relay.db.before-3") == {"one", "two"}
        assert (tmp_path / "relay.db.before-2").stat().st_mode & 0o777 == 0o600

    def test_the_version_before_opens_its_copy_again(self, tmp_path: Path) -> None:
        started(tmp_path, STEPS[:1])
        started(tmp_path, STEPS)
        (tmp_path / "relay.db.before-2").replace(tmp_path / DATABASE)
        started(tmp_path, STEPS[:1])

    def test_what_a_relay_of_the_first_version_kept_is_there_still(self, tmp_path: Path) -> None:
        first = resources.files("holdspace.server") / "schema" / "1.sql"
        started(tmp_path, [first.read_text()])
        with closing(sqlite3.connect(tmp_path / DATABASE)) as database:
            database.execute("INSERT INTO room VALUES (?, ?, 7)", (bytes(16), bytes(32)))
            database.commit()
        log = SqliteLog(tmp_path)
        [room] = log.load().rooms
        asyncio.run(log.close())
        assert (room.room, room.expires_minute, room.code) == (bytes(16), 7, b"")
        assert "relay.db.before-2" in copies(tmp_path)

    def test_a_step_that_failed_is_tried_again_with_a_new_copy(self, tmp_path: Path) -> None:
        started(tmp_path, STEPS[:1])
        with pytest.raises(UnusableLogError):
            started(tmp_path, [STEPS[0], "nonsense"])
        started(tmp_path, STEPS[:2])
        assert tables(tmp_path / "relay.db.before-2") == {"one"}

    def test_without_a_copy_nothing_is_changed(self, tmp_path: Path) -> None:
        started(tmp_path, STEPS[:1])
        # A folder of that name stands for a full disk.
        (tmp_path / "relay.db.before-2" / "in the way").mkdir(parents=True)
        with pytest.raises(UnusableLogError, match="no place for a copy"):
            started(tmp_path, STEPS)
        assert tables(tmp_path / DATABASE) == {"one"}

    def test_half_a_copy_is_not_left_behind(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def runs_out_of_space(_database: sqlite3.Connection, file: Path) -> None:
            file.write_bytes(b"half of it")
            raise sqlite3.OperationalError

        started(tmp_path, STEPS[:1])
        monkeypatch.setattr("holdspace.server.log.copies._copy", runs_out_of_space)
        with pytest.raises(UnusableLogError, match="no place for a copy"):
            started(tmp_path, STEPS)
        assert copies(tmp_path) == []

    def test_after_a_day_it_is_gone(self, tmp_path: Path) -> None:
        started(tmp_path, STEPS[:1])
        started(tmp_path, STEPS)
        now = time.time()
        assert remove_old(tmp_path, now) == 0
        yesterday = now - KEPT_SECONDS
        os.utime(tmp_path / "relay.db.before-2", (yesterday, yesterday))
        assert remove_old(tmp_path, now) == 1
        assert copies(tmp_path) == ["relay.db.before-3"]
        assert (tmp_path / DATABASE).exists()


@pytest.fixture
def meeting(tmp_path: Path) -> Path:
    """The folder of a relay that was killed in the middle of a meeting."""
    folder = tmp_path / "relay"

    async def talk() -> None:
        with RelayProcess("--data", folder, "--port", "0") as relay:
            async with visiting(relay.url) as host:
                await host.open(Circle())
                await host.ask(host.papers.append(SAID.decode() * 1000))

    asyncio.run(talk())
    return folder


class TestBackup:
    def test_everything_is_in_it(self, tmp_path: Path, meeting: Path) -> None:
        file = tmp_path / "backup.db"
        assert back_up(meeting, file) == file.stat().st_size
        assert file.stat().st_mode & 0o777 == 0o600
        assert SAID in file.read_bytes()
        restored = tmp_path / "restored"
        restored.mkdir(mode=0o700)
        file.rename(restored / DATABASE)
        log = SqliteLog(restored)
        kept = log.load()
        asyncio.run(log.close())
        assert [one.head for one in kept.meetings] == [1]

    def test_without_meetings_nothing_that_was_said_is_in_it(
        self, tmp_path: Path, meeting: Path
    ) -> None:
        file = tmp_path / "backup.db"
        back_up(meeting, file, rooms_only=True)
        assert SAID not in file.read_bytes()
        with closing(sqlite3.connect(file)) as copy:
            counts = [
                copy.execute(f"SELECT count(*) FROM {name}").fetchone()[0]  # noqa: S608
                for name in ("room", "meeting", "epoch", "entry")
            ]
            assert copy.execute("PRAGMA freelist_count").fetchone() == (0,)
        assert counts == [1, 0, 0, 0]

    def test_it_is_on_the_disk_when_its_size_is_told(
        self, tmp_path: Path, meeting: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        synced: list[int] = []
        monkeypatch.setattr(os, "fsync", lambda opened: synced.append(os.fstat(opened).st_ino))
        file = tmp_path / "backup.db"
        back_up(meeting, file)
        assert synced == [file.stat().st_ino]

    def test_a_file_that_is_there_is_left_alone(self, tmp_path: Path, meeting: Path) -> None:
        file = tmp_path / "backup.db"
        file.write_text("precious")
        with pytest.raises(UnusableLogError, match="there already"):
            back_up(meeting, file)
        assert file.read_text() == "precious"

    def test_a_link_is_not_followed(self, tmp_path: Path, meeting: Path) -> None:
        (tmp_path / "backup.db").symlink_to(tmp_path / "elsewhere")
        with pytest.raises(UnusableLogError, match="there already"):
            back_up(meeting, tmp_path / "backup.db")
        assert not (tmp_path / "elsewhere").exists()

    def test_what_is_no_relay_is_said_and_leaves_nothing_behind(self, tmp_path: Path) -> None:
        with pytest.raises(UnusableLogError, match="no database"):
            back_up(tmp_path, tmp_path / "backup.db")
        (tmp_path / DATABASE).write_text("a shopping list" * 100)
        with pytest.raises(UnusableLogError, match="could not be made"):
            back_up(tmp_path, tmp_path / "backup.db")
        assert not (tmp_path / "backup.db").exists()
        with pytest.raises(UnusableLogError, match="cannot be written"):
            back_up(tmp_path, tmp_path / "nowhere" / "backup.db")
