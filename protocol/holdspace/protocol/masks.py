"""Masks that cancel out: how numbers of several people are added without anybody seeing one of them.

Every two people of a roster agree on a secret (X25519) and stretch it to a mask (HKDF). One of the
two adds it to their numbers, the other takes it away, modulo 2^32. So each masked vector alone looks
like chance, and the sum of all of them is the sum of the numbers. Who misses one vector learns
nothing of the others. What exactly that promises is in docs/anonymous-answers.md. Pure.
"""

import hashlib
from collections.abc import Sequence

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

KEY_BYTES = 32
MODULUS = 2**32
_WORD_BYTES = 4
_LABEL = b"holdspace mask v1"
_PRIME = 2**255 - 19
# Any private key will do: with a point of small order, all of them agree on nothing but zeros.
_PROBE = X25519PrivateKey.from_private_bytes(bytes(range(KEY_BYTES)))


def public_half(private_key: bytes) -> bytes:
    """Return the half of a key that is shown to the others."""
    return X25519PrivateKey.from_private_bytes(private_key).public_key().public_bytes_raw()


def is_safe_mask_key(key: bytes) -> bool:
    """Tell whether masks can be made with this public key: one spelling only, and no small order."""
    if len(key) != KEY_BYTES or int.from_bytes(key, "little") >= _PRIME:
        return False
    try:
        _PROBE.exchange(X25519PublicKey.from_public_bytes(key))
    except ValueError:
        return False
    return True


def masked(
    numbers: Sequence[int], private_key: bytes, roster: Sequence[bytes], *, context: bytes
) -> tuple[int, ...]:
    """Return the numbers under the masks shared with everybody else in the roster of public keys.

    `context` says which sum this is for; it and the whole roster are bound into every mask, so that
    a vector that was made for one roster is chance in every other.
    """
    mine, private = public_half(private_key), X25519PrivateKey.from_private_bytes(private_key)
    at, binding = roster.index(mine), _binding(roster, context)
    totals = list(numbers)
    for place, key in enumerate(roster):
        if place == at:
            continue
        secret = private.exchange(X25519PublicKey.from_public_bytes(key))
        pair = binding + (mine + key if at < place else key + mine)
        sign = 1 if at > place else -1
        for word, part in enumerate(_stretched(secret, pair, len(totals))):
            totals[word] += sign * part
    return tuple(total % MODULUS for total in totals)


def added(one: Sequence[int], other: Sequence[int]) -> tuple[int, ...]:
    """Return the sum of two vectors."""
    return tuple((a + b) % MODULUS for a, b in zip(one, other, strict=True))


def _binding(roster: Sequence[bytes], context: bytes) -> bytes:
    return _LABEL + hashlib.sha256(context).digest() + hashlib.sha256(b"".join(roster)).digest()


def _stretched(secret: bytes, info: bytes, words: int) -> list[int]:
    data = HKDF(SHA256(), words * _WORD_BYTES, salt=None, info=info).derive(secret)
    pieces = (data[at : at + _WORD_BYTES] for at in range(0, len(data), _WORD_BYTES))
    return [int.from_bytes(piece) for piece in pieces]
