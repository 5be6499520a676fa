"""The few places where a simulation does the same as everybody else in another way.

The library draws ML-KEM's encapsulation randomness itself, so no two runs of it are alike. Here that
half of X-Wing is a hash that anybody could compute, in a ciphertext of the right length; the X25519
half, the keys, and everything built on both stay. All else that is random comes from seeds.

The four words of a room are slow to work out on purpose; here they are quick.

Everybody is in this one process, so what the library worked out for one of them it need not work out
for the next: which keys follow from a seed, and that a signature is right. Only what was made here by
that very key, or was found right before, is not checked again; every answer is the same, byte for byte.
"""

import hashlib
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from functools import lru_cache
from hashlib import sha256
from typing import Any
from unittest.mock import patch

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from holdspace.protocol import keys
from holdspace.protocol.mls.errors import CryptoError
from holdspace.protocol.mls.hpke import Encapsulated, HPKEKeyPair, RandomSource
from holdspace.protocol.mls.kems import (
    ML_KEM_CIPHERTEXT,
    ML_KEM_PUBLIC,
    X25519,
    XWing,
    _xwing_combiner,
)
from holdspace.protocol.mls.signatures import EdDSA

_KEYS_KEPT = 1024


def _shared(public_key: bytes, ciphertext: bytes) -> bytes:
    return sha256(public_key[:ML_KEM_PUBLIC] + ciphertext).digest()


def _encap(_self: XWing, public_key: bytes, random: RandomSource) -> Encapsulated:
    ct_m, pk_x = random(32).ljust(ML_KEM_CIPHERTEXT, b"\0"), public_key[ML_KEM_PUBLIC:]
    ephemeral = X25519.generate(random)
    ct_x = ephemeral.public_key
    ss_x = X25519.exchange(ephemeral.opened, pk_x)
    shared = _xwing_combiner(_shared(public_key, ct_m), ss_x, ct_x + pk_x)
    return Encapsulated(shared, ct_m + ct_x)


def _decap(_self: XWing, enc: bytes, key_pair: HPKEKeyPair) -> bytes:
    ct_m, ct_x = enc[:ML_KEM_CIPHERTEXT], enc[ML_KEM_CIPHERTEXT:]
    if len(enc) != ML_KEM_CIPHERTEXT + 32:
        raise CryptoError("an X-Wing ciphertext has 1120 bytes")
    ss_x = X25519.exchange(key_pair.opened.x25519, ct_x)
    pk_x = key_pair.public_key[ML_KEM_PUBLIC:]
    return _xwing_combiner(_shared(key_pair.public_key, ct_m), ss_x, ct_x + pk_x)


def _scrypt(password: bytes, *, salt: bytes, dklen: int, **_cost: int) -> bytes:
    return sha256(password + salt).digest()[:dklen]


class Signatures:
    """Which signatures of one simulation are right, and the library's face that asks here first."""

    def __init__(self) -> None:
        self._right: set[tuple[bytes, bytes, bytes]] = set()
        self.from_private_bytes = lru_cache(maxsize=_KEYS_KEPT)(self._signer)

    def _signer(self, seed: bytes) -> "Signer":
        return Signer(self, Ed25519PrivateKey.from_private_bytes(seed))

    def from_public_bytes(self, public: bytes) -> "Verifier":
        return Verifier(self, public)

    def note(self, public: bytes, signature: bytes, message: bytes) -> None:
        """Know from now on that this signature is right."""
        self._right.add((public, signature, sha256(message).digest()))

    def knows(self, public: bytes, signature: bytes, message: bytes) -> bool:
        """Tell whether this signature was made here, or was found right before."""
        return (public, signature, sha256(message).digest()) in self._right

    def of_members(self, verify: Any) -> Any:
        """Return the engine's own check, which every member makes of the same message, made once."""

        def verify_once(scheme: EdDSA, public: bytes, message: bytes, signature: bytes) -> None:
            if not self.knows(public, signature, message):
                verify(scheme, public, message, signature)
                self.note(public, signature, message)

        return verify_once


class Signer:
    """A private key whose signatures are known to be right."""

    def __init__(self, known: Signatures, private: Ed25519PrivateKey) -> None:
        self._known, self._private, self._public = known, private, private.public_key()
        self._raw = self._public.public_bytes_raw()

    def public_key(self) -> Ed25519PublicKey:
        return self._public

    def sign(self, message: bytes) -> bytes:
        signature = self._private.sign(message)
        self._known.note(self._raw, signature, message)
        return signature


class Verifier:
    """A public key, asked only about signatures that nobody knows to be right."""

    def __init__(self, known: Signatures, public: bytes) -> None:
        self._known, self._public = known, public

    def verify(self, signature: bytes, message: bytes) -> None:
        if not self._known.knows(self._public, signature, message):
            Ed25519PublicKey.from_public_bytes(self._public).verify(signature, message)
            self._known.note(self._public, signature, message)


@contextmanager
def shortcuts() -> Iterator[None]:
    """Let chance come from outside alone, and spare what is slow."""
    known: Any = Signatures()
    with ExitStack() as stack:
        stack.enter_context(patch.object(keys, "Ed25519PrivateKey", known))
        stack.enter_context(patch.object(keys, "Ed25519PublicKey", known))
        stack.enter_context(patch.object(EdDSA, "verify", known.of_members(EdDSA.verify)))
        stack.enter_context(patch.object(XWing, "load", lru_cache(_KEYS_KEPT)(XWing.load)))
        stack.enter_context(patch.object(XWing, "encap", _encap))
        stack.enter_context(patch.object(XWing, "decap", _decap))
        stack.enter_context(patch.object(hashlib, "scrypt", _scrypt))
        yield
