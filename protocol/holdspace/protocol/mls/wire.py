"""Numbers and vectors as bytes: RFC 9420 section 2.1, and RFC 8446 section 3.

What is read here was written by somebody else. A length is believed only once that much is there,
and of all the ways to write a value only the shortest is taken. Structs of these values are
declared in codec.py.
"""

from collections.abc import Callable
from enum import IntEnum
from struct import unpack
from typing import Annotated, Any, NamedTuple

from holdspace.protocol.mls.errors import CodecError, UsageError

MAX_INPUT = 16 * 1024 * 1024
# A full ratchet tree of 2^12 leaves has 2^13 - 1 nodes; nothing else in a message comes near.
MAX_ITEMS = 2**13

from_bytes = int.from_bytes


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
        at, end = self.at, self.end
        if at >= end:
            raise CodecError("vector length missing", at)
        length, start = self.data[at], at + 1
        if length >= 0x40:
            length, start = self._long_length(length)
        if length > end - start:
            raise CodecError(f"vector of {length} bytes announced, {end - start} left", at)
        self.at = start
        return length

    def _long_length(self, first: int) -> tuple[int, int]:
        # RFC 9420 2.1.2: "Vectors that start with the prefix "11" are invalid and MUST be rejected."
        if first >= 0xC0:
            raise CodecError("vector length prefix 0b11", self.at)
        size, mask, shortest = (2, 0x3FFF, 0x40) if first < 0x80 else (4, 0x3FFFFFFF, 0x4000)
        start = self.at + size
        if start > self.end:
            raise CodecError("vector length cut short", self.at)
        length = from_bytes(self.data[self.at : start]) & mask
        # RFC 9420 2.1.2: "values using more bits than necessary MUST be treated as malformed"
        if length < shortest:
            raise CodecError("vector length not minimal", self.at)
        return length, start

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


_SHORT_HEADERS = tuple(bytes([length]) for length in range(0x40))


def length_header(length: int) -> bytes:
    """Encode a vector's length in the fewest bytes (RFC 9420 2.1.2)."""
    if length < 0x40:
        return _SHORT_HEADERS[length]
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


def enum_size(kind: type[IntEnum]) -> int:
    """Return how many bytes an enum takes."""
    return 2 if issubclass(kind, UInt16Enum) else 1


def enum_of(kind: type[IntEnum]) -> Codec:
    """Return the codec of an enum; a number it does not have is refused."""
    size = enum_size(kind)
    values: dict[int, IntEnum] = {int(member): member for member in kind}

    def decode(reader: Reader) -> IntEnum:
        at, number = reader.at, reader.uint(size)
        if number not in values:
            raise CodecError(f"{number} is no {kind.__name__} known here", at)
        return values[number]

    return Codec(lambda value: value.to_bytes(size), decode, ("enum", kind))


def vector_of(item: Codec) -> Codec:
    """Return the codec of `T items<V>`."""
    encode, decode = item.encode, item.decode
    return Codec(
        lambda values: encode_opaque(b"".join([encode(value) for value in values])),
        Reader.uint16s if item.kind == ("uint", 2) else lambda reader: reader.vector(decode),
        ("vector", item),
    )


def optional_of(item: Codec) -> Codec:
    """Return the codec of `optional<T>`."""

    def encode(value: Any) -> bytes:
        return b"\0" if value is None else b"\1" + item.encode(value)

    def decode(reader: Reader) -> Any:
        at, present = reader.at, reader.take(1)[0]
        if present > 1:
            raise CodecError(f"optional marked {present}, not 0 or 1", at)
        return item.decode(reader) if present else None

    return Codec(encode, decode, ("optional", item))
