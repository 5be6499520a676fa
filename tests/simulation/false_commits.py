"""Commits that no honest client makes: one that all refuse, one that somebody cannot follow, and one
whose key for the relay is wrong. The relay cannot tell any of them from a good one (H2, H3).
"""

from collections.abc import Sequence
from dataclasses import replace
from random import Random
from typing import TYPE_CHECKING, Any

from holdspace.client.seat.seat import OwnChange, Removal, Seat, access_key, roles_of
from holdspace.client.seat.sitting import Sitting
from holdspace.protocol import frames
from holdspace.protocol.keys import Purpose, SigningKey, bundle_digest, prove
from holdspace.protocol.meeting.roles import (
    ROLES_EXTENSION,
    RoleEntry,
    encode_roles,
    identity_of,
    make_roles,
)
from holdspace.protocol.mls import Extension, GroupContextExtensions, Proposal, Remove

if TYPE_CHECKING:
    from person import Person

REFUSED_BY_ALL = "invalid commit (all)"
FOR_ONE = "invalid commit (one subtree)"
WRONG_KEY = "wrong access key"


def commit_falsely(person: "Person", kind: str, chance: Random) -> bool:
    """Let somebody who leads send such a commit; return whether they did."""
    seat, machine = person.seat, person.machine
    is_ready = seat is not None and _may(seat) and seat.is_caught_up and seat.change is None
    if seat is None or not is_ready or not isinstance(machine, Sitting) or person.wire is None:
        return False
    others = [m for m in seat.group.members if m.leaf_index != seat.group.own_leaf_index]
    host = person.world.identity_of_host
    goes = [m for m in others if identity_of(m.signature_key) != host and not _leads(seat, m)]
    if len(goes) < 3:
        return False
    options: dict[str, Any] = {}
    proposals: Sequence[Proposal] = (Proposal.of(Remove(goes[0].leaf_index)),)
    if kind == FOR_ONE:
        options["spoiled_for"] = (chance.choice(goes[1:]).leaf_index,)
    if kind == REFUSED_BY_ALL:
        proposals = (_with_a_stranger(seat, chance),)
    made = seat.group.commit(
        proposals, random=chance.randbytes, now=person.now, padded_to=10_000, **options
    )
    key = access_key(seat.facts, made.group)
    if kind == WRONG_KEY:
        key = SigningKey.from_seed(chance.randbytes(32))
    bundle = _bundle(seat, made.message, made.group, key.public, chance)
    # Who forges a commit believes in it.
    change = OwnChange(Removal(b""), made, bundle.message_id, slots=bundle.slots)
    person.is_honest = False
    person.machine = replace(machine, seat=replace(seat, group=made.current, change=change))
    person.wire.send(bundle)
    return True


def _may(seat: Seat) -> bool:
    """Tell whether the relay would take a bundle of theirs."""
    return seat.is_staff


def _leads(seat: Seat, member: Any) -> bool:
    return seat.roles.is_facilitator(identity_of(member.signature_key))


def _with_a_stranger(seat: Seat, chance: Random) -> Proposal:
    roles = seat.roles
    first = roles.entries[0]
    stranger = RoleEntry(chance.randbytes(32), first.role, first.vouch)
    changed = make_roles(roles.host_key, (*roles.entries, stranger), roles.slots)
    others = (e for e in seat.group.extensions if e.extension_type != ROLES_EXTENSION)
    return Proposal.of(
        GroupContextExtensions((*others, Extension(ROLES_EXTENSION, encode_roles(changed))))
    )


def _bundle(
    seat: Seat, commit: bytes, group: Any, next_key: bytes, chance: Random
) -> frames.Bundle:
    fields: dict[str, Any] = {
        "ref": 2**31 + 1,
        "message_id": chance.randbytes(16),
        "base_epoch": seat.group.epoch,
        "commit": commit,
        "welcomes": (),
        "next_access_key": next_key,
        "slots": roles_of(group).slots,
        "slot_key": seat.slot.public,
    }
    unsigned = frames.Bundle(**fields, access_proof=bytes(64), slot_proof=bytes(64))
    occasion, digest = seat.occasion(seat.group.epoch), bundle_digest(unsigned)
    access = prove(access_key(seat.facts, seat.group), Purpose.BUNDLE, occasion, digest)
    slot = prove(seat.slot, Purpose.BUNDLE, occasion, digest)
    return frames.Bundle(**fields, access_proof=access, slot_proof=slot)
