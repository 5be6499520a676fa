"""A room as it lasts on its members' devices: what a notebook holds of it, and nothing more.

Values only. The seat of a meeting makes and changes them, the notebook writes them, and the
commands for rooms list them; what their keys are for is in `room_keys.py`. No words of any meeting
are in here.
"""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta, Struct
from msgspec.structs import replace

from holdspace.protocol.frames import Handle, Key, Minute
from holdspace.protocol.meeting.kinds import SlipRole
from holdspace.protocol.meeting.schedule import Schedule
from holdspace.protocol.overriding import override
from holdspace.protocol.text import clean_line
from holdspace.protocol.translation import _

MOST_PINS = 64
KeptRole = Literal["host", "co-facilitator", "member"]
_Name = Annotated[str, Meta(min_length=1, max_length=96)]
_Text = Annotated[str, Meta(max_length=600)]
_Secret = Annotated[bytes, Meta(min_length=16, max_length=16)]


class Kept(Struct, frozen=True, array_like=True, forbid_unknown_fields=True):
    """Anything that is kept in a notebook. New fields only at the end, with a default."""

    @override
    def __repr__(self) -> str:
        """Show the kind of page alone: what is on it is nobody's business."""
        return f"{type(self).__name__}(...)"


class Pin(Kept, frozen=True):
    """Somebody the host knows by their key for this room; `is_revoked`: not any more.

    `is_unsure`: known to an older copy of the notebook that was put back; nobody knows what came after.
    """

    key: Key
    name: _Name
    role: SlipRole = "member"
    is_revoked: bool = False
    is_unsure: bool = False


class HostPart(Kept, frozen=True):
    """What only the host of a room keeps: the seed that all of it comes from, and who is known.

    `given` is when the newest slip was given, so that one given later shows an older copy.
    """

    seed: _Secret
    standing: _Text = ""
    pins: Annotated[tuple[Pin, ...], Meta(max_length=MOST_PINS)] = ()
    meetings: Annotated[int, Meta(ge=0, lt=2**32)] = 0
    # The relay ran in the host's own program the last time, and is started there again.
    is_relay_here: bool = False
    given: Minute = 0

    def pin(self, key: bytes) -> Pin | None:
        """Return who is known by this key, also if they are not welcome any more."""
        return next((pin for pin in self.pins if pin.key == key), None)

    def pinning(self, pin: Pin) -> HostPart:
        """Return the part that knows somebody, under their newest name and role."""
        others = tuple(one for one in self.pins if one.key != pin.key)
        if len(others) >= MOST_PINS:
            # Who was sent away longest ago makes room; nobody who is welcome is forgotten by itself.
            gone = next((one for one in others if one.is_revoked), None)
            if gone is None:
                return self
            others = tuple(one for one in others if one is not gone)
        return replace(self, pins=(*others, pin))

    def unsure(self) -> HostPart:
        """Return the part that lets nobody in at once whom the host does not let in again."""
        pins = tuple(pin if pin.is_revoked else replace(pin, is_unsure=True) for pin in self.pins)
        return replace(self, pins=pins)


class KeptRoom(Kept, frozen=True):
    """A room in the notebook of one of its people. `agreements`: a digest of what was accepted.

    `card_minute`: when the newest card is over by which its owner was let in.
    """

    room: Handle
    host_key: Key
    relays: Annotated[tuple[_Text, ...], Meta(min_length=1, max_length=4)]
    room_name: Annotated[str, Meta(max_length=80)]
    my_name: _Name
    my_role: KeptRole
    my_key_seed: Key
    pass_secret: _Secret
    slip: Annotated[bytes, Meta(max_length=512)] = b""
    agreements: Annotated[bytes, Meta(max_length=32)] = b""
    moved: Minute = 0
    schedule: Schedule | None = None
    host: HostPart | None = None
    attended: Annotated[tuple[_Text, ...], Meta(max_length=64)] = ()
    card_minute: Minute = 0


def shown_name(kept: KeptRoom) -> str:
    """Return the room's name as it may be shown."""
    return clean_line(kept.room_name, 80) or _("a room")
