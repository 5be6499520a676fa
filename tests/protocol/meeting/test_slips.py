"""Papers that outlive a meeting, and who cannot make or use them."""

import random

import pytest

from holdspace.protocol.keys import SigningKey
from holdspace.protocol.meeting.slips import (
    HERE_PREFIX,
    Attendance,
    Move,
    NotASlip,
    Slip,
    encode_attendance,
    encode_move,
    is_as_written,
    moved_room,
    read_attendance,
    read_leaf_vouch,
    read_move,
    read_slip,
    sign_slip,
    vouch_leaf,
)

ROOM, OTHER_ROOM = b"r" * 16, b"o" * 16
HOST, STRANGER = SigningKey.from_seed(b"h" * 32), SigningKey.from_seed(b"s" * 32)
ANA, BEN = SigningKey.from_seed(b"a" * 32), SigningKey.from_seed(b"b" * 32)
SLIP = Slip(ROOM, ANA.public, "Ana", "member", 1000)
MOVE = Move(ROOM, ("wss://relay.example",), 1000)
HERE = Attendance(HOST.public, 20_000, 60, b"n" * 16)


def test_a_slip_is_read_as_it_was_signed() -> None:
    assert read_slip(sign_slip(HOST, SLIP), room=ROOM, host_key=HOST.public) == SLIP


@pytest.mark.parametrize(
    "data",
    [
        sign_slip(HOST, Slip(OTHER_ROOM, ANA.public, "Ana", "member", 1000)),
        sign_slip(STRANGER, SLIP),
        sign_slip(HOST, Slip(ROOM, bytes(32), "Ana", "member", 1000)),
        sign_slip(HOST, Slip(ROOM, ANA.public, "A\x1b[2Jna", "member", 1000)),
        sign_slip(HOST, SLIP) + b"\0",
        b"",
        bytes(5000),
    ],
    ids=["other room", "not the host", "unsafe key", "hostile name", "longer", "none", "huge"],
)
def test_what_the_host_did_not_sign_for_this_room_is_no_slip(data: bytes) -> None:
    with pytest.raises(NotASlip):
        read_slip(data, room=ROOM, host_key=HOST.public)


def test_a_slip_cannot_be_taken_for_another_paper() -> None:
    for made in (encode_move(HOST, MOVE), encode_attendance(HOST, HERE)):
        with pytest.raises(NotASlip):
            read_slip(made.encode(), room=ROOM, host_key=HOST.public)


def test_a_slip_shows_nobody_in_its_repr() -> None:
    assert "Ana" not in repr(SLIP)


def test_a_room_key_vouches_for_one_leaf_in_one_room() -> None:
    vouch = vouch_leaf(ANA, room=ROOM, signature_key=b"leaf")
    assert read_leaf_vouch(vouch, room=ROOM, signature_key=b"leaf") == ANA.public
    assert read_leaf_vouch(vouch, room=OTHER_ROOM, signature_key=b"leaf") == b""
    assert read_leaf_vouch(vouch, room=ROOM, signature_key=b"other leaf") == b""


def test_nobody_takes_somebody_elses_room_key_into_their_leaf() -> None:
    stolen = ANA.public + vouch_leaf(BEN, room=ROOM, signature_key=b"leaf")[32:]
    assert read_leaf_vouch(stolen, room=ROOM, signature_key=b"leaf") == b""


@pytest.mark.parametrize("length", [0, 31, 95, 97, 500])
def test_a_vouch_of_any_other_length_is_none(length: int) -> None:
    assert read_leaf_vouch(bytes(length), room=ROOM, signature_key=b"leaf") == b""


def test_a_move_is_pasted_with_the_line_breaks_of_a_mail() -> None:
    note = encode_move(HOST, MOVE)
    folded = f"  {note[:30].upper()}\r\n {note[30:]}\n"
    assert moved_room(folded) == ROOM
    assert read_move(folded, host_key=HOST.public) == MOVE


def test_a_move_counts_only_from_the_host_and_to_an_address() -> None:
    with pytest.raises(NotASlip):
        read_move(encode_move(STRANGER, MOVE), host_key=HOST.public)
    with pytest.raises(NotASlip):
        read_move(encode_move(HOST, Move(ROOM, ("\x1b]0;x",), 1)), host_key=HOST.public)


def test_a_wrong_letter_anywhere_in_a_note_is_noticed() -> None:
    note, random_ = encode_move(HOST, MOVE), random.Random(5)
    for _ in range(100):
        at = random_.randrange(16, len(note))
        wrong = (
            note[:at] + random_.choice("abcdefghijklmnop".replace(note[at], "")) + note[at + 1 :]
        )
        with pytest.raises(NotASlip):
            read_move(wrong, host_key=HOST.public)


def test_an_attendance_slip_verifies_with_the_key_it_names() -> None:
    text = encode_attendance(HOST, HERE)
    assert read_attendance(text) == HERE
    forged = encode_attendance(STRANGER, HERE)
    with pytest.raises(NotASlip):
        read_attendance(forged)


def test_nothing_that_is_pasted_raises_anything_else() -> None:
    random_ = random.Random(7)
    for _ in range(300):
        text = "holdspacemoved1:" + "".join(
            random_.choice("abcdefghijklmnopqrstuvwxyz234567é ")
            for _ in range(random_.randrange(200))
        )
        for read in (moved_room, read_attendance):
            with pytest.raises(NotASlip):
                read(text)


def test_a_vouch_has_one_length_and_a_key_that_can_sign() -> None:
    vouch = vouch_leaf(ANA, room=ROOM, signature_key=b"leaf")
    unsafe = bytes([1]) + bytes(31) + vouch[32:]
    for spoilt in (b"", vouch[:-1], vouch + b"\0", vouch[:32], unsafe):
        assert read_leaf_vouch(spoilt, room=ROOM, signature_key=b"leaf") == b""


def test_what_is_no_move_says_so_and_a_strangers_move_names_the_host() -> None:
    with pytest.raises(NotASlip) as nothing:
        read_move("hello", host_key=HOST.public)
    with pytest.raises(NotASlip) as forged:
        read_move(encode_move(STRANGER, MOVE), host_key=HOST.public)
    assert str(nothing.value) != str(forged.value)


def test_a_slip_with_nothing_in_it_is_none() -> None:
    # Four bytes that check nothing: the sum of no bytes is 0.
    assert not is_as_written(f"{HERE_PREFIX}aaaaaaa")


def test_a_paper_to_paste_has_nothing_that_a_program_may_cut_off() -> None:
    for relays in (("wss://relay.example",), ("wss://a.example",), ("wss://ab.example",)):
        assert encode_move(HOST, Move(ROOM, relays, 1000))[-1].isalnum()


@pytest.mark.parametrize(
    "relays",
    [
        ("wss://relay.example", "wss://relay.example"),
        ("wss://relay.example", "relay.example"),
        ("wss://relay.example", "wss://Other.example"),
    ],
)
def test_a_move_names_each_relay_once_and_all_of_them_in_one_form(relays: tuple[str, ...]) -> None:
    moved = encode_move(HOST, Move(ROOM, relays, 1000))
    with pytest.raises(NotASlip):
        read_move(moved, host_key=HOST.public)


def test_an_attendance_slip_has_one_spelling() -> None:
    written = encode_attendance(HOST, HERE)
    assert is_as_written(written)
    for other in ("", "hello", written.upper(), f" {written}", written[:-1]):
        assert not is_as_written(other)
