"""Ask whether a locked package has a known vulnerability: `./dev audit [LOCK ...]`.

pip-audit asks the advisory service of the package index. Where that cannot be reached, or does not
know a package, nothing is known of it: that is said, and is never a pass. The exit status is 0 if
all was asked about and nothing is known to be wrong, 1 for a vulnerability, 2 for no answer.
"""

import argparse
import json
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from packaging.markers import Marker

from locks import locked, locks

WELL, VULNERABLE, UNKNOWN = 0, 1, 2
_ASK = (sys.executable, "-m", "pip_audit", "--disable-pip", "--require-hashes")
_HOW = ("--format", "json", "--progress-spinner", "off", "-r")


@dataclass(frozen=True)
class Answer:
    """What is known of one lock."""

    vulnerable: tuple[str, ...]
    unknown: tuple[str, ...]
    asked: int

    @property
    def status(self) -> int:
        if self.vulnerable:
            return VULNERABLE
        return UNKNOWN if self.unknown else WELL


def ask(path: Path) -> str:
    """Return what pip-audit says of a lock; empty if it could not say anything."""
    done = subprocess.run([*_ASK, *_HOW, str(path)], capture_output=True, text=True, check=False)
    return done.stdout


def understood(said: str, names: Sequence[str]) -> Answer:
    """Judge what was said; whatever it does not name is not known."""
    try:
        rows: list[dict[str, Any]] = json.loads(said)["dependencies"]
    except (ValueError, KeyError, TypeError):
        rows = []
    known = {row["name"]: row["vulns"] for row in rows if "vulns" in row}
    vulnerable = tuple(
        f"{name}: {one['id']}, mended in {', '.join(one.get('fix_versions', ())) or 'nothing yet'}"
        for name, found in known.items()
        for one in found
    )
    unknown = tuple(name for name in names if name not in known)
    return Answer(vulnerable, unknown, len(names))


def main(arguments: Sequence[str], ask: Callable[[Path], str] = ask) -> int:
    """Ask about each lock and say what is known."""
    parser = argparse.ArgumentParser(prog="./dev audit", description=(__doc__ or "").split(":")[0])
    parser.add_argument("lock", nargs="*", help="as relay or client; all, if none is given")
    wanted = parser.parse_args(arguments).lock
    status = WELL
    for path in locks():
        if wanted and path.stem not in wanted:
            continue
        # What is for one system only is asked about on that system.
        names = [
            one.name for one in locked(path.stem) if not one.marker or Marker(one.marker).evaluate()
        ]
        answer = understood(ask(path), names)
        say(_sentence(path.stem, answer))
        status = max(status, answer.status, key=(WELL, UNKNOWN, VULNERABLE).index)
    return status


def _sentence(name: str, answer: Answer) -> str:
    if answer.vulnerable:
        return f"{name}: VULNERABLE\n    " + "\n    ".join(answer.vulnerable)
    if len(answer.unknown) == answer.asked:
        return f"{name}: NOT KNOWN. The advisory service gave no answer from here; ask elsewhere."
    if answer.unknown:
        return f"{name}: NOT KNOWN for {', '.join(answer.unknown)}; nothing against the others."
    return f"{name}: nothing is known against its {answer.asked} packages."


def say(line: str) -> None:
    """Write one line at once."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
