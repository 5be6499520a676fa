"""Coming back: whom the host's client lets in at once, in which role, and to which seat.

Known is only who vouches for their leaf by a room key that the host pinned. A slip alone, or the
room's pass alone, is a reason to be told at the door, never to be let in unseen.
"""

from __future__ import annotations

from msgspec import structs

from holdspace.client.kept_rooms import HostPart, Pin
from holdspace.protocol.invite import KnockLetter
from holdspace.protocol.meeting.roles import CO_FACILITATOR, HOST, MEMBER, identity_of
from holdspace.protocol.meeting.slips import NotASlip, Slip, read_slip
from holdspace.protocol.translation import N_, _, listed

from .display import AWAY_SECONDS, shown_person
from .people import room_key_in
from .replacing import replace
from .seat import Admission, Known, Letter, Seat
from .step import Moment
from .view import Notice, Refusal, Urgency

# What speaks for somebody at the door, and what is to be looked at twice.
NOTES = {
    Known.BY_SLIP: (
        N_(
            "They hold a slip that you signed; this device does not know them, as after a recovery, or when "
            "an older copy of your notebook was put back."
        )
    ),
    Known.UNSURE: N_(
        "They belonged to this room when your notebook, which is an older copy, was written. What you "
        "decided since is not in it: let them in if you did not send them away."
    ),
}
OLDER_COPY = N_(
    "Your notebook is an older copy: {name} holds a slip that you gave after it was written. Whom you sent "
    "away since, it does not know. So everybody waits at the door until you let them in once. Look at who "
    "is here already, too."
)
WARNINGS = {
    Known.REVOKED: N_("You sent them away for good before. They cannot tell that you see this.")
}
OFTEN = N_("They came back several times within minutes; their program may keep crashing.")
COMES_IN = N_("{name} belongs to this room, and comes in at once.")
FULL = N_(
    "The room is full: {most_people} people are the most it holds. The knock stays at the door."
)
# Whoever loses the program, and with it what it knew, comes in anew, and the old seat stays empty.
EMPTY_SEATS = N_("Away now: {names}. Removing somebody who is away makes a place.")
# Groups are at their best well below this.
MOST_PEOPLE = 16
# Each return is a commit that everybody follows. Nobody keeps a room busy by coming in again and again.
MOST_RETURNS, RETURNS_WITHIN = 4, 300.0
SLIP_SECONDS = 12 * 3600


def how_known(seat: Seat, letter: KnockLetter, room_key: bytes) -> Known:
    """Return how the host's client knows whoever wrote a letter."""
    part = _part(seat)
    if part is None or not room_key:
        return Known.NOT
    pin = part.pin(room_key)
    if pin is not None:
        return _how_pinned(pin)
    return Known.BY_SLIP if _slip_of(seat, letter.slip, room_key) else Known.NOT


def _how_pinned(pin: Pin) -> Known:
    if pin.is_revoked:
        return Known.REVOKED
    return Known.UNSURE if pin.is_unsure else Known.PINNED


def _slip_of(seat: Seat, data: bytes, room_key: bytes) -> Slip | None:
    try:
        slip = read_slip(data, room=seat.facts.room, host_key=seat.facts.host_key)
    except NotASlip:
        return None
    return slip if slip.key == room_key else None


def witnessed(seat: Seat, letter: Letter, moment: Moment) -> tuple[Seat, Letter]:
    """Notice that the host's notebook is older than a slip it should have given; trust no pin of it then.

    Nobody but the host signs slips, and every one is written down when it is given.
    """
    part, slip = _part(seat), _slip_of(seat, letter.slip, letter.room_key)
    # A notebook of before wrote none down.
    if part is None or slip is None or not part.given or slip.minute <= part.given:
        return seat, letter
    moment.notices.append(Notice(_(OLDER_COPY).format(name=letter.name), Urgency.BELL))
    part = structs.replace(part.unsure(), given=slip.minute)
    pin = part.pin(letter.room_key)
    return _with_part(seat, part), replace(letter, known=_how_pinned(pin) if pin else letter.known)


def comes_in_at_once(seat: Seat, letter: Letter) -> bool:
    """Tell whether nobody need be asked: somebody known comes back, and the door is not locked."""
    part, state, host = _part(seat), seat.state, seat.host
    pin = part.pin(letter.room_key) if part else None
    if letter.known is not Known.PINNED or pin is None or state is None or host is None:
        return False
    # Another name, or one that looks like somebody else's here, is for people to judge.
    is_asked_out = letter.room_key in seat.lasting.at_door
    if pin.name != letter.name or letter.warning or is_asked_out or comes_often(seat, letter):
        return False
    if not needs_a_place(seat, letter):
        return True
    return not (host.is_locked or state.is_held or is_full(seat))


def needs_a_place(seat: Seat, letter: Letter) -> bool:
    """Tell whether there is no seat here that somebody at the door comes back to."""
    return not sitting_by(seat, letter.room_key)


def is_full(seat: Seat) -> bool:
    """Tell whether nobody more can be let in."""
    here = len(seat.state.people) if seat.state else 0
    coming = sum(isinstance(wish, Admission) for wish in seat.wishes)
    return here + coming >= MOST_PEOPLE


