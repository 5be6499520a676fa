"""Our HPKE: equal to the published vectors and to the library's, and deaf to bad keys."""

import json
from pathlib import Path
from random import Random
from typing import Any

import pytest
from cryptography.hazmat.primitives import hpke as library
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from hypothesis import given
from hypothesis import strategies as st

from holdspace.protocol.mls.errors import CryptoError
from holdspace.protocol.mls.hpke import (
    AES_128_GCM,
    CHACHA20_POLY1305,
    HKDF_SHA256,
    DhkemX25519,
    Hpke,
    HPKEKeyPair,
    Kem,
    XWing,
)

PUBLISHED = Path(__file__).parents[2] / "vectors"
KEMS: list[Kem] = [DhkemX25519(), XWing()]
every_kem = pytest.mark.parametrize("kem", KEMS, ids=["DhkemX25519", "XWing"])
LIBRARY_KEM = {0x0020: library.KEM.X25519, 0x647A: library.KEM.MLKEM768_X25519}
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


@every_kem
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
    if isinstance(key_pair.opened, X25519PrivateKey):
        return key_pair.opened
    return library.MLKEM768X25519PrivateKey(key_pair.opened.mlkem, key_pair.opened.x25519)


@every_kem
def test_keys_are_a_function_of_what_they_are_made_of(kem: Kem) -> None:
    derived = kem.derive_key_pair(b"a secret")
    assert derived == kem.derive_key_pair(b"a secret") == kem.load(derived.private_key)
    assert derived != kem.derive_key_pair(b"another secret")
    assert kem.generate_key_pair(Random(3).randbytes) == kem.load(Random(3).randbytes(32))


@every_kem
def test_private_keys_do_not_show(kem: Kem) -> None:
    key_pair = kem.load(b"canary" + bytes(26))
    assert "canary" not in repr(key_pair)


@every_kem
@pytest.mark.parametrize("length", [0, 1, 31, 33, 64])
def test_private_keys_of_other_lengths_are_refused(kem: Kem, length: int) -> None:
    with pytest.raises(CryptoError):
        kem.load(bytes(length))


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


@every_kem
@pytest.mark.parametrize("point", LOW_ORDER)
def test_checklist_45_points_of_low_order_give_no_secret(kem: Kem, point: str) -> None:
    key_pair = kem.generate_key_pair(random)
    enc = kem.encap(key_pair.public_key, random).enc
    bad = bytes.fromhex(point)
    with pytest.raises(CryptoError, match="small order"):
        kem.encap(key_pair.public_key[:-32] + bad, random)
    with pytest.raises(CryptoError, match="small order"):
        kem.decap(enc[:-32] + bad, key_pair)


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


def test_a_public_key_alone_is_checked_by_its_length_only_for_x25519() -> None:
    # What low order a point has shows at use, where it is refused (above).
    DhkemX25519().check_public_key(bytes(32))
    assert X25519PublicKey.from_public_bytes(bytes(32)).public_bytes_raw() == bytes(32)
