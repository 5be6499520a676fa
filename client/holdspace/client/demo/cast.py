"""Who the simulated people are, read from people.toml.

Their manner is data: how fast they write, how readily they raise a hand, whether they pass first.
What follows from it is in moves.py and facilitating.py.
"""

import re
import tomllib
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files

import msgspec

from holdspace.protocol.meeting.events import NodKind

ARRIVING = "arriving"
ANY = "any"

Lines = dict[str, tuple[str, ...]]


@dataclass(frozen=True)
class Character:
    """Somebody with a manner of their own; `passes` names the stages they first let go by."""

    name: str
    introduction: str
    manner: str
    words_per_minute: int
    eagerness: float
    nods: float
    nod_kinds: tuple[NodKind, ...]
    lines: Lines = field(repr=False)
    passes: frozenset[str] = frozenset()
    greets: tuple[str, ...] = ()
    answers: tuple[str, ...] = ()


@dataclass(frozen=True)
class Facilitating:
    """What the facilitator says besides her own turns: words that open a stage, and kindnesses."""

    room: str
    standing: str
    quiet_then_hands: frozenset[str]
    opens: Lines
    says: Lines


@dataclass(frozen=True)
class Cast:
    """Everybody in the demo but the person it is for."""

    facilitator: Character
    members: tuple[Character, ...]
    facilitating: Facilitating

    @property
    def names(self) -> frozenset[str]:
        """Return the names that belong to simulated people."""
        return frozenset({self.facilitator.name, *(member.name for member in self.members)})


@dataclass(frozen=True)
class _People:
    person: tuple[Character, ...]
    facilitating: Facilitating


@cache
def load_cast() -> Cast:
    """Read the people from the data file that ships with the demo."""
    data = tomllib.loads((files(__package__) / "people.toml").read_text("utf-8"))
    people = msgspec.convert(data, _People)
    return Cast(people.person[0], people.person[1:], people.facilitating)


def slug(title: str) -> str:
    """Return a stage's title as the key its lines are found by; front ends see titles, not ids."""
    return "-".join(re.findall(r"[a-z0-9]+", title.lower()))
