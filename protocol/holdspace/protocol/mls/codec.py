"""The presentation language of RFC 9420 (2.1), declared once per struct.

A struct is a class whose annotations *are* its encoding:

    class Lifetime(Struct):
        not_before: UInt64
        not_after: UInt64

`tuple[T, ...]` is a variable-size vector `T x<V>`, `T | None` is `optional<T>`, an `IntEnum` is an
enum; `When`, `Select` and `Given` express the RFC's `select`. Encoder and decoder are compiled when
the class is defined. A struct can name only structs defined before it, so nesting is bounded by the
declarations, not by the input. All that is accepted is canonical: encoded again, it is the same.
"""

from collections.abc import Callable, Mapping
from dataclasses import field
from enum import IntEnum
from operator import attrgetter
from types import UnionType
from typing import (
    Annotated,
    Any,
    ClassVar,
    Self,
    Union,
    dataclass_transform,
    get_args,
    get_origin,
    get_type_hints,
)

from holdspace.protocol.mls.errors import CodecError, UsageError
from holdspace.protocol.mls.wire import (
    MAX_INPUT,
    Codec,
    Reader,
    enum_of,
    enum_size,
    from_bytes,
    length_header,
    optional_of,
    vector_of,
)
from holdspace.protocol.overriding import override
from holdspace.protocol.values import value


@value()
class When:
    """Mark a field that is there only when an earlier one has one of these values, else None."""

    field: str
    values: tuple[int, ...]

    def __init__(self, field: str, *values: int) -> None:
        object.__setattr__(self, "field", field)
        object.__setattr__(self, "values", values)


@value()
class Select:
    """Mark a field whose type an earlier field (or `outer`, what the struct is Given) chooses."""

    field: str
    cases: Mapping[int, Any]


@value()
class Given:
    """Mark a struct that needs a value of the one around it; inside, that value is `outer`."""

    field: str


@value()
class Field:
    """One compiled line of a struct's declaration."""

    name: str
    codec: Codec
    rule: When | Select | Given | None = None
    cases: Mapping[int, Codec] = field(default_factory=dict)
    # What a Select chooses from, turned round.
    tags: Mapping[type, int] = field(default_factory=dict)


def codec_of(hint: Any) -> Codec:
    """Return the codec an annotation stands for."""
    origin, arguments = get_origin(hint), get_args(hint)
    if origin is Annotated:
        return next(
            (extra for extra in arguments[1:] if isinstance(extra, Codec)), None
        ) or codec_of(arguments[0])
    if origin is tuple:
        return vector_of(codec_of(arguments[0]))
    if origin in (Union, UnionType) and type(None) in arguments:
        return optional_of(codec_of(Union[tuple(a for a in arguments if a is not type(None))]))  # noqa: UP007
    if isinstance(hint, type) and issubclass(hint, IntEnum):
        return enum_of(hint)
    if isinstance(hint, type) and issubclass(hint, Struct):
        encode = attrgetter("encoded") if issubclass(hint, Kept) else hint.encode_given
        return Codec(encode, hint.read, ("struct", hint))
    raise TypeError(f"no encoding is known for {hint}")


def _field_of(name: str, hint: Any) -> Field:
    extras = get_args(hint)[1:] if get_origin(hint) is Annotated else ()
    rule = next((extra for extra in extras if isinstance(extra, When | Select | Given)), None)
    if isinstance(rule, Select):
        cases = {int(key): codec_of(case) for key, case in rule.cases.items()}
        tags = {_type_of(case): key for key, case in rule.cases.items()}
        return Field(name, Codec(bytes, bytes, ("select", cases)), rule, cases, tags)
    codec = codec_of(hint)
    # `T | None` under When is not optional<T>: the earlier field already says whether it is there.
    if isinstance(rule, When) and codec.kind[0] == "optional":
        codec = codec.kind[1]
    return Field(name, codec, rule)


def _type_of(hint: Any) -> Any:
    return get_args(hint)[0] if get_args(hint) else hint


# How a struct's encoder and decoder are written as Python: a loop over fields takes three times as
# long. Names of the text's own begin with "_", so that no field can have them.


