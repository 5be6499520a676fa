"""Frames are read in one spelling only, and from an end that is older or newer than this one."""

from contextlib import suppress

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from holdspace.protocol.frames import (
    MAX_FRAME,
    SIZE_CLASSES,
    Append,
    ClientFrame,
    Done,
    FrameEncoder,
    FrameTooLong,
    Greeting,
    OpenRoom,
    OperatorCard,
    decode_client_frame,
    decode_relay_frame,
    encode,
)
from holdspace.protocol.refusals import PeerError

OPENING = OpenRoom(7, b"r" * 16, b"k" * 32, b"p" * 64)
WITH_CODE = OpenRoom(7, b"r" * 16, b"k" * 32, b"p" * 64, b"c" * 32, b"s" * 64)
CARD = OperatorCard("The circle", "relay@example.org", "Nothing after a meeting.", "Be kind.")
GREETING = Greeting(1, b"n" * 32, CARD)


def as_sent(body: bytes) -> bytes:
    return (len(body).to_bytes(4, "big") + body).ljust(1024, b"\0")


def written(*values: object) -> bytes:
    return as_sent(msgspec.msgpack.encode(values))


@pytest.mark.parametrize("frame", [OPENING, WITH_CODE])
def test_a_room_is_opened_with_a_code_or_without(frame: ClientFrame) -> None:
    assert decode_client_frame(encode(frame)) == frame


@pytest.mark.parametrize("code", [(b"c" * 32, b""), (b"", b"s" * 64), (b"c" * 31, b"s" * 64)])
def test_half_a_proof_of_a_code_is_no_frame(code: tuple[bytes, bytes]) -> None:
    body = (2, 7, OPENING.room, OPENING.root_key, OPENING.proof, *code)
    with pytest.raises(PeerError):
        decode_client_frame(written(*body))


def test_a_greeting_says_who_runs_the_relay_or_nothing() -> None:
    assert decode_relay_frame(encode(GREETING)) == GREETING
    nothing = Greeting(1, b"n" * 32)
    assert decode_relay_frame(encode(nothing)) == nothing


@pytest.mark.parametrize("at", range(4))
def test_an_operator_card_is_short(at: int) -> None:
    texts = [""] * 4
    texts[at] = "x" * 801
    with pytest.raises(PeerError):
        decode_relay_frame(written(101, 1, b"n" * 32, texts))


def test_frames_of_an_end_that_knows_fewer_fields_are_read() -> None:
    older = written(2, 7, OPENING.room, OPENING.root_key, OPENING.proof)
    assert decode_client_frame(older) == OPENING
    assert decode_relay_frame(written(101, 1, b"n" * 32)) == Greeting(1, b"n" * 32)


def test_fields_that_a_newer_relay_appends_are_left_aside() -> None:
    assert decode_relay_frame(written(102, 5, "more", [1, 2])) == Done(5)
    card = [CARD.runs_it, CARD.contact, CARD.keeps, CARD.rules, "more"]
    assert decode_relay_frame(written(101, 1, b"n" * 32, card)) == GREETING


def test_fields_that_a_newer_client_appends_are_refused() -> None:
    body = (2, 7, OPENING.room, OPENING.root_key, OPENING.proof, b"", b"", b"more")
    with pytest.raises(PeerError):
        decode_client_frame(written(*body))


@pytest.mark.parametrize(
    "field",
    [
        b"\x81\x80\x01",  # a map for a key
        b"\xd7\xff" + b"\xff" * 8,  # a time that is none
        b"\xa2\xff\xff",  # text that is none
        b"\x91" * 60_000 + b"\x01",  # 60,000 lists in each other
        b"\x82\x01\x01\x01\x02",  # a key twice
    ],
)
def test_what_is_broken_in_an_unknown_field_is_refused_like_all_that_is_broken(
    field: bytes,
) -> None:
    body = b"\x93\x66\x05" + field
    size = next(size for size in SIZE_CLASSES if size >= 4 + len(body))
    with pytest.raises(PeerError):
        decode_relay_frame((len(body).to_bytes(4, "big") + body).ljust(size, b"\0"))


