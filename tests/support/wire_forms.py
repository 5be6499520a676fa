"""How everything that travels or is kept is written, as lines to compare: field by field, with its bounds.

    .venv/bin/python tests/support/wire_forms.py

writes tests/protocol/wire_forms.txt anew, after a form was changed on purpose.
"""

import importlib
import pkgutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
from msgspec import NODEFAULT, inspect

from holdspace import protocol

WRITTEN = Path(__file__).parent.parent / "protocol" / "wire_forms.txt"
BOUNDS = ("gt", "ge", "lt", "le", "multiple_of", "min_length", "max_length", "pattern")


def main() -> None:
    """Write the forms down."""
    WRITTEN.write_text("\n".join(f"# {name}\n{form_of(name)}" for name in modules()))


def modules() -> list[str]:
    """Return the modules of the protocol that say how something is written."""
    found = [
        info.name for info in pkgutil.walk_packages(protocol.__path__, f"{protocol.__name__}.")
    ]
    return [name for name in sorted(found) if structs(name)]


def structs(module: str) -> list[type[msgspec.Struct]]:
    """Return what a module defines, in its order."""
    return [
        thing
        for thing in vars(importlib.import_module(module)).values()
        if isinstance(thing, type)
        and issubclass(thing, msgspec.Struct)
        and thing.__module__ == module
    ]


def form_of(module: str) -> str:
    """Return one module's forms, a line for each struct and each field."""
    return "".join(f"{line}\n" for struct in structs(module) for line in lines_of(struct))


def lines_of(struct: type[msgspec.Struct]) -> Iterator[str]:
    """Yield how one struct is written."""
    info = inspect.type_info(struct)
    assert isinstance(info, inspect.StructType)
    config = struct.__struct_config__
    shape = "a list" if config.array_like else "a map"
    yield (
        f"{struct.__name__}: {shape}, tag {info.tag}, "
        f"{'no' if config.forbid_unknown_fields else 'more'} fields besides, "
        f"{'fixed' if config.frozen else 'not fixed'}"
    )
    for field in info.fields:
        default = "" if field.default is NODEFAULT else f" = {field.default!r}"
        yield f"    {field.encode_name}: {words(field.type)}{default}"


def words(kind: Any) -> str:
    """Return a type with its bounds."""
    match kind:
        case inspect.StructType():
            return kind.cls.__name__
        case inspect.LiteralType():
            return " or ".join(map(repr, kind.values))
        case inspect.UnionType():
            return " or ".join(words(one) for one in kind.types)
        case inspect.TupleType():
            return f"({', '.join(words(one) for one in kind.item_types)})"
        case inspect.DictType():
            return f"map of {words(kind.key_type)} to {words(kind.value_type)}{bounds(kind)}"
        case inspect.EnumType():
            return " or ".join(repr(one.value) for one in kind.cls)
        case inspect.Metadata():
            return words(kind.type)
    name = type(kind).__name__.removesuffix("Type").lower()
    item = getattr(kind, "item_type", None)
    return f"{name}{bounds(kind)}" + (f" of {words(item)}" if item is not None else "")


def bounds(kind: Any) -> str:
    """Return the bounds of a type."""
    said = [
        f"{name} {getattr(kind, name)}" for name in BOUNDS if getattr(kind, name, None) is not None
    ]
    return f" [{', '.join(said)}]" if said else ""


if __name__ == "__main__":
    main()
