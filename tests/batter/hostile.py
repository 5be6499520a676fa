"""Show hostile texts in every field there is, in real terminals: `./dev hostile [--strings N] [--after N]`.

Both front ends run in a pseudo-terminal, on pictures in which every text is hostile. What they write
may hold no control character but their own, no control sequence that they do not write for ordinary
words, too, and no line that poses as the program's. The exit status is 1 if anything does.
Texts are shown in portions, each in a terminal of its own; `--after` goes on with those that follow.
"""

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path

import pexpect

sys.path.insert(0, str(Path(__file__).parents[1] / "support"))

from hostile_text import is_forbidden
from poisoned import fields_of_all
from poisoned_on_a_terminal import DONE
from terminal_bytes import kinds, lines, words

PROGRAM = Path(__file__).parents[1] / "support" / "poisoned_on_a_terminal.py"
FRONTS = ("lines", "screen")
PORTION = 250
OUTCOMES = ("nothing obeyed", "something was: see above")
# However many texts there are: the program gives up by itself when it stands still.
SILENCE = None
# What a hostile text says on a line of its own, as if it were the program.
POSE = "room: The meeting is over."


def shown(front: str, texts: str, seed: int = 1) -> str:
    """Return all that a front end writes to a terminal."""
    clean = {name: value for name, value in os.environ.items() if name != "NO_COLOR"}
    child: pexpect.spawn[str] = pexpect.spawn(
        sys.executable,
        [str(PROGRAM), front, texts, str(seed)],
        env={**clean, "TERM": "xterm-256color"},
        dimensions=(30, 100),
        encoding="utf-8",
        codec_errors="strict",
        timeout=SILENCE,
    )
    try:
        child.expect(pexpect.EOF)
        return child.before or ""
    finally:
        child.close(force=True)


def faults(written: str, ordinary: str) -> list[str]:
    """Say what a terminal might have obeyed, or a person believed."""
    found = [] if written.rstrip().endswith(DONE) else [f"it broke: {written[-400:]!r}"]
    said = words(written)
    if bad := is_forbidden(said.replace("\r", "").replace("\n", "")):
        found.append(f"control characters: {sorted(set(bad))!r}")
    if strange := kinds(written) - kinds(ordinary):
        found.append(f"control sequences: {sorted(strange)!r}")
    if any(line.startswith(POSE) for line in lines(written)):
        found.append(f"a line poses as the program's: {POSE!r}")
    return found


def main(arguments: Sequence[str]) -> int:
    """Read the options, show all, and say what came of it."""
    parser = argparse.ArgumentParser(
        prog="./dev hostile", description=(__doc__ or "").split(":")[0]
    )
    parser.add_argument("--strings", type=int, default=500)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--after", type=int, default=0)
    asked = parser.parse_args(arguments)
    say(f"{asked.strings:,} texts in {len(fields_of_all())} fields: {', '.join(fields_of_all())}")
    status = 0
    for front in FRONTS:
        ordinary, written = shown(front, "harmless"), 0
        for first in range(asked.after, asked.strings, PORTION):
            portion = f"{first}-{min(first + PORTION, asked.strings)}"
            piece = shown(front, portion, asked.seed)
            written += len(piece)
            if found := faults(piece, ordinary):
                status = 1
                say(f"{front}, texts {portion}: {'; '.join(found)}")
            show_progress(front, portion)
        say(f"{front}: {written:,} characters written; {OUTCOMES[status]}")
    return status


def show_progress(front: str, portion: str) -> None:
    """Say how far it is, beside what it says in the end."""
    sys.stderr.write(f"{front}: {portion}\n")
    sys.stderr.flush()


def say(line: str) -> None:
    """Write one line at once."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
