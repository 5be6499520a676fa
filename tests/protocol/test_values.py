"""Quick values behave as the frozen dataclasses that they are."""

from dataclasses import FrozenInstanceError, field, fields
from dataclasses import replace as other

import pytest
from typing_extensions import override

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


@value()
class Nothing:
    pass


@value()
class Nowhere(Nothing):
    pass


@value(eq=False)
class Hidden:
    key: str
    length: int = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "length", len(self.key))

    @override
    def __repr__(self) -> str:
        return "hidden"


def test_a_value_takes_what_a_dataclass_takes() -> None:
    assert Point(1) == Point(x=1, y=2)
    assert (Named(x=1, name="it").y, Named(x=1).name) == (2, "none")
    assert repr(Point(1, 3)) == "Point(x=1, y=3)"
    assert len({Point(1), Point(1), Point(1, 3)}) == 2
    with pytest.raises(TypeError):
        Point()  # type: ignore[call-arg]
    with pytest.raises(TypeError):
        Point(1, z=2)  # type: ignore[call-arg]


def test_a_value_equals_none_of_another_kind() -> None:
    assert Named(x=1) != Point(1)
    assert Point(1, seen=[1]) == Point(1, seen=[2])
    assert Nothing() == Nothing() != Nowhere()


def test_what_a_class_says_itself_goes_before() -> None:
    assert repr(Hidden("key")) == "hidden"
    assert (Hidden("key").length, Hidden("key") == Hidden("key")) == (3, False)


def test_a_dataclass_can_do_the_same_with_it() -> None:
    assert [one.name for one in fields(Named)] == ["x", "y", "seen", "name"]
    assert other(Named(x=1), y=3) == Named(x=1, y=3)


def test_each_value_has_defaults_of_its_own() -> None:
    assert Point(1).seen is not Point(1).seen


def test_a_value_stays_as_it_is() -> None:
    with pytest.raises(FrozenInstanceError):
        Point(1).x = 2  # type: ignore[misc]
    with pytest.raises(FrozenInstanceError):
        del Point(1).x


def test_a_changed_value_is_another_one() -> None:
    before = Point(1)
    assert replace(before, y=5) == Point(1, 5)
    assert before == Point(1)


def test_a_changed_struct_is_encoded_anew() -> None:
    before = ParentNode(encryption_key=b"one", parent_hash=b"")
    assert before.encoded == before.encode()
    after = replace(before, encryption_key=b"two")
    assert after.encoded == after.encode() != before.encoded
