"""Cipher suites (RFC 9420 section 5), one row each, and the labelled functions built on them.

Every key and every signature of MLS goes through a label, so that nothing made for one purpose can
be used for another.
"""

import hashlib
import hmac
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, Protocol

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from holdspace.protocol.mls.codec import encode_opaque
from holdspace.protocol.mls.errors import CryptoError, UsageError, ValidationError
from holdspace.protocol.mls.hpke import (
    AES_128_GCM,
    HKDF_SHA256,
    Aead,
    DhkemX25519,
    Hpke,
    HPKEKeyPair,
    Kdf,
    Kem,
    RandomSource,
    XWing,
)
from holdspace.protocol.mls.messages import HPKECiphertext

__all__ = [
    "DEFAULT_SUITE",
    "CipherSuite",
    "HPKEKeyPair",
    "MLS_128_DHKEMX25519_AES128GCM_SHA256_Ed25519",
    "MLS_128_MLKEM768X25519_AES128GCM_SHA256_Ed25519",
    "RandomSource",
    "SignatureKeyPair",
    "cipher_suite",
    "register",
    "supported_suites",
]


@dataclass(frozen=True)
class SignatureKeyPair:
    """Hold both halves of a signature key; the private half never shows in a repr."""

    public_key: bytes
    private_key: bytes = field(repr=False)
    opened: Any = field(repr=False, compare=False)


class SignatureScheme(Protocol):
    """What a suite needs of a signature scheme."""

    def load(self, private_key: bytes) -> SignatureKeyPair:
        """Make a key pair of its private half."""

    def generate_key_pair(self, random: RandomSource) -> SignatureKeyPair:
        """Make a fresh key pair."""

    def check_public_key(self, public_key: bytes) -> None:
        """Refuse a key that no honest member can have."""

    def sign(self, key_pair: SignatureKeyPair, message: bytes) -> bytes:
        """Sign."""

    def verify(self, public_key: bytes, message: bytes, signature: bytes) -> None:
        """Raise CryptoError unless the signature is right."""


_P = 2**255 - 19
# The y coordinates of the eight points whose order divides 8: orders 1, 2, 4, and both of order 8.
_ORDER_8 = 0x05FC536D880238B13933C6D305ACDFD5F098EFF289F4C345B027B2C28F95E826
_SMALL_ORDER = frozenset((1, _P - 1, 0, _ORDER_8, _P - _ORDER_8))


def _ed25519_public(data: bytes) -> Ed25519PublicKey:
    y = int.from_bytes(data, "little") & (2**255 - 1)
    # R13: with a key of small order, one signature fits any message, and the library accepts it.
    if len(data) != 32 or y >= _P or y in _SMALL_ORDER:
        raise CryptoError("this is no safe Ed25519 key")
    return Ed25519PublicKey.from_public_bytes(data)


class Ed25519:
    """Ed25519 (RFC 8032), refusing keys of small order and keys not written canonically."""

    def load(self, private_key: bytes) -> SignatureKeyPair:
        """Make a key pair of the 32 bytes of its private half."""
        try:
            opened = Ed25519PrivateKey.from_private_bytes(private_key)
        except ValueError:
            raise CryptoError("an Ed25519 key has 32 bytes") from None
        return SignatureKeyPair(opened.public_key().public_bytes_raw(), private_key, opened)

    def generate_key_pair(self, random: RandomSource) -> SignatureKeyPair:
        """Make a fresh key pair."""
        return self.load(random(32))

    def check_public_key(self, public_key: bytes) -> None:
        """Refuse keys of small order and keys not written canonically."""
        _ed25519_public(public_key)

    def sign(self, key_pair: SignatureKeyPair, message: bytes) -> bytes:
        """Sign."""
        opened: Ed25519PrivateKey = key_pair.opened
        return opened.sign(message)

    def verify(self, public_key: bytes, message: bytes, signature: bytes) -> None:
        """Raise CryptoError unless the signature is right."""
        try:
            _ed25519_public(public_key).verify(signature, message)
        except InvalidSignature:
            raise CryptoError("the signature does not verify") from None


