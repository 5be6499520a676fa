"""The doors that somebody who keeps the room went away from: at none of them do they knock again.

A room's pass gets a new card with every meeting, and a relay shows it. One that lies can show an old card
again, or two by turns; it cannot sign one. So a card whose door was left, or that is older than the newest
one that was read, is no reason to knock.
"""

from dataclasses import field

from holdspace.protocol.invite import RoomCard
from holdspace.protocol.values import value

from .replacing import replace


@value()
class DoorsLeft:
    """Doors by the sealing keys of their cards, and when the newest card that was read is over."""

    keys: tuple[bytes, ...] = field(default=(), repr=False)
    newest_minute: int = 0

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
