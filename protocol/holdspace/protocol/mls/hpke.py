"""Hybrid public key encryption, base mode (RFC 9180); the KEMs it works with are in kems.py.

Our own and not the library's, for three reasons: ephemeral keys come from the random source that
is passed in, MLS needs HPKE's Export, and TreeKEM needs DeriveKeyPair. The library has none.
"""

import hmac
from collections.abc import Callable
from dataclasses import field
from typing import Any, NamedTuple, Protocol

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM, ChaCha20Poly1305

from holdspace.protocol.mls.errors import CryptoError
from holdspace.protocol.values import value

RandomSource = Callable[[int], bytes]


@value()
class HPKEKeyPair:
    """Hold both halves of an HPKE key; the private half never shows in a repr."""

    public_key: bytes
    private_key: bytes = field(repr=False)
    # The library's key objects: making them again would cost more than using them.
    opened: Any = field(repr=False, compare=False)


class Encapsulated(NamedTuple):
    """Hold a fresh shared secret and what its receiver needs to find it."""

    shared_secret: bytes
    enc: bytes


class Kdf(NamedTuple):
    """HKDF over one hash function (RFC 5869)."""

    kdf_id: int
    hash_name: str
    n_h: int

    def extract(self, salt: bytes, ikm: bytes) -> bytes:
        """Extract a pseudorandom key; an empty salt stands for zeros."""
        return hmac.digest(salt or bytes(self.n_h), ikm, self.hash_name)

    def expand(self, prk: bytes, info: bytes, length: int) -> bytes:
        """Expand a pseudorandom key to `length` bytes."""
        block = output = hmac.digest(prk, info + b"\1", self.hash_name)
        if length <= self.n_h:
            return output[:length]
        counter = 1
        while len(output) < length:
            counter += 1
            block = hmac.digest(prk, block + info + counter.to_bytes(1), self.hash_name)
            output += block
        return output[:length]

    def labeled_extract(self, suite_id: bytes, salt: bytes, label: bytes, ikm: bytes) -> bytes:
        """LabeledExtract (RFC 9180 4)."""
        return self.extract(salt, b"HPKE-v1" + suite_id + label + ikm)

    def labeled_expand(self, suite_id: bytes, prk: bytes, info: bytes, length: int) -> bytes:
        """LabeledExpand (RFC 9180 4); `info` is the label followed by the info."""
        return self.expand(prk, length.to_bytes(2) + b"HPKE-v1" + suite_id + info, length)


class Aead(NamedTuple):
    """An authenticated cipher and its sizes."""

    aead_id: int
    cipher: type[AESGCM] | type[ChaCha20Poly1305]
    n_k: int
    n_n: int = 12

    def seal(self, key: bytes, nonce: bytes, aad: bytes, plaintext: bytes) -> bytes:
        """Encrypt and authenticate."""
        return self.cipher(key).encrypt(nonce, plaintext, aad)

    def open(self, key: bytes, nonce: bytes, aad: bytes, ciphertext: bytes) -> bytes:
        """Decrypt, or raise CryptoError."""
        try:
            return self.cipher(key).decrypt(nonce, ciphertext, aad)
        except InvalidTag:
            raise CryptoError("the ciphertext does not open with this key") from None


HKDF_SHA256 = Kdf(0x0001, "sha256", 32)
HKDF_SHA384 = Kdf(0x0002, "sha384", 48)
HKDF_SHA512 = Kdf(0x0003, "sha512", 64)
AES_128_GCM = Aead(0x0001, AESGCM, 16)
AES_256_GCM = Aead(0x0002, AESGCM, 32)
CHACHA20_POLY1305 = Aead(0x0003, ChaCha20Poly1305, 32)


