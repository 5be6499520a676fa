"""The TLS presentation language of RFC 9420 (2.1, and RFC 8446 3), declared once per struct.

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
from dataclasses import dataclass, field
from enum import IntEnum
from functools import cached_property
from operator import attrgetter
from struct import unpack
from types import UnionType
from typing import (
    Annotated,
    Any,
    ClassVar,
    NamedTuple,
    Self,
    Union,
    dataclass_transform,
    get_args,
    get_origin,
    get_type_hints,
)

from holdspace.protocol.mls.errors import CodecError, UsageError

MAX_INPUT = 16 * 1024 * 1024
# A full ratchet tree of 2^12 leaves has 2^13 - 1 nodes; nothing else in a message comes near.
MAX_ITEMS = 2**13

from_bytes = int.from_bytes

__all__ = [
    "MAX_INPUT",
    "MAX_ITEMS",
    "Bytes4",
    "Codec",
    "Given",
    "Kept",
    "Opaque",
    "Padding",
    "Reader",
    "Select",
    "Struct",
    "UInt8",
    "UInt16",
    "UInt16Enum",
    "UInt32",
    "UInt64",
    "When",
    "encode_opaque",
    "registered_structs",
]


class Reader:
    """Walk over one message, never beyond the vector being read."""

    __slots__ = ("at", "data", "end")

    def __init__(self, data: bytes) -> None:
        self.data, self.at, self.end = data, 0, len(data)

    def take(self, length: int) -> bytes:
        at = self.at
        stop = at + length
        if stop > self.end:
            raise CodecError(f"{length} bytes announced, {self.end - at} left", at)
        self.at = stop
        return self.data[at:stop]

    def uint(self, size: int) -> int:
        return from_bytes(self.take(size))

    def length(self) -> int:
        """Read a vector's length (RFC 9420 2.1.2), and refuse it if that much is not there."""
        at, left = self.at, self.end - self.at
        if left < 1:
            raise CodecError("vector length missing", at)
        first = self.data[at]
        if first < 0x40:
            length, size = first, 1
        else:
            length, size = self._long_length(first)
        if length > left - size:
            raise CodecError(f"vector of {length} bytes announced, {left - size} left", at)
        self.at = at + size
        return length

    def _long_length(self, first: int) -> tuple[int, int]:
        # RFC 9420 2.1.2: "Vectors that start with the prefix "11" are invalid and MUST be rejected."
        if first >= 0xC0:
            raise CodecError("vector length prefix 0b11", self.at)
        size = 2 if first < 0x80 else 4
        if size > self.end - self.at:
            raise CodecError("vector length cut short", self.at)
        length = int.from_bytes(self.data[self.at : self.at + size]) & ((1 << (8 * size - 2)) - 1)
        # RFC 9420 2.1.2: "values using more bits than necessary MUST be treated as malformed"
        if length < (0x40 if size == 2 else 0x4000):
            raise CodecError("vector length not minimal", self.at)
        return length, size

    def opaque(self) -> bytes:
        length = self.length()
        at = self.at
        self.at = at + length
        return self.data[at : at + length]

    def vector(self, decode_item: Callable[["Reader"], Any]) -> tuple[Any, ...]:
        outer_end, stop = self.end, self.length() + self.at
        self.end = stop
        items: list[Any] = []
        while self.at < stop:
            if len(items) == MAX_ITEMS:
                raise CodecError(f"more than {MAX_ITEMS} items", self.at)
            items.append(decode_item(self))
        self.end = outer_end
        return tuple(items)

    def uint16s(self) -> tuple[int, ...]:
        """Read a vector of two-byte numbers at once: each leaf has five of them."""
        at, data = self.at, self.opaque()
        if len(data) % 2 or len(data) > 2 * MAX_ITEMS:
            raise CodecError(f"{len(data)} bytes are no vector of two-byte numbers", at)
        return unpack(f">{len(data) // 2}H", data)

    def padding(self) -> bytes:
        """Read what is left, which must be zero (RFC 9420 6.3.1)."""
        rest = self.take(self.end - self.at)
        # "A receiver MUST verify that there are no non-zero bytes in the padding field"
        if rest.count(0) != len(rest):
            raise CodecError("padding is not zero", self.at - len(rest))
        return rest


def length_header(length: int) -> bytes:
    if length < 0x40:
        return length.to_bytes(1)
    if length < 0x4000:
        return (length | 0x4000).to_bytes(2)
    if length < 0x40000000:
        return (length | 0x80000000).to_bytes(4)
    raise UsageError("vector too long to encode")


def encode_opaque(value: bytes) -> bytes:
    """Encode `opaque value<V>`."""
    return length_header(len(value)) + value


