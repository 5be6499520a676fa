"""In which order a round goes: by seats, or, with cover slots, in an order that the relay cannot know (R16).

Seats are taken in the order people come in, which a relay sees. Where it is to learn nothing of who
speaks, it must not be able to count seats either. Identities are known in the room alone.
"""

import hashlib

from holdspace.protocol.meeting.values import MeetingState

_LABEL = b"holdspace round order 1"


def in_turn(state: MeetingState, seats: tuple[bytes, ...]) -> tuple[bytes, ...]:
    """Return who has a turn after whom, of these people in the order of their seats."""
    if not state.is_covered:
        return seats
    # Another order in each round, so nobody is always first; and another in each company, so nobody
    # finds a key beforehand with which they would be. Identities are all of one length.
    start = _LABEL + state.floors_given.to_bytes(8, "big") + b"".join(sorted(seats))
    return tuple(sorted(seats, key=lambda who: hashlib.sha256(start + who).digest()))
