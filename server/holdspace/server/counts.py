"""What a relay counts of its own work, and how that is shown: sums only, nothing of anybody.

The gate adds to plain attributes, which costs nothing that can be measured. What is shown about
people is rounded down to tens, and to whole MiB, so that a graph of it does not count heads.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from holdspace.protocol.refusals import Close, Refusal

_TEN = 10
_MIB = 1024 * 1024
_PREFIX = "holdspace_relay_"


@dataclass(slots=True)
class Counts:
    """Hold sums since the relay started."""

    connections: int = 0
    frames_in: int = 0
    frames_out: int = 0
    bytes_in: int = 0
    bytes_out: int = 0
    submitted: int = 0
    saved: int = 0
    saves: int = 0
    saves_failed: int = 0
    faults: int = 0
    refusals: Counter[int] = field(default_factory=Counter)
    closes: Counter[int] = field(default_factory=Counter)


class Sizes(NamedTuple):
    """How many there are now."""

    connections: int
    rooms: int
    meetings: int


class Figure(NamedTuple):
    """One number as it is shown; `labels` tell it from others of its name."""

    name: str
    about: str
    is_sum: bool
    value: int
    labels: Mapping[str, str] = {}


def figures(counts: Counts, sizes: Sizes) -> Iterator[Figure]:
    """Yield everything that is shown, rounded where it is about people."""
    for name, about, value in (
        ("connections", "Connections now, rounded down to tens.", sizes.connections),
        ("rooms", "Rooms known now, rounded down to tens.", sizes.rooms),
        ("meetings", "Meetings running now, rounded down to tens.", sizes.meetings),
    ):
        yield Figure(name, about, is_sum=False, value=_tens(value))
    for name, about, value in (
        ("connections", "Connections taken in.", _tens(counts.connections)),
        ("frames_in", "Frames received.", _tens(counts.frames_in)),
        ("frames_out", "Frames sent.", _tens(counts.frames_out)),
        ("received_bytes", "Bytes received, in whole MiB.", counts.bytes_in // _MIB * _MIB),
        ("sent_bytes", "Bytes sent, in whole MiB.", counts.bytes_out // _MIB * _MIB),
        ("appends", "Records handed to the log.", _tens(counts.submitted)),
        ("saved", "Records that the log made durable.", _tens(counts.saved)),
        ("saves", "Syncs that made records durable.", _tens(counts.saves)),
        # About the machine, not about people: these are exact.
        ("saves_failed", "Times the log refused to save.", counts.saves_failed),
        ("faults", "Faults inside the relay.", counts.faults),
    ):
        yield Figure(name, about, is_sum=True, value=value)
    yield from _by_code("refusals", "Requests answered no.", counts.refusals, Refusal)
    yield from _by_code("closes", "Connections closed by the relay.", counts.closes, Close)


def _by_code(
    name: str, about: str, counted: Mapping[int, int], codes: type[Refusal] | type[Close]
) -> Iterator[Figure]:
    for code in codes:
        labels = {"code": code.name.lower()}
        yield Figure(name, about, is_sum=True, value=_tens(counted.get(code, 0)), labels=labels)


def _tens(value: int) -> int:
    return value // _TEN * _TEN


def as_prometheus(shown: Iterable[Figure]) -> str:
    """Return figures in the text format of Prometheus."""
    return "".join(_lines(shown))


def _lines(shown: Iterable[Figure]) -> Iterator[str]:
    before = ""
    for one in shown:
        name = f"{_PREFIX}{one.name}{'_total' if one.is_sum else ''}"
        if name != before:
            yield f"# HELP {name} {one.about}\n"
            yield f"# TYPE {name} {'counter' if one.is_sum else 'gauge'}\n"
        before = name
        labels = ",".join(f'{label}="{value}"' for label, value in one.labels.items())
        yield f"{name}{f'{{{labels}}}' if labels else ''} {one.value}\n"
