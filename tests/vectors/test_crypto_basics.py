"""Official family crypto-basics, for suite 0x0001: the labelled functions under all of MLS."""

import os
from typing import Any

import pytest

from holdspace.protocol.mls.ciphersuite import CipherSuite, cipher_suite
from holdspace.protocol.mls.messages import HPKECiphertext


@pytest.mark.vectors("crypto-basics", 1, suites=(1,))
def test_crypto_basics(case: dict[str, Any]) -> None:
    suite = cipher_suite(case["cipher_suite"])
    ref_hash(suite, **hexed(case["ref_hash"]))
    expand_with_label(suite, **hexed(case["expand_with_label"]))
    derive_secret(suite, **hexed(case["derive_secret"]))
    derive_tree_secret(suite, **hexed(case["derive_tree_secret"]))
    sign_with_label(suite, **hexed(case["sign_with_label"]))
    encrypt_with_label(suite, **hexed(case["encrypt_with_label"]))


def hexed(given: dict[str, Any]) -> dict[str, Any]:
    return {
        name: bytes.fromhex(value) if isinstance(value, str) and name != "label" else value
        for name, value in given.items()
    }


def ref_hash(suite: CipherSuite, *, label: str, value: bytes, out: bytes) -> None:
    assert suite.ref_hash(label, value) == out


def expand_with_label(
    suite: CipherSuite, *, secret: bytes, label: str, context: bytes, length: int, out: bytes
) -> None:
    assert suite.expand_with_label(secret, label, context, length) == out


def derive_secret(suite: CipherSuite, *, secret: bytes, label: str, out: bytes) -> None:
    assert suite.derive_secret(secret, label) == out


def derive_tree_secret(
    suite: CipherSuite, *, secret: bytes, label: str, generation: int, length: int, out: bytes
) -> None:
    assert suite.derive_tree_secret(secret, label, generation, length) == out


def sign_with_label(
    suite: CipherSuite, *, priv: bytes, pub: bytes, label: str, content: bytes, signature: bytes
) -> None:
    suite.verify_with_label(pub, label, content, signature=signature)
    key_pair = suite.signature.load(priv)
    assert key_pair.public_key == pub
    # Ed25519 has no randomness, so ours is the same signature.
    assert suite.sign_with_label(key_pair, label, content) == signature


def encrypt_with_label(
    suite: CipherSuite,
    *,
    priv: bytes,
    pub: bytes,
    label: str,
    context: bytes,
    plaintext: bytes,
    kem_output: bytes,
    ciphertext: bytes,
) -> None:
    key_pair = suite.kem.load(priv)
    assert key_pair.public_key == pub
    ours = suite.encrypt_with_label(pub, label, context, plaintext=plaintext, random=os.urandom)
    for sealed in (HPKECiphertext(kem_output, ciphertext), ours):
        opened = suite.decrypt_with_label(key_pair, label, context, ciphertext=sealed)
        assert opened == plaintext
