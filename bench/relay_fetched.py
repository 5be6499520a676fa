"""What only benches use: other servers, another event loop and another screen, fetched when first needed."""

import importlib.util
import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent
FOLDER = ROOT / ".peers" / "bench"


def fetch(folder: Path = FOLDER) -> bool:
    """Install what is missing of a folder's packages, hashes checked; return whether all is there."""
    requirements = ROOT / "requirements" / f"{folder.name}.txt"
    wanted = requirements.read_text() + sys.version
    # Written last, so that a half-made folder is never taken for a ready one.
    stamp = folder / ".holdspace-stamp"
    if stamp.exists() and stamp.read_text() == wanted:
        return True
    sys.stderr.write("Fetching what it is compared with ...\n")
    done = subprocess.run(  # noqa: S603  # this Python's own pip
        [
            sys.executable, "-m", "pip", "--quiet", "--no-input", "--disable-pip-version-check",
            "install", "--require-hashes", "--only-binary", ":all:", "--upgrade",
            "--target", str(folder), "-r", str(requirements),
        ],
        check=False,
        capture_output=True,
    )  # fmt: skip
    if done.returncode:
        sys.stderr.write("That did not work; what needs it is left out below, and said so.\n")
        return False
    stamp.write_text(wanted)
    return True


def has_uvloop() -> bool:
    """Tell whether the other event loop is there."""
    return (FOLDER / "uvloop").is_dir() or importlib.util.find_spec("uvloop") is not None


def program(name: str, *inside: str) -> str | None:
    """Return the path of a program, of this machine or fetched."""
    places = [*os.environ.get("PATH", "").split(os.pathsep), str(Path(sys.executable).parent)]
    for folder in [*(str(FOLDER / one) for one in inside), *places]:
        path = Path(folder) / name
        if path.is_file() and os.access(path, os.X_OK):
            return str(path)
    return None
