"""The engine's data are values: none can be changed, so what was refused has changed nothing."""

import pkgutil
from dataclasses import FrozenInstanceError, is_dataclass
from importlib import import_module
from typing import Any

import pytest

from holdspace.protocol import mls
from holdspace.protocol.mls.testing import Circle

MODULES = [
    import_module(f"{mls.__name__}.{found.name}") for found in pkgutil.iter_modules(mls.__path__)
]
CLASSES: dict[str, Any] = {
    f"{module.__name__.rpartition('.')[2]}.{name}": thing
    for module in MODULES
    for name, thing in vars(module).items()
    if isinstance(thing, type) and thing.__module__ == module.__name__ and is_dataclass(thing)
}
# What is computed once and kept is filled in later; nothing else is.
FILLED_IN_LATER = {"ratchet_tree.Memo"}


@pytest.mark.parametrize("name", sorted(CLASSES.keys() - FILLED_IN_LATER))
def test_values_are_frozen(name: str) -> None:
    assert CLASSES[name].__dataclass_params__.frozen


def test_a_group_is_as_it_was_whatever_is_done_with_it() -> None:
    circle = Circle.of(mls.DEFAULT_SUITE, ["ada", "ben"])
    group = circle.groups["ada"]
    with pytest.raises(FrozenInstanceError):
        group.__setattr__("tree", None)
