"""What only benches use: other servers and another event loop, fetched when they are first needed."""

import importlib.util
import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent
FOLDER = ROOT / ".peers" / "bench"
_REQUIREMENTS = ROOT / "requirements" / "bench.txt"
# Written last, so that a half-made folder is never taken for a ready one.
_STAMP = FOLDER / ".holdspace-stamp"


def fetch() -> bool:
    """Install what is missing, hashes checked; return whether it is all there."""
    wanted = _REQUIREMENTS.read_text() + sys.version
    if _STAMP.exists() and _STAMP.read_text() == wanted:
        return True
    sys.stderr.write("Fetching what the relay is compared with ...\n")
    done = subprocess.run(  # noqa: S603  # this Python's own pip
        [
            sys.executable, "-m", "pip", "--quiet", "--no-input", "--disable-pip-version-check",
            "install", "--require-hashes", "--only-binary", ":all:", "--upgrade",
            "--target", str(FOLDER), "-r", str(_REQUIREMENTS),
        ],
        check=False,
        capture_output=True,
    )  # fmt: skip
    if done.returncode:
        sys.stderr.write("That did not work; what needs it is left out below, and said so.\n")
        return False
    _STAMP.write_text(wanted)
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
