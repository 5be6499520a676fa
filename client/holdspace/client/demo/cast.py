"""Who the simulated people are, read from people.toml, or people.de.toml where we speak German.

Their manner is data: how fast they write, how readily they raise a hand, whether they pass first.
What follows from it is in moves.py and facilitating.py.
"""

import re
import tomllib
from dataclasses import field
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable

import msgspec

from holdspace.protocol.meeting.flow_schema import LANGUAGE
from holdspace.protocol.meeting.kinds import NodKind
from holdspace.protocol.translation import spoken
from holdspace.protocol.values import value

ARRIVING = "arriving"
ANY = "any"

Lines = dict[str, tuple[str, ...]]


@value()
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


@value()
class Facilitating:
    """What the facilitator says besides her own turns: words that open a stage, and kindnesses."""

    room: str
    standing: str
    trying_out: str
    quiet_then_hands: frozenset[str]
    opens: Lines
    says: Lines


@value()
class Everybody:
    """What members have in common: where few raise a hand, and what they write in a pair."""

    few_hands: frozenset[str] = frozenset()
    tells: tuple[str, ...] = ()
    reflections: tuple[str, ...] = ()
    confirms: tuple[str, ...] = ()


@value()
class Cast:
    """Everybody in the demo but the person it is for, in one language."""

    lang: str
    facilitator: Character
    members: tuple[Character, ...]
    facilitating: Facilitating
    everybody: Everybody

    @property
    def names(self) -> frozenset[str]:
        """Return the names that belong to simulated people."""
        return frozenset({self.facilitator.name, *(member.name for member in self.members)})


@value()
class _People:
    person: tuple[Character, ...]
    facilitating: Facilitating
    everybody: Everybody


def load_cast(lang: str = "") -> Cast:
    """Return the people who speak this language, or the person's own; English where there are none."""
    wanted = lang or spoken()
    return _read(wanted if _file(wanted).is_file() else LANGUAGE)


def slug(title: str) -> str:
    """Return a stage's title as the key its lines are found by; front ends see titles, not ids."""
    return "-".join(re.findall(r"[a-z0-9]+", title.lower().translate(_WRITTEN_OUT)))


_WRITTEN_OUT = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss"})


@cache
def _read(lang: str) -> Cast:
    people = msgspec.convert(tomllib.loads(_file(lang).read_text("utf-8")), _People)
    return Cast(lang, people.person[0], people.person[1:], people.facilitating, people.everybody)


def _file(lang: str) -> Traversable:
    name = "people.toml" if lang == LANGUAGE else f"people.{lang}.toml"
    return files(__package__) / name
