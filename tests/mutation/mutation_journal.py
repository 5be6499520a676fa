"""What earlier runs have found, so that one that was stopped goes on where it was.

A mutant stays killed while its function and the test that killed it are the same. It stays alive while
all tests of its part are; of the files that have changed since, and only of those, it is asked again.
"""

import json
import re
from collections.abc import Sequence
from pathlib import Path

from mutation_baseline import ROOT, digest_of, files_of, helpers
from mutation_digests import digest_of_test
from mutation_runner import Outcome, Verdict

TIME = "-"


class Journal:
    """A file of verdicts, of which the last about a mutant counts; for one set of tests."""

    def __init__(self, place: Path, tests: Sequence[str], budget: float) -> None:
        self.place, self.known = place, dict[str, list[str]]()
        self.tests = dict[str, str]()
        self.sets: dict[str, dict[str, str]] = {}
        lines = place.read_text().splitlines() if place.exists() else []
        for key, *said in map(json.loads, lines):
            if key == "tests":
                self.sets[said[0]] = said[1]
            else:
                self.known[key] = said
        self.digests = {file: digest_of([ROOT / file]) for file in files_of(tests)}
        common = digest_of(helpers())
        self.alive = f"{budget:g} {common} {digest_of([ROOT / file for file in self.digests])}"
        if self.alive not in self.sets:
            self.sets[self.alive] = self.digests
            self._write("tests", self.alive, self.digests)

    def verdict(self, key: str, *, or_former: bool = False) -> Verdict | None:
        """Return what is known of a mutant and still counts, or did once."""
        match self.known.get(key):
            case ["survived", tests] if tests == self.alive or or_former:
                return Verdict(Outcome.survived)
            case ["killed", killer, digest] if digest == self._digest(killer) or or_former:
                return Verdict(Outcome.killed, killer)
        return None

    def changed_since(self, key: str) -> frozenset[str] | None:
        """Return the files of tests that are new since a mutant survived; None if all count."""
        match self.known.get(key):
            case ["survived", tests] if is_like(tests, self.alive) and tests in self.sets:
                before = self.sets[tests]
                return frozenset(f for f, now in self.digests.items() if before.get(f) != now)
        return None

    def note(self, key: str, verdict: Verdict) -> None:
        """Write down what became of a mutant; what no test comes to is seen at once next time."""
        if verdict.outcome is Outcome.killed:
            self.known[key] = ["killed", verdict.killer, self._digest(verdict.killer)]
            self._write(key, *self.known[key])
        elif verdict.outcome is Outcome.survived:
            self.known[key] = ["survived", self.alive]
            self._write(key, *self.known[key])

    def former_killer(self, key: str) -> str:
        """Return which test has killed the mutant before, whether or not that still counts."""
        said = self.known.get(key, [])
        return said[1] if said[:1] == ["killed"] else ""

    def _write(self, *words: object) -> None:
        with self.place.open("a") as file:
            file.write(json.dumps(words) + "\n")

    def _digest(self, killer: str) -> str:
        file, _, name = killer.partition("::")
        if file not in self.digests:
            return TIME
        if killer not in self.tests:
            source = (ROOT / file).read_text()
            self.tests[killer] = digest_of_test(source, re.split(r"::|\[", name)[0])
        return self.tests[killer]


def is_like(one: str, other: str) -> bool:
    """Tell whether two sets of tests have the same budget and helpers."""
    return one.rpartition(" ")[0] == other.rpartition(" ")[0]
