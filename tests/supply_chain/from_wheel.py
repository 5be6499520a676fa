"""Run tests with what people install, and the sources out of reach: `./dev wheel-test [pytest arguments]`.

The wheel goes into an environment of its own. What the tests need besides comes from the one they
are developed in, without the line by which that finds the sources; and they run in a copy of the
tests, beside which there are no sources either.
"""

import os
import shutil
import subprocess
import sys
import sysconfig
import tempfile
import venv
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).parents[2]
# One of each kind: what two ends agree on, a relay, a client, and real processes of both.
DOSE = (
    "tests/protocol/test_frames.py",
    "tests/server/test_relay_meetings.py",
    "tests/client/test_library.py",
    "tests/scenario/test_relay_restarted.py",
)
_BESIDE = ("pyproject.toml", "CHANGELOG.md", "README.md", "SECURITY.md")
_ELSEWHERE = (
    "import sys, holdspace.client, holdspace.protocol, holdspace.server as s; print(s.__file__)"
)


def build(folder: Path, root: Path = ROOT, **environment: str) -> Path:
    """Build the wheel of a tree, and return it."""
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", folder],
        cwd=root,
        env=os.environ | environment,
        check=True,
        capture_output=True,
    )
    [built] = folder.glob("*.whl")
    return built


def install(wheel: Path, folder: Path) -> Path:
    """Make an environment with this wheel, and return its Python."""
    venv.create(folder, with_pip=False, symlinks=True)
    python = folder / "bin" / "python"
    pip = (sys.executable, "-m", "pip", "--quiet", "--python", python)
    how = ("--no-deps", "--no-index", "--disable-pip-version-check")
    subprocess.run([*pip, "install", *how, wheel], check=True)
    [site] = (folder / "lib").glob("python*/site-packages")
    (site / "needed.pth").write_text(sysconfig.get_path("purelib") + "\n")
    return python


def place(folder: Path) -> Path:
    """Copy the tests and what lies beside them, and return where they are."""
    shutil.copytree(ROOT / "tests", folder / "tests", ignore=shutil.ignore_patterns("node_modules"))
    for name in _BESIDE:
        shutil.copy(ROOT / name, folder / name)
    for name in ("docs", "requirements", "deploy", "bench", "translations"):
        shutil.copytree(ROOT / name, folder / name)
    return folder


def where_from(python: Path, folder: Path) -> Path:
    """Return the file that this Python takes our code from."""
    said = subprocess.run(
        [python, "-c", _ELSEWHERE], cwd=folder, capture_output=True, text=True, check=True
    )
    return Path(said.stdout.strip())


def run(folder: Path, arguments: Sequence[str]) -> int:
    """Build, install, copy, and run tests; return pytest's exit status."""
    for name in ("wheel", "tree"):
        (folder / name).mkdir()
    python = install(build(folder / "wheel"), folder / "environment")
    tree = place(folder / "tree")
    assert where_from(python, tree).is_relative_to(folder / "environment")
    words = ("-m", "pytest", "-q", "-p", "no:cacheprovider", *arguments)
    return subprocess.run([python, *words], cwd=tree, check=False).returncode


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as name:
        sys.exit(run(Path(name), sys.argv[1:] or [*DOSE, "-n", "0"]))
