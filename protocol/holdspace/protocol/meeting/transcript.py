"""The hash chain over a meeting's log: how two people can tell that they read the same.

Every entry counts, also those nobody could decrypt, and its raw bytes, never a re-encoding (R12).
Each message carries the newest link its author had seen, so a relay that drops, reorders or forks
is noticed by whoever reads the next honest message (R7).
"""

import hashlib
from struct import Struct

_GENESIS_LABEL = b"holdspace transcript v1"
_ENTRY_LABEL = b"holdspace entry v1"
# Where an entry stands: its number, its epoch, whether it is a commit.
_PLACE = Struct("!QQ?")


def genesis(room: bytes, meeting: bytes) -> bytes:
    """Return the chain before the first entry."""
    return _hashed(_GENESIS_LABEL, room, meeting)


def next_chain(chain: bytes, seq: int, *, epoch: int, commit: bool, payload: bytes) -> bytes:
    """Return the chain after one entry, as the relay handed it over."""
    return _hashed(_ENTRY_LABEL, chain, _PLACE.pack(seq, epoch, commit), payload)


def _hashed(*parts: bytes) -> bytes:
    # Each part with its length in front: no two lists of parts are the same bytes.
    return hashlib.sha256(
        b"".join([len(part).to_bytes(8, "big") + part for part in parts])
    ).digest()
