"""Hybrid public key encryption, base mode (RFC 9180), with the KEMs that our suites use.

Our own and not the library's, for three reasons: ephemeral keys come from the random source that
is passed in, MLS needs HPKE's Export, and TreeKEM needs DeriveKeyPair. The library has none.
"""

import hashlib
import hmac
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, NamedTuple, Protocol

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.mlkem import MLKEM768PrivateKey, MLKEM768PublicKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM, ChaCha20Poly1305

from holdspace.protocol.mls.errors import CryptoError

RandomSource = Callable[[int], bytes]


@dataclass(frozen=True)
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
AES_128_GCM = Aead(0x0001, AESGCM, 16)
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

    def generate_key_pair(self, random: RandomSource) -> HPKEKeyPair:
        """Make a fresh key pair."""

    def check_public_key(self, public_key: bytes) -> None:
        """Refuse bytes that are no key of this mechanism."""

    def encap(self, public_key: bytes, random: RandomSource) -> Encapsulated:
        """Make a shared secret for the holder of a public key."""

    def decap(self, enc: bytes, key_pair: HPKEKeyPair) -> bytes:
        """Find the shared secret again."""


def _x25519_public(data: bytes) -> X25519PublicKey:
    try:
        return X25519PublicKey.from_public_bytes(data)
    except ValueError:
        raise CryptoError("an X25519 key has 32 bytes") from None


def _x25519(private: X25519PrivateKey, public_key: bytes) -> bytes:
    # RFC 9180 7.1.4: "recipients MUST check whether the Diffie-Hellman shared secret is the
    # all-zero value and abort if so". The library does, for both sides.
    try:
        return private.exchange(_x25519_public(public_key))
    except ValueError:
        raise CryptoError("the X25519 key is of small order") from None


def _x25519_private(data: bytes) -> X25519PrivateKey:
    try:
        return X25519PrivateKey.from_private_bytes(data)
    except ValueError:
        raise CryptoError("an X25519 key has 32 bytes") from None


class DhkemX25519:
    """DHKEM(X25519, HKDF-SHA256) (RFC 9180 4.1)."""

    kem_id = 0x0020
    _suite_id = b"KEM\x00\x20"
    _kdf = HKDF_SHA256

    def load(self, private_key: bytes) -> HPKEKeyPair:
        """Make a key pair of the 32 bytes of its private half."""
        opened = _x25519_private(private_key)
        return HPKEKeyPair(opened.public_key().public_bytes_raw(), private_key, opened)

    def derive_key_pair(self, ikm: bytes) -> HPKEKeyPair:
        """Derive a key pair from a secret (RFC 9180 7.1.3)."""
        dkp_prk = self._kdf.labeled_extract(self._suite_id, b"", b"dkp_prk", ikm)
        return self.load(self._kdf.labeled_expand(self._suite_id, dkp_prk, b"sk", 32))

    def generate_key_pair(self, random: RandomSource) -> HPKEKeyPair:
        """Make a fresh key pair."""
        return self.load(random(32))

    def check_public_key(self, public_key: bytes) -> None:
        """Refuse bytes that are no X25519 key; small order shows only at use."""
        _x25519_public(public_key)

    def encap(self, public_key: bytes, random: RandomSource) -> Encapsulated:
        """Make a shared secret for the holder of a public key."""
        ephemeral = _x25519_private(random(32))
        enc = ephemeral.public_key().public_bytes_raw()
        return Encapsulated(self._shared(_x25519(ephemeral, public_key), enc + public_key), enc)

    def decap(self, enc: bytes, key_pair: HPKEKeyPair) -> bytes:
        """Find the shared secret again."""
        return self._shared(_x25519(key_pair.opened, enc), enc + key_pair.public_key)

    def _shared(self, dh: bytes, kem_context: bytes) -> bytes:
        eae_prk = self._kdf.labeled_extract(self._suite_id, b"", b"eae_prk", dh)
        return self._kdf.labeled_expand(self._suite_id, eae_prk, b"shared_secret" + kem_context, 32)


class _XWingPrivate(NamedTuple):
    mlkem: MLKEM768PrivateKey
    x25519: X25519PrivateKey


ML_KEM_PUBLIC = 1184
ML_KEM_CIPHERTEXT = 1088


# Reading an ML-KEM key costs a sixth of a seal; each member's key is sealed to again and again.
@lru_cache(maxsize=1024)
def _mlkem_public(data: bytes) -> MLKEM768PublicKey:
    try:
        return MLKEM768PublicKey.from_public_bytes(data)
    except ValueError:
        raise CryptoError("these bytes are no ML-KEM-768 key") from None


