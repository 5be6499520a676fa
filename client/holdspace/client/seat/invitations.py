"""Making an invitation: a fresh secret, a card that the host signs, and the code to hand over."""

from __future__ import annotations

from dataclasses import replace

from holdspace.protocol.invite import (
    Invitation,
    RoomCard,
    agreements_digest,
    encode_invitation,
    hash_host_key,
    new_sealing_key,
    seal_card,
)

from .seat import HostKeys, Seat
from .step import World

SECRET_BYTES = 16


def new_invitation(seat: Seat, host: HostKeys, *, minutes: int, world: World) -> HostKeys:
    """Return the host's keys with a new invitation, which the relay must still be told of.

    Knocks by the one before can no longer be opened: there is one invitation at a time.
    """
    expires_minute = int(world.now // 60) + minutes
    invitation = Invitation(
        relays=seat.facts.relays,
        room=seat.facts.room,
        host_key_hash=hash_host_key(host.root.public),
        secret=world.random(SECRET_BYTES),
        expires_minute=expires_minute,
    )
    sealing_key = new_sealing_key(world.random)
    knock_key = invitation.knock_key.public
    card = RoomCard(
        host_key=host.root.public,
        room=seat.facts.room,
        room_name=seat.facts.room_name,
        host_name=host.words.host_name,
        standing=host.words.standing,
        agreements=host.words.agreements,
        agreements_version=host.words.agreements_version,
        about=host.words.about,
        sealing_key=sealing_key.public_key,
        knock_key=knock_key,
        expires_minute=expires_minute,
        crisis=host.words.crisis,
    )
    sealed = seal_card(card, host.root, invitation.card_key, world.random)
    return replace(
        host,
        sealing_key=sealing_key,
        invitation=encode_invitation(invitation),
        agreements_digest=agreements_digest(card),
        card=(knock_key, expires_minute, sealed),
        invited=False,
    )
