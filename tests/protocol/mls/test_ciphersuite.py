"""Cipher suites: rows of a table, labels that keep uses apart, and keys nobody honest has."""

from collections.abc import Callable
from dataclasses import replace
from random import Random

import pytest

from holdspace.protocol.mls.ciphersuite import (
    DEFAULT_SUITE,
    CipherSuite,
    MLS_128_DHKEMX25519_AES128GCM_SHA256_Ed25519,
    cipher_suite,
    register,
    supported_suites,
)
from holdspace.protocol.mls.errors import CryptoError, UsageError, ValidationError
from holdspace.protocol.mls.hpke import CHACHA20_POLY1305

SUITES = [cipher_suite(number) for number in supported_suites()]
ED25519_SUITES = [DEFAULT_SUITE, MLS_128_DHKEMX25519_AES128GCM_SHA256_Ed25519]
ECDSA_SUITES = [cipher_suite(number) for number in (0x0002, 0x0005, 0x0007)]
every_suite = pytest.mark.parametrize("suite", SUITES, ids=lambda suite: hex(suite.id))
random = Random(5).randbytes


def test_suites_are_found_by_number_and_never_guessed() -> None:
    assert supported_suites() == (0xF04F, 1, 2, 3, 4, 5, 6, 7)
    assert cipher_suite(0xF04F) is DEFAULT_SUITE
    # Numbers that others use for other X-Wing suites are as unknown as any.
    for unknown in (0x0000, 0x0008, 0x004D, 0x004F, 0xF057, 0xFFFF):
        with pytest.raises(ValidationError, match="not supported"):
            cipher_suite(unknown)


