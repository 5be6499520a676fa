"""Four words that two people read to each other over another channel, and what they stand for.

All of them are slow to compute (about 50 ms), so that finding something else with the same four words
costs years. They are apart from invitations because screens show them, and screens decrypt nothing.
"""

import hashlib
from functools import lru_cache

from holdspace.protocol.words import WORDS


@lru_cache(maxsize=32)
def check_phrase(host_key: bytes, room: bytes) -> str:
    """Return four words that both sides can read to each other over another channel.

    Deliberately slow (about 50 ms): finding a second key with the same four words costs years.
    """
    return _four_words(host_key, b"holdspace check phrase" + room)


def knock_fingerprint(room: bytes, key_package: bytes) -> bytes:
    """Return what stands for one knock, the same for whoever made it and whoever reads it."""
    return hashlib.sha256(b"holdspace knock" + room + key_package).digest()


@lru_cache(maxsize=64)
def knock_phrase(fingerprint: bytes) -> str:
    """Return four words for a knock: other ones if somebody put another knock in its place (R8).

    As slow as the other four: a knock lives for minutes, and finding such a second one costs years.
    """
    return _four_words(fingerprint, b"holdspace knock phrase")


def _four_words(of: bytes, salt: bytes) -> str:
    digest = hashlib.scrypt(of, salt=salt, n=2**14, r=8, p=1, dklen=4)
    return " ".join(WORDS[byte] for byte in digest)
