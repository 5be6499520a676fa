"""What people install is what is in the trees: every module and every data file, and nothing else."""

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
TREES = ("protocol", "server", "client")


def is_source(path: Path) -> bool:
    """Tell whether something is there to be compiled, and not to be installed."""
    return path.parent.parent.name == "words"


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> zipfile.ZipFile:
    folder = tmp_path_factory.mktemp("wheel")
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", folder],
        cwd=ROOT,
        check=True,
        capture_output=True,
    )
    [built] = folder.glob("*.whl")
    return zipfile.ZipFile(built)


def test_the_wheel_holds_the_three_trees(wheel: zipfile.ZipFile) -> None:
    expected = {
        str(path.relative_to(ROOT / tree))
        for tree in TREES
        for path in (ROOT / tree).rglob("*")
        if path.is_file() and "cache" not in str(path.relative_to(ROOT)) and not is_source(path)
    }
    assert {name for name in wheel.namelist() if ".dist-info/" not in name} == expected


def test_every_language_is_compiled(wheel: zipfile.ZipFile) -> None:
    assert "holdspace/client/words/de.mo" in wheel.namelist()


def test_each_part_says_that_it_is_typed(wheel: zipfile.ZipFile) -> None:
    assert {f"holdspace/{tree}/py.typed" for tree in TREES} <= set(wheel.namelist())


def test_the_licence_travels_along(wheel: zipfile.ZipFile) -> None:
    [name] = [name for name in wheel.namelist() if name.endswith("licenses/LICENSE")]
    assert wheel.read(name) == (ROOT / "LICENSE").read_bytes()


def test_a_relay_needs_three_packages(wheel: zipfile.ZipFile) -> None:
    [name] = [name for name in wheel.namelist() if name.endswith("METADATA")]
    needed = [
        line.removeprefix("Requires-Dist: ")
        for line in wheel.read(name).decode().splitlines()
        if line.startswith("Requires-Dist: ") and "extra ==" not in line
    ]
    assert [package.partition(">=")[0] for package in needed] == [
        "cryptography",
        "msgspec",
        "websockets",
    ]
