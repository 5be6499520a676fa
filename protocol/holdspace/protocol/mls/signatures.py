"""The signature schemes of our suites (RFC 9420 5.1.2), refusing keys that no honest member can have.

ECDSA is here for the suites that name it: anybody can write a valid signature of it in a second
way, where Ed25519 and Ed448 have one per key and message. Prefer those.
"""

from dataclasses import field
from typing import Any, Protocol

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ed448 import Ed448PrivateKey, Ed448PublicKey
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from holdspace.protocol.mls.errors import CryptoError
from holdspace.protocol.mls.hpke import RandomSource
from holdspace.protocol.mls.prime_curves import P256, P384, P521, PrimeCurve
from holdspace.protocol.values import value


@value()
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


@value()
class EdDSA:
    """Ed25519 and Ed448 (RFC 8032), refusing keys of small order and keys not in canonical form."""

    name: str
    size: int
    # The field's prime, and the y coordinates of the points of small order.
    prime: int = field(repr=False)
    small_order: frozenset[int] = field(repr=False)
    private_type: type[Ed25519PrivateKey] | type[Ed448PrivateKey]
    public_type: type[Ed25519PublicKey] | type[Ed448PublicKey]

    def load(self, private_key: bytes) -> SignatureKeyPair:
        """Make a key pair; a private key is any string of the right length."""
        try:
            opened = self.private_type.from_private_bytes(private_key)
        except ValueError:
            raise CryptoError(f"an {self.name} key has {self.size} bytes") from None
        return SignatureKeyPair(opened.public_key().public_bytes_raw(), private_key, opened)

    def generate_key_pair(self, random: RandomSource) -> SignatureKeyPair:
        """Make a fresh key pair."""
        return self.load(random(self.size))

    def check_public_key(self, public_key: bytes) -> None:
        """Refuse keys of small order and keys not written canonically."""
        self._public(public_key)

    def sign(self, key_pair: SignatureKeyPair, message: bytes) -> bytes:
        """Sign."""
        opened: Ed25519PrivateKey | Ed448PrivateKey = key_pair.opened
        return opened.sign(message)

    def verify(self, public_key: bytes, message: bytes, signature: bytes) -> None:
        """Raise CryptoError unless the signature is right."""
        try:
            self._public(public_key).verify(signature, message)
        except InvalidSignature:
            raise CryptoError("the signature does not verify") from None

    def _public(self, data: bytes) -> Ed25519PublicKey | Ed448PublicKey:
        # The top bit is the sign of x, all others are y.
        y = int.from_bytes(data, "little") & ((1 << (8 * self.size - 1)) - 1)
        # R13: with a key of small order, one signature fits any message, and the library accepts it.
        if len(data) != self.size or y >= self.prime or y in self.small_order:
            raise CryptoError(f"this is no safe {self.name} key")
        return self.public_type.from_public_bytes(data)


@value()
class Ecdsa:
    """ECDSA with signatures in DER (RFC 9420 5.1.2); the nonce follows from key and message."""

    curve: PrimeCurve
    algorithm: ec.ECDSA

    def load(self, private_key: bytes) -> SignatureKeyPair:
        """Make a key pair of an integer below the group's order."""
        opened = self.curve.private(private_key)
        private_bytes = private_key.rjust(self.curve.size, b"\0")
        return SignatureKeyPair(self.curve.public_bytes(opened), private_bytes, opened)

    def generate_key_pair(self, random: RandomSource) -> SignatureKeyPair:
        """Make a fresh key pair."""
        return self.load(self.curve.generate(random))

    def check_public_key(self, public_key: bytes) -> None:
        """Refuse what is no point of the curve."""
        self.curve.public(public_key)

    def sign(self, key_pair: SignatureKeyPair, message: bytes) -> bytes:
        """Sign."""
        opened: ec.EllipticCurvePrivateKey = key_pair.opened
        return opened.sign(message, self.algorithm)

    def verify(self, public_key: bytes, message: bytes, signature: bytes) -> None:
        """Raise CryptoError unless the signature is right."""
        try:
            self.curve.public(public_key).verify(signature, message, self.algorithm)
        except InvalidSignature:
            raise CryptoError("the signature does not verify") from None


_P25519 = 2**255 - 19
_P448 = 2**448 - 2**224 - 1
# The points whose order divides 8 have five y coordinates, two of them of order 8.
_ORDER_8 = 0x05FC536D880238B13933C6D305ACDFD5F098EFF289F4C345B027B2C28F95E826

ED25519 = EdDSA(
    "Ed25519",
    32,
    _P25519,
    frozenset((1, _P25519 - 1, 0, _ORDER_8, _P25519 - _ORDER_8)),
    Ed25519PrivateKey,
    Ed25519PublicKey,
)
# Those whose order divides 4 have three.
ED448 = EdDSA("Ed448", 57, _P448, frozenset((1, _P448 - 1, 0)), Ed448PrivateKey, Ed448PublicKey)
ECDSA_P256 = Ecdsa(P256, ec.ECDSA(hashes.SHA256(), deterministic_signing=True))
ECDSA_P384 = Ecdsa(P384, ec.ECDSA(hashes.SHA384(), deterministic_signing=True))
ECDSA_P521 = Ecdsa(P521, ec.ECDSA(hashes.SHA512(), deterministic_signing=True))
