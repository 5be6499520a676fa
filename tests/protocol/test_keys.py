"""Proofs hold for exactly one occasion, and unsafe keys hold for nothing."""

import hashlib
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace as changed

from holdspace.protocol.frames import SLOT_COUNT, Bundle, SealedWelcome
from holdspace.protocol.keys import (
    NotAnAddressError,
    NotARoomCodeError,
    Occasion,
    Purpose,
    SigningKey,
    begin_digest,
    bundle_digest,
    check_proof,
    code_digest,
    invitation_digest,
    is_safe_public_key,
    knock_digest,
    new_room_code,
    origin,
    prove,
    revocation_digest,
    room_code_key,
    verify,
)

KEY = SigningKey.from_seed(bytes(range(32)))
OCCASION = Occasion("wss://relay.example", b"r" * 16, b"m" * 16, 7, b"n" * 32)
PRIME = 2**255 - 19

# Every encoding, canonical or not, of the eight points whose order divides 8.
SMALL_ORDER = [
    "0100000000000000000000000000000000000000000000000000000000000000",
    "0100000000000000000000000000000000000000000000000000000000000080",
    "0000000000000000000000000000000000000000000000000000000000000000",
    "0000000000000000000000000000000000000000000000000000000000000080",
    "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
    "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
    "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa",
    "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
    "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85",
    "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
    "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
]


def a_bundle() -> Bundle:
    return Bundle(
        ref=1,
        message_id=b"i" * 16,
        base_epoch=3,
        commit=b"commit",
        welcomes=(SealedWelcome(b"k" * 16, b"welcome"),),
        next_access_key=KEY.public,
        slots=(KEY.public,) * SLOT_COUNT,
        slot_key=KEY.public,
        access_proof=bytes(64),
        slot_proof=bytes(64),
    )


def test_rfc_8032_test_1() -> None:
    seed = bytes.fromhex("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60")
    key = SigningKey.from_seed(seed)
    assert key.public.hex() == "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a"
    assert key.sign(b"").hex().startswith("e5564300c360ac729086e2cc806e828a84877f1e")


def test_a_proof_holds_for_its_occasion() -> None:
    proof = prove(KEY, Purpose.ATTACH, OCCASION)
    assert check_proof(KEY.public, proof, Purpose.ATTACH, OCCASION)


@pytest.mark.parametrize(
    "elsewhere",
    [
        replace(OCCASION, origin="wss://other.example"),
        replace(OCCASION, room=b"x" * 16),
        replace(OCCASION, meeting=b"x" * 16),
        replace(OCCASION, epoch=8),
        replace(OCCASION, nonce=b"x" * 32),
        replace(OCCASION, room=b"", meeting=b"r" * 16 + b"m" * 16),
    ],
)
def test_a_proof_holds_nowhere_else(elsewhere: Occasion) -> None:
    proof = prove(KEY, Purpose.ATTACH, OCCASION)
    assert not check_proof(KEY.public, proof, Purpose.ATTACH, elsewhere)


@pytest.mark.parametrize("purpose", [p for p in Purpose if p is not Purpose.ATTACH])
def test_a_proof_holds_for_no_other_purpose(purpose: Purpose) -> None:
    proof = prove(KEY, Purpose.ATTACH, OCCASION)
    assert not check_proof(KEY.public, proof, purpose, OCCASION)


def test_a_proof_holds_for_its_digest_only() -> None:
    proof = prove(KEY, Purpose.KNOCK, OCCASION, b"one")
    assert check_proof(KEY.public, proof, Purpose.KNOCK, OCCASION, digest=b"one")
    assert not check_proof(KEY.public, proof, Purpose.KNOCK, OCCASION, digest=b"two")
    assert not check_proof(KEY.public, proof, Purpose.KNOCK, OCCASION)


@pytest.mark.parametrize("encoding", SMALL_ORDER)
def test_small_order_keys_are_refused(encoding: str) -> None:
    assert not is_safe_public_key(bytes.fromhex(encoding))


def test_the_identity_as_key_would_sign_anything() -> None:
    identity = bytes.fromhex(SMALL_ORDER[0])
    fits_all = identity + bytes(32)
    assert not verify(identity, fits_all, b"any message")


