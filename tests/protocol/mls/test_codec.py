"""The codec, by its laws: for every struct there is exactly one encoding, and nothing else is read."""

from enum import IntEnum
from typing import Annotated, Any, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from holdspace.protocol.mls import messages, tree_hash
from holdspace.protocol.mls.codec import (
    Field,
    Given,
    Kept,
    Select,
    Struct,
    When,
    codec_of,
    registered_structs,
)
from holdspace.protocol.mls.errors import CodecError, UsageError
from holdspace.protocol.mls.messages import ContentType
from holdspace.protocol.mls.structs import Capabilities, Credential, LeafNode, Lifetime
from holdspace.protocol.mls.wire import (
    MAX_INPUT,
    MAX_ITEMS,
    Bytes4,
    Codec,
    Opaque,
    Reader,
    UInt8,
    encode_opaque,
    length_header,
)

# Importing these defines the structs; those of the group need not be named again here.
DEFINING = (messages, tree_hash)
STRUCTS = [struct for struct in registered_structs() if struct.__module__.startswith("holdspace.")]
every_struct = pytest.mark.parametrize("struct", STRUCTS, ids=lambda struct: struct.__name__)


def plain_values(codec: Codec) -> st.SearchStrategy[Any]:
    """Draw a value that the codec can encode."""
    match codec.kind:
        case ("uint", size):
            return st.integers(0, 256**size - 1)
        case ("opaque",):
            return st.binary(max_size=70)
        case ("bytes", size):
            return st.binary(min_size=size, max_size=size)
        case ("padding",):
            return st.integers(0, 9).map(bytes)
        case ("enum", kind):
            return st.sampled_from(kind)
        case ("vector", item):
            return st.lists(plain_values(item), max_size=2).map(tuple)
        case ("optional", item):
            return st.none() | plain_values(item)
        case ("struct", struct):
            return values(struct)
    raise AssertionError(codec.kind)


@st.composite
def values(draw: st.DrawFn, struct: type[Struct], outer: int | None = None) -> Struct:
    """Draw any value of a struct, field by field, as its declaration says."""
    drawn: dict[str, Any] = {"outer": outer}
    for field in struct.fields:
        drawn[field.name] = draw(field_values(field, drawn))
    del drawn["outer"]
    return struct(**drawn)


def field_values(field: Field, drawn: dict[str, Any]) -> st.SearchStrategy[Any]:
    """Draw a field, given the fields before it."""
    if field.rule is None:
        return plain_values(field.codec)
    seen, *path = field.rule.field.split(".")
    tag = drawn[seen]
    for step in path:
        tag = getattr(tag, step)
    match field.rule:
        case When(values=present):
            return plain_values(field.codec) if tag in present else st.none()
        case Select():
            return plain_values(field.cases[tag])
        case Given():
            return values(field.codec.kind[1], outer=tag)


def needs_outer(struct: type[Struct]) -> bool:
    return any(field.rule is not None and field.rule.field == "outer" for field in struct.fields)


def outers(struct: type[Struct]) -> st.SearchStrategy[int | None]:
    return st.sampled_from(ContentType) if needs_outer(struct) else st.none()


@every_struct
@given(data=st.data())
def test_checklist_5_6_each_value_has_one_encoding(
    struct: type[Struct], data: st.DataObject
) -> None:
    outer = data.draw(outers(struct))
    value = data.draw(values(struct, outer))
    encoded = value.encode_given(outer)
    read = struct.decode_given(encoded, outer)
    assert read == value
    if isinstance(read, Kept):
        assert read.encoded == encoded
    with pytest.raises(CodecError):
        struct.decode_given(encoded + b"\1", outer)
    check_refused_or_canonical(struct, outer, data.draw(mutations(encoded)))


def check_refused_or_canonical(struct: type[Struct], outer: int | None, received: bytes) -> None:
    try:
        read = struct.decode_given(received, outer)
    except CodecError:
        return
    assert read.encode_given(outer) == received


@every_struct
@given(data=st.data(), noise=st.binary(max_size=200))
def test_noise_is_refused_or_canonical(
    struct: type[Struct], data: st.DataObject, noise: bytes
) -> None:
    outer = data.draw(outers(struct))
    check_refused_or_canonical(struct, outer, noise)


@st.composite
def mutations(draw: st.DrawFn, encoded: bytes) -> bytes:
    """Change an encoding in one place."""
    at = draw(st.integers(0, len(encoded)))
    change = draw(st.sampled_from(["cut", "drop", "insert", "set"]))
    new = draw(st.binary(min_size=1, max_size=2))
    return {
        "cut": encoded[:at],
        "drop": encoded[:at] + encoded[at + 1 :],
        "insert": encoded[:at] + new + encoded[at:],
        "set": encoded[:at] + new + encoded[at + len(new) :],
    }[change]


@pytest.mark.parametrize("length", [0, 1, 62, 63, 64, 65, 0x3FFE, 0x3FFF, 0x4000, 0x4001, 70_000])
def test_checklist_6_lengths_around_every_border(length: int) -> None:
    encoded = encode_opaque(bytes(length))
    assert Reader(encoded).opaque() == bytes(length)
    assert len(encoded) - length == (1 if length < 0x40 else 2 if length < 0x4000 else 4)


