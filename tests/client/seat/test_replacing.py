"""The quick way to change a frozen value changes the same as the long one."""

import dataclasses
from dataclasses import dataclass, field

import pytest

from holdspace.client.seat.replacing import replace
from seat_table import Table


@dataclass(frozen=True)
class Computed:
    first: int
    twice: int = field(default=0)

    def __post_init__(self) -> None:
        object.__setattr__(self, "twice", 2 * self.first)


@dataclass(frozen=True, slots=True)
class Slotted:
    first: int
    second: int = 2


def test_a_seat_is_changed_as_by_its_constructor_and_stays_what_it_was(table: Table) -> None:
    seat = table.host().seat.seat
    changed = replace(seat, counter=7, ready_words="tea")
    assert changed == dataclasses.replace(seat, counter=7, ready_words="tea")
    assert (seat.counter, seat.ready_words) != (7, "tea")
    with pytest.raises(dataclasses.FrozenInstanceError):
        changed.counter = 8  # type: ignore[misc]


def test_a_field_that_is_not_there_is_refused(table: Table) -> None:
    with pytest.raises(TypeError, match="Sitting has no such field"):
        replace(table.host().seat, moment=1)  # type: ignore[call-arg]


def test_what_is_made_otherwise_goes_through_its_constructor() -> None:
    assert replace(Computed(1), first=3).twice == 6
    assert replace(Slotted(1), first=3) == Slotted(3)
