"""What is installed: the hashed locks in requirements/, read strictly."""

import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "requirements"
_PINNED = re.compile(
    r"^([a-z0-9][a-z0-9._-]*)==([^\s;]+)(?: ; (.+?))?((?: --hash=sha256:[0-9a-f]{64})+)$"
)


class UnlockedError(ValueError):
    """A line installs something that is not exact and hashed."""


@dataclass(frozen=True)
class Locked:
    """One package in one version, and every file of it that may be installed."""

    name: str
    version: str
    marker: str
    hashes: tuple[str, ...]

    @property
    def purl(self) -> str:
        """Return its name in the terms of a software bill of materials."""
        return f"pkg:pypi/{self.name}@{self.version}"


def read(text: str) -> Iterator[Locked]:
    """Yield what a lock installs; refuse options, addresses, loose versions and missing hashes."""
    for line in text.replace("\\\n", " ").splitlines():
        words = " ".join(line.split())
        if not words or words.startswith("#"):
            continue
        found = _PINNED.match(words)
        if found is None:
            raise UnlockedError(words)
        hashes = tuple(word.removeprefix("--hash=sha256:") for word in found[4].split())
        yield Locked(found[1], found[2], found[3] or "", hashes)


def locks() -> list[Path]:
    """Return every lock there is."""
    return sorted(FOLDER.glob("*.txt"))


def locked(name: str) -> list[Locked]:
    """Return what one lock installs."""
    return [*read((FOLDER / f"{name}.txt").read_text())]


def project() -> dict[str, object]:
    """Return what pyproject.toml says of the project."""
    table: dict[str, object] = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    return table
