"""Who is in an MLS group, in the room's words: identity, name and role of every leaf."""

from holdspace.protocol.meeting.roles import RolesExtension, identity_of
from holdspace.protocol.meeting.values import MAX_NAME, Person
from holdspace.protocol.mls import Group, LeafIndex, Member
from holdspace.protocol.mls.structs import LeafNode

SLOT_EXTENSION = 0xF0A1
SLOT_KEY_BYTES = 32


def people_of(group: Group, roles: RolesExtension) -> tuple[Person, ...]:
    """Return everybody in the group; the reducer keeps their seat order."""
    return tuple(
        Person(identity, name_of(member.identity), roles.role_of(identity))
        for member in group.members
        for identity in (identity_of(member.signature_key),)
    )


def name_of(credential: bytes) -> str:
    """Return the name a credential carries, as it is; cleaning is for whoever shows it."""
    return credential.decode("utf-8", "replace")[:MAX_NAME]


def member_with(group: Group, identity: bytes) -> Member | None:
    """Return the leaf of an identity, if it is in the group."""
    return next((m for m in group.members if identity_of(m.signature_key) == identity), None)


def identity_at(group: Group, leaf_index: LeafIndex) -> bytes:
    """Return who sits at a leaf in this epoch; the index itself is never an identity (R6)."""
    return next(identity_of(m.signature_key) for m in group.members if m.leaf_index == leaf_index)


def slot_of(member: Member) -> bytes:
    """Return the relay key a member would use as a facilitator, from their signed leaf."""
    return slot_in(member.leaf_node)


def slot_in(leaf_node: LeafNode) -> bytes:
    """Return the relay key in a leaf, empty without one."""
    extensions = leaf_node.extensions
    found = (e.extension_data for e in extensions if e.extension_type == SLOT_EXTENSION)
    return next(found, b"")
