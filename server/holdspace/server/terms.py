"""What the operator decided and people meet: the card they read, and who may open a room."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from holdspace.protocol.frames import OperatorCard


@dataclass(frozen=True, slots=True)
class Terms:
    """Hold what may change while the relay runs; `codes` says how many rooms each key keeps."""

    operator: OperatorCard | None = None
    rooms_are_open: bool = True
    # Rooms that nobody vouches for, in an hour, by everybody together; None for no bound.
    rooms_per_hour: int | None = None
    codes: Mapping[bytes, int] = field(default_factory=dict)
    declared: frozenset[bytes] = frozenset()
