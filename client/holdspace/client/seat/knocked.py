"""A knock as it was made: the letter that is sealed for the door, and what its answer opens with.

Whoever knocks again with more words keeps their keys; only the words and the secret are fresh.
"""

from __future__ import annotations

from dataclasses import field

from holdspace.client.kept_rooms import KeptRoom
from holdspace.protocol.invite import (
    REPLY_SECRET_BYTES,
    KnockLetter,
    RoomCard,
    agreements_digest,
    seal_letter,
)
from holdspace.protocol.keys import SigningKey
from holdspace.protocol.mls import OwnKeyPackage
from holdspace.protocol.phrases import knock_fingerprint
from holdspace.protocol.values import value

from .host import own_key_package
from .replacing import replace
from .step import World

KNOCK_BYTES = 16


@value()
class Knocked:
    """A knock that was made, with what is needed to take its answer."""

    room: bytes
    knock: bytes
    sealed: bytes = field(repr=False)
    own: OwnKeyPackage = field(repr=False)
    reply_secret: bytes = field(repr=False)
    slot: SigningKey = field(repr=False)
    key_seed: bytes = field(default=bytes(32), repr=False)

    @property
    def name(self) -> str:
        """Return the name one knocked by."""
        return (self.own.key_package.leaf_node.credential.identity or b"").decode()

    @property
    def fingerprint(self) -> bytes:
        """Return what stands for this knock on both sides of the door."""
        return knock_fingerprint(self.room, self.own.key_package.encode())

    def again(self, card: RoomCard, words: str, *, slip: bytes, world: World) -> Knocked:
        """Return one more knock with the same keys, a fresh secret for its answer, and these words."""
        knock, reply_secret = world.random(KNOCK_BYTES), world.random(REPLY_SECRET_BYTES)
        letter = KnockLetter(
            key_package=self.own.key_package.encode(),
            name=self.name,
            introduction=words,
            agreements_digest=agreements_digest(card),
            reply_secret=reply_secret,
            slip=slip,
        )
        sealed = seal_letter(letter, card, knock=knock, random=world.random)
        return replace(self, knock=knock, sealed=sealed, reply_secret=reply_secret)


def knock_with(
    card: RoomCard,
    name: str,
    introduction: str = "",
    *,
    kept: KeptRoom | None,
    world: World,
) -> Knocked:
    """Return a first knock, under a fresh key package; who keeps the room vouches for it."""
    slot = SigningKey.from_seed(world.random(32))
    # Who does not keep the room forgets this key with the meeting.
    key_seed = kept.my_key_seed if kept else world.random(32)
    room_key = SigningKey.from_seed(key_seed)
    own = own_key_package(name, slot.public, world, room=card.room, room_key=room_key)
    blank = Knocked(card.room, b"", b"", own=own, reply_secret=b"", slot=slot, key_seed=key_seed)
    return blank.again(card, introduction, slip=kept.slip if kept else b"", world=world)
