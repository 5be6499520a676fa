"""Our HPKE: equal to the published vectors and to the library's, and deaf to bad keys."""

import json
from pathlib import Path
from random import Random
from typing import Any

import pytest
from cryptography.hazmat.primitives import hpke as library
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PublicKey
from hypothesis import given, settings
from hypothesis import strategies as st

from holdspace.protocol.mls.errors import CryptoError
from holdspace.protocol.mls.hpke import (
    AES_128_GCM,
    CHACHA20_POLY1305,
    HKDF_SHA256,
    Hpke,
    HPKEKeyPair,
    Kem,
)
from holdspace.protocol.mls.kems import (
    DHKEM_P256,
    DHKEM_P384,
    DHKEM_P521,
    DHKEM_X448,
    DHKEM_X25519,
    XWing,
)

PUBLISHED = Path(__file__).parents[2] / "vectors"
KEMS: dict[str, Kem] = {
    "X25519": DHKEM_X25519,
    "X448": DHKEM_X448,
    "P-256": DHKEM_P256,
    "P-384": DHKEM_P384,
    "P-521": DHKEM_P521,
    "X-Wing": XWing(),
}
PRIME = ["P-256", "P-384", "P-521"]
every_kem = pytest.mark.parametrize("kem", KEMS.values(), ids=KEMS)
every_prime_kem = pytest.mark.parametrize("kem", [KEMS[name] for name in PRIME], ids=PRIME)
# The library has no DHKEM(X448); the official MLS vectors hold that.
LIBRARY_KEM = {
    0x0010: library.KEM.P256,
    0x0011: library.KEM.P384,
    0x0012: library.KEM.P521,
    0x0020: library.KEM.X25519,
    0x647A: library.KEM.MLKEM768_X25519,
}
LIBRARY_KEMS = {name: kem for name, kem in KEMS.items() if kem.kem_id in LIBRARY_KEM}
random = Random(2).randbytes