def test_a_test_can_add_a_row(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("holdspace.protocol.mls.ciphersuite._suites", {})
    suite = replace(ED25519_SUITES[1], id=0x0003, name="ChaCha", aead=CHACHA20_POLY1305)
    assert register(suite) is cipher_suite(0x0003)
    assert register(suite) is suite
    with pytest.raises(UsageError, match="0x0003 is taken"):
        register(replace(DEFAULT_SUITE, id=0x0003))
    key_pair = suite.generate_key_pair(random)
    sealed = suite.encrypt_with_label(
        key_pair.public_key, "label", b"", plaintext=b"hello", random=random
    )
    assert suite.decrypt_with_label(key_pair, "label", b"", ciphertext=sealed) == b"hello"


@every_suite
def test_43_a_signature_is_for_one_label_content_and_key(suite: CipherSuite) -> None:
    mine, other = (suite.generate_signature_key_pair(random) for _ in range(2))
    signature = suite.sign_with_label(mine, "label", b"content")
    suite.verify_with_label(mine.public_key, "label", b"content", signature=signature)
    wrong: list[Callable[[], None]] = [
        lambda: verify(suite, mine.public_key, "labe", b"lcontent", signature),
        lambda: verify(suite, mine.public_key, "label", b"content.", signature),
        lambda: verify(suite, other.public_key, "label", b"content", signature),
        lambda: verify(suite, mine.public_key, "label", b"content", signature[:-1]),
        lambda: verify(suite, mine.public_key, "label", b"content", b""),
        lambda: verify(suite, mine.public_key, "label", b"content", bytes(64)),
    ]
    for attempt in wrong:
        with pytest.raises(CryptoError):
            attempt()


def verify(suite: CipherSuite, key: bytes, label: str, *rest: bytes) -> None:
    content, signature = rest
    suite.verify_with_label(key, label, content, signature=signature)


@every_suite
def test_what_is_sealed_is_for_one_label_context_and_key(suite: CipherSuite) -> None:
    mine, other = (suite.generate_key_pair(random) for _ in range(2))
    sealed = suite.encrypt_with_label(
        mine.public_key, "label", b"context", plaintext=b"hello", random=random
    )
    opened = suite.decrypt_with_label(mine, "label", b"context", ciphertext=sealed)
    assert opened == b"hello"
    for key_pair, label, context in (
        (mine, "labe", b"lcontext"),
        (mine, "label", b"contex"),
        (other, "label", b"context"),
    ):
        with pytest.raises(CryptoError):
            suite.decrypt_with_label(key_pair, label, context, ciphertext=sealed)


@every_suite
def test_both_sides_of_an_external_init_agree(suite: CipherSuite) -> None:
    key_pair = suite.generate_key_pair(random)
    kem_output, init_secret = suite.external_init_sender(key_pair.public_key, random)
    assert suite.external_init_receiver(key_pair, kem_output) == init_secret
    assert len(init_secret) == suite.n_h


@every_suite
@pytest.mark.parametrize("length", [None, 0, 1, 31, 33])
def test_checklist_2_tags_are_compared_whole(suite: CipherSuite, length: int | None) -> None:
    tag = suite.mac(b"key", b"data")
    suite.verify_mac(b"key", b"data", tag)
    part = None if length is None else (tag + bytes(1))[:length]
    with pytest.raises(CryptoError, match="tag"):
        suite.verify_mac(b"key", b"data", part)


def test_a_suite_is_what_its_name_says() -> None:
    # RFC 9420 17.1: MLS_LVL_KEM_AEAD_HASH_SIG, and HPKE's registry for the numbers (RFC 9180 7).
    kems = {0x10: "DHKEMP256", 0x11: "DHKEMP384", 0x12: "DHKEMP521"}
    kems |= {0x20: "DHKEMX25519", 0x21: "DHKEMX448", 0x647A: "MLKEM768X25519"}
    aeads = {1: "AES128GCM", 2: "AES256GCM", 3: "CHACHA20POLY1305"}
    for suite in SUITES:
        level = "128" if suite.n_h == 32 else "256"
        hash_name, signature = f"SHA{8 * suite.n_h}", suite.signature
        scheme = getattr(signature, "name", None) or signature.curve.name.replace("-", "")  # type: ignore[attr-defined]
        parts = ("MLS", level, kems[suite.kem.kem_id], aeads[suite.aead.aead_id], hash_name, scheme)
        assert suite.name == "_".join(parts)


@every_suite
def test_private_keys_do_not_show(suite: CipherSuite) -> None:
    key_pair = suite.generate_signature_key_pair(random)
    assert repr(key_pair.private_key) not in repr(key_pair)
    assert "public_key" in repr(key_pair)


@every_suite
@pytest.mark.parametrize("change", [-99, -1, 1])
def test_signature_keys_of_other_lengths_are_refused(suite: CipherSuite, change: int) -> None:
    key_pair = suite.generate_signature_key_pair(random)
    with pytest.raises(CryptoError):
        suite.signature.check_public_key(resized(key_pair.public_key, change))
    if suite not in ECDSA_SUITES or change != -1:
        with pytest.raises(CryptoError):
            suite.signature.load(resized(key_pair.private_key, change))


def resized(data: bytes, change: int) -> bytes:
    return data[:change] if change < 0 else data + bytes(change)


@pytest.mark.parametrize("suite", ECDSA_SUITES, ids=lambda suite: hex(suite.id))
def test_an_ecdsa_signature_has_one_encoding_and_follows_from_key_and_message(
    suite: CipherSuite,
) -> None:
    key_pair = suite.generate_signature_key_pair(random)
    signature = suite.sign_with_label(key_pair, "label", b"content")
    assert signature == suite.sign_with_label(key_pair, "label", b"content")
    assert signature[0] == 0x30
    longer_length = signature[:1] + b"\x81" + signature[1:]
    if signature[1] & 0x80:
        longer_length = b"\x30\x82\0" + signature[2:]
    for bad in (longer_length, signature + b"\0", signature[:-1]):
        with pytest.raises(CryptoError, match="does not verify"):
            verify(suite, key_pair.public_key, "label", b"content", bad)


def test_ed448_keys_of_small_order_and_not_written_canonically_are_refused() -> None:
    suite, prime = cipher_suite(0x0004), 2**448 - 2**224 - 1
    # x = 0 or y = 0: the four points whose order divides 4. Then y not below the prime.
    for y in (0, 1, prime - 1, prime, prime + 1, prime + 2, 2**448 - 1, 2**448, 2**454):
        for sign in (0, 1):
            key = (y | sign << 455).to_bytes(57, "little")
            with pytest.raises(CryptoError, match="no safe Ed448 key"):
                suite.signature.check_public_key(key)
            with pytest.raises(CryptoError, match="no safe Ed448 key"):
                suite.verify_with_label(key, "label", b"", signature=bytes(114))


# Enough of edwards25519 to find its eight points of small order without copying anybody's list.
P = 2**255 - 19
D = -121665 * pow(121666, -1, P) % P
ORDER = 2**252 + 27742317777372353535851937790883648493
Point = tuple[int, int]


def added(a: Point, b: Point) -> Point:
    cross = D * a[0] * b[0] * a[1] * b[1] % P
    x = (a[0] * b[1] + b[0] * a[1]) * pow(1 + cross, -1, P) % P
    return x, (a[1] * b[1] + a[0] * b[0]) * pow(1 - cross, -1, P) % P


def times(scalar: int, point: Point) -> Point:
    result = (0, 1)
    while scalar:
        if scalar & 1:
            result = added(result, point)
        point, scalar = added(point, point), scalar >> 1
    return result


def with_y(y: int) -> Point | None:
    square = (y * y - 1) * pow(D * y * y + 1, -1, P) % P
    root = pow(square, (P + 3) // 8, P)
    for x in (root, root * pow(2, (P - 1) // 4, P) % P):
        if x * x % P == square:
            return x, y
    return None


def small_order_points() -> set[Point]:
    points: set[Point] = set()
    y = 2
    while len(points) < 8:
        point = with_y(y)
        if point is not None:
            torsion = times(ORDER, point)
            points |= {times(factor, torsion) for factor in range(8)}
        y += 1
    return points


def encodings(point: Point) -> list[bytes]:
    """Return every way to write a point: y may be written too large, and x = 0 has no sign."""
    x, y = point
    ys = [y] + ([y + P] if y + P < 2**255 else [])
    signs = [0, 1] if x == 0 else [x & 1]
    return [(y | sign << 255).to_bytes(32, "little") for y in ys for sign in signs]


def test_rl13_keys_of_small_order_are_refused() -> None:
    refused = [encoding for point in small_order_points() for encoding in encodings(point)]
    assert len(refused) >= 8
    # For such a key this one signature fits about every message, or every eighth.
    signature = bytes([1]) + bytes(63)
    for key in refused:
        with pytest.raises(CryptoError, match="no safe Ed25519 key"):
            DEFAULT_SUITE.signature.check_public_key(key)
        with pytest.raises(CryptoError, match="no safe Ed25519 key"):
            DEFAULT_SUITE.verify_with_label(key, "label", b"", signature=signature)


def test_rl13_keys_not_written_canonically_are_refused() -> None:
    for y in range(P, 2**255):
        for sign in (0, 1):
            with pytest.raises(CryptoError):
                DEFAULT_SUITE.signature.check_public_key((y | sign << 255).to_bytes(32, "little"))


@every_suite
def test_honest_keys_are_taken(suite: CipherSuite) -> None:
    for _ in range(10):
        key = suite.generate_signature_key_pair(random).public_key
        suite.signature.check_public_key(key)
