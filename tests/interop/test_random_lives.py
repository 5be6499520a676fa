"""Groups that change by chance for long, so that trees get blanks, unmerged leaves and every other shape.

ts-mls is not here: its check of a tree refuses good ones (docs/interop.md).
"""

import random
from collections.abc import Callable
from itertools import count

import pytest

from mls_peers import Person, Someone
from mls_room import Room

STEPS = 20
CROWDED = 6


class Life:
    """A room and the dice."""

    def __init__(self, someone: Someone, theirs: str, seed: int) -> None:
        self.someone, self.engines = someone, ("ours", theirs)
        self.dice, self.numbers = random.Random(seed), count()
        self.gone: list[Person] = []
        self.room = Room(self.newcomer())
        self.add(self.room.people[0])

    def newcomer(self) -> Person:
        """Make somebody who has not been here, of one who has left if there is one."""
        name = f"person {next(self.numbers)}"
        if not self.gone:
            return self.someone(self.dice.choice(self.engines), name)
        person = self.gone.pop()
        person.start(name, 1)
        return person

    def step(self) -> None:
        """Let somebody do something."""
        by = self.dice.choice(self.room.people)
        people = len(self.room.people)
        acts: list[Callable[[Person], None]] = [self.update, self.update, self.let_in]
        acts += [self.add] * 2 if people < CROWDED else [self.remove] * 4
        acts += [self.remove] if people > 2 else []
        acts += [self.by_reference] if people > 2 and "rine" not in self.engines else []
        self.dice.choice(acts)(by)
        self.room.agree()

    def add(self, by: Person) -> None:
        """Add a few."""
        self.room.add(by, *(self.newcomer() for _ in range(self.dice.randint(1, 3))))

    def remove(self, by: Person) -> None:
        """Remove somebody."""
        leaver = self.known(self.dice.choice(self.room.others(by)))
        self.room.remove(by, leaver)
        self.gone.append(leaver)

    def update(self, by: Person) -> None:
        """Renew keys, where the implementation can."""
        if by.engine != "rine":
            self.room.commit(by, "update")

    def let_in(self, by: Person) -> None:
        """Come in by an external commit, where there are such."""
        newcomer = self.newcomer()
        if "mls-rs" not in (by.engine, newcomer.engine):
            told = by.ask("group_info")["group_info"]
            commit = newcomer.ask("external_join", group_info=told)["commit"]
            self.room.follow(newcomer, commit)
            self.room.people.append(newcomer)

    def by_reference(self, by: Person) -> None:
        """Commit what others have proposed: updates, a removal and an addition."""
        proposing, leaver, *others = self.dice.sample(
            self.room.others(by), len(self.room.people) - 1
        )
        self.room.propose(proposing, "remove", identity=self.known(leaver).identity)
        for person in others:
            if person.engine == "ours":
                self.room.propose(person, "update")
        newcomer = self.newcomer()
        package = newcomer.ask("key_package")["key_package"]
        self.room.propose(proposing, "add", key_package=package)
        made = by.ask("update")
        self.room.taken_out(by, leaver, made["commit"])
        self.room.welcome(made, newcomer)
        self.gone.append(leaver)

    def known(self, person: Person) -> Person:
        """Let somebody say a word: mls-rs can name only whom it has heard."""
        self.room.say(person, b"here")
        return person


@pytest.mark.parametrize("seed", range(2))
@pytest.mark.parametrize("theirs", ["mls-rs", "rine"])
def test_all_agree_after_every_step_of_a_long_life(
    theirs: str, seed: int, someone: Someone
) -> None:
    life = Life(someone, theirs, seed)
    for _ in range(STEPS):
        life.step()
    life.room.check()
