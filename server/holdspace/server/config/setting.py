"""One setting of a relay: what is declared about it, and what follows from that."""

from dataclasses import MISSING, Field, dataclass, field
from typing import Any

from holdspace.server.config.kinds import Kind

PREFIX = "HOLDSPACE_RELAY_"


@dataclass(frozen=True, slots=True)
class Setting:
    """Describe one key; `sample` stands in the example, `default_in_words` where it is no value."""

    section: str
    name: str
    kind: Kind
    why: str
    default: Any
    sample: str
    default_in_words: str = ""
    option: str = ""
    is_secret: bool = False
    is_reloaded: bool = False

    @property
    def full_name(self) -> str:
        return f"{self.section}.{self.name}"

    @property
    def variable(self) -> str:
        return f"{PREFIX}{self.section}_{self.name}".upper()


def key(kind: Kind, why: str, default: Any = None, **more: Any) -> Any:
    """Declare a key as a field of its section; `more` are other fields of `Setting`."""
    return field(default=default, metadata={"kind": kind, "why": why, **more})


def declared_in(section: str, declared: Field[Any]) -> Setting:
    """Return the setting that a field declares."""
    more = dict(declared.metadata)
    default = None if declared.default is MISSING else declared.default
    sample = more.pop("sample", None) or shown(default)
    return Setting(section, declared.name, default=default, sample=sample, **more)


def shown(value: object) -> str:
    """Return a value as it would stand in the file."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int | float):
        return f"{value:g}" if isinstance(value, float) else str(value)
    if isinstance(value, tuple):
        return "[" + ", ".join(shown(item) for item in value) + "]"
    return '""' if value is None else f'"{value}"'
