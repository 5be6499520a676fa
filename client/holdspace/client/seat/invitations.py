"""Making an invitation: a fresh secret, a card that the host signs, and the code to hand over.

The room's pass is an invitation that lasts: its secret comes from the room's seed, and each meeting
gives it a card of its own, sealed to a key of its own, so that no later loss opens today's letters.
"""

from __future__ import annotations

from holdspace.client.kept_rooms import KeptRoom
from holdspace.protocol.invite import (
    Invitation,
    RoomCard,
    agreements_digest,
    encode_invitation,
    hash_host_key,
    new_sealing_key,
    seal_card,
)
from holdspace.protocol.mls.hpke import HPKEKeyPair

from .replacing import replace
from .seat import HostKeys, PassDoor, Seat
from .step import World

SECRET_BYTES = 16
# As long as a relay keeps a meeting that nobody closes.
DOOR_MINUTES = 12 * 60


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
    card, sealed = _card(seat, host, invitation, sealing_key=sealing_key, world=world)
    return replace(
        host,
        sealing_key=sealing_key,
        invitation=encode_invitation(invitation),
        agreements_digest=agreements_digest(card),
        card=(card.knock_key, expires_minute, sealed),
        invited=False,
    )


def pass_of(kept: KeptRoom) -> Invitation:
    """Return the lasting invitation that members of a kept room come back with."""
    return Invitation(
        relays=kept.relays,
        room=kept.room,
        host_key_hash=hash_host_key(kept.host_key),
        secret=kept.pass_secret,
        expires_minute=0,
    )


def new_door(seat: Seat, host: HostKeys, kept: KeptRoom, world: World) -> HostKeys:
    """Return the host's keys with a door for who comes with the pass, for this meeting."""
    expires_minute = int(world.now // 60) + DOOR_MINUTES
    invitation = replace(pass_of(kept), relays=seat.facts.relays, expires_minute=expires_minute)
    sealing_key = new_sealing_key(world.random)
    card, sealed = _card(seat, host, invitation, sealing_key=sealing_key, world=world)
    return replace(host, door=PassDoor(sealing_key, (card.knock_key, expires_minute, sealed)))


def _card(
    seat: Seat, host: HostKeys, invitation: Invitation, *, sealing_key: HPKEKeyPair, world: World
) -> tuple[RoomCard, bytes]:
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
        knock_key=invitation.knock_key.public,
        expires_minute=invitation.expires_minute,
        crisis=host.words.crisis,
        is_covered=host.words.is_covered,
    )
    return card, seal_card(card, host.root, invitation.card_key, world.random)
