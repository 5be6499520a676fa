"""What of this meeting may outlive it, as far as this seat knows: the key for this room, the kept room."""

from __future__ import annotations

from dataclasses import field

from msgspec import structs

from holdspace.client.kept_rooms import KeptRoom
from holdspace.protocol.invite import RoomCard, agreements_digest
from holdspace.protocol.keys import SigningKey
from holdspace.protocol.values import value


@value()
class Lasting:
    """A person's key for this room, whether or not it is kept, and the room as it is kept.

    `asked_at`: since when they wait for the host's yes; `asking`: whom the host has not answered yet.
    `at_door`: keys of those who were asked back to the door, and wait there also if they are known.
    `came_back`: whom this client let in at once lately, and when, by their keys.
    `agreed`: a digest of the agreements that were accepted; `attended`: slips that one was here.
    """

    key_seed: bytes = field(default=b"", repr=False)
    kept: KeptRoom | None = None
    asked_at: float = 0.0
    asking: tuple[bytes, ...] = ()
    at_door: frozenset[bytes] = field(default=frozenset(), repr=False)
    came_back: tuple[tuple[bytes, float], ...] = field(default=(), repr=False)
    agreed: bytes = b""
    attended: tuple[str, ...] = field(default=(), repr=False)

    @property
    def key(self) -> SigningKey:
        """Return the key for this room."""
        return SigningKey.from_seed(self.key_seed)


def is_agreed(kept: KeptRoom, card: RoomCard) -> bool:
    """Tell whether the agreements on a card are those that whoever keeps the room accepted."""
    # A host who comes back to their own meeting wrote what is agreed to in it.
    return kept.host is not None or kept.agreements == agreements_digest(card)


def as_accepted(kept: KeptRoom, card: RoomCard) -> KeptRoom:
    """Return the kept room with what this card agrees on, and its name."""
    return structs.replace(kept, agreements=agreements_digest(card), room_name=card.room_name)
