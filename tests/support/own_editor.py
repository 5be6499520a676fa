"""Editors for tests: programs of one line that stand where somebody's vim does."""

import os
from pathlib import Path

APPENDS = 'printf " and more" >> "$file"'


def make_editor(folder: Path, does: str = APPENDS, *, name: str = "vim") -> dict[str, str]:
    """Make an editor that does this with `$file`, and return the environment that names it."""
    program = folder / name
    program.write_text(f"#!/bin/sh\nfor file; do :; done\n{does}\n", "utf-8")
    program.chmod(0o700)
    return {**os.environ, "VISUAL": str(program)}
