"""The name of the time zone that this computer's clock shows."""

import os
import re
from pathlib import Path

LOCALTIME = Path("/etc/localtime")
_NAME = re.compile(r"[A-Za-z0-9_+\-/]{1,40}")


def local_zone(localtime: Path = LOCALTIME) -> str:
    """Return it as in "Europe/Berlin", and UTC where nobody can tell."""
    named = os.environ.get("TZ", "").removeprefix(":")
    if not named and localtime.is_symlink():
        _, _, named = str(localtime.readlink()).partition("zoneinfo/")
    return named if _NAME.fullmatch(named) else "UTC"
