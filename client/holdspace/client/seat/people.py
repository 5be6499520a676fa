"""Who is in an MLS group, in the room's words: identity, name and role of every leaf."""

from holdspace.protocol.meeting.roles import RolesExtension, identity_of
from holdspace.protocol.meeting.slips import read_leaf_vouch
from holdspace.protocol.meeting.values import MAX_NAME, Person
from holdspace.protocol.mls import Group, Member
from holdspace.protocol.mls.structs import LeafNode

SLOT_EXTENSION = 0xF0A1
ROOM_KEY_EXTENSION = 0xF0A2
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


def slot_of(member: Member) -> bytes:
    """Return the relay key a member would use as a facilitator, from their signed leaf."""
    return slot_in(member.leaf_node)


def slot_in(leaf_node: LeafNode) -> bytes:
    """Return the relay key in a leaf, empty without one."""
    return _extension(leaf_node, SLOT_EXTENSION)


def room_key_in(leaf_node: LeafNode, room: bytes) -> bytes:
    """Return the key for this room that vouches for a leaf, empty if none does."""
    vouch = _extension(leaf_node, ROOM_KEY_EXTENSION)
    return read_leaf_vouch(vouch, room=room, signature_key=leaf_node.signature_key)


def came_back(before: Group, after: Group, room: bytes) -> tuple[tuple[bytes, bytes], ...]:
    """Return whose seat goes on in this commit: who was taken out, and came in by the same key.

    Only the holder of a room key can vouch by it, so nobody, host or relay, gives away a seat.
    """
    gone = _only_in(before, after)
    came = {room_key_in(new.leaf_node, room): new for new in reversed(_only_in(after, before))}
    pairs = ((old, came.get(room_key_in(old.leaf_node, room) or b"-")) for old in gone)
    return tuple(
        (identity_of(old.signature_key), identity_of(new.signature_key))
        for old, new in pairs
        if new is not None
    )


def _only_in(group: Group, other: Group) -> list[Member]:
    there = {member.signature_key for member in other.members}
    return [member for member in group.members if member.signature_key not in there]


def _extension(leaf_node: LeafNode, kind: int) -> bytes:
    found = (e.extension_data for e in leaf_node.extensions if e.extension_type == kind)
    return next(found, b"")