def published(name: str) -> dict[str, Any]:
    """Load a published vector, its texts as bytes."""

    def hexed(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        return {
            name: bytes.fromhex(value) if isinstance(value, str) and name != "source" else value
            for name, value in pairs
        }

    loaded: dict[str, Any] = json.loads((PUBLISHED / name).read_text(), object_pairs_hook=hexed)
    return loaded


def test_xwing_is_the_drafts() -> None:
    vector = published("xwing.json")
    key_pair = XWing().load(vector["sk"])
    assert key_pair.public_key.startswith(vector["pk_starts"])
    assert key_pair.public_key.endswith(vector["pk_ends"])
    assert XWing().decap(vector["ct"], key_pair) == vector["ss"]


def test_xwing_in_hpke_is_the_drafts() -> None:
    vector = published("hpke-pq.json")
    key_pair = XWing().derive_key_pair(vector["ikmR"])
    assert (key_pair.private_key, key_pair.public_key) == (vector["skRm"], vector["pkRm"])
    assert XWing().decap(vector["enc"], key_pair) == vector["shared_secret"]
    hpke = Hpke(XWing(), HKDF_SHA256, CHACHA20_POLY1305)
    context = hpke.setup_base_receiver(vector["enc"], key_pair, vector["info"])
    sealed = vector["encryption"]
    assert context.open(sealed["ct"], sealed["aad"]) == sealed["pt"]
    for export in vector["exports"]:
        exported = context.export(export["exporter_context"], export["L"])
        assert exported == export["exported_value"]


@pytest.mark.parametrize("kem", LIBRARY_KEMS.values(), ids=LIBRARY_KEMS)
@settings(max_examples=10)
@given(plaintext=st.binary(max_size=100), info=st.binary(max_size=100))
def test_the_library_opens_what_we_seal_and_we_what_it_seals(
    kem: Kem, plaintext: bytes, info: bytes
) -> None:
    ours = Hpke(kem, HKDF_SHA256, AES_128_GCM)
    theirs = library.Suite(
        LIBRARY_KEM[kem.kem_id], library.KDF.HKDF_SHA256, library.AEAD.AES_128_GCM
    )
    key_pair = kem.generate_key_pair(random)
    their_private = library_private(key_pair)
    enc, sender = ours.setup_base_sender(key_pair.public_key, info, random)
    assert theirs.decrypt(enc + sender.seal(plaintext), their_private, info) == plaintext
    sealed = theirs.encrypt(plaintext, their_private.public_key(), info)
    length = LIBRARY_KEM[kem.kem_id].enc_length()
    receiver = ours.setup_base_receiver(sealed[:length], key_pair, info)
    assert receiver.open(sealed[length:]) == plaintext


def library_private(key_pair: HPKEKeyPair) -> Any:
    if hasattr(key_pair.opened, "mlkem"):
        return library.MLKEM768X25519PrivateKey(key_pair.opened.mlkem, key_pair.opened.x25519)
    return key_pair.opened


@every_kem
def test_keys_are_a_function_of_what_they_are_made_of(kem: Kem) -> None:
    derived = kem.derive_key_pair(b"a secret")
    assert derived == kem.derive_key_pair(b"a secret") == kem.load(derived.private_key)
    assert derived != kem.derive_key_pair(b"another secret")
    fresh = kem.generate_key_pair(Random(3).randbytes)
    assert fresh == kem.generate_key_pair(Random(3).randbytes) == kem.load(fresh.private_key)
    assert fresh != kem.generate_key_pair(Random(4).randbytes)


@every_kem
def test_private_keys_do_not_show(kem: Kem) -> None:
    key_pair = kem.generate_key_pair(random)
    shown = repr(key_pair)
    assert key_pair.private_key.hex() not in shown
    assert repr(key_pair.private_key) not in shown
    assert "public_key" in shown


@every_kem
@pytest.mark.parametrize("change", [-99, 1, 32])
def test_private_keys_of_other_lengths_are_refused(kem: Kem, change: int) -> None:
    private_key = kem.generate_key_pair(random).private_key
    with pytest.raises(CryptoError):
        kem.load(resized(private_key, change))


@every_prime_kem
def test_private_keys_are_integers_below_the_order(kem: Kem) -> None:
    one = kem.load(b"\1")
    # mls.md 1: P-521 keys in the official vectors come without their leading zeros.
    assert one == kem.load(one.private_key)
    assert len(one.private_key) == len(kem.generate_key_pair(random).private_key)
    for outside in (
        bytes(len(one.private_key)),
        b"\xff" * len(one.private_key),
        b"\0" + one.private_key,
    ):
        with pytest.raises(CryptoError, match="private key"):
            kem.load(outside)


@every_prime_kem
def test_a_candidate_that_is_no_key_is_passed_over(kem: Kem) -> None:
    good = kem.generate_key_pair(random).private_key
    # Zero, and more than the order: P-521 has its seven surplus bits cut off first.
    draws = iter([bytes(len(good)), b"\1" + b"\xff" * (len(good) - 1), b"\xff" * len(good), good])
    drawn = kem.generate_key_pair(lambda length: next(draws)).private_key
    assert drawn in (good, b"\1" + b"\xff" * (len(good) - 1))
    with pytest.raises(CryptoError, match="256 candidates"):
        kem.generate_key_pair(bytes)


@every_prime_kem
def test_points_off_the_curve_and_second_ways_to_write_one_are_refused(kem: Kem) -> None:
    key_pair = kem.generate_key_pair(random)
    public_key = key_pair.public_key
    size = len(public_key) // 2
    compressed = bytes([2 + public_key[-1] % 2]) + public_key[1 : 1 + size]
    moved = public_key[:-1] + bytes([public_key[-1] ^ 1])
    beyond = b"\4" + b"\xff" * 2 * size
    hybrid = bytes([6 + public_key[-1] % 2]) + public_key[1:]
    for bad in (compressed, moved, beyond, hybrid, b"\0", b"", b"\4" + bytes(2 * size)):
        for refused in (
            lambda bad=bad: kem.check_public_key(bad),
            lambda bad=bad: kem.encap(bad, random),
            lambda bad=bad: kem.decap(bad, key_pair),
        ):
            with pytest.raises(CryptoError, match="no P-"):
                refused()


@every_kem
@pytest.mark.parametrize("change", [-32, -1, 1])
def test_public_keys_and_encapsulations_of_other_lengths_are_refused(kem: Kem, change: int) -> None:
    key_pair = kem.generate_key_pair(random)
    public_key, enc = key_pair.public_key, kem.encap(key_pair.public_key, random).enc
    kem.check_public_key(public_key)
    for refused in (
        lambda: kem.check_public_key(resized(public_key, change)),
        lambda: kem.encap(resized(public_key, change), random),
        lambda: kem.decap(resized(enc, change), key_pair),
    ):
        with pytest.raises(CryptoError):
            refused()


def test_an_ml_kem_half_that_is_no_key_is_refused() -> None:
    # FIPS 203 7.2, the modulus check: coefficients of 4095 are not below 3329.
    public_key = XWing().generate_key_pair(random).public_key
    bad = b"\xff" * 1152 + public_key[1152:]
    with pytest.raises(CryptoError, match="no ML-KEM-768 key"):
        XWing().check_public_key(bad)
    with pytest.raises(CryptoError, match="no ML-KEM-768 key"):
        XWing().encap(bad, random)


def resized(data: bytes, change: int) -> bytes:
    return data[:change] if change < 0 else data + bytes(change)


# RFC 7748 and everybody's list: order 4, 1, 2 and 8, and the first not in canonical form.
LOW_ORDER = [
    "00" * 32,
    "01" + "00" * 31,
    "ec" + "ff" * 30 + "7f",
    "ed" + "ff" * 30 + "7f",
    "e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800",
    "5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157",
]


@pytest.mark.parametrize("kem", [KEMS["X25519"], KEMS["X-Wing"]], ids=["X25519", "X-Wing"])
@pytest.mark.parametrize("point", LOW_ORDER)
def test_checklist_45_points_of_low_order_give_no_secret(kem: Kem, point: str) -> None:
    key_pair = kem.generate_key_pair(random)
    enc = kem.encap(key_pair.public_key, random).enc
    bad = bytes.fromhex(point)
    with pytest.raises(CryptoError, match="small order"):
        kem.encap(key_pair.public_key[:-32] + bad, random)
    with pytest.raises(CryptoError, match="small order"):
        kem.decap(enc[:-32] + bad, key_pair)
    with pytest.raises(CryptoError, match="small order"):
        kem.check_public_key(key_pair.public_key[:-32] + bad)
    masked = bad[:-1] + bytes([bad[-1] | 0x80])
    with pytest.raises(CryptoError, match="small order"):
        kem.check_public_key(key_pair.public_key[:-32] + masked)


# Orders 4, 1 and 2 (RFC 7748 gives the prime), and two not in canonical form.
P448 = 2**448 - 2**224 - 1


@pytest.mark.parametrize("u", [0, 1, P448 - 1, P448, P448 + 1])
def test_checklist_45_x448_points_of_low_order_give_no_secret(u: int) -> None:
    key_pair = DHKEM_X448.generate_key_pair(random)
    bad = u.to_bytes(56, "little")
    with pytest.raises(CryptoError, match="X448 key is of small order"):
        DHKEM_X448.encap(bad, random)
    with pytest.raises(CryptoError, match="X448 key is of small order"):
        DHKEM_X448.decap(bad, key_pair)
    with pytest.raises(CryptoError, match="X448 key is of small order"):
        DHKEM_X448.check_public_key(bad)


def test_checklist_45_a_wrong_ml_kem_half_shows_only_when_opening() -> None:
    hpke = Hpke(XWing(), HKDF_SHA256, AES_128_GCM)
    key_pair = XWing().generate_key_pair(random)
    enc, sender = hpke.setup_base_sender(key_pair.public_key, b"", random)
    wrong = bytes([enc[0] ^ 1]) + enc[1:]
    assert len(XWing().decap(wrong, key_pair)) == 32
    with pytest.raises(CryptoError):
        hpke.setup_base_receiver(wrong, key_pair, b"").open(sender.seal(b"plaintext"))


def test_both_halves_of_xwing_count() -> None:
    key_pair = XWing().generate_key_pair(random)
    shared_secret, enc = XWing().encap(key_pair.public_key, random)
    for at in (0, 1087, 1088, 1119):
        # The top bit of an X25519 point is ignored, so the lowest one is changed.
        changed = enc[:at] + bytes([enc[at] ^ 1]) + enc[at + 1 :]
        assert XWing().decap(changed, key_pair) != shared_secret


@given(prk=st.binary(min_size=32, max_size=32), length=st.integers(1, 200))
def test_longer_expansions_go_on_from_shorter_ones(prk: bytes, length: int) -> None:
    longest = HKDF_SHA256.expand(prk, b"info", 200)
    assert HKDF_SHA256.expand(prk, b"info", length) == longest[:length]


def test_hkdf_is_rfc_5869s() -> None:
    # Appendix A.1
    prk = HKDF_SHA256.extract(bytes(range(13)), b"\x0b" * 22)
    okm = HKDF_SHA256.expand(prk, bytes(range(0xF0, 0xFA)), 42)
    assert okm.hex() == (
        "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b887185865"
    )


def test_r13_the_library_takes_keys_of_small_order_so_we_do_not() -> None:
    assert X25519PublicKey.from_public_bytes(bytes(32)).public_bytes_raw() == bytes(32)
    with pytest.raises(CryptoError, match="small order"):
        DHKEM_X25519.check_public_key(bytes(32))


@pytest.mark.parametrize("length", [0, 1087, 1088 + 31])
def test_an_xwing_ciphertext_of_another_length_is_refused(length: int) -> None:
    key_pair = XWing().derive_key_pair(bytes(32))
    with pytest.raises(CryptoError):
        XWing().decap(bytes(length), key_pair)
