"""The key encapsulation mechanisms of our suites: DHKEM (RFC 9180 4.1) over five groups, and X-Wing.

A public key that nobody honest can have is refused when it is read or, where that cannot be told
from the key alone, when a secret is agreed with it.
"""

import hashlib
from dataclasses import field
from functools import cached_property, lru_cache
from typing import Any, NamedTuple, Protocol

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.mlkem import MLKEM768PrivateKey, MLKEM768PublicKey
from cryptography.hazmat.primitives.asymmetric.x448 import X448PrivateKey, X448PublicKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey

from holdspace.protocol.mls.errors import CryptoError
from holdspace.protocol.mls.hpke import (
    HKDF_SHA256,
    HKDF_SHA384,
    HKDF_SHA512,
    Encapsulated,
    HPKEKeyPair,
    Kdf,
    RandomSource,
)
from holdspace.protocol.mls.prime_curves import P256, P384, P521, PrimeCurve
from holdspace.protocol.values import value


class Group(Protocol):
    """What DHKEM needs of a Diffie-Hellman group."""

    def load(self, private_key: bytes) -> HPKEKeyPair:
        """Make a key pair of its serialised private half."""

    def derive(
        self, kdf: Kdf, suite_id: bytes, dkp_prk: bytes, public_key: bytes | None = None
    ) -> HPKEKeyPair:
        """Make a key pair of an extracted secret (the end of DeriveKeyPair, RFC 9180 7.1.3).

        If its public half must be `public_key`, refuse another.
        """

    def generate(self, random: RandomSource) -> HPKEKeyPair:
        """Make a fresh key pair."""

    def check_public_key(self, public_key: bytes) -> None:
        """Refuse bytes that are no key of this group."""

    def exchange(self, private: Any, public_key: bytes) -> bytes:
        """Return the Diffie-Hellman secret of an opened private key and somebody's public key."""


def _checked(key_pair: HPKEKeyPair, public_key: bytes) -> HPKEKeyPair:
    if key_pair.public_key != public_key:
        raise CryptoError("the secret belongs to another public key")
    return key_pair


@value()
class Montgomery:
    """X25519 and X448 (RFC 7748)."""

    name: str
    size: int
    private_type: type[X25519PrivateKey] | type[X448PrivateKey]
    public_type: type[X25519PublicKey] | type[X448PublicKey]
    # The field's prime, and the u coordinates of all points that leave no secret.
    prime: int
    small_order: frozenset[int] = field(repr=False)

    def load(self, private_key: bytes) -> HPKEKeyPair:
        """Make a key pair; a private key is any string of the right length."""
        try:
            opened = self.private_type.from_private_bytes(private_key)
        except ValueError:
            raise self._wrong_length() from None
        return HPKEKeyPair(opened.public_key().public_bytes_raw(), private_key, opened)

    def derive(
        self, kdf: Kdf, suite_id: bytes, dkp_prk: bytes, public_key: bytes | None = None
    ) -> HPKEKeyPair:
        """Make a key pair of an extracted secret."""
        key_pair = self.load(kdf.labeled_expand(suite_id, dkp_prk, b"sk", self.size))
        return key_pair if public_key is None else _checked(key_pair, public_key)

    def generate(self, random: RandomSource) -> HPKEKeyPair:
        """Make a fresh key pair."""
        return self.load(random(self.size))

    def check_public_key(self, public_key: bytes) -> None:
        """Refuse what is no key: in a tree, it would keep everybody from sealing a commit."""
        if len(public_key) != self.size:
            raise self._wrong_length()
        # RFC 7748, 5: the unused bit of X25519 is masked, and other numbers than the least are taken.
        u = int.from_bytes(public_key, "little") & ((1 << self.prime.bit_length()) - 1)
        if u % self.prime in self.small_order:
            raise self._small_order()

    def exchange(self, private: Any, public_key: bytes) -> bytes:
        """Return the secret, or refuse a public key that would leave no secret."""
        # RFC 9180 7.1.4: "recipients MUST check whether the Diffie-Hellman shared secret is the
        # all-zero value and abort if so". The library does, for both sides.
        try:
            secret: bytes = private.exchange(self._public(public_key))
        except ValueError:
            raise self._small_order() from None
        return secret

    def _public(self, data: bytes) -> X25519PublicKey | X448PublicKey:
        try:
            return self.public_type.from_public_bytes(data)
        except ValueError:
            raise self._wrong_length() from None

    def _small_order(self) -> CryptoError:
        return CryptoError(f"the {self.name} key is of small order")

    def _wrong_length(self) -> CryptoError:
        return CryptoError(f"an {self.name} key has {self.size} bytes")