@given(st.integers(PRIME, 2**255 - 1), st.booleans())
def test_non_canonical_keys_are_refused(y: int, sign: bool) -> None:
    assert not is_safe_public_key((y | sign << 255).to_bytes(32, "little"))


@given(st.binary(min_size=32, max_size=32))
def test_honest_keys_are_safe(seed: bytes) -> None:
    assert is_safe_public_key(SigningKey.from_seed(seed).public)


def test_bytes_that_are_no_point_are_refused() -> None:
    assert not is_safe_public_key((2).to_bytes(32, "little"))


@pytest.mark.parametrize("length", [0, 31, 33])
def test_keys_of_another_length_are_refused(length: int) -> None:
    assert not is_safe_public_key(KEY.public.ljust(33, b"\0")[:length])


@given(st.binary(max_size=80), st.binary(max_size=40))
def test_verify_never_raises(signature: bytes, public: bytes) -> None:
    assert not verify(public, signature, b"message")


def test_no_secret_in_a_repr() -> None:
    assert repr(KEY) == "SigningKey()"


@pytest.mark.parametrize(
    "other",
    [
        changed(a_bundle(), message_id=b"x" * 16),
        changed(a_bundle(), base_epoch=4),
        changed(a_bundle(), commit=b"other"),
        changed(a_bundle(), welcomes=()),
        changed(a_bundle(), welcomes=(SealedWelcome(b"x" * 16, b"welcome"),)),
        changed(a_bundle(), next_access_key=b"x" * 32),
        changed(a_bundle(), slots=(b"x" * 32,) * SLOT_COUNT),
        changed(a_bundle(), slot_key=b"x" * 32),
    ],
)
def test_bundle_digest_covers_every_field(other: Bundle) -> None:
    assert bundle_digest(other) != bundle_digest(a_bundle())


def test_bundle_digest_leaves_out_what_is_added_after_signing() -> None:
    sent = changed(a_bundle(), ref=9, access_proof=b"a" * 64, slot_proof=b"s" * 64)
    assert bundle_digest(sent) == bundle_digest(a_bundle())


def test_the_short_digests_are_as_written_at_the_frames() -> None:
    assert knock_digest(b"k", b"s") == hashlib.sha256(b"ks").digest()
    assert revocation_digest(b"k") == hashlib.sha256(b"k").digest()
    assert invitation_digest(b"k", 5, b"c") == hashlib.sha256(b"k" + bytes(7) + b"\x05c").digest()
    assert begin_digest(b"a", (b"b",)) != begin_digest(b"ab", ())


@pytest.mark.parametrize(
    ("url", "normal"),
    [
        ("wss://Relay.Example", "wss://relay.example"),
        ("wss://relay.example:443/", "wss://relay.example"),
        ("WSS://relay.example:8443", "wss://relay.example:8443"),
        ("ws://127.0.0.1:8787", "ws://127.0.0.1:8787"),
        ("ws://localhost:80", "ws://localhost"),
        (" ws://[::1]:8787/ ", "ws://[::1]:8787"),
    ],
)
def test_origin_has_one_form(url: str, normal: str) -> None:
    assert origin(url) == normal
    assert origin(normal) == normal


@pytest.mark.parametrize(
    "url",
    [
        "", "relay.example", "https://relay.example", "wss://", "wss://relay.example/room",
        "wss://relay.example?room=1", "wss://relay.example#secret", "wss://me:pw@relay.example",
        "wss://relay.example:notaport", "wss://relay.example:99999", "wss://rélay.example",
        "wss://relay example", "wss://[::1", "wss://relay.example\x1b[2J",
    ],
)  # fmt: skip
def test_what_is_no_address_is_said_kindly(url: str) -> None:
    with pytest.raises(NotAnAddressError, match=r"^That is not the address of a relay\."):
        origin(url)


CODE = "0123a-bcdef-ghjkm-npqrs-tvwxy"


def test_a_new_room_code_has_five_groups_and_125_random_bits() -> None:
    assert new_room_code(bytes) == "00000-00000-00000-00000-00000"
    assert new_room_code(lambda count: b"\xff" * count) == "zzzzz-zzzzz-zzzzz-zzzzz-zzzzz"
    drawn = (0b10110 << 123 | 0b111).to_bytes(16, "big")
    assert new_room_code(lambda _count: drawn) == "00000-00000-00000-00000-0000p"