class Kem(Protocol):
    """What a suite needs of a key encapsulation mechanism."""

    @property
    def kem_id(self) -> int:
        """Return the number in HPKE's registry."""

    def load(self, private_key: bytes) -> HPKEKeyPair:
        """Make a key pair of its serialised private half."""

    def derive_key_pair(self, ikm: bytes) -> HPKEKeyPair:
        """Derive a key pair from a secret."""

    def derive_known_key_pair(self, ikm: bytes, public_key: bytes) -> HPKEKeyPair:
        """Derive the key pair that has this public half, or raise CryptoError."""

    def generate_key_pair(self, random: RandomSource) -> HPKEKeyPair:
        """Make a fresh key pair."""

    def check_public_key(self, public_key: bytes) -> None:
        """Refuse bytes that are no key of this mechanism."""

    def encap(self, public_key: bytes, random: RandomSource) -> Encapsulated:
        """Make a shared secret for the holder of a public key."""

    def decap(self, enc: bytes, key_pair: HPKEKeyPair) -> bytes:
        """Find the shared secret again."""


@value()
class Context:
    """Hold one direction of an HPKE connection, for one message and any number of exports."""

    hpke: "Hpke"
    _secret: bytes = field(repr=False)
    _key_schedule_context: bytes = field(repr=False)

    def seal(self, plaintext: bytes, aad: bytes = b"") -> bytes:
        """Encrypt the one message of this context."""
        return self.hpke.aead.seal(*self._key_and_nonce(), aad, plaintext)

    def open(self, ciphertext: bytes, aad: bytes = b"") -> bytes:
        """Decrypt the one message of this context."""
        return self.hpke.aead.open(*self._key_and_nonce(), aad, ciphertext)

    def export(self, exporter_context: bytes, length: int) -> bytes:
        """Export a secret (RFC 9180 5.3)."""
        exporter_secret = self._expand(b"exp", self.hpke.kdf.n_h)
        return self.hpke.kdf.labeled_expand(
            self.hpke.suite_id, exporter_secret, b"sec" + exporter_context, length
        )

    def _key_and_nonce(self) -> tuple[bytes, bytes]:
        aead = self.hpke.aead
        return self._expand(b"key", aead.n_k), self._expand(b"base_nonce", aead.n_n)

    def _expand(self, label: bytes, length: int) -> bytes:
        return self.hpke.kdf.labeled_expand(
            self.hpke.suite_id, self._secret, label + self._key_schedule_context, length
        )


@value()
class Hpke:
    """An HPKE suite in base mode."""

    kem: Kem
    kdf: Kdf
    aead: Aead
    suite_id: bytes = field(init=False)
    _psk_id_hash: bytes = field(init=False, repr=False)

    def __post_init__(self) -> None:
        ids = (self.kem.kem_id, self.kdf.kdf_id, self.aead.aead_id)
        object.__setattr__(self, "suite_id", b"HPKE" + b"".join(one.to_bytes(2) for one in ids))
        empty = self.kdf.labeled_extract(self.suite_id, b"", b"psk_id_hash", b"")
        object.__setattr__(self, "_psk_id_hash", empty)

    def setup_base_sender(
        self, public_key: bytes, info: bytes, random: RandomSource
    ) -> tuple[bytes, Context]:
        """Start towards the holder of a public key; return `enc` and the context."""
        return self.setup_prepared_sender(public_key, self.prepared(info), random)

    def setup_base_receiver(self, enc: bytes, key_pair: HPKEKeyPair, info: bytes) -> Context:
        """Take up what a sender started."""
        return self._context(self.kem.decap(enc, key_pair), self.prepared(info))

    def prepared(self, info: bytes) -> bytes:
        """Return `key_schedule_context`, which is the same for all receivers (RFC 9180 5.1)."""
        info_hash = self.kdf.labeled_extract(self.suite_id, b"", b"info_hash", info)
        return b"\0" + self._psk_id_hash + info_hash

    def setup_prepared_sender(
        self, public_key: bytes, key_schedule_context: bytes, random: RandomSource
    ) -> tuple[bytes, Context]:
        """Start as `setup_base_sender` does, with an info that was prepared."""
        shared_secret, enc = self.kem.encap(public_key, random)
        return enc, self._context(shared_secret, key_schedule_context)

    def _context(self, shared_secret: bytes, key_schedule_context: bytes) -> Context:
        secret = self.kdf.labeled_extract(self.suite_id, shared_secret, b"secret", b"")
        return Context(self, secret, key_schedule_context)