class Codec(NamedTuple):
    """How values of one type become bytes and come back."""

    encode: Callable[..., bytes]
    decode: Callable[..., Any]
    kind: Any = None


def _uint(size: int) -> Codec:
    return Codec(
        lambda value: value.to_bytes(size), lambda reader: reader.uint(size), ("uint", size)
    )


def _bytes4(value: bytes) -> bytes:
    if len(value) != 4:
        raise UsageError("opaque[4] takes 4 bytes")
    return value


UInt8 = Annotated[int, _uint(1)]
UInt16 = Annotated[int, _uint(2)]
UInt32 = Annotated[int, _uint(4)]
UInt64 = Annotated[int, _uint(8)]
Opaque = Annotated[bytes, Codec(encode_opaque, Reader.opaque, ("opaque",))]
Bytes4 = Annotated[bytes, Codec(_bytes4, lambda reader: reader.take(4), ("bytes", 4))]
Padding = Annotated[bytes, Codec(bytes, Reader.padding, ("padding",))]


class UInt16Enum(IntEnum):
    """Be the base of enums that take two bytes; other enums take one."""


@dataclass(frozen=True)
class When:
    """Mark a field that is there only when an earlier one has one of these values, else None."""

    field: str
    values: tuple[int, ...]

    def __init__(self, field: str, *values: int) -> None:
        object.__setattr__(self, "field", field)
        object.__setattr__(self, "values", values)


@dataclass(frozen=True)
class Select:
    """Mark a field whose type an earlier field (or `outer`, what the struct is Given) chooses."""

    field: str
    cases: Mapping[int, Any]


@dataclass(frozen=True)
class Given:
    """Mark a struct that needs a value of the one around it; inside, that value is `outer`."""

    field: str


@dataclass(frozen=True)
class Field:
    """One compiled line of a struct's declaration."""

    name: str
    codec: Codec
    rule: When | Select | Given | None = None
    cases: Mapping[int, Codec] = field(default_factory=dict)


def _enum(kind: type[IntEnum]) -> Codec:
    size = 2 if issubclass(kind, UInt16Enum) else 1
    values: dict[int, IntEnum] = {int(member): member for member in kind}

    def decode(reader: Reader) -> IntEnum:
        at, number = reader.at, reader.uint(size)
        if number not in values:
            raise CodecError(f"{number} is no {kind.__name__} known here", at)
        return values[number]

    return Codec(lambda value: value.to_bytes(size), decode, ("enum", kind))


def _vector(item: Codec) -> Codec:
    encode, decode = item.encode, item.decode
    return Codec(
        lambda values: encode_opaque(b"".join([encode(value) for value in values])),
        Reader.uint16s if item.kind == ("uint", 2) else lambda reader: reader.vector(decode),
        ("vector", item),
    )


def _optional(item: Codec) -> Codec:
    def encode(value: Any) -> bytes:
        return b"\0" if value is None else b"\1" + item.encode(value)

    def decode(reader: Reader) -> Any:
        at, present = reader.at, reader.uint(1)
        if present > 1:
            raise CodecError(f"optional marked {present}, not 0 or 1", at)
        return item.decode(reader) if present else None

    return Codec(encode, decode, ("optional", item))


def _plain(struct: type["Struct"]) -> Codec:
    return Codec(struct.encode_given, struct.read, ("struct", struct))


def _kept(struct: type["Struct"]) -> Codec:
    """Read and write a struct that keeps its encoding (see `Kept`)."""

    def decode(reader: Reader) -> Any:
        start, value = reader.at, struct.read(reader)
        # What was read is the one canonical encoding, so it need not be made again.
        value.__dict__["encoded"] = reader.data[start : reader.at]
        return value

    return Codec(attrgetter("encoded"), decode, ("struct", struct))


def codec_of(hint: Any) -> Codec:
    """Return the codec an annotation stands for."""
    origin, arguments = get_origin(hint), get_args(hint)
    if origin is Annotated:
        return next(
            (extra for extra in arguments[1:] if isinstance(extra, Codec)), None
        ) or codec_of(arguments[0])
    if origin is tuple:
        return _vector(codec_of(arguments[0]))
    if origin in (Union, UnionType) and type(None) in arguments:
        return _optional(codec_of(Union[tuple(a for a in arguments if a is not type(None))]))  # noqa: UP007
    if isinstance(hint, type) and issubclass(hint, IntEnum):
        return _enum(hint)
    if isinstance(hint, type) and issubclass(hint, Struct):
        return _kept(hint) if issubclass(hint, Kept) else _plain(hint)
    raise TypeError(f"no encoding is known for {hint}")


