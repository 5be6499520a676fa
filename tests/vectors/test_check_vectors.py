"""`./dev vectors DIR` runs what it finds, says so, and is content only if all of it passed."""

import json
from pathlib import Path
from typing import Any

import pytest

import vectors
from check_vectors import main, named


def edited(folder: Path, family: str, case: int, **changes: Any) -> None:
    file = folder / f"{family}.json"
    cases = json.loads(file.read_text())
    cases[case].update(changes)
    file.write_text(json.dumps(cases))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a folder with three cases of each of three families."""
    for family in ("crypto-basics", "tree-validation", "passive-client-handling-commit"):
        cases = vectors.OWN.cases(family)[:3]
        (tmp_path / f"{family}.json").write_text(json.dumps(cases))
    return tmp_path


def test_all_that_is_there_is_run(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    random_run = folder / "passive-client-random.json"
    (folder / "passive-client-handling-commit.json").rename(random_run)
    assert main([str(folder)]) == 0
    lines = [line.split()[:3] for line in capsys.readouterr().out.splitlines()]
    assert lines == [
        ["family", "passed", "failed"],
        ["crypto-basics", "3", "0"],
        ["tree-validation", "3", "0"],
        ["passive-client-random", "3", "0"],
        ["all", "9", "0"],
    ]


def test_a_case_that_fails_is_named(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    edited(folder, "tree-validation", 2, group_id="00")
    edited(folder, "passive-client-handling-commit", 0, initial_epoch_authenticator="00")
    edited(folder, "passive-client-handling-commit", 1, epochs=7)
    assert main([str(folder)]) == 1
    out = capsys.readouterr().out
    assert "tree-validation.json, case 2: CryptoError: the signature does not verify" in out
    assert "passive-client-handling-commit.json, case 0: AssertionError" in out
    assert "passive-client-handling-commit.json, case 1: TypeError" in out
    assert out.splitlines()[-1].split() == ["all", "6", "3"]


@pytest.mark.parametrize("text", ["{}", "[", "\x00", "[]"])
def test_a_file_that_is_no_list_of_cases_has_failed(
    text: str, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "treekem.json").write_text(text)
    assert main([str(folder)]) == 1
    assert ["treekem", "0", "1"] in [
        line.split()[:3] for line in capsys.readouterr().out.splitlines()
    ]


def test_files_of_no_known_family_are_mentioned(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "tree-maths.json").write_text("[]")
    assert main([str(folder)]) == 0
    assert "tree-maths.json is of no family known here" in capsys.readouterr().out


@pytest.mark.parametrize("arguments", [["--help"], ["one", "two"]])
def test_misuse_and_empty_folders_are_no_success(
    arguments: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(arguments) == 2
    assert main([str(tmp_path)]) == 2
    assert "no file of a known family" in capsys.readouterr().out


def test_a_known_set_is_named(folder: Path) -> None:
    assert named(vectors.OWN.folder).startswith("the project's own small set, ")
    assert named(folder) == str(folder)
