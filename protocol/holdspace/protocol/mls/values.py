"""Frozen dataclasses that are cheap to make, for every message makes many.

What dataclasses themselves write for a frozen class sets one field after the other past its guard,
and their `replace` goes through that again. Here a new value gets its fields all at once.
"""

from collections.abc import Callable
from dataclasses import MISSING, dataclass, field, fields
from typing import TYPE_CHECKING, Any, TypeVar, dataclass_transform

__all__ = ["replace", "value", "with_quick_init"]

T = TypeVar("T")


@dataclass_transform(frozen_default=True, field_specifiers=(field,))
def value(**options: bool) -> Callable[[type[T]], type[T]]:
    """Make a frozen dataclass of a class; the options are those of dataclass."""

    def made(cls: type[T]) -> type[T]:
        return with_quick_init(dataclass(frozen=True, **options)(cls))

    return made


def with_quick_init(cls: type[T]) -> type[T]:
    """Give a frozen dataclass an `__init__` that takes the same and puts it in place at once."""
    given = [spec for spec in fields(cls) if spec.init]  # type: ignore[arg-type]  # it is one
    names: dict[str, Any] = {"_none": MISSING}
    by_position, by_name, sets = ["self"], list[str](), list[str]()
    for spec in given:
        parameter = put = spec.name
        if spec.default is not MISSING:
            names[f"_default_{put}"] = spec.default
            parameter += f"=_default_{put}"
        elif spec.default_factory is not MISSING:
            names[f"_make_{put}"] = spec.default_factory
            parameter += "=_none"
            put = f"_make_{put}() if {put} is _none else {put}"
        (by_name if spec.kw_only else by_position).append(parameter)
        sets.append(f"{spec.name}={put}")
    parameters = ", ".join([*by_position, *(["*", *by_name] if by_name else [])])
    finish = "self.__post_init__()" if hasattr(cls, "__post_init__") else "pass"
    source = f"def __init__({parameters}):\n self.__dict__.update({', '.join(sets)})\n {finish}\n"
    exec(source, names)  # noqa: S102 - our own text, made from the declaration only
    cls.__init__ = names["__init__"]  # type: ignore[method-assign]  # as dataclass does
    return cls


if TYPE_CHECKING:
    # The same to a type checker, which knows the fields of this one's argument.
    from dataclasses import replace
else:

    def replace(value: Any, /, **changes: Any) -> Any:
        """Return the value with some fields changed; none of them is made in `__post_init__`."""
        changed = object.__new__(type(value))
        fields = changed.__dict__
        fields.update(value.__dict__)
        # What a struct keeps (`codec.Kept`) is the encoding of the value before.
        fields.pop("encoded", None)
        fields.update(changes)
        return changed