def why_not_in(seat: Seat, now: float) -> Refusal:
    """Return why nobody more can be let in, and whose seats are empty."""
    words, names = _(FULL).format(most_people=MOST_PEOPLE), _names_away(seat, now)
    return Refusal(f"{words} {_(EMPTY_SEATS).format(names=listed(names))}" if names else words)


def _names_away(seat: Seat, now: float) -> list[str]:
    # Whoever was cut off themselves has not listened for long enough to tell.
    if seat.state is None or now - seat.wire.since <= AWAY_SECONDS:
        return []
    guests = (person for person in seat.state.people if person.role != HOST)
    shown = (shown_person(seat, person.identity, now) for person in guests)
    return [one.name for one in shown if one.is_away]


def comes_often(seat: Seat, letter: Letter) -> bool:
    """Tell whether somebody was let in at once so often lately that now people are asked."""
    times = (at for key, at in _lately(seat, letter.since) if key == letter.room_key)
    return len(tuple(times)) >= MOST_RETURNS


def noted(seat: Seat, letter: Letter) -> Seat:
    """Return the seat that remembers letting somebody in at once."""
    came_back = (*_lately(seat, letter.since), (letter.room_key, letter.since))
    return replace(seat, lasting=replace(seat.lasting, came_back=came_back))


def _lately(seat: Seat, now: float) -> tuple[tuple[bytes, float], ...]:
    return tuple(one for one in seat.lasting.came_back if 0 <= now - one[1] < RETURNS_WITHIN)


def sitting_by(seat: Seat, room_key: bytes) -> tuple[bytes, ...]:
    """Return who sits here by this room key, but for oneself."""
    if not room_key:
        return ()
    return tuple(
        identity
        for member in seat.group.members
        for identity in (identity_of(member.signature_key),)
        if identity != seat.facts.identity
        and room_key_in(member.leaf_node, seat.facts.room) == room_key
    )


def role_of(seat: Seat, letter: Letter) -> str:
    """Return the role somebody comes back in: that of their seat if it is still here, or of their pin."""
    for identity in sitting_by(seat, letter.room_key):
        role = seat.roles.role_of(identity)
        return MEMBER if role == HOST else role
    part = _part(seat)
    pin = part.pin(letter.room_key) if part else None
    is_known = pin is not None and letter.known is Known.PINNED
    return CO_FACILITATOR if is_known and pin and pin.role == CO_FACILITATOR else MEMBER


def has_newest_slip(seat: Seat, letter: Letter) -> bool:
    """Tell whether the slip in a letter is of today, and says what the host would write in it now."""
    part = _part(seat)
    pin = part.pin(letter.room_key) if part else None
    slip = _slip_of(seat, letter.slip, letter.room_key)
    if pin is None or slip is None or (slip.name, slip.role) != (pin.name, pin.role):
        return False
    # New at every meeting, so that everybody who was there can witness that it was.
    return letter.since - slip.minute * 60 < SLIP_SECONDS


def let_in(seat: Seat, letter: Letter) -> Seat:
    """Know somebody from now on whom the host let in with a slip, or who had to be asked about."""
    if letter.known in {Known.BY_SLIP, Known.REVOKED, Known.UNSURE}:
        return pinning(seat, Pin(letter.room_key, letter.name))
    return seat


def pinning(seat: Seat, pin: Pin) -> Seat:
    """Return the host's seat that knows somebody, under their newest name and role."""
    part = _part(seat)
    return _with_part(seat, part.pinning(pin)) if part else seat


def given(seat: Seat, minute: int) -> Seat:
    """Return the host's seat that has written down that a slip was given."""
    part = _part(seat)
    return _with_part(seat, structs.replace(part, given=max(part.given, minute))) if part else seat


def _with_part(seat: Seat, part: HostPart) -> Seat:
    kept = seat.lasting.kept
    kept = structs.replace(kept, host=part) if kept else None
    return replace(seat, lasting=replace(seat.lasting, kept=kept))


def sent_away(seat: Seat, identity: bytes, moment: Moment) -> Seat:
    """Know somebody no longer whom the host removes while they are here; an empty seat is no offence."""
    part, key = _part(seat), key_of(seat, identity)
    pin, author = part.pin(key) if part else None, seat.author(identity)
    is_here = author is not None and moment.now - author.heard <= AWAY_SECONDS
    if pin is None or not is_here:
        return seat
    return pinning(seat, structs.replace(pin, is_revoked=True))


def sent_to_door(seat: Seat, identity: bytes) -> Seat:
    """Let somebody wait at the door in this meeting, also if they are known."""
    key = key_of(seat, identity)
    if seat.host is None or not key:
        return seat
    at_door = seat.lasting.at_door | {key}
    return replace(seat, lasting=replace(seat.lasting, at_door=at_door))


def key_of(seat: Seat, identity: bytes) -> bytes:
    """Return the room key that vouches for somebody here, empty without one."""
    leaf = next(
        (m.leaf_node for m in seat.group.members if identity_of(m.signature_key) == identity), None
    )
    return room_key_in(leaf, seat.facts.room) if leaf else b""


def _part(seat: Seat) -> HostPart | None:
    kept = seat.lasting.kept
    return kept.host if kept and seat.host else None
