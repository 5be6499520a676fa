"""What lasts of a room on the device of somebody who belongs to it: a page of their notebook.

Only data. Nothing in here is of one meeting: its keys live in memory and are gone with it.
"""

from typing import Annotated

from msgspec import Meta, Struct

Handle = Annotated[bytes, Meta(min_length=16, max_length=16)]
Key = Annotated[bytes, Meta(min_length=32, max_length=32)]
Secret = Annotated[bytes, Meta(max_length=64)]
Short = Annotated[str, Meta(max_length=400)]
MOST_MEMBERS = 200


class Kept(Struct, frozen=True, array_like=True, forbid_unknown_fields=True):
    """Anything that is kept in a notebook. New fields only at the end, with a default."""

    def __repr__(self) -> str:  # type: ignore[explicit-override]
        """Show the kind of page alone: what is on it is nobody's business."""
        return f"{type(self).__name__}(...)"


class PinnedMember(Kept, frozen=True):
    """Somebody whom the host's client lets in at once: their lasting key for this room, and name."""

    key: Key
    name: Short
    role: Short = "member"


class KeptRoom(Kept, frozen=True):
    """One room: what its owner needs to come back; for the host also what makes them its host."""

    room: Handle
    relays: Annotated[tuple[Short, ...], Meta(max_length=4)]
    room_name: Short
    my_name: Short
    my_role: Short
    host_key: Key
    my_key: Secret = b""
    slip: Annotated[bytes, Meta(max_length=2000)] = b""
    room_pass: Secret = b""
    root_key: Secret = b""
    members: Annotated[tuple[PinnedMember, ...], Meta(max_length=MOST_MEMBERS)] = ()
    revoked: Annotated[tuple[Key, ...], Meta(max_length=MOST_MEMBERS)] = ()
    schedule: Short = ""