@pytest.mark.parametrize(
    "typed",
    [
        CODE.upper(),
        f"  {CODE}\n",
        CODE.replace("-", " "),
        CODE.replace("-", ""),
        CODE.replace("0", "O").replace("1", "l"),
    ],
)
def test_a_room_code_is_read_as_people_type_it(typed: str) -> None:
    assert room_code_key(typed) == room_code_key(CODE)


def test_another_room_code_is_another_key() -> None:
    assert room_code_key(CODE) != room_code_key(CODE.replace("a", "b"))


@pytest.mark.parametrize("text", ["", CODE[:-1], CODE + "z", CODE.replace("a", "u"), "é" * 25])
def test_what_is_no_room_code_is_refused_without_repeating_it(text: str) -> None:
    with pytest.raises(NotARoomCodeError) as refused:
        room_code_key(text)
    assert not text or text not in str(refused.value)


def test_the_proof_of_a_room_code_is_good_for_one_root_key() -> None:
    code = room_code_key(CODE)
    proof = prove(code, Purpose.CODE, OCCASION, code_digest(KEY.public))
    good = code_digest(KEY.public)
    assert check_proof(code.public, proof, Purpose.CODE, OCCASION, digest=good)
    other = code_digest(code.public)
    assert not check_proof(code.public, proof, Purpose.CODE, OCCASION, digest=other)


def test_what_a_proof_signs_is_the_same_in_every_version() -> None:
    """Each part with its length before it: no two occasions have the same bytes."""
    parts = (
        b"holdspace relay proof v1", b"attach", b"wss://relay.example", b"r" * 16, b"m" * 16,
        (7).to_bytes(8, "big"), b"n" * 32, b"digest",
    )  # fmt: skip
    message = b"".join(len(part).to_bytes(4, "big") + part for part in parts)
    assert Purpose.ATTACH.encode() == b"attach"
    assert prove(KEY, Purpose.ATTACH, OCCASION, b"digest") == KEY.sign(message)


def test_what_the_proofs_of_a_bundle_cover_is_the_same_in_every_version() -> None:
    """An epoch has eight bytes, also the largest; lists are joined before they are parts."""

    def joined(*parts: bytes) -> bytes:
        return b"".join(len(part).to_bytes(4, "big") + part for part in parts)

    frame = changed(a_bundle(), base_epoch=2**48 - 1)
    covered = joined(
        b"holdspace bundle v1",
        b"i" * 16,
        bytes(2) + b"\xff" * 6,
        b"commit",
        joined(b"k" * 16, b"welcome"),
        KEY.public,
        joined(*(KEY.public,) * SLOT_COUNT),
        KEY.public,
    )
    assert bundle_digest(frame) == hashlib.sha256(covered).digest()
    assert (
        begin_digest(b"a", (b"b", b"c"))
        == hashlib.sha256(joined(b"holdspace begin v1", b"a", b"b", b"c")).digest()
    )


def test_a_room_code_is_the_same_key_in_every_version() -> None:
    key = "0eb4e875c72e697f814f6a994060921f1ef86fc2a795ab7fe0bf96a0fa8d62e3"
    assert room_code_key("abcde-fghjk-mnpqr-stvwx-yz234").public.hex() == key


def test_a_room_code_is_read_in_200_letters_and_spaces() -> None:
    code = "abcdefghjkmnpqrstvwxyz234" + "0"
    for spaces, fits in ((200 - 25, True), (200 - 24, False)):
        typed = code[:24] + " " * spaces + code[24]
        if fits:
            assert room_code_key(typed).public == room_code_key(code[:25]).public
        else:
            with pytest.raises(NotARoomCodeError, match="25 letters and digits"):
                room_code_key(typed)


@pytest.mark.parametrize(("host", "is_one"), [("a", True), ("a" * 253, True), ("a" * 254, False)])
def test_a_host_has_a_name_that_names_can_have(host: str, is_one: bool) -> None:
    if is_one:
        assert origin(f"wss://{host}") == f"wss://{host}"
        return
    with pytest.raises(NotAnAddressError, match="not the address of a relay") as refused:
        origin(f"wss://{host}")
    assert refused.value.url == f"wss://{host}"