def _field_of(name: str, hint: Any) -> Field:
    extras = get_args(hint)[1:] if get_origin(hint) is Annotated else ()
    rule = next((extra for extra in extras if isinstance(extra, When | Select | Given)), None)
    if isinstance(rule, Select):
        cases = {int(key): codec_of(case) for key, case in rule.cases.items()}
        return Field(name, Codec(bytes, bytes, ("select", cases)), rule, cases)
    codec = codec_of(hint)
    # `T | None` under When is not optional<T>: the earlier field already says whether it is there.
    if isinstance(rule, When) and codec.kind[0] == "optional":
        codec = codec.kind[1]
    return Field(name, codec, rule)


def _source(fields: tuple[Field, ...]) -> str:
    """Write a struct's encoder and decoder as Python: a loop over fields takes twice the time."""
    parts, reads = [], []
    for number, spec in enumerate(fields):
        name, rule = spec.name, spec.rule
        seen = rule.field if rule else ""
        mine = seen if seen == "outer" else f"self.{seen}"
        match rule:
            case When():
                absent = f"absent(self.{name}, {name!r})"
                parts.append(f"e{number}(self.{name}) if {mine} in k{number} else {absent}")
                reads.append(f"{name} = d{number}(reader) if {seen} in k{number} else None")
            case Select():
                parts.append(f"k{number}[{mine}].encode(self.{name})")
                reads.append(f"{name} = chosen(k{number}, {seen}, reader).decode(reader)")
            case Given():
                parts.append(f"e{number}(self.{name}, {mine})")
                reads.append(f"{name} = d{number}(reader, {seen})")
            case None:
                parts.append(f"e{number}(self.{name})")
                reads.append(f"{name} = d{number}(reader)")
    body = "".join(f"        {line}\n" for line in reads)
    return (
        f"def encode(self, outer=None):\n    return join(({', '.join(parts)},))\n"
        f"def decode(reader, outer=None):\n    try:\n{body or '        pass'}\n"
        "    except CodecError as error:\n        raise located(error, locals()) from None\n"
        f"    return make({', '.join(f'{spec.name}={spec.name}' for spec in fields)})\n"
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


def _compile(cls: type["Struct"], fields: tuple[Field, ...]) -> None:
    def located(error: CodecError, read: Mapping[str, object]) -> CodecError:
        # The decoder's local variables are the fields read so far: the first one missing failed.
        failed = next(spec.name for spec in fields if spec.name not in read)
        path = f"{failed}.{error.field.partition('.')[2]}".rstrip(".")
        return CodecError(error.problem, error.offset, f"{cls.__name__}.{path}")

    names: dict[str, Any] = {"join": b"".join, "absent": _absent, "chosen": _chosen}
    names |= {"CodecError": CodecError, "located": located, "make": cls}
    for number, spec in enumerate(fields):
        names |= {f"e{number}": spec.codec.encode, f"d{number}": spec.codec.decode}
        names[f"k{number}"] = (
            frozenset(spec.rule.values) if isinstance(spec.rule, When) else spec.cases
        )
    exec(_source(fields), names)  # noqa: S102 - our own text, made from the declaration only
    cls.encode_given, cls.read = names["encode"], staticmethod(names["decode"])


@dataclass_transform(frozen_default=True)
class Struct:
    """Be the base of every struct of the protocol: a frozen value that knows its one encoding."""

    fields: ClassVar[tuple[Field, ...]] = ()
    # Compiled for each struct. Both take what `Given` hands down, if the struct needs it.
    encode_given: ClassVar[Callable[..., bytes]]
    read: ClassVar[Callable[..., Any]]

    def __init_subclass__(  # type: ignore[explicit-override]
        cls, *, kw_only: bool = False, secret: bool = False
    ) -> None:
        hints = get_type_hints(cls, include_extras=True)
        dataclass(frozen=True, kw_only=kw_only, repr=not secret)(cls)
        if secret:
            cls.__repr__ = _hidden  # type: ignore[method-assign]
        cls.fields = tuple(_field_of(name, hints[name]) for name in cls.__annotations__)
        _compile(cls, cls.fields)
        _registry.append(cls)

    @classmethod
    def of(cls, body: object) -> Self:
        """Wrap `body` under the tag that its type selects."""
        for spec in cls.fields:
            if not isinstance(spec.rule, Select):
                continue
            for tag, case in spec.rule.cases.items():
                if isinstance(body, get_args(case)[0] if get_args(case) else case):
                    return cls(**{spec.rule.field: tag, spec.name: body})
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


class Kept:
    """Make a struct keep its encoding: for those that are hashed or signed again and again."""

    encode: Callable[[], bytes]

    @cached_property
    def encoded(self) -> bytes:
        """Return the encoding, made at most once."""
        return self.encode()


_registry: list[type[Struct]] = []


def registered_structs() -> tuple[type[Struct], ...]:
    """Return every struct defined so far, for tests that must miss none."""
    return tuple(_registry)
