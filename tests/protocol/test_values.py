"""Quick values behave as the frozen dataclasses that they are."""

from dataclasses import FrozenInstanceError, field

import pytest

from holdspace.protocol.mls.structs import ParentNode
from holdspace.protocol.values import replace, value


@value()
class Point:
    x: int
    y: int = 2
    seen: list[int] = field(default_factory=list, compare=False, repr=False)


@value(kw_only=True)
class Named(Point):
    name: str = "none"


def test_a_value_takes_what_a_dataclass_takes() -> None:
    assert Point(1) == Point(x=1, y=2)
    assert (Named(x=1, name="it").y, Named(x=1).name) == (2, "none")
    assert repr(Point(1, 3)) == "Point(x=1, y=3)"
    assert len({Point(1), Point(1), Point(1, 3)}) == 2
    with pytest.raises(TypeError):
        Point()  # type: ignore[call-arg]
    with pytest.raises(TypeError):
        Point(1, z=2)  # type: ignore[call-arg]


def test_each_value_has_defaults_of_its_own() -> None:
    assert Point(1).seen is not Point(1).seen


def test_a_value_stays_as_it_is() -> None:
    with pytest.raises(FrozenInstanceError):
        Point(1).x = 2  # type: ignore[misc]


def test_a_changed_value_is_another_one() -> None:
    before = Point(1)
    assert replace(before, y=5) == Point(1, 5)
    assert before == Point(1)


def test_a_changed_struct_is_encoded_anew() -> None:
    before = ParentNode(encryption_key=b"one", parent_hash=b"")
    assert before.encoded == before.encode()
    after = replace(before, encryption_key=b"two")
    assert after.encoded == after.encode() != before.encoded
