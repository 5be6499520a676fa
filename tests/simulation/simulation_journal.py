"""What came of each simulated meeting, line by line in a file, so that a run can stop and go on later.

A line is one meeting: which it was, what broke in it, which law did not hold. Each also names the
program it was played with, because a journal may be written over many days: the table at the end says
over how many programs it counts.
"""

from collections import Counter
from collections.abc import Iterator
from functools import cache
from hashlib import sha256
from pathlib import Path

import msgspec

from world import Result

ROOT = Path(__file__).parents[2]
_PROGRAM = ("protocol/holdspace", "server/holdspace", "client/holdspace", "tests/simulation")


class Line(msgspec.Struct, frozen=True, omit_defaults=True):
    """One meeting."""

    program: str
    is_real: bool
    seed: int
    entries: int
    events: int
    steps: int
    seconds: float
    reached: dict[str, int]
    acted: dict[str, int]
    traits: tuple[str, ...] = ()
    law: str = ""
    words: str = ""

    @classmethod
    def of(cls, result: Result, *, is_real: bool) -> "Line":
        """Return the line of a meeting that was just played."""
        return cls(
            program=program(),
            is_real=is_real,
            seed=result.seed,
            entries=result.entries,
            events=result.events,
            steps=result.steps,
            seconds=result.seconds,
            reached=dict(result.reached),
            acted=dict(result.acted),
            traits=result.traits,
            law=result.law,
            words=result.words,
        )

    @property
    def result(self) -> Result:
        """Return what came of the meeting; its story and its bytes are not kept, its seed gives them."""
        return Result(
            seed=self.seed,
            law=self.law,
            words=self.words,
            reached=Counter(self.reached),
            acted=Counter(self.acted),
            entries=self.entries,
            events=self.events,
            steps=self.steps,
            seconds=self.seconds,
            traits=self.traits,
        )


@cache
def program() -> str:
    """Return a short name for exactly this program and this simulation."""
    made_of = sha256()
    for folder in _PROGRAM:
        for path in sorted((ROOT / folder).rglob("*.py")):
            made_of.update(path.read_bytes())
    return made_of.hexdigest()[:12]


class Journal:
    """A file of lines, at whose end more are put."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def read(self) -> Iterator[Line]:
        """Yield what was written; a line that a stopped run left half there is none."""
        if not self._path.exists():
            return
        data = self._path.read_bytes()
        whole = data[: data.rfind(b"\n") + 1]
        if whole != data:
            self._path.write_bytes(whole)
        yield from map(_decoder.decode, whole.splitlines())

    def write(self, line: Line) -> None:
        """Put one more meeting down."""
        with self._path.open("ab") as file:
            file.write(msgspec.json.encode(line) + b"\n")


_decoder = msgspec.json.Decoder(Line)