@pytest.mark.parametrize(
    ("header", "problem"),
    [
        ("4000", "not minimal"),
        ("403f", "not minimal"),
        ("80000000", "not minimal"),
        ("8000003f", "not minimal"),
        ("80003fff", "not minimal"),
        ("c0004000", "prefix 0b11"),
        ("ff", "prefix 0b11"),
        ("", "length missing"),
        ("40", "cut short"),
        ("80", "cut short"),
        ("bfffff", "cut short"),
        ("01", "1 bytes announced, 0 left"),
        ("7fff", "16383 bytes announced, 0 left"),
        ("bfffffff", "1073741823 bytes announced, 0 left"),
    ],
)
def test_checklist_6_lengths_that_are_refused(header: str, problem: str) -> None:
    content = bytes(0x4000) if problem in ("not minimal", "prefix 0b11") else b""
    with pytest.raises(CodecError, match=problem):
        Reader(bytes.fromhex(header) + content).opaque()


def test_a_vector_cannot_reach_beyond_the_vector_around_it() -> None:
    inner_claims_two = bytes.fromhex("0202aabb")
    with pytest.raises(CodecError, match="2 bytes announced, 1 left"):
        Reader(inner_claims_two).vector(Reader.opaque)


def test_items_are_counted() -> None:
    assert len(Reader(encode_opaque(bytes(MAX_ITEMS))).vector(Reader.opaque)) == MAX_ITEMS
    with pytest.raises(CodecError, match="more than 8192 items"):
        Reader(encode_opaque(bytes(MAX_ITEMS + 1))).vector(Reader.opaque)


@pytest.mark.parametrize("size", [1, 3, 2 * MAX_ITEMS + 2])
def test_half_a_number_and_too_many_are_no_numbers(size: int) -> None:
    assert Reader(encode_opaque(b"\x00\x07" * 2)).uint16s() == (7, 7)
    assert len(Reader(encode_opaque(bytes(2 * MAX_ITEMS))).uint16s()) == MAX_ITEMS
    with pytest.raises(CodecError):
        Reader(encode_opaque(bytes(size))).uint16s()


def test_input_is_bounded_before_it_is_read() -> None:
    with pytest.raises(CodecError, match="more than any message may have"):
        Lifetime.decode(bytes(MAX_INPUT + 1))


def test_an_error_says_where() -> None:
    capabilities = Capabilities(
        versions=(1,), cipher_suites=(), extensions=(), proposals=(), credentials=()
    )
    encoded = LeafNode(
        encryption_key=b"k",
        signature_key=b"s",
        credential=Credential.basic(b"me"),
        capabilities=capabilities,
        leaf_node_source=2,  # type: ignore[arg-type]
    ).encode()
    damaged = encoded[:4] + b"\x00\x07" + encoded[6:]
    with pytest.raises(CodecError) as caught:
        LeafNode.decode(damaged)
    assert (caught.value.field, caught.value.offset) == ("LeafNode.credential.credential_type", 4)
    assert str(caught.value) == (
        "LeafNode.credential.credential_type at byte 4: 7 is no CredentialType known here"
    )


class Choice(Struct):
    """A struct of the test's own, with all that a declaration can say."""

    kind: UInt8
    body: Opaque | None = None


@pytest.mark.parametrize("flag", [2, 0x80, 0xFF])
def test_an_optional_is_there_or_not(flag: int) -> None:
    assert Choice.decode(b"\0\0") == Choice(0, None)
    assert Choice.decode(b"\0\1\0") == Choice(0, b"")
    with pytest.raises(CodecError, match="not 0 or 1"):
        Choice.decode(bytes([0, flag, 0]))


@pytest.mark.parametrize("kind", [-1, 256, None, "a"])
def test_our_own_mistakes_are_named_as_ours(kind: Any) -> None:
    with pytest.raises(UsageError, match="Choice"):
        Choice(kind).encode()


def test_a_length_no_header_can_hold_is_our_mistake() -> None:
    with pytest.raises(UsageError):
        length_header(2**30)


def test_bytes_of_a_fixed_length_have_it() -> None:
    encode = next(one.encode for one in get_args(Bytes4) if isinstance(one, Codec))
    assert encode(b"four") == b"four"
    for wrong in (b"", b"one", b"seven.."):
        with pytest.raises(UsageError, match="takes 4 bytes"):
            encode(wrong)


def test_a_declaration_that_says_no_encoding_is_our_mistake() -> None:
    with pytest.raises(TypeError, match="no encoding is known"):
        codec_of(float)


class Kind(IntEnum):
    """What somebody may add to one day, forgetting the case that goes with it."""

    known = 1
    forgotten = 2


class Forgetful(Struct):
    """A choice between things of which one has no encoding."""

    kind: Kind
    body: Annotated[bytes, Select("kind", {Kind.known: Opaque})]


def test_a_type_with_no_case_of_its_own_is_refused_and_is_no_fault() -> None:
    assert Forgetful.decode(b"\x01\x00") == Forgetful(Kind.known, b"")
    with pytest.raises(CodecError, match="type 2 is unknown"):
        Forgetful.decode(b"\x02\x00")
