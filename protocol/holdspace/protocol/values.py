"""Frozen dataclasses that are cheap: to declare, for a start declares hundreds, and to make.

For each frozen class `dataclass` writes and compiles six methods, and that was a third of what a
program took to start. Five of them are the same for every class and stand here. The sixth, which takes
the fields, is written when the first value is made: of what a person can want, and of what can happen
in a meeting, most is never made in one run. It puts all fields in place at once, and so does `replace`.
"""

from collections.abc import Callable
from dataclasses import MISSING, Field, FrozenInstanceError, dataclass, field, fields
from operator import attrgetter
from typing import TYPE_CHECKING, Any, NoReturn, TypeVar, dataclass_transform

__all__ = ["replace", "value"]

T = TypeVar("T")
Method = Callable[..., Any]


@dataclass_transform(frozen_default=True, field_specifiers=(field,))
def value(*, kw_only: bool = False, **has: bool) -> Callable[[type[T]], type[T]]:
    """Make a frozen dataclass of a class; the options are `kw_only`, `eq` and `repr` of dataclass."""

    def made(cls: type[T]) -> type[T]:
        dataclass(init=False, repr=False, eq=False, kw_only=kw_only)(cls)
        methods = {"__init__": _first_init(cls), "__setattr__": _set, "__delattr__": _delete}
        if has.get("repr", True):
            methods["__repr__"] = _repr
        if has.get("eq", True):
            methods |= _comparing(cls)
        # What the class says itself goes before, as with dataclass.
        for name in methods.keys() - vars(cls).keys():
            setattr(cls, name, methods[name])
        return cls

    return made


def _set(self: Any, name: str, _value: Any) -> NoReturn:
    raise FrozenInstanceError(f"cannot assign to field {name!r}")


def _delete(self: Any, name: str) -> NoReturn:
    raise FrozenInstanceError(f"cannot delete field {name!r}")


def _repr(self: Any) -> str:
    shown = (f"{one.name}={getattr(self, one.name)!r}" for one in _fields(self) if one.repr)
    return f"{type(self).__qualname__}({', '.join(shown)})"


def _comparing(cls: type) -> dict[str, Method]:
    """Return what compares and hashes values of a class, by those of their fields that count."""
    names = [one.name for one in _fields(cls) if one.compare]
    compared: Method = attrgetter(*names) if names else type

    def equal(self: Any, other: Any) -> Any:
        if type(other) is not type(self):
            return NotImplemented
        return self is other or compared(self) == compared(other)

    def hashed(self: Any) -> int:
        return hash(compared(self))

    return {"__eq__": equal, "__hash__": hashed}


def _fields(of: Any) -> tuple[Field[Any], ...]:
    return fields(of)


def _first_init(cls: type) -> Method:
    """Return an `__init__` that puts the real one into its place when it is called."""

    def first(self: Any, *by_position: Any, **by_name: Any) -> None:
        real = cls.__init__ = _written_init(cls)  # type: ignore[misc]  # as dataclass does
        real(self, *by_position, **by_name)

    return first


def _written_init(cls: type) -> Method:
    """Write the `__init__` that takes what one of dataclass takes, and puts it in place at once."""
    given = [spec for spec in _fields(cls) if spec.init]
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
    written: Method = names["__init__"]
    return written


if TYPE_CHECKING:
    # The same to a type checker, which knows the fields of this one's argument.
    from dataclasses import replace
else:

    def replace(value: Any, /, **changes: Any) -> Any:
        """Return the value with some fields changed; none of them is made in `__post_init__`."""
        changed, fields = object.__new__(type(value)), dict(value.__dict__)
        # What a struct keeps (`codec.Kept`) is the encoding of the value before.
        fields.pop("encoded", None)
        fields.update(changes)
        object.__setattr__(changed, "__dict__", fields)
        return changed
