"""What a seed decides: how many people, what they do when, and what breaks when.

A plan is a list of decisions that do not depend on each other: each says when, what, by whom, and
brings its own chance. So any part of a plan is a plan, and a failing one can be made small.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from random import Random

# Virtual seconds: people come, things happen and break, all heals.
ARRIVAL_SECONDS = 12.0
HEAL_SECONDS = 60.0


@dataclass(frozen=True)
class Decision:
    """Something that is done at a time; `what` is an act of people_do or a fault."""

    at: float
    what: str
    who: int
    salt: int


@dataclass(frozen=True)
class Plan:
    """One whole meeting."""

    seed: int
    people: int
    seconds: float
    decisions: tuple[Decision, ...]
    is_kept: bool = False
    on_sqlite: bool = False
    is_covered: bool = False
    lie: str = ""

    @property
    def traits(self) -> tuple[str, ...]:
        """Return what is otherwise in this meeting than in most."""
        there = {
            "a room that is kept": self.is_kept,
            "SQLite under the relay": self.on_sqlite,
            "cover slots": self.is_covered,
            "a relay that lies": bool(self.lie),
        }
        return tuple(name for name, is_there in there.items() if is_there)


@dataclass(frozen=True)
class Menu:
    """What there is to decide on, by weight."""

    acts: dict[str, int]
    faults: dict[str, int]
    lies: tuple[str, ...] = ()


def make_plan(seed: int, menu: Menu, *, seconds: float = 100.0, lie: str = "") -> Plan:
    """Return what this seed decides."""
    chance = Random(seed)
    people = chance.randint(5, 12)
    acts = round(seconds * 1.3)
    faults = round(seconds * chance.choice((0.1, 0.25, 0.35)))
    chosen = [
        *chance.choices([*menu.acts], [*menu.acts.values()], k=acts),
        *chance.choices([*menu.faults], [*menu.faults.values()], k=faults),
    ]
    decisions = sorted(
        (
            Decision(
                round(ARRIVAL_SECONDS + chance.random() * seconds, 3),
                what,
                chance.randrange(people),
                chance.randrange(2**32),
            )
            for what in chosen
        ),
        key=lambda one: one.at,
    )
    return Plan(
        seed,
        people,
        seconds,
        tuple(decisions),
        is_kept=chance.random() < 0.5,
        on_sqlite=not lie and chance.random() < 0.06,
        is_covered=not lie and chance.random() < 0.06,
        lie=lie,
    )


def shrink(plan: Plan, fails: Callable[[Plan], bool], tries: int = 400) -> Plan:
    """Return a smaller plan that fails in the same way (delta debugging over its decisions)."""
    left = [tries]

    def still_fails(smaller: Plan) -> bool:
        left[0] -= 1
        return left[0] >= 0 and fails(smaller)

    plan = _fewer_people(plan, still_fails)
    decisions = _fewer(plan.decisions, lambda kept: still_fails(replace(plan, decisions=kept)))
    return _fewer_people(replace(plan, decisions=decisions), still_fails)


def _fewer_people(plan: Plan, fails: Callable[[Plan], bool]) -> Plan:
    for people in range(2, plan.people):
        smaller = replace(plan, people=people)
        if fails(smaller):
            return smaller
    return plan


def _fewer(
    decisions: tuple[Decision, ...], fails: Callable[[tuple[Decision, ...]], bool]
) -> tuple[Decision, ...]:
    size = max(1, len(decisions) // 2)
    while decisions:
        at, found = 0, False
        while at < len(decisions):
            kept = (*decisions[:at], *decisions[at + size :])
            if fails(kept):
                decisions, found = kept, True
            else:
                at += size
        if size == 1 and not found:
            break
        size = max(1, size // 2) if not found or size > 1 else 1
    return decisions


def names(count: int) -> Sequence[str]:
    """Return names for people; the first one hosts."""
    return ("Ana", "Ben", "Chi", "Dov", "Eli", "Fay", "Gus", "Hal", "Ida", "Jan", "Kim", "Lou")[
        :count
    ]
