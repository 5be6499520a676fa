"""How quick the screen is: the room against its marks, then beside what Textual takes without us.

Exits with 1 when something takes more than twice its mark; a machine that others use, too, is no
place for more. There the ratios hold: all programs were started in turn, in the same minutes.
"""

import argparse
import statistics
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import relay_fetched
from relay_load import cpu_seconds, resident_kib
from screen_room import HERE, Program, our_room, report, say, took

TIMES = 5
_RIVAL = relay_fetched.FOLDER.with_name("bench-screen")
_RUN_RIVAL = "from toolong.cli import run; run()"
_IDLE = 3.0


class Beside(NamedTuple):
    """A program, and what it shows first."""

    arguments: tuple[str, ...]
    first: str
    path: Path | None = None

    def start(self) -> Program:
        """Start it."""
        return Program(*self.arguments, path=self.path)


def programs(folder: Path) -> dict[str, Beside]:
    """Return what is started in turn: a program without us, others of Textual's, and the room."""
    found = {
        "bare Textual app": Beside((str(HERE / "screen_app.py"), "bare", "FD"), "bare Textual"),
        "Textual's demo": Beside(("-m", "textual"), "Textual"),
        "the room": Beside(our_room(), "check words"),
    }
    if relay_fetched.fetch(_RIVAL):
        log = folder / "log"
        log.write_text("A line that toolong shows.\n" * 200)
        found["toolong"] = Beside(("-c", _RUN_RIVAL, str(log)), "A line that", _RIVAL)
    return found


def beside() -> Iterator[tuple[str, list[float]]]:
    """Yield each program's first words and processor until then, memory, idle bytes and processor."""
    with tempfile.TemporaryDirectory() as folder:
        there = programs(Path(folder))
        starts: dict[str, list[tuple[float, float]]] = {name: [] for name in there}
        for _ in range(TIMES):
            for name, one in there.items():
                starts[name].append(_start(one))
        for name, one in there.items():
            waited, used = (statistics.median(values) for values in zip(*starts[name], strict=True))
            yield name, [waited, used, *_idle(one)]


def _start(one: Beside) -> tuple[float, float]:
    with one.start() as program:
        program.until(one.first)
        return took(program.started), 1000 * cpu_seconds(program.pid)


def _idle(one: Beside) -> tuple[float, float, float]:
    with one.start() as program:
        program.until(one.first)
        program.settle()
        memory, before = resident_kib(program.pid) / 1000, cpu_seconds(program.pid)
        sent = program.listen(_IDLE) / _IDLE
        return memory, sent, 100 * (cpu_seconds(program.pid) - before) / _IDLE


def main() -> int:
    """Print both tables; return 1 if something takes more than twice its mark."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--beside", action="store_true", help="only what it is compared with")
    far_over = 0 if parser.parse_args().beside else report()
    heads = ("first words, ms", "processor, ms", "memory, MB", "idle, B/s", "idle, %")
    say(f"\n{'in turn, in the same minutes':<30}" + "".join(f"{head:>17}" for head in heads))
    found = dict(beside())
    for name, values in found.items():
        say(f"{name:<30}" + "".join(f"{value:>17.1f}" for value in values))
    for name in found.keys() - {"the room"}:
        waited, used, *_ = (
            ours / theirs if theirs else 0.0
            for ours, theirs in zip(found["the room"], found[name], strict=True)
        )
        say(f"the room / {name:<19}{waited:>17.2f}{used:>17.2f}")
    return 1 if far_over else 0


if __name__ == "__main__":
    sys.exit(main())
