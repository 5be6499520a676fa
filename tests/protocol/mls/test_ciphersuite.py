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

SUITES = [DEFAULT_SUITE, MLS_128_DHKEMX25519_AES128GCM_SHA256_Ed25519]
every_suite = pytest.mark.parametrize("suite", SUITES, ids=lambda suite: hex(suite.id))
random = Random(5).randbytes


def test_suites_are_found_by_number_and_never_guessed() -> None:
    assert supported_suites()[:2] == (0xF04F, 0x0001)
    assert cipher_suite(0xF04F) is DEFAULT_SUITE
    # Numbers that others use for other X-Wing suites are as unknown as any.
    for unknown in (0x0000, 0x004D, 0x004F, 0xF057, 0xFFFF):
        with pytest.raises(ValidationError, match="not supported"):
            cipher_suite(unknown)


def test_a_test_can_add_a_row(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("holdspace.protocol.mls.ciphersuite._suites", {})
    suite = replace(SUITES[1], id=0x0003, name="ChaCha", aead=CHACHA20_POLY1305)
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
def test_a_signature_is_for_one_label_content_and_key(suite: CipherSuite) -> None:
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


@every_suite
def test_private_keys_do_not_show(suite: CipherSuite) -> None:
    assert "canary" not in repr(suite.signature.load(b"canary" + bytes(26)))


@every_suite
@pytest.mark.parametrize("length", [0, 31, 33])
def test_signature_keys_of_other_lengths_are_refused(suite: CipherSuite, length: int) -> None:
    with pytest.raises(CryptoError):
        suite.signature.load(bytes(length))
    with pytest.raises(CryptoError):
        suite.signature.check_public_key(b"\x07" * length)


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


def test_honest_keys_are_taken() -> None:
    for _ in range(50):
        key = DEFAULT_SUITE.generate_signature_key_pair(random).public_key
        DEFAULT_SUITE.signature.check_public_key(key)