def _encoding(number: int, spec: Field) -> str:
    """Write what a field adds to the parts of an encoding."""
    value, rule = f"self.{spec.name}", spec.rule
    given = "" if rule is None else rule.field if rule.field == "outer" else f"self.{rule.field}"
    match rule, spec.codec.kind:
        case When(), _:
            there = f"_encode{number}({value}) if {given} in _cases{number}"
            return f"{there} else _absent({value}, {spec.name!r})"
        case Select(), _:
            return f"_cases{number}[{given}].encode({value})"
        case Given(), _:
            return f"_encode{number}({value}, {given})"
        case None, ("uint", size):
            return f"{value}.to_bytes({size})"
        case None, ("opaque",):
            return f"_header(len({value})), {value}"
        case _:
            return f"_encode{number}({value})"


def _decoding(number: int, spec: Field) -> str:
    """Write how a field is read from `reader`."""
    rule = spec.rule
    match rule:
        case When():
            return f"_decode{number}(reader) if {rule.field} in _cases{number} else None"
        case Select():
            return f"_chosen(_cases{number}, {rule.field}, reader).decode(reader)"
        case Given():
            return f"_decode{number}(reader, {rule.field})"
    return f"_decode{number}(reader)"


def _shortcut(number: int, spec: Field) -> tuple[str, str] | None:
    """Write when a plain value can be cut out of the data on the spot, and how.

    Most values can. What is longer, or not right, is the reader's business.
    """
    match spec.rule, spec.codec.kind:
        case None, ("opaque",):
            fits = "_at < _end and _data[_at] < 0x40 and (_stop := _at + 1 + _data[_at]) <= _end"
            return fits, "_data[_at + 1:_stop]"
        case None, ("uint", size):
            return f"(_stop := _at + {size}) <= _end", "_from_bytes(_data[_at:_stop])"
        case None, ("enum", kind):
            there = f"(_stop := _at + {enum_size(kind)}) <= _end"
            known = f"(_number := _from_bytes(_data[_at:_stop])) in _members{number}"
            return f"{there} and {known}", f"_members{number}[_number]"
        case _:
            return None


def _reading(number: int, spec: Field) -> list[str]:
    by_reader = ["reader.at = _at", f"{spec.name} = {_decoding(number, spec)}", "_at = reader.at"]
    shortcut = _shortcut(number, spec)
    if shortcut is None:
        return by_reader
    fits, value = shortcut
    return [
        f"if {fits}:",
        f"    {spec.name} = {value}",
        "    _at = _stop",
        "else:",
        *(f"    {line}" for line in by_reader),
    ]


# What a `repeated` struct was read as last, if the same comes again.
_REPEATED = """
    _seen = _last[0]
    if _seen and _data.startswith(_seen.encoded, _start, _end):
        reader.at = _start + len(_seen.encoded)
        return _seen
"""


def _source(fields: tuple[Field, ...], *, kept: bool, repeated: bool) -> str:
    """Write a struct's encoder and decoder as Python."""
    numbered = list(enumerate(fields))
    parts = [_encoding(number, spec) for number, spec in numbered]
    reads = [line for number, spec in numbered for line in _reading(number, spec)]
    body = "".join(f"        {line}\n" for line in reads)
    # Setting each attribute of a frozen dataclass through its `__init__` takes longer than reading.
    values = [f"{spec.name}={spec.name}" for spec in fields]
    # What was read is the one canonical encoding, so it need not be made again.
    values += ["encoded=_data[_start:_at]"] if kept else []
    return (
        f"def encode(self, outer=None):\n    return _join(({', '.join(parts)},))\n"
        "def decode(reader, outer=None):\n"
        "    _data, _start, _end = reader.data, reader.at, reader.end\n"
        f"    _at = _start\n{_REPEATED if repeated else ''}"
        f"    try:\n{body or '        pass'}\n"
        "    except CodecError as error:\n        raise _located(error, locals()) from None\n"
        "    reader.at = _at\n"
        "    _value = _new(_cls)\n"
        f"    _value.__dict__.update({', '.join(values)})\n"
        f"{'    _last[0] = _value' if repeated else ''}\n"
        "    return _value\n"
    )


def _hidden(value: object) -> str:
    return f"<{type(value).__name__} hidden>"


def _absent(value: object, name: str) -> bytes:
    if value is not None:
        raise UsageError(f"{name} has no place here")
    return b""


def _chosen(cases: Mapping[int, Codec], key: int, reader: Reader) -> Codec:
    if key not in cases:
        raise CodecError(f"type {key} is unknown", reader.at)
    return cases[key]