@value()
class Prime:
    """The NIST curves."""

    curve: PrimeCurve

    def load(self, private_key: bytes, public_key: bytes | None = None) -> HPKEKeyPair:
        """Make a key pair of an integer below the group's order."""
        opened = self.curve.private(private_key, public_key)
        full_length = private_key.rjust(self.curve.size, b"\0")
        return HPKEKeyPair(public_key or self.curve.public_bytes(opened), full_length, opened)

    def derive(
        self, kdf: Kdf, suite_id: bytes, dkp_prk: bytes, public_key: bytes | None = None
    ) -> HPKEKeyPair:
        """Make a key pair of the first candidate that is one."""
        labels = (b"candidate" + counter.to_bytes(1) for counter in range(256))
        candidates = (
            kdf.labeled_expand(suite_id, dkp_prk, label, self.curve.size) for label in labels
        )
        return self.load(self.curve.first_private(candidates), public_key)

    def generate(self, random: RandomSource) -> HPKEKeyPair:
        """Make a fresh key pair."""
        return self.load(self.curve.generate(random))

    def check_public_key(self, public_key: bytes) -> None:
        """Refuse what is no point of the curve."""
        self.curve.public(public_key)

    def exchange(self, private: Any, public_key: bytes) -> bytes:
        """Return the secret: the x coordinate of the shared point."""
        opened: ec.EllipticCurvePrivateKey = private
        return opened.exchange(ec.ECDH(), self.curve.public(public_key))


@value()
class Dhkem:
    """DHKEM (RFC 9180 4.1) over one group."""

    kem_id: int
    group: Group
    kdf: Kdf

    @cached_property
    def _suite_id(self) -> bytes:
        return b"KEM" + self.kem_id.to_bytes(2)

    def load(self, private_key: bytes) -> HPKEKeyPair:
        """Make a key pair of its serialised private half."""
        return self.group.load(private_key)

    def derive_key_pair(self, ikm: bytes) -> HPKEKeyPair:
        """Derive a key pair from a secret (RFC 9180 7.1.3)."""
        return self.group.derive(self.kdf, self._suite_id, self._dkp_prk(ikm))

    def derive_known_key_pair(self, ikm: bytes, public_key: bytes) -> HPKEKeyPair:
        """Derive the key pair that has this public half, or refuse."""
        return self.group.derive(self.kdf, self._suite_id, self._dkp_prk(ikm), public_key)

    def _dkp_prk(self, ikm: bytes) -> bytes:
        return self.kdf.labeled_extract(self._suite_id, b"", b"dkp_prk", ikm)

    def generate_key_pair(self, random: RandomSource) -> HPKEKeyPair:
        """Make a fresh key pair."""
        return self.group.generate(random)

    def check_public_key(self, public_key: bytes) -> None:
        """Refuse bytes that are no key of the group."""
        self.group.check_public_key(public_key)

    def encap(self, public_key: bytes, random: RandomSource) -> Encapsulated:
        """Make a shared secret for the holder of a public key."""
        ephemeral = self.group.generate(random)
        dh, enc = self.group.exchange(ephemeral.opened, public_key), ephemeral.public_key
        return Encapsulated(self._shared(dh, enc + public_key), enc)

    def decap(self, enc: bytes, key_pair: HPKEKeyPair) -> bytes:
        """Find the shared secret again."""
        dh = self.group.exchange(key_pair.opened, enc)
        return self._shared(dh, enc + key_pair.public_key)

    def _shared(self, dh: bytes, kem_context: bytes) -> bytes:
        kdf, suite_id = self.kdf, self._suite_id
        eae_prk = kdf.labeled_extract(suite_id, b"", b"eae_prk", dh)
        return kdf.labeled_expand(suite_id, eae_prk, b"shared_secret" + kem_context, kdf.n_h)


