"""What a bench of the relay leaves behind: a table, a picture, and all figures with the machine."""

import json
import os
import platform
import sqlite3
import sys
from collections.abc import Mapping, Sequence
from html import escape
from importlib.metadata import version
from pathlib import Path
from typing import Any

from relay_marks import Round, Row

# Between these a document has the table.
_BEGIN, _END = "<!-- measured -->\n", "<!-- end of what was measured -->\n"
_ROW, _WIDTH, _LEFT = 24, 900, 520
_COLOURS = {True: "#2e7d32", False: "#b3541e", None: "#777777"}


def machine() -> dict[str, Any]:
    """Describe this machine and what runs on it, not whose it is."""
    cpu = [
        line.partition(":")[2].strip()
        for line in Path("/proc/cpuinfo").read_text().splitlines()
        if line.startswith("model name")
    ]
    return {
        "cpu": cpu[0] if cpu else platform.machine(),
        "cores": os.cpu_count(),
        "memory_gib": round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30, 1),
        "system": f"{platform.system()} {platform.release().split('-')[0]}",
        "python": platform.python_version(),
        "sqlite": sqlite3.sqlite_version,
        "websockets": version("websockets"),
        "load_before": round(os.getloadavg()[0], 1),
    }


def show(rows: Sequence[Row]) -> None:
    """Print the table."""
    for row in rows:
        sys.stdout.write(f"  {row.about:<66}{row.value:>24}   {row.mark:<30}{row.verdict}\n")
    sys.stdout.flush()


def as_table(figures: Mapping[str, Any]) -> str:
    """Return what is saved as a table with its machine, as docs/relay-figures.md has it."""
    rows = [
        f"| {row['about']} | {row['value']} | {row['mark']} | {row['verdict']} |\n"
        for row in figures["rows"]
    ]
    dose, here = figures["dose"], figures["machine"]
    return (
        "| | measured | mark | |\n|---|---|---|---|\n" + "".join(rows) + "\n"
        f"{_plural(dose['rounds'], 'round')} of {dose['seconds']:.0f} s a figure, {dose['idle']:,} idle "
        f"connections, {dose['clients']:,} clients that come back; {here['cpu']} with "
        f"{_plural(here['cores'], 'core')}, {here['system']}, Python {here['python']}, SQLite "
        f"{here['sqlite']}, websockets {here['websockets']}; load before the run {here['load_before']}.\n"
    )


def _plural(count: int, what: str) -> str:
    return f"{count} {what}{'' if count == 1 else 's'}"


def put_into(document: Path, table: str) -> None:
    """Put a table where a document has the one of the run before."""
    before, begin, rest = document.read_text().partition(_BEGIN)
    _, end, after = rest.partition(_END)
    document.write_text(f"{before}{begin}{table}{end}{after}")


def save(
    folder: Path, name: str, rows: Sequence[Row], rounds: Sequence[Round], **more: Any
) -> dict[str, Any]:
    """Write the figures and the picture, and return the figures."""
    folder.mkdir(exist_ok=True)
    figures = {
        **more,
        "rows": [{**row._asdict(), "verdict": row.verdict} for row in rows],
        "rounds": rounds,
    }
    (folder / f"{name}.json").write_text(json.dumps(figures, indent=1) + "\n")
    about = ", ".join(f"{key.replace('_', ' ')} {value}" for key, value in more["machine"].items())
    (folder / f"{name}.svg").write_text(picture(rows, about))
    return figures


def picture(rows: Sequence[Row], about: str) -> str:
    """Draw the table, which is easier on the eye than a chart of twenty units."""
    height = _ROW * (len(rows) + 3)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {height}">',
        '<rect width="100%" height="100%" fill="#fffdf8"/>',
        '<g font-family="sans-serif" font-size="13">',
        _text(16, _ROW, "The relay beside its marks", "#222222", weight="bold"),
        _text(16, height - 12, about, "#777777", size=9),
    ]
    for number, row in enumerate(rows):
        at = _ROW * (number + 2)
        parts += [
            _text(16, at, row.about, "#222222"),
            _text(_LEFT, at, row.value, _COLOURS[row.is_ok], weight="bold"),
            _text(_LEFT + 170, at, row.mark, "#777777"),
            _text(_WIDTH - 90, at, row.verdict, _COLOURS[row.is_ok]),
        ]
    return "\n".join([*parts, "</g></svg>", ""])


def _text(
    x: int, y: int, words: str, colour: str, *, weight: str = "normal", size: int = 13
) -> str:
    return (
        f'<text x="{x}" y="{y}" fill="{colour}" font-weight="{weight}" font-size="{size}">'
        f"{escape(words)}</text>"
    )