def _compile(cls: type["Struct"], fields: tuple[Field, ...], *, repeated: bool) -> None:
    def located(error: CodecError, read: Mapping[str, object]) -> CodecError:
        # The decoder's local variables are the fields read so far: the first one missing failed.
        failed = next(spec.name for spec in fields if spec.name not in read)
        path = f"{failed}.{error.field.partition('.')[2]}".rstrip(".")
        return CodecError(error.problem, error.offset, f"{cls.__name__}.{path}")

    names: dict[str, Any] = {"_join": b"".join, "_absent": _absent, "_chosen": _chosen}
    names |= {"_header": length_header, "_from_bytes": from_bytes, "CodecError": CodecError}
    names |= {"_located": located, "_new": object.__new__, "_cls": cls, "_last": [None]}
    for number, spec in enumerate(fields):
        names |= {f"_encode{number}": spec.codec.encode, f"_decode{number}": spec.codec.decode}
        if spec.codec.kind[0] == "enum":
            names[f"_members{number}"] = {int(member): member for member in spec.codec.kind[1]}
        names[f"_cases{number}"] = (
            frozenset(spec.rule.values) if isinstance(spec.rule, When) else spec.cases
        )
    source = _source(fields, kept=issubclass(cls, Kept), repeated=repeated)
    exec(source, names)  # noqa: S102 - our own text, made from the declaration only
    cls.encode_given, cls.read = names["encode"], staticmethod(names["decode"])


class Encoded:
    """Compute the attribute `encoded` when it is first asked for; `cached_property` would lock."""

    def __get__(self, value: "Struct", owner: type["Struct"]) -> bytes:
        encoded = value.__dict__["encoded"] = value.encode()
        return encoded


class Kept:
    """Make a struct keep its encoding: for those that are hashed or signed again and again."""

    encoded = Encoded()


@dataclass_transform(frozen_default=True)
class Struct:
    """Be the base of every struct of the protocol: a frozen value that knows its one encoding.

    What is `secret` does not show in a repr. Of what is `repeated` (and kept) one value after the
    other is mostly the same, and then it is one object.
    """

    fields: ClassVar[tuple[Field, ...]] = ()
    # Compiled for each struct. Both take what `Given` hands down, if the struct needs it.
    encode_given: ClassVar[Callable[..., bytes]]
    read: ClassVar[Callable[..., Any]]

    @override
    def __init_subclass__(
        cls, *, kw_only: bool = False, secret: bool = False, repeated: bool = False
    ) -> None:
        hints = get_type_hints(cls, include_extras=True)
        value(kw_only=kw_only, repr=not secret)(cls)
        if secret:
            cls.__repr__ = _hidden  # type: ignore[method-assign]
        cls.fields = tuple(_field_of(name, hints[name]) for name in cls.__annotations__)
        _compile(cls, cls.fields, repeated=repeated)
        _registry.append(cls)

    @classmethod
    def of(cls, body: object) -> Self:
        """Wrap `body` under the tag that its type selects."""
        for spec in cls.fields:
            if isinstance(spec.rule, Select) and type(body) in spec.tags:
                return cls(**{spec.rule.field: spec.tags[type(body)], spec.name: body})
        raise UsageError(f"{cls.__name__} cannot hold {type(body).__name__}")

    def encode(self) -> bytes:
        """Return the one canonical encoding."""
        try:
            return self.encode_given()
        except (AttributeError, KeyError, OverflowError, TypeError) as error:
            raise UsageError(f"{type(self).__name__} holds a value that has no encoding") from error

    @classmethod
    def decode(cls, data: bytes) -> Self:
        """Read exactly one value; anything else, trailing bytes too, is a CodecError."""
        return cls.decode_given(data, None)

    @classmethod
    def decode_given(cls, data: bytes, outer: int | None) -> Self:
        """Read a struct that some outer value governs (see `Given`)."""
        if len(data) > MAX_INPUT:
            raise CodecError(
                f"{len(data)} bytes is more than any message may have", 0, cls.__name__
            )
        reader = Reader(bytes(data))
        value: Self = cls.read(reader, outer)
        if reader.at != reader.end:
            raise CodecError(
                f"{reader.end - reader.at} bytes follow the end", reader.at, cls.__name__
            )
        return value


_registry: list[type[Struct]] = []


def registered_structs() -> tuple[type[Struct], ...]:
    """Return every struct defined so far, for tests that must miss none."""
    return tuple(_registry)