# On the curves and their twists: orders 1 and 2, 4, and on Curve25519 two of order 8.
_P25519, _P448 = 2**255 - 19, 2**448 - 2**224 - 1
_ORDER_8 = (
    0x00B8495F16056286FDB1329CEB8D09DA6AC49FF1FAE35616AEB8413B7C7AEBE0,
    0x57119FD0DD4E22D8868E1C58C45C44045BEF839C55B1D0B1248C50A3BC959C5F,
)
X25519 = Montgomery(
    "X25519", 32, X25519PrivateKey, X25519PublicKey, _P25519,
    frozenset((0, 1, _P25519 - 1, *_ORDER_8)),
)  # fmt: skip
X448 = Montgomery(
    "X448", 56, X448PrivateKey, X448PublicKey, _P448, frozenset((0, 1, _P448 - 1))
)  # fmt: skip

# RFC 9180, table 2
DHKEM_P256 = Dhkem(0x0010, Prime(P256), HKDF_SHA256)
DHKEM_P384 = Dhkem(0x0011, Prime(P384), HKDF_SHA384)
DHKEM_P521 = Dhkem(0x0012, Prime(P521), HKDF_SHA512)
DHKEM_X25519 = Dhkem(0x0020, X25519, HKDF_SHA256)
DHKEM_X448 = Dhkem(0x0021, X448, HKDF_SHA512)


class _XWingPrivate(NamedTuple):
    mlkem: MLKEM768PrivateKey
    x25519: Any


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
        x25519 = X25519.load(expanded[64:])
        public_key = mlkem.public_key().public_bytes_raw() + x25519.public_key
        return HPKEKeyPair(public_key, private_key, _XWingPrivate(mlkem, x25519.opened))

    def derive_key_pair(self, ikm: bytes) -> HPKEKeyPair:
        """Derive a key pair by the rule of draft-ietf-hpke-pq: SHAKE256.LabeledDerive."""
        label = b"DeriveKeyPair"
        labeled = ikm + b"HPKE-v1" + self._suite_id + len(label).to_bytes(2) + label
        return self.load(hashlib.shake_256(labeled + (32).to_bytes(2)).digest(32))

    def derive_known_key_pair(self, ikm: bytes, public_key: bytes) -> HPKEKeyPair:
        """Derive the key pair that has this public half, or refuse."""
        return _checked(self.derive_key_pair(ikm), public_key)

    def generate_key_pair(self, random: RandomSource) -> HPKEKeyPair:
        """Make a fresh key pair."""
        return self.load(random(32))

    def check_public_key(self, public_key: bytes) -> None:
        """Refuse bytes that are no X-Wing key."""
        _mlkem_public(public_key[:ML_KEM_PUBLIC])
        X25519.check_public_key(public_key[ML_KEM_PUBLIC:])

    def encap(self, public_key: bytes, random: RandomSource) -> Encapsulated:
        """Make a shared secret for the holder of a public key."""
        ss_m, ct_m = _mlkem_public(public_key[:ML_KEM_PUBLIC]).encapsulate()
        pk_x = public_key[ML_KEM_PUBLIC:]
        ephemeral = X25519.generate(random)
        ct_x = ephemeral.public_key
        ss_x = X25519.exchange(ephemeral.opened, pk_x)
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
        return _xwing_combiner(ss_m, X25519.exchange(private.x25519, ct_x), ct_x + pk_x)


def _xwing_combiner(ss_m: bytes, ss_x: bytes, ct_x_pk_x: bytes) -> bytes:
    return hashlib.sha3_256(ss_m + ss_x + ct_x_pk_x + rb"\.//^" + b"\\").digest()