@given(st.binary(max_size=200), st.sampled_from([b"\x93\x66\x05", b"\x94\x66\x05\x05", b""]))
def test_any_bytes_are_a_frame_or_refused(rest: bytes, start: bytes) -> None:
    with suppress(PeerError):
        decode_relay_frame(as_sent(start + rest))
    with suppress(PeerError):
        decode_client_frame(as_sent(start + rest))


@pytest.mark.parametrize(
    "body",
    [
        b"\x92\x66\xcc\x05",  # 5 in two bytes
        b"\xdc\x00\x02\x66\x05",  # two items behind a longer header
        b"\x93\x66\x05\xcd\x00\x01",  # an unknown field in a longer spelling
        b"\x92\x66\x05\x00",  # something after the end
    ],
)
def test_a_second_spelling_of_a_frame_is_refused(body: bytes) -> None:
    with pytest.raises(PeerError):
        decode_relay_frame(as_sent(body))


def test_each_frame_has_the_smallest_size_that_holds_it_and_no_more_than_the_largest() -> None:
    for size in SIZE_CLASSES:
        longest = Append(1, b"m" * 16, 1, b"")
        room = size - len(as_whole(longest)) - (2 if size > 2**16 else 1)
        assert len(encode(replace(longest, payload=b"x" * (room - 2)))) == size
    with pytest.raises(FrameTooLong):
        encode(Append(1, b"m" * 16, 1, bytes(SIZE_CLASSES[-1])))


def test_what_carries_a_frame_stands_before_it_by_its_size() -> None:
    heads = [b"1", b"22", b"", b"4444", b"5"]
    encoder = FrameEncoder(heads)
    for head, size in zip(heads, SIZE_CLASSES, strict=True):
        frame = Append(1, b"m" * 16, 1, b"x" * (size - 256))
        assert encoder.encode(frame) == head + encode(frame)


def as_whole(frame: ClientFrame) -> bytes:
    """Return the frame before it is filled up."""
    padded = encode(frame)
    return padded[: 4 + int.from_bytes(padded[:4], "big")]


def test_a_frame_of_a_type_that_is_newer_than_this_client_is_passed_over() -> None:
    assert decode_relay_frame(written(127, "anything")) is None


@pytest.mark.parametrize(
    "data",
    [
        b"",
        encode(OPENING)[:-1],
        encode(OPENING) + b"\0",
        encode(OPENING)[:-1] + b"\1",  # filled up with something
        (1021).to_bytes(4, "big") + bytes(1020),  # longer than it is
    ],
)
def test_a_frame_is_filled_up_with_zeros_to_a_size_that_frames_have(data: bytes) -> None:
    for decode in (decode_client_frame, decode_relay_frame):
        with pytest.raises(PeerError, match=r"length that no frame|padded wrongly"):
            decode(data)


def test_a_frame_ends_where_it_says_and_not_beyond_itself() -> None:
    size = SIZE_CLASSES[0]
    body = msgspec.msgpack.encode((102, 5, bytes(size - 4 - 7)))
    body = msgspec.msgpack.encode((102, 5, bytes(size - 4 - 7 + size - 4 - len(body))))
    assert len(body) == size - 4
    assert decode_relay_frame(len(body).to_bytes(4, "big") + body) == Done(5)
    for beyond in (1, 2, MAX_FRAME):
        with pytest.raises(PeerError, match="padded"):
            decode_relay_frame((len(body) + beyond).to_bytes(4, "big") + body)


@pytest.mark.parametrize(
    ("body", "is_newer"),
    [
        (b"\x91\x7f", True),
        (b"\x92\x7f\x05", True),
        (b"\x91\x80", False),  # the tag is a map
        (b"\x91\xcc\x80", False),  # the tag has two bytes
        (b"\x81\x7f", False),  # no array
        (b"\x91", False),
        (b"", False),
    ],
)
def test_what_a_newer_relay_may_send_is_told_from_what_is_broken(
    body: bytes, is_newer: bool
) -> None:
    if is_newer:
        assert decode_relay_frame(as_sent(body)) is None
    else:
        with pytest.raises(PeerError):
            decode_relay_frame(as_sent(body))
