"""Who can open the letters of people who knock: the host's client, and every facilitator it gives the key.

So somebody comes in also while the host is away (A5). The key goes by letter, that is to say to one
person alone, and only to whom the list of roles names; a new invitation has a new key, which they get
as well. Whom the host has pinned, and what is kept of the room, stays the host's alone.
"""

from __future__ import annotations

from holdspace.protocol.meeting.letters import DoorKey
from holdspace.protocol.meeting.roles import HOST
from holdspace.protocol.mls import DEFAULT_SUITE
from holdspace.protocol.translation import N_

from . import connecting, letters
from .replacing import replace
from .seat import DoorKeys, HostKeys, Seat
from .step import Moment
from .view import Notice

# The invitation that is out, and the room's pass.
MOST_DOORS = 2
MAKE_NEW = N_(
    "Somebody who no longer leads had the key of the door. To be safe, make a new invitation: /invite. "
    "The old code ends with that."
)
AT_THE_DOOR = N_("You stand at the door now, too: you read who knocks, and can let them in.")


def doors_of(seat: Seat) -> tuple[DoorKeys, ...]:
    """Return what opens letters here, newest first; none for whoever does not lead."""
    if seat.host is not None:
        return _host_doors(seat.host)
    return seat.doors if seat.is_staff else ()


def settle(seat: Seat, moment: Moment) -> Seat:
    """Host: give every other facilitator the keys of the door as it is now, once."""
    if seat.host is None:
        return _without_door(seat)
    doors = _host_doors(seat.host)
    due = tuple(
        (who, door.sealing_key.public_key)
        for who in letters.facilitators(seat)
        if seat.person(who) is not None
        for door in doors
    )
    for who in dict.fromkeys(who for who, key in due if (who, key) not in seat.doors_given):
        # Oldest first, as each goes on top of those before.
        for door in reversed(doors):
            seat = letters.write(seat, who, _note(door), moment)
    if seat.doors_given == set(due):
        return seat
    # With a relay that helps them, they could still open what is sealed to the key they had.
    leading = {who for who, _ in due}
    if any(who not in leading for who, _ in seat.doors_given):
        moment.notices.append(Notice(MAKE_NEW))
    return replace(seat, doors_given=frozenset(due))


def given(seat: Seat, author: bytes, note: DoorKey, moment: Moment) -> Seat:
    """Take a key of the door from the host; from anybody else it changes nothing."""
    if seat.roles.role_of(author) != HOST or not seat.is_staff or seat.host is not None:
        return seat
    # A letter brings 32 bytes or none is read, and any 32 bytes are a private key of this suite.
    sealing_key = DEFAULT_SUITE.kem.load(note.private_key)
    door = DoorKeys(sealing_key, note.expires_minute, note.agreements_digest)
    others = tuple(
        one for one in seat.doors if one.sealing_key.public_key != sealing_key.public_key
    )
    if not seat.doors:
        moment.notices.append(Notice(AT_THE_DOOR))
    seat = replace(seat, doors=(door, *others)[:MOST_DOORS])
    # Asked again, the relay tells of those who wait already.
    return connecting.watch_lobby(seat, moment)


def _without_door(seat: Seat) -> Seat:
    """Let go of the keys when one does not lead any more."""
    if not seat.doors or seat.is_staff:
        return seat
    return replace(seat, doors=(), letters=())


def _host_doors(host: HostKeys) -> tuple[DoorKeys, ...]:
    ways = (
        (host.sealing_key, host.card),
        (host.door.sealing_key, host.door.card) if host.door else (None, None),
    )
    return tuple(
        DoorKeys(sealing_key, card[1], host.agreements_digest)
        for sealing_key, card in ways
        if sealing_key is not None and card is not None
    )


def _note(door: DoorKeys) -> DoorKey:
    return DoorKey(door.sealing_key.private_key, door.expires_minute, door.agreements_digest)