@lru_cache(maxsize=256)
def _kdf_label(label: str, length: int) -> bytes:
    return length.to_bytes(2) + _labelled(label)


@lru_cache(maxsize=256)
def _labelled(label: str) -> bytes:
    return encode_opaque(b"MLS 1.0 " + label.encode())


@dataclass(frozen=True)
class CipherSuite:
    """One row of the suite table, with everything MLS derives from it.

    Names follow RFC 9420 sections 5.1 and 8. Labels are given without their "MLS 1.0 " prefix.
    """

    id: int
    name: str
    kem: Kem = field(repr=False)
    kdf: Kdf = field(repr=False)
    aead: Aead = field(repr=False)
    signature: SignatureScheme = field(repr=False)
    _hpke: Hpke = field(init=False, repr=False, compare=False)
    _hash: Callable[[bytes], Any] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_hash", getattr(hashlib, self.kdf.hash_name))
        object.__setattr__(self, "_hpke", Hpke(self.kem, self.kdf, self.aead))

    @property
    def n_h(self) -> int:
        """Return KDF.Nh, the size of every secret and hash."""
        return self.kdf.n_h

    def hash(self, data: bytes) -> bytes:
        """Hash with the suite's hash function."""
        digest: bytes = self._hash(data).digest()
        return digest

    # 5.2
    def ref_hash(self, label: str, value: bytes) -> bytes:
        """RefHash; its labels carry their own prefix "MLS 1.0 " already."""
        return self.hash(encode_opaque(label.encode()) + encode_opaque(value))

    def key_package_ref(self, key_package: bytes) -> bytes:
        """Return the KeyPackageRef of an encoded key package."""
        return self.ref_hash("MLS 1.0 KeyPackage Reference", key_package)

    def proposal_ref(self, authenticated_content: bytes) -> bytes:
        """Return the ProposalRef of the encoded AuthenticatedContent that carried a proposal."""
        return self.ref_hash("MLS 1.0 Proposal Reference", authenticated_content)

    def mac(self, key: bytes, data: bytes) -> bytes:
        """Authenticate with HMAC."""
        return hmac.digest(key, data, self.kdf.hash_name)

    def verify_mac(self, key: bytes, data: bytes, tag: bytes | None) -> None:
        """Raise CryptoError unless the whole tag is right."""
        # Comparing in constant time; compare_digest is false for any other length.
        if tag is None or not hmac.compare_digest(self.mac(key, data), tag):
            raise CryptoError("the tag does not verify")

    # 8
    def extract(self, salt: bytes, ikm: bytes) -> bytes:
        """KDF.Extract."""
        return self.kdf.extract(salt, ikm)

    def expand_with_label(self, secret: bytes, label: str, context: bytes, length: int) -> bytes:
        """ExpandWithLabel."""
        kdf_label = _kdf_label(label, length) + encode_opaque(context)
        return self.kdf.expand(secret, kdf_label, length)

    def derive_secret(self, secret: bytes, label: str) -> bytes:
        """DeriveSecret."""
        return self.expand_with_label(secret, label, b"", self.kdf.n_h)

    # 9
    def derive_tree_secret(self, secret: bytes, label: str, generation: int, length: int) -> bytes:
        """DeriveTreeSecret."""
        return self.expand_with_label(secret, label, generation.to_bytes(4), length)

    # 5.1.2
    def sign_with_label(self, key_pair: SignatureKeyPair, label: str, content: bytes) -> bytes:
        """SignWithLabel."""
        return self.signature.sign(key_pair, _labelled(label) + encode_opaque(content))

    def verify_with_label(
        self, public_key: bytes, label: str, content: bytes, *, signature: bytes
    ) -> None:
        """VerifyWithLabel; raise CryptoError unless the signature is right."""
        message = _labelled(label) + encode_opaque(content)
        self.signature.verify(public_key, message, signature)

    # 5.1.3
    def encrypt_with_label(
        self,
        public_key: bytes,
        label: str,
        context: bytes,
        *,
        plaintext: bytes,
        random: RandomSource,
    ) -> HPKECiphertext:
        """EncryptWithLabel."""
        info = _labelled(label) + encode_opaque(context)
        kem_output, sender = self._hpke.setup_base_sender(public_key, info, random)
        return HPKECiphertext(kem_output, sender.seal(plaintext))

    def decrypt_with_label(
        self, key_pair: HPKEKeyPair, label: str, context: bytes, *, ciphertext: HPKECiphertext
    ) -> bytes:
        """DecryptWithLabel; raise CryptoError if it does not open."""
        info = _labelled(label) + encode_opaque(context)
        receiver = self._hpke.setup_base_receiver(ciphertext.kem_output, key_pair, info)
        return receiver.open(ciphertext.ciphertext)

    # 8.3
    def external_init_sender(self, public_key: bytes, random: RandomSource) -> tuple[bytes, bytes]:
        """Return `kem_output` and the init secret of an external commit."""
        kem_output, context = self._hpke.setup_base_sender(public_key, b"", random)
        return kem_output, context.export(_EXTERNAL_INIT, self.kdf.n_h)

    def external_init_receiver(self, key_pair: HPKEKeyPair, kem_output: bytes) -> bytes:
        """Return the init secret that an external commit has set."""
        context = self._hpke.setup_base_receiver(kem_output, key_pair, b"")
        return context.export(_EXTERNAL_INIT, self.kdf.n_h)

    def derive_key_pair(self, secret: bytes) -> HPKEKeyPair:
        """KEM.DeriveKeyPair."""
        return self.kem.derive_key_pair(secret)

    def generate_key_pair(self, random: RandomSource) -> HPKEKeyPair:
        """Make a fresh HPKE key pair."""
        return self.kem.generate_key_pair(random)

    def generate_signature_key_pair(self, random: RandomSource) -> SignatureKeyPair:
        """Make a fresh signature key pair."""
        return self.signature.generate_key_pair(random)

    def aead_seal(self, key: bytes, nonce: bytes, aad: bytes, plaintext: bytes) -> bytes:
        """AEAD.Seal."""
        return self.aead.seal(key, nonce, aad, plaintext)

    def aead_open(self, key: bytes, nonce: bytes, aad: bytes, ciphertext: bytes) -> bytes:
        """AEAD.Open; raise CryptoError if it does not open."""
        return self.aead.open(key, nonce, aad, ciphertext)


