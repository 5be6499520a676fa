"""The two places where a simulation does the same as everybody else in another way.

The library draws ML-KEM's encapsulation randomness itself, so no two runs of it are alike. Here that
half of X-Wing is a hash that anybody could compute, in a ciphertext of the right length; the X25519
half, the keys, and everything built on both stay. All else that is random comes from seeds.

The four words of a room are slow to work out on purpose; here they are quick.
"""

import hashlib
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from hashlib import sha256
from unittest.mock import patch

from holdspace.protocol.mls.errors import CryptoError
from holdspace.protocol.mls.hpke import Encapsulated, HPKEKeyPair, RandomSource
from holdspace.protocol.mls.kems import (
    ML_KEM_CIPHERTEXT,
    ML_KEM_PUBLIC,
    X25519,
    XWing,
    _xwing_combiner,
)


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


@contextmanager
def shortcuts() -> Iterator[None]:
    """Let chance come from outside alone, and spare what is slow."""
    with ExitStack() as stack:
        stack.enter_context(patch.object(XWing, "encap", _encap))
        stack.enter_context(patch.object(XWing, "decap", _decap))
        stack.enter_context(patch.object(hashlib, "scrypt", _scrypt))
        yield
