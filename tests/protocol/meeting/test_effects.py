"""What happened stays as it happened, and says nobody's words where it is printed."""

from dataclasses import FrozenInstanceError, fields, is_dataclass

import pytest

from holdspace.protocol.meeting import effects
from holdspace.protocol.meeting.effects import NoEffect, Outcome
from holdspace.protocol.meeting.values import MeetingState

KINDS = [kind for kind in vars(effects).values() if is_dataclass(kind) and fields(kind)]
OURS: dict[type, str] = {NoEffect: "reason"}  # a sentence of this program, not of a person


def one_of(kind: type) -> object:
    """Return one with a person's words wherever there is a place for words."""
    return kind(*("what Ben said" for _ in fields(kind)))


@pytest.mark.parametrize("kind", KINDS)
def test_what_happened_cannot_be_changed_afterwards(kind: type) -> None:
    with pytest.raises(FrozenInstanceError):
        setattr(one_of(kind), fields(kind)[0].name, b"")


@pytest.mark.parametrize("kind", KINDS)
def test_nobodys_words_are_in_a_repr(kind: type) -> None:
    words = {field.name for field in fields(kind) if field.type == "str" or field.type is str}
    shown = {field.name for field in fields(kind) if f"{field.name}='what" in repr(one_of(kind))}
    assert words & shown <= {OURS.get(kind)}


def test_nothing_happened_unless_it_is_said() -> None:
    assert Outcome(MeetingState()).effects == ()
