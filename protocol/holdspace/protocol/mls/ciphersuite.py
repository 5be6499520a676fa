"""Cipher suites (RFC 9420 section 5), one row each, and the labelled functions built on them.

Every key and every signature of MLS goes through a label, so that nothing made for one purpose can
be used for another.
"""

import hashlib
import hmac
from collections.abc import Callable
from dataclasses import field
from functools import lru_cache
from typing import Any

from holdspace.protocol.mls.errors import CryptoError, UsageError, ValidationError
from holdspace.protocol.mls.hpke import (
    AES_128_GCM,
    AES_256_GCM,
    CHACHA20_POLY1305,
    HKDF_SHA256,
    HKDF_SHA384,
    HKDF_SHA512,
    Aead,
    Hpke,
    HPKEKeyPair,
    Kdf,
    Kem,
    RandomSource,
)
from holdspace.protocol.mls.kems import (
    DHKEM_P256,
    DHKEM_P384,
    DHKEM_P521,
    DHKEM_X448,
    DHKEM_X25519,
    XWing,
)
from holdspace.protocol.mls.messages import HPKECiphertext
from holdspace.protocol.mls.signatures import (
    ECDSA_P256,
    ECDSA_P384,
    ECDSA_P521,
    ED448,
    ED25519,
    SignatureKeyPair,
    SignatureScheme,
)
from holdspace.protocol.mls.wire import encode_opaque
from holdspace.protocol.values import value

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


Sealer = Callable[[bytes, bytes], HPKECiphertext]


@lru_cache(maxsize=256)
def _kdf_label(label: str, length: int) -> bytes:
    return length.to_bytes(2) + _labelled(label)


@lru_cache(maxsize=256)
def _kdf_label_alone(label: str, length: int) -> bytes:
    return _kdf_label(label, length) + encode_opaque(b"")


@lru_cache(maxsize=256)
def _labelled(label: str) -> bytes:
    return encode_opaque(b"MLS 1.0 " + label.encode())


@value()
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
        """DeriveSecret: ExpandWithLabel without a context."""
        n_h = self.kdf.n_h
        return self.kdf.expand(secret, _kdf_label_alone(label, n_h), n_h)

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
        return self.sealer(label, context, random)(public_key, plaintext)

    def sealer(self, label: str, context: bytes, random: RandomSource) -> Sealer:
        """Return EncryptWithLabel for many public keys, with what is the same for all done once."""
        hpke = self._hpke
        # A Welcome's context is as long as its group is large.
        prepared = hpke.prepared(_labelled(label) + encode_opaque(context))

        def seal(public_key: bytes, plaintext: bytes) -> HPKECiphertext:
            kem_output, sender = hpke.setup_prepared_sender(public_key, prepared, random)
            return HPKECiphertext(kem_output, sender.seal(plaintext))

        return seal

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

    def derive_known_key_pair(self, secret: bytes, public_key: bytes) -> HPKEKeyPair:
        """KEM.DeriveKeyPair where the public half is known; raise CryptoError if it is another."""
        return self.kem.derive_known_key_pair(secret, public_key)

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

# 17.1: number, name, KEM, KDF and hash, AEAD, signature scheme. The last row is the first suite of
# draft-ietf-mls-pq-ciphersuites; its number is private until one is assigned.
# fmt: off
_TABLE = (
    CipherSuite(0x0001, "MLS_128_DHKEMX25519_AES128GCM_SHA256_Ed25519",
                DHKEM_X25519, HKDF_SHA256, AES_128_GCM, ED25519),
    CipherSuite(0x0002, "MLS_128_DHKEMP256_AES128GCM_SHA256_P256",
                DHKEM_P256, HKDF_SHA256, AES_128_GCM, ECDSA_P256),
    CipherSuite(0x0003, "MLS_128_DHKEMX25519_CHACHA20POLY1305_SHA256_Ed25519",
                DHKEM_X25519, HKDF_SHA256, CHACHA20_POLY1305, ED25519),
    CipherSuite(0x0004, "MLS_256_DHKEMX448_AES256GCM_SHA512_Ed448",
                DHKEM_X448, HKDF_SHA512, AES_256_GCM, ED448),
    CipherSuite(0x0005, "MLS_256_DHKEMP521_AES256GCM_SHA512_P521",
                DHKEM_P521, HKDF_SHA512, AES_256_GCM, ECDSA_P521),
    CipherSuite(0x0006, "MLS_256_DHKEMX448_CHACHA20POLY1305_SHA512_Ed448",
                DHKEM_X448, HKDF_SHA512, CHACHA20_POLY1305, ED448),
    CipherSuite(0x0007, "MLS_256_DHKEMP384_AES256GCM_SHA384_P384",
                DHKEM_P384, HKDF_SHA384, AES_256_GCM, ECDSA_P384),
    CipherSuite(0xF04F, "MLS_128_MLKEM768X25519_AES128GCM_SHA256_Ed25519",
                XWing(), HKDF_SHA256, AES_128_GCM, ED25519),
)
# fmt: on
_suites: dict[int, CipherSuite] = {suite.id: suite for suite in _TABLE}

MLS_128_DHKEMX25519_AES128GCM_SHA256_Ed25519 = _suites[0x0001]
MLS_128_MLKEM768X25519_AES128GCM_SHA256_Ed25519 = _suites[0xF04F]
DEFAULT_SUITE = MLS_128_MLKEM768X25519_AES128GCM_SHA256_Ed25519


def register(suite: CipherSuite) -> CipherSuite:
    """Add a row to the table; a number once taken stays taken."""
    if _suites.setdefault(suite.id, suite) != suite:
        raise UsageError(f"suite {suite.id:#06x} is taken")
    return suite


def cipher_suite(number: int) -> CipherSuite:
    """Return a suite by its number; an unknown one is refused, never guessed."""
    if number not in _suites:
        raise ValidationError(f"cipher suite {number:#06x} is not supported")
    return _suites[number]


def supported_suites() -> tuple[int, ...]:
    """Return the numbers of all suites, the default first."""
    return (DEFAULT_SUITE.id, *(number for number in _suites if number != DEFAULT_SUITE.id))