_EXTERNAL_INIT = b"MLS 1.0 external init secret"

MLS_128_DHKEMX25519_AES128GCM_SHA256_Ed25519 = CipherSuite(
    0x0001,
    "MLS_128_DHKEMX25519_AES128GCM_SHA256_Ed25519",
    kem=DhkemX25519(),
    kdf=HKDF_SHA256,
    aead=AES_128_GCM,
    signature=Ed25519(),
)
# The first suite of draft-ietf-mls-pq-ciphersuites; its number is private until one is assigned.
MLS_128_MLKEM768X25519_AES128GCM_SHA256_Ed25519 = CipherSuite(
    0xF04F,
    "MLS_128_MLKEM768X25519_AES128GCM_SHA256_Ed25519",
    kem=XWing(),
    kdf=HKDF_SHA256,
    aead=AES_128_GCM,
    signature=Ed25519(),
)
DEFAULT_SUITE = MLS_128_MLKEM768X25519_AES128GCM_SHA256_Ed25519

_suites: dict[int, CipherSuite] = {}


def register(suite: CipherSuite) -> CipherSuite:
    """Add a row to the table; a number once taken stays taken."""
    if _suites.setdefault(suite.id, suite) != suite:
        raise UsageError(f"suite {suite.id:#06x} is taken")
    return suite


register(MLS_128_DHKEMX25519_AES128GCM_SHA256_Ed25519)
register(MLS_128_MLKEM768X25519_AES128GCM_SHA256_Ed25519)


def cipher_suite(number: int) -> CipherSuite:
    """Return a suite by its number; an unknown one is refused, never guessed."""
    if number not in _suites:
        raise ValidationError(f"cipher suite {number:#06x} is not supported")
    return _suites[number]


def supported_suites() -> tuple[int, ...]:
    """Return the numbers of all suites, the default first."""
    return (DEFAULT_SUITE.id, *(number for number in _suites if number != DEFAULT_SUITE.id))
