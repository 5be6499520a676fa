"""What the keys of a kept room are for: to be known by, to check what its host signed, to begin again.

Apart from the values themselves: whoever only reads or writes a notebook needs no cryptography of rooms.
"""

import hashlib

from msgspec.structs import replace

from holdspace.client.kept_rooms import HostPart, KeptRoom
from holdspace.protocol.keys import SigningKey
from holdspace.protocol.meeting.slips import Move, NotASlip, Slip, read_move, read_slip
from holdspace.protocol.recovery import secrets_of
from holdspace.protocol.translation import _


def own_key(kept: KeptRoom) -> SigningKey:
    """Return the person's lasting key for this room alone."""
    return SigningKey.from_seed(kept.my_key_seed)


def check_slip(kept: KeptRoom, data: bytes) -> Slip:
    """Return a slip that is for this person in this room, or raise NotASlip."""
    slip = read_slip(data, room=kept.room, host_key=kept.host_key)
    if slip.key != own_key(kept).public:
        raise NotASlip(_("That slip is for somebody else. It was not kept."))
    return slip


def moved_to(kept: KeptRoom, pasted: str) -> KeptRoom:
    """Return the room at the relays that a note of its host names; raise NotASlip if it is none."""
    move = read_move(pasted, host_key=kept.host_key)
    if move.room != kept.room:
        raise NotASlip(_("That note is for another room. Nothing was changed."))
    return with_move(kept, move)


def with_move(kept: KeptRoom, move: Move) -> KeptRoom:
    """Return the room at its newest relays; an older note changes nothing."""
    if move.minute <= kept.moved:
        return kept
    return replace(kept, relays=move.relays, moved=move.minute)


def recovered(seed: bytes, relays: tuple[str, ...], *, room_name: str, my_name: str) -> KeptRoom:
    """Return the host's room from its recovery phrase alone: it knows nobody yet."""
    secrets = secrets_of(seed)
    return KeptRoom(
        room=secrets.handle,
        host_key=secrets.root.public,
        relays=relays,
        room_name=room_name,
        my_name=my_name,
        my_role="host",
        my_key_seed=hashlib.sha256(b"holdspace host's own key v1" + secrets.root_seed).digest(),
        pass_secret=secrets.pass_secret,
        host=HostPart(seed),
    )
