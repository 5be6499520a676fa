"""What was left by a program that was killed is cleared away, and nothing of anybody else."""

import errno
import fcntl
import os
import subprocess
import sys
from pathlib import Path

import pytest

from holdspace.client.passing_folder import clear_away, passing_folder

LEAVES = """
import os, signal, subprocess, sys
from pathlib import Path
from holdspace.client.passing_folder import passing_folder

with passing_folder(Path(sys.argv[1])) as folder:
    (folder.path / "text.txt").write_text("my words")
    if len(sys.argv) > 2:
        wait = [sys.executable, "-c", "import sys; sys.stdin.read()"]
        subprocess.Popen(wait, pass_fds=(folder.handle,))
    sys.stdout.write("there\\n")
    sys.stdout.flush()
    os.kill(os.getpid(), signal.SIGKILL)
"""


def killed(place: Path, *more: str) -> "subprocess.Popen[bytes]":
    """Return a program that was killed while its folder was in use; what it started may go on."""
    program = subprocess.Popen(
        [sys.executable, "-c", LEAVES, str(place), *more],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    assert program.stdout
    assert program.stdout.readline() == b"there\n"
    program.wait()
    return program


def left_in(place: Path) -> list[Path]:
    return sorted(place.iterdir())


def test_what_was_used_is_gone_and_nothing_is_there_to_clear(tmp_path: Path) -> None:
    with passing_folder(tmp_path) as folder:
        (folder.path / "text.txt").write_text("my words")
        assert folder.path.stat().st_mode & 0o777 == 0o700
    assert left_in(tmp_path) == []
    assert clear_away(tmp_path) == 0


def test_a_folder_in_use_is_left_alone(tmp_path: Path) -> None:
    with passing_folder(tmp_path) as folder:
        assert clear_away(tmp_path) == 0
        assert left_in(tmp_path) == [folder.path]


def test_where_no_folder_can_be_locked_none_is_left(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuses(_handle: int, _how: int) -> None:
        raise OSError(errno.ENOLCK, "No locks available")

    monkeypatch.setattr(fcntl, "flock", refuses)
    with pytest.raises(FileNotFoundError), passing_folder(tmp_path):
        pass
    assert left_in(tmp_path) == []


def test_what_a_killed_program_left_is_cleared_away(tmp_path: Path) -> None:
    with killed(tmp_path) as program:
        assert program.returncode == -9
    assert len(left_in(tmp_path)) == 1
    assert clear_away(tmp_path) == 1
    assert left_in(tmp_path) == []


def test_not_while_the_editor_it_started_still_runs(tmp_path: Path) -> None:
    with killed(tmp_path, "with an editor") as program:
        assert clear_away(tmp_path) == 0
        [folder] = left_in(tmp_path)
        assert (folder / "text.txt").read_text() == "my words"
        assert program.stdin
        assert program.stdout
        program.stdin.close()
        # The editor has the same standard output: its end is the end of the editor.
        assert program.stdout.read() == b""
    assert clear_away(tmp_path) == 1


@pytest.mark.parametrize("kind", ["link", "open to others", "another name", "file"])
def test_what_is_not_ours_is_not_touched(tmp_path: Path, kind: str) -> None:
    place, elsewhere = tmp_path / "memory", tmp_path / "elsewhere"
    place.mkdir()
    elsewhere.mkdir(mode=0o700)
    (elsewhere / "mine").write_text("a photo")
    name = place / "holdspace-passing-abc"
    if kind == "link":
        name.symlink_to(elsewhere)
    elif kind == "file":
        name.write_text("a photo")
    else:
        name = place / "photos" if kind == "another name" else name
        name.mkdir(mode=0o700)
        (name / "mine").write_text("a photo")
        name.chmod(0o755 if kind == "open to others" else 0o700)
    assert clear_away(place) == 0
    assert left_in(place) == [name]
    assert (elsewhere / "mine").exists()


def test_links_inside_are_removed_and_not_followed(tmp_path: Path) -> None:
    place, elsewhere = tmp_path / "memory", tmp_path / "elsewhere"
    place.mkdir()
    elsewhere.mkdir()
    (elsewhere / "mine").write_text("a photo")
    with killed(place):
        pass
    [folder] = left_in(place)
    (folder / "swap").symlink_to(elsewhere)
    assert clear_away(place) == 1
    assert (elsewhere / "mine").exists()


def test_a_folder_of_another_user_is_not_ours(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with killed(tmp_path):
        pass
    monkeypatch.setattr(os, "getuid", lambda: 12345)
    assert clear_away(tmp_path) == 0
    assert len(left_in(tmp_path)) == 1


def test_a_place_that_is_not_there_is_nothing_to_clear(tmp_path: Path) -> None:
    assert clear_away(tmp_path / "nowhere") == 0
