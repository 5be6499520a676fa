"""rine's post-quantum cipher suite as a row of our table: what a new suite takes, in one place.

It is not the X-Wing suite of the drafts: KEM and suite have private numbers, the cipher is another, and
the seed of a derived key comes from the secret in rine's own way.
"""

import hashlib

from typing_extensions import override

from holdspace.protocol.mls import HPKEKeyPair
from holdspace.protocol.mls.ciphersuite import CipherSuite, register
from holdspace.protocol.mls.hpke import CHACHA20_POLY1305, HKDF_SHA256
from holdspace.protocol.mls.kems import XWing
from holdspace.protocol.mls.signatures import ED25519

NUMBER = 0xF057


class RineXWing(XWing):
    """X-Wing with rine's number and its rule for deriving keys."""

    kem_id = NUMBER

    @override
    def derive_key_pair(self, ikm: bytes) -> HPKEKeyPair:
        """Derive a key pair: SHAKE256 of what LabeledExtract makes of the secret."""
        dkp_prk = HKDF_SHA256.labeled_extract(b"KEM\xf0\x57", b"", b"dkp_prk", ikm)
        return self.load(hashlib.shake_256(dkp_prk).digest(32))


register(
    CipherSuite(
        NUMBER,
        "rine's MLS_128_XWING_CHACHA20POLY1305_SHA256_Ed25519",
        RineXWing(),
        HKDF_SHA256,
        CHACHA20_POLY1305,
        ED25519,
    )
)
