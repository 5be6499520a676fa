"""How fast a relay is, beside a server of the same library that only broadcasts.

Every figure is a ratio of one run, measured in turns, so that machines and busy hours can be
compared. A load process plays the people; what a server used of the CPU is read from the kernel.
Nothing fails here: marks are said to be reached or not.
"""

import argparse
import sys
import tempfile
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import relay_fetched
import relay_others
from relay_cases import (
    MEMORY,
    QUICK,
    RAW,
    RAW_UV,
    RELAY,
    RELAY_UV,
    WHOLE,
    Dose,
    Kind,
    Result,
    answers,
    floor,
    idle,
    many_rooms,
    pace,
    saturate,
    storm,
)
from relay_marks import MARKS, Round, Row
from relay_report import as_table, machine, put_into, save, show

_RESULTS = Path(__file__).parent / "results"
_DOCUMENT = Path(__file__).parent.parent / "docs" / "relay-figures.md"


_OF_BOTH: dict[str, Callable[[Kind, Dose], Result]] = {
    "200 at 10/s": partial(many_rooms, rate=10),
    "200 at 1/s": partial(many_rooms, rate=1),
    "idle": idle,
    "storm": storm,
}


class Bench:
    """One run."""

    def __init__(self, dose: Dose, only: str) -> None:
        self._dose = dose
        self._only = only
        self._has_all = relay_fetched.fetch()
        self._kinds = [RAW, RELAY]
        if relay_fetched.has_uvloop():
            self._kinds += [RAW_UV, RELAY_UV]
        self.left_out: list[str] = [] if relay_fetched.has_uvloop() else ["uvloop"]

    def round(self) -> Round:
        """Measure everything once."""
        return {case: found for case, measured in self._cases() if (found := dict(measured))}

    def _cases(self) -> Iterator[tuple[str, Iterator[tuple[str, Result]]]]:
        dose, pair = self._dose, [RAW, RELAY]
        half: dict[str, float] = {}
        if self._is_asked("saturated") or self._is_asked("half"):
            yield "saturated", self._saturated(half)
        if half:
            kinds = [kind for kind in self._kinds if kind.name in half]
            yield "half", self._each(kinds, "half", lambda kind: pace(kind, dose, half[kind.name]))
        if self._is_asked("paced"):
            yield "paced", self._each(self._kinds, "paced", lambda kind: pace(kind, dose, 1000))
        if self._is_asked("answers"):
            yield "floor", self._floor()
            answered = partial(answers, dose=dose, rate=1000)
            yield "answers", self._each(self._kinds, "answers", answered)
        for case, measure in _OF_BOTH.items():
            if self._is_asked(case):
                yield case, self._each(pair, case, partial(_measured, measure, dose))
        if self._is_asked("cluster"):
            yield "cluster", self._others(relay_others.CLUSTER)

    def _saturated(self, half: dict[str, float]) -> Iterator[tuple[str, Result]]:
        for name, result in self._each(
            [*self._kinds, MEMORY], "saturated", lambda kind: saturate(kind, self._dose)
        ):
            if name != MEMORY.name:
                half[name] = result["rate"] / 2
            yield name, result
        yield from self._others(relay_others.SATURATED)

    def _floor(self) -> Iterator[tuple[str, Result]]:
        with tempfile.TemporaryDirectory() as folder:
            yield "sqlite", floor(Path(folder))

    def _each(
        self, kinds: list[Kind], case: str, measure: Callable[[Kind], Result]
    ) -> Iterator[tuple[str, Result]]:
        for kind in kinds:
            _tell(f"{case}: {kind.name}")
            result = measure(kind)
            # A load that cannot keep up reads too slowly, and is sent away: that measures nothing.
            if result.get("lost"):
                self.left_out.append(f"{case}: {kind.name} (this machine is too busy to play it)")
            else:
                yield kind.name, result

    def _others(
        self, others: dict[str, Callable[[Dose], Result | None]]
    ) -> Iterator[tuple[str, Result]]:
        for name, measure in others.items():
            _tell(name)
            result = measure(self._dose)
            if result is not None:
                yield name, result
            elif name not in self.left_out:
                self.left_out.append(name)

    def _is_asked(self, case: str) -> bool:
        return not self._only or self._only in case


def rows_of(rounds: list[Round]) -> list[Row]:
    """Judge all marks; what could not be measured is said so."""
    return [mark.judge(rounds) or Row(mark.about, "-", "", None) for mark in MARKS]


def _measured(measure: Callable[[Kind, Dose], Result], dose: Dose, kind: Kind) -> Result:
    return measure(kind, dose)


def _tell(what: str) -> None:
    sys.stderr.write(f"\r\x1b[K{what} ")
    sys.stderr.flush()


def main() -> None:
    """Measure, print and save."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="a small dose, in under three minutes")
    parser.add_argument("--rounds", type=int, help="how often everything is measured")
    parser.add_argument("--only", default="", help="only cases whose name has this in it")
    parser.add_argument(
        "--keep", action="store_true", help="put a small dose where the whole one goes: in the docs"
    )
    asked = parser.parse_args()
    dose = QUICK if asked.quick else WHOLE
    dose = dose._replace(rounds=asked.rounds or dose.rounds)
    here = machine()
    bench = Bench(dose, asked.only)
    rounds = [bench.round() for _ in range(dose.rounds)]
    rows = rows_of(rounds)
    _tell("")
    sys.stdout.write(
        f"Medians of {dose.rounds} rounds of {dose.seconds:.0f} s; {dose.idle:,} idle connections; "
        f"{dose.clients:,} clients come back for {dose.entries} entries each.\n"
    )
    show([row for row in rows if row.is_ok is not None or not asked.only])
    if bench.left_out:
        sys.stdout.write(f"Not here, so not compared: {', '.join(bench.left_out)}.\n")
    if not asked.only:
        is_kept = asked.keep or not asked.quick
        name = "relay" if is_kept else "relay-quick"
        figures = save(
            _RESULTS, name, rows, rounds, machine=here, dose=dose._asdict(), left_out=bench.left_out
        )
        sys.stdout.write(f"Written to bench/results/{name}.json and {name}.svg.\n")
        if is_kept:
            put_into(_DOCUMENT, as_table(figures))
            sys.stdout.write(f"The table is in docs/{_DOCUMENT.name}; what it says of it is not.\n")


if __name__ == "__main__":
    main()
