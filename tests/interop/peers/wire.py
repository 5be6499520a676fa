"""As much reading of the wire as the Rust peers need to tell their epoch: a GroupContext (8.1)."""

from typing import Any


def opaque(data: bytes, at: int) -> tuple[bytes, int]:
    """Return a vector with its length in front (RFC 9420, 2.1.2), and where it ends."""
    size_of_length = 1 << (data[at] >> 6)
    length = int.from_bytes(data[at : at + size_of_length]) & ((1 << (8 * size_of_length - 2)) - 1)
    start = at + size_of_length
    return data[start : start + length], start + length


def group_context(data: bytes, at: int) -> dict[str, Any]:
    """Return what a GroupContext says, under the names of `state`."""
    group_id, at = opaque(data, at + 4)  # after version and cipher suite
    epoch = int.from_bytes(data[at : at + 8])
    tree_hash, at = opaque(data, at + 8)
    confirmed_transcript_hash, _ = opaque(data, at)
    return {
        "group_id": group_id.hex(),
        "epoch": epoch,
        "tree_hash": tree_hash.hex(),
        "confirmed_transcript_hash": confirmed_transcript_hash.hex(),
    }
