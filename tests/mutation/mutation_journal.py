"""What earlier runs have found, so that one that was stopped goes on where it was.

A mutant stays killed while its function and the file of the test that killed it are the same; it stays
alive until any test of its part changes, or a helper of theirs.
"""

import json
from collections.abc import Sequence
from pathlib import Path

from mutation_baseline import ROOT, digest_of, file_of, files_of, helpers
from mutation_runner import Outcome, Verdict

TIME = "-"


class Journal:
    """A file of verdicts, the last about a mutant counts; for one set of tests."""

    def __init__(self, place: Path, tests: Sequence[str], budget: float) -> None:
        self.place, self.digests = place, dict[str, str]()
        everything = [ROOT / file for file in files_of(tests)]
        self.alive = f"{budget:g} {digest_of([*everything, *helpers()])}"
        self.known: dict[str, list[str]] = {}
        if place.exists():
            for line in place.read_text().splitlines():
                key, *said = json.loads(line)
                self.known[key] = said

    def verdict(self, key: str) -> Verdict | None:
        """Return what is known of a mutant and still counts."""
        match self.known.get(key):
            case ["survived", tests] if tests == self.alive:
                return Verdict(Outcome.survived)
            case ["killed", killer, digest] if digest == self._digest(killer):
                return Verdict(Outcome.killed, killer)
        return None

    def note(self, key: str, verdict: Verdict) -> None:
        """Write down what became of a mutant; what no test comes to is seen at once next time."""
        said = {
            Outcome.survived: ["survived", self.alive],
            Outcome.killed: ["killed", verdict.killer, self._digest(verdict.killer)],
        }.get(verdict.outcome)
        if said:
            self.known[key] = said
            with self.place.open("a") as file:
                file.write(json.dumps([key, *said]) + "\n")

    def former_killer(self, key: str) -> str:
        """Return which test has killed the mutant before, whether or not that still counts."""
        said = self.known.get(key, [])
        return said[1] if said[:1] == ["killed"] else ""

    def _digest(self, killer: str) -> str:
        if killer not in self.digests:
            path = ROOT / file_of(killer)
            self.digests[killer] = digest_of([path]) if path.is_file() else TIME
        return self.digests[killer]
