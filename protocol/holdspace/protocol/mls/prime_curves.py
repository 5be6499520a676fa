"""The NIST curves' keys as MLS writes them, for key agreement and for signatures alike.

Public keys are uncompressed points, private keys big-endian integers (RFC 9180 7.1.1, RFC 9420
5.1.2). What is no point of the curve is refused here, before anything is computed with it.
"""

from collections.abc import Callable, Iterator

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from holdspace.protocol.mls.errors import CryptoError
from holdspace.protocol.values import value


@value()
class PrimeCurve:
    """One curve, with the size in bytes of its coordinates and private keys."""

    name: str
    curve: ec.EllipticCurve
    size: int

    def private(self, data: bytes, public_key: bytes | None = None) -> ec.EllipticCurvePrivateKey:
        """Return a private key; its public half, where that is known, is checked and not found anew.

        Leading zeros may be missing, as they are in the vectors.
        """
        try:
            if len(data) > self.size or not self._in_range(data):
                raise ValueError
            number = int.from_bytes(data)
            if public_key is None:
                return ec.derive_private_key(number, self.curve)
            point = self.public(public_key).public_numbers()
            return ec.EllipticCurvePrivateNumbers(number, point).private_key()
        except ValueError:
            raise CryptoError(f"this is no {self.name} private key") from None

    def _in_range(self, data: bytes) -> bool:
        return 0 < int.from_bytes(data) < self.curve.group_order

    def public(self, data: bytes) -> ec.EllipticCurvePublicKey:
        """Return a public key; the library checks that the point is on the curve."""
        try:
            # One way to write each point: a compressed one would be a second.
            if data[:1] != b"\4":
                raise ValueError
            return ec.EllipticCurvePublicKey.from_encoded_point(self.curve, data)
        except ValueError:
            raise CryptoError(f"this is no {self.name} key") from None

    def first_private(self, candidates: Iterator[bytes]) -> bytes:
        """Return the first candidate that is a private key (RFC 9180 7.1.3)."""
        # "bitmask is defined to be 0xFF for P-256 and P-384, and 0x01 for P-521"
        bitmask = 0xFF >> (8 * self.size - self.curve.key_size)
        for candidate in candidates:
            data = bytes([candidate[0] & bitmask]) + candidate[1:]
            if self._in_range(data):
                return data
        raise CryptoError("256 candidates in a row were no keys")

    def generate(self, random: Callable[[int], bytes]) -> bytes:
        """Return a fresh private key."""
        return self.first_private(random(self.size) for _ in range(256))

    def public_bytes(self, private: ec.EllipticCurvePrivateKey) -> bytes:
        """Return the public half as it travels."""
        return private.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)


P256 = PrimeCurve("P-256", ec.SECP256R1(), 32)
P384 = PrimeCurve("P-384", ec.SECP384R1(), 48)
P521 = PrimeCurve("P-521", ec.SECP521R1(), 66)
