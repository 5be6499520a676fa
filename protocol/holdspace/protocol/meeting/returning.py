"""A seat that goes on under a new identity: somebody's client crashed, and they came in again.

An identity is the hash of a meeting's signature key and never changes (R6). So a commit that takes
the old one out and lets a new one in is two people, unless the new leaf is vouched for by the
same room key as the old; clients check that and say so here. Then nobody has left: seat, hand,
floor and place in the round are the new identity's.
"""

from collections.abc import Collection, Iterable
from typing import TypeVar

from msgspec import Struct
from msgspec.structs import replace

from holdspace.protocol.meeting import counting, pairing
from holdspace.protocol.meeting.effects import Effect, SeatCarriedOn
from holdspace.protocol.meeting.tallies import Joined
from holdspace.protocol.meeting.values import MeetingState, broken_law

# Who came back, as the identity that went and the one that came.
CameBackAs = tuple[bytes, bytes]
_Part = TypeVar("_Part")
# Bytes as long as an identity that their owner chooses: who put somebody's identity there would
# have it changed under them, and with it a count that others are in.
_NO_IDENTITIES: dict[type[Struct], frozenset[str]] = {Joined: frozenset({"key"})}


def carry_on(
    state: MeetingState, people_after: Collection[bytes], came_back: Iterable[CameBackAs]
) -> tuple[MeetingState, tuple[Effect, ...]]:
    """Return the state with those seats under their new identities, and what that changed."""
    effects: tuple[Effect, ...] = ()
    for old, new in came_back:
        here = [person.identity for person in state.people]
        goes = old in here and old not in people_after
        comes = new in people_after and new not in here
        if not (goes and comes):
            continue
        rest, lost = _without_what_is_gone(state, old)
        moved = _moved(rest, old, new)
        # Whatever a later version counts by identity: a state that breaks a law is nobody's.
        if not broken_law(moved):
            state = moved
            effects = (*effects, *lost, SeatCarriedOn(new, old))
    return state, effects


def _without_what_is_gone(
    state: MeetingState, identity: bytes
) -> tuple[MeetingState, tuple[Effect, ...]]:
    """Return the state without what was on the old client only: ready words, keys of a pair or count."""
    seated = state.people
    others = tuple(person for person in seated if person.identity != identity)
    counted, effects = counting.settle(replace(pairing.drop(state, identity), people=others))
    state = replace(counted, people=seated)
    gather = state.gather
    if gather is None or gather.is_released:
        return state, effects
    ready = tuple(one for one in gather.ready if one != identity)
    return replace(state, gather=replace(gather, ready=ready)), effects


def _moved(part: _Part, old: bytes, new: bytes) -> _Part:
    """Return this part of a state with one identity in the place of another, wherever it stands."""
    moved: object = part
    if isinstance(part, bytes):
        moved = new if part == old else part
    elif isinstance(part, tuple):
        moved = tuple(_moved(one, old, new) for one in part)
    elif isinstance(part, Struct):
        kept = _NO_IDENTITIES.get(type(part), frozenset())
        values = {
            name: getattr(part, name) if name in kept else _moved(getattr(part, name), old, new)
            for name in part.__struct_fields__
        }
        moved = type(part)(**values)
    return moved  # type: ignore[return-value]