class XWing:
    r"""X-Wing, ML-KEM-768 with X25519 (draft-connolly-cfrg-xwing-kem, draft-ietf-hpke-pq).

    The library draws ML-KEM's encapsulation randomness itself and takes none from outside, so
    `encap` uses the random source for the X25519 half only and its output cannot be repeated.
    """

    kem_id = 0x647A
    _suite_id = b"KEM\x64\x7a"

    def load(self, private_key: bytes) -> HPKEKeyPair:
        """Make a key pair of the 32-byte seed that is its private half."""
        if len(private_key) != 32:
            raise CryptoError("an X-Wing seed has 32 bytes")
        expanded = hashlib.shake_256(private_key).digest(96)
        mlkem = MLKEM768PrivateKey.from_seed_bytes(expanded[:64])
        x25519 = _x25519_private(expanded[64:])
        public = mlkem.public_key().public_bytes_raw() + x25519.public_key().public_bytes_raw()
        return HPKEKeyPair(public, private_key, _XWingPrivate(mlkem, x25519))

    def derive_key_pair(self, ikm: bytes) -> HPKEKeyPair:
        """Derive a key pair by the rule of draft-ietf-hpke-pq: SHAKE256.LabeledDerive."""
        label = b"DeriveKeyPair"
        labeled = ikm + b"HPKE-v1" + self._suite_id + len(label).to_bytes(2) + label
        return self.load(hashlib.shake_256(labeled + (32).to_bytes(2)).digest(32))

    def generate_key_pair(self, random: RandomSource) -> HPKEKeyPair:
        """Make a fresh key pair."""
        return self.load(random(32))

    def check_public_key(self, public_key: bytes) -> None:
        """Refuse bytes that are no X-Wing key."""
        _mlkem_public(public_key[:ML_KEM_PUBLIC])
        _x25519_public(public_key[ML_KEM_PUBLIC:])

    def encap(self, public_key: bytes, random: RandomSource) -> Encapsulated:
        """Make a shared secret for the holder of a public key."""
        ss_m, ct_m = _mlkem_public(public_key[:ML_KEM_PUBLIC]).encapsulate()
        pk_x = public_key[ML_KEM_PUBLIC:]
        ephemeral = _x25519_private(random(32))
        ct_x = ephemeral.public_key().public_bytes_raw()
        ss_x = _x25519(ephemeral, pk_x)
        return Encapsulated(_xwing_combiner(ss_m, ss_x, ct_x + pk_x), ct_m + ct_x)

    def decap(self, enc: bytes, key_pair: HPKEKeyPair) -> bytes:
        """Find the shared secret again; a wrong ML-KEM part gives a wrong secret, not an error."""
        ct_m, ct_x = enc[:ML_KEM_CIPHERTEXT], enc[ML_KEM_CIPHERTEXT:]
        private: _XWingPrivate = key_pair.opened
        try:
            ss_m = private.mlkem.decapsulate(ct_m)
        except ValueError:
            raise CryptoError("an X-Wing ciphertext has 1120 bytes") from None
        pk_x = key_pair.public_key[ML_KEM_PUBLIC:]
        return _xwing_combiner(ss_m, _x25519(private.x25519, ct_x), ct_x + pk_x)


def _xwing_combiner(ss_m: bytes, ss_x: bytes, ct_x_pk_x: bytes) -> bytes:
    return hashlib.sha3_256(ss_m + ss_x + ct_x_pk_x + rb"\.//^" + b"\\").digest()


@dataclass(frozen=True)
class Context:
    """Hold one direction of an HPKE connection, for one message and any number of exports."""

    hpke: "Hpke"
    _secret: bytes = field(repr=False)
    _schedule: bytes = field(repr=False)

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
            self.hpke.suite_id, self._secret, label + self._schedule, length
        )


@dataclass(frozen=True)
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
        shared_secret, enc = self.kem.encap(public_key, random)
        return enc, self._context(shared_secret, info)

    def setup_base_receiver(self, enc: bytes, key_pair: HPKEKeyPair, info: bytes) -> Context:
        """Take up what a sender started."""
        return self._context(self.kem.decap(enc, key_pair), info)

    def _context(self, shared_secret: bytes, info: bytes) -> Context:
        kdf = self.kdf
        info_hash = kdf.labeled_extract(self.suite_id, b"", b"info_hash", info)
        secret = kdf.labeled_extract(self.suite_id, shared_secret, b"secret", b"")
        return Context(self, secret, b"\0" + self._psk_id_hash + info_hash)
