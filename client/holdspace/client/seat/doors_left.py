"""The doors that somebody who keeps the room went away from: at none of them do they knock again.

A room's pass gets a new card with every meeting, and a relay shows it. One that lies can show an old card
again, or two by turns; it cannot sign one. So a card whose door was left, or that is older than the newest
one that was read, is no reason to knock, nor are agreements on it that were given up since. The newest card
by which somebody was let in is in their notebook, too.
"""

from dataclasses import field

from msgspec import structs

from holdspace.client.kept_rooms import KeptRoom
from holdspace.protocol.invite import RoomCard
from holdspace.protocol.values import value

from .invitations import DOOR_MINUTES
from .replacing import replace

# By so much a host's clock may have been set back since, without anybody being kept out by it.
CLOCK_MINUTES = 120


@value()
class DoorsLeft:
    """Doors by the sealing keys of their cards, and when the newest card that was read is over."""

    keys: tuple[bytes, ...] = field(default=(), repr=False)
    newest_minute: int = 0

    @classmethod
    def of(cls, kept: KeptRoom | None) -> "DoorsLeft":
        """Return what a notebook knows of the doors of its room."""
        return cls(newest_minute=max(0, kept.card_minute - CLOCK_MINUTES) if kept else 0)

    def is_old(self, card: RoomCard) -> bool:
        """Tell whether a card leads to a door that was left, or to one from before."""
        # R8: every card of a pass is good for the same time, so that an older one is over earlier.
        return card.sealing_key in self.keys or card.expires_minute < self.newest_minute

    def read(self, card: RoomCard) -> "DoorsLeft":
        """Note that this is the newest card."""
        return replace(self, newest_minute=card.expires_minute)

    def leave(self, card: RoomCard) -> "DoorsLeft":
        """Note that nobody answers behind this card, or that there is a newer one."""
        others = tuple(key for key in self.keys if key != card.sealing_key)
        return replace(self, keys=(*others, card.sealing_key))


def is_over(card: RoomCard, now: float) -> bool:
    """Tell whether nobody could open a letter that is sealed to this card any more, by this clock."""
    return now >= card.expires_minute * 60


def with_door(kept: KeptRoom, card: RoomCard, now: float) -> KeptRoom:
    """Return the kept room that remembers this card as the newest, after somebody was let in by it."""
    # Signed by a clock that is far ahead, it must not make every later card an old one.
    minute = min(card.expires_minute, int(now // 60) + DOOR_MINUTES)
    return structs.replace(kept, card_minute=max(kept.card_minute, minute))
