"""`holdspace notebook`, as it is typed: the passphrase never stands on the command line."""

import os
import subprocess
from pathlib import Path

import pytest
from tests.scenario.conftest import BIN

from holdspace.client.keeping import keep_drafts
from holdspace.client.notebook import Idea, Notebook, Plan
from holdspace.client.vault import LEAST_COST, Vault

WORDS = "heron over quiet water"


def notebook(home: Path, *words: str, typed: str = "") -> tuple[int, str]:
    """Run the command in this home; return its exit code and what it said."""
    done = subprocess.run(
        [BIN / "holdspace", "notebook", *words],
        env={"PATH": os.environ["PATH"], "HOME": str(home), "LANG": "C.UTF-8"},
        input=typed,
        capture_output=True,
        text=True,
        check=False,
    )
    return done.returncode, done.stdout + done.stderr


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / ".local/share/holdspace/notebook"
    vault = Vault.create(path, WORDS, LEAST_COST)
    vault.write(
        Notebook(
            plans=(Plan(b"r" * 16, 0.0, "walk", "ten minutes", sure=8, outcome="did"),),
            ideas=(Idea(b"r" * 16, 0.0, "tea before noon"),),
        )
    )
    vault.close()
    return path


def test_it_is_made_once_and_found(tmp_path: Path) -> None:
    assert "so nothing is kept" in notebook(tmp_path)[1]
    code, said = notebook(tmp_path, "make", typed=f"short\n{WORDS}\n{WORDS}\n")
    assert (code, "8 letters or more" in said, "It is encrypted" in said) == (0, True, True)
    assert WORDS not in said
    assert notebook(tmp_path, "make")[0] == 1
    Vault.open(tmp_path / ".local/share/holdspace/notebook", WORDS).close()


def test_two_different_passphrases_make_nothing(tmp_path: Path) -> None:
    code, said = notebook(tmp_path, "make", typed=f"{WORDS}\n{WORDS}s\n")
    assert (code, "begin again" in said) == (1, True)
    assert not list(tmp_path.iterdir())


def test_it_is_read_and_taken_along(path: Path, tmp_path: Path) -> None:
    code, said = notebook(tmp_path, "read", typed=f"not it at all\n{WORDS}\n")
    assert code == 0
    assert "You can try again" in said
    assert "walk, ten minutes. You were 8 of 10 sure. You did it." in said
    page = tmp_path / "mine.txt"
    assert notebook(tmp_path, "export", str(page), typed=f"{WORDS}\n")[0] == 0
    assert "tea before noon" in page.read_text()
    assert page.stat().st_mode & 0o777 == 0o600
    assert notebook(tmp_path, "export", str(page), typed=f"{WORDS}\n")[0] == 1


def test_what_was_written_in_one_room_is_taken_along_by_its_name(
    path: Path, tmp_path: Path
) -> None:
    page = tmp_path / "mine.txt"
    done = subprocess.run(
        [BIN / "holdspace", "export", page, "--room", "Nowhere"],
        env={"PATH": os.environ["PATH"], "HOME": str(tmp_path), "LANG": "C.UTF-8"},
        input=f"{WORDS}\n",
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert "No room of that name" in done.stderr
    assert not page.exists()


def test_its_passphrase_can_come_from_a_file_of_ones_own(path: Path, tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text(WORDS + "\n")
    secret.chmod(0o644)
    assert (
        "Others on this computer" in notebook(tmp_path, "--passphrase-file", str(secret), "read")[1]
    )
    secret.chmod(0o600)
    assert notebook(tmp_path, "--passphrase-file", str(secret), "drafts", "keep")[0] == 0
    vault = Vault.open(path, WORDS)
    vault.close()
    assert vault.read() == keep_drafts(vault.read(), is_kept=True)


def test_it_is_deleted_after_a_yes_and_without_the_passphrase(path: Path, tmp_path: Path) -> None:
    assert "Nothing was deleted" in notebook(tmp_path, "delete", typed="n\n")[1]
    assert path.exists()
    assert notebook(tmp_path, "delete", typed="y\n")[0] == 0
    assert not path.exists()


def test_the_passphrase_is_changed(path: Path, tmp_path: Path) -> None:
    new = "tea and toast for two"
    assert notebook(tmp_path, "passphrase", typed=f"{WORDS}\n{new}\n{new}\n")[0] == 0
    Vault.open(path, new).close()
