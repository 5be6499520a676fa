"""The host whose program died comes back to a meeting that another leads on, and is its host again (A5).

Their room key brings them back to their seat, as it does everybody (returning.py). The role does not
come with it: only the root key makes a host. It is in the notebook of whoever keeps the room, so their
client vouches for itself by letter, and the client of somebody who leads puts that into the list of
roles. Without a notebook the root key died with the program, and nobody can be the host of this meeting
any more; whoever leads, leads it to its end.

A host who is there is thrown out by nobody. Whoever knocks with their key while they are heard from has a
copy of their notebook, and waits at the door until people have looked.
"""

from __future__ import annotations

from holdspace.client.kept_rooms import KeptRoom
from holdspace.protocol.invite import RoomCard
from holdspace.protocol.meeting.letters import HostAgain
from holdspace.protocol.meeting.roles import (
    HOST,
    MEMBER,
    RoleEntry,
    is_vouched,
    vouch,
)
from holdspace.protocol.mls import Group
from holdspace.protocol.recovery import secrets_of
from holdspace.protocol.translation import N_, _

from . import changing, connecting, letters
from .invitations import new_door, new_invitation
from .people import member_with, room_key_in
from .replacing import replace
from .returning import comes_often, key_of, sitting_by
from .seat import CardWords, HostKeys, Letter, Restoration, Seat, roles_of
from .step import Moment
from .unled import REST_AFTER
from .view import Notice, Urgency

INVITATION_MINUTES = 24 * 60
# So long a letter may be on its way, and the commit that follows it, before one asks again.
AGAIN_SECONDS = 15.0
# So often they ask with the same keys, and so often one who leads tries it for them, if the relay refuses.
MOST_TRIES = 6
# What a program sent before it died may arrive by so much later than the knock of the next one.
LATE_SECONDS = 5.0
ASKS = N_("You are back in your meeting. In a moment you are its host again.")
NOT_HOST = N_(
    "You are here as a participant, and not as the host: no program of those who lead took you up as that. "
    "Ask them to lead on and to close the meeting. When you open your room again, you are its host."
)
HAS_HOST = N_(
    "You are here as a participant: the host of this meeting sits here already, in another program with your "
    "notebook. To lead from here, leave there first, while a co-facilitator is here."
)
OWN_KEY = N_(
    "Somebody is at the door with your own key for this room: another program of yours, or somebody with a "
    "copy of your notebook. While you are here, nobody comes in by it unasked. If it is not you, say no, and "
    "host a new room from now on: who has your notebook can open this one."
)
TWO_PROGRAMS = N_(
    "{name} is here, and somebody knocks with {name}'s key: two programs have it. Ask {name} in the room "
    "whether both are theirs. Whoever is let in takes the place of the one who is here."
)
STILL_HEARD = N_(
    "Their place here was heard from a moment ago. If their program has died, they come in by themselves in "
    "less than half a minute."
)
HOSTS_KEY = N_("They hold the key of this meeting's host. Once let in, they are its host again.")
HOST_AGAIN = N_(
    "You are the host again, and the meeting went on. There is a new invitation: the code from before "
    "your program ended opens nothing any more."
)


def words_before(card: RoomCard, kept: KeptRoom | None) -> CardWords | None:
    """Return what the host told newcomers, for the host who comes back; None for everybody else."""
    if kept is None or kept.host is None:
        return None
    return CardWords(
        host_name=card.host_name,
        standing=card.standing,
        agreements=card.agreements,
        agreements_version=card.agreements_version,
        about=card.about,
        crisis=card.crisis,
        is_covered=card.is_covered,
    )


def comes_in_at_once(seat: Seat, letter: Letter, now: float) -> bool:
    """Tell whether this is the host at the door, whose seat here is silent, and ours to let in."""
    person = seat.person(_host_by(seat, letter.room_key))
    if person is None or not seat.is_staff or comes_often(seat, letter) or letter.warning:
        return False
    is_doubted = letter.room_key in seat.lasting.at_door or letter.is_between
    if is_doubted or not _is_silent(seat, person.identity, now) or _is_there(seat, letter):
        return False
    return person.name == letter.name and changing.is_first_facilitator(seat, person.identity)


def doubted(seat: Seat, letter: Letter, moment: Moment) -> Seat:
    """Let nobody in unasked by a key that was heard from in here after it knocked out there."""
    at_door = seat.lasting.at_door
    # A relay can show the letter again by which they came: there is a warning on that already.
    if letter.warning or letter.room_key in at_door or not _is_there(seat, letter):
        return seat
    moment.notices.append(Notice(_(TWO_PROGRAMS).format(name=letter.name), Urgency.BELL))
    lasting = replace(seat.lasting, at_door=at_door | {letter.room_key})
    return replace(seat, lasting=lasting)


def is_own(seat: Seat, letter: Letter) -> bool:
    """Tell whether somebody knocks with this person's own key for the room."""
    return bool(letter.room_key) and letter.room_key == key_of(seat, seat.facts.identity)


def warning(seat: Seat, letter: Letter) -> str:
    """Return what to look at twice where somebody knocks with the key of a host who is here."""
    if is_own(seat, letter):
        return _(OWN_KEY)
    is_doubted = letter.room_key in seat.lasting.at_door and _host_by(seat, letter.room_key)
    return _(TWO_PROGRAMS).format(name=letter.name) if is_doubted else ""


def note(seat: Seat, letter: Letter) -> str:
    """Return what speaks for a host at the door."""
    if _host_by(seat, letter.room_key):
        return "" if letter.room_key in seat.lasting.at_door else STILL_HEARD
    is_host = bool(letter.room_key) and letter.room_key == seat.host_room_key
    return HOSTS_KEY if is_host and not _hosts(seat) else ""


def leads_without_host(seat: Seat) -> bool:
    """Tell whether no host can be reached, and this seat is the first of those who lead."""
    away = seat.silent | seat.goodbyes
    return away.issuperset(_hosts(seat)) and changing.is_first_facilitator(seat, b"")


def remembered(seat: Seat, before: Group) -> Seat:
    """Remember the key of the host's own seat: nobody else is believed to be the host again."""
    hosts = [one.identity for one in roles_of(before).entries if one.role == HOST]
    member = member_with(before, hosts[0]) if hosts else None
    key = room_key_in(member.leaf_node, seat.facts.room) if member else b""
    return replace(seat, host_room_key=key) if key else seat


def _hosts(seat: Seat) -> list[bytes]:
    return [one.identity for one in seat.roles.entries if one.role == HOST]


def _host_by(seat: Seat, room_key: bytes) -> bytes:
    hosts = _hosts(seat)
    return next((who for who in sitting_by(seat, room_key) if who in hosts), b"")


def _is_silent(seat: Seat, who: bytes, now: float) -> bool:
    known = seat.author(who)
    # Whoever was cut off themselves has not listened for long enough to tell.
    heard = max(known.heard, seat.wire.since) if known else seat.wire.since
    return who in seat.goodbyes or now - heard > REST_AFTER


def _is_there(seat: Seat, letter: Letter) -> bool:
    """Tell whether the host was heard from after somebody knocked with their key."""
    who = _host_by(seat, letter.room_key)
    known = seat.author(who)
    if known is None or who in seat.goodbyes:
        return False
    return known.heard > letter.since + LATE_SECONDS


def received(seat: Seat, author: bytes, note: HostAgain, moment: Moment) -> Seat:
    """Put the host back into the list of roles, if it is they, and nobody else does it first."""
    entry, facts = RoleEntry(author, HOST, note.vouch), seat.facts
    is_theirs = bool(seat.host_room_key) and key_of(seat, author) == seat.host_room_key
    if not is_theirs or not seat.is_staff or _hosts(seat):
        return seat
    if not changing.is_first_facilitator(seat, author):
        return seat
    if not is_vouched(entry, seat.roles.host_key, room=facts.room, meeting=facts.meeting):
        return seat
    wanted = Restoration(entry)
    if not changing.is_worth_trying(seat, wanted, MOST_TRIES):
        return seat
    return changing.wish(seat, wanted, moment)


def tick(seat: Seat, moment: Moment) -> Seat:
    """Host: ask to be the host again, and be it as soon as the list of roles says so; or say why not."""
    kept, facts = seat.lasting.kept, seat.facts
    part = kept.host if kept else None
    words = seat.words_before
    if part is None or kept is None or seat.host is not None or words is None:
        return seat
    root = secrets_of(part.seed).root
    role = seat.roles.role_of(facts.identity)
    if role == HOST:
        # A relay in a program that died is nobody's any more: it does not go when the host goes.
        keys = HostKeys(root=root, words=words, seed=part.seed, opened=True)
        return _be_host(seat, keys, kept, moment)
    if role != MEMBER:
        return seat
    if _hosts(seat):
        return _told(seat, HAS_HOST, moment)
    asked = seat.asked_to_be_host.in_epoch(seat.group.epoch)
    if moment.now - asked.at < AGAIN_SECONDS:
        return seat
    if asked.times >= MOST_TRIES:
        return _told(seat, NOT_HOST, moment)
    if not asked.told:
        seat, asked = _told(seat, ASKS, moment), replace(asked, told=ASKS)
    entry = vouch(root, facts.identity, HOST, room=facts.room, meeting=facts.meeting)
    asked = replace(asked, at=moment.now, times=asked.times + 1)
    seat = replace(seat, asked_to_be_host=asked)
    return letters.write_to_facilitators(seat, HostAgain(entry.vouch), moment)


def _told(seat: Seat, words: str, moment: Moment) -> Seat:
    """Say it once; what is tried again with new keys is told when it comes about."""
    asked = seat.asked_to_be_host
    if words == asked.told:
        return seat
    moment.notices.append(Notice(words))
    return replace(seat, asked_to_be_host=replace(asked, told=words))


def _be_host(seat: Seat, keys: HostKeys, kept: KeptRoom, moment: Moment) -> Seat:
    keys = new_invitation(seat, keys, minutes=INVITATION_MINUTES, world=moment)
    keys = new_door(seat, keys, kept, moment)
    moment.notices.append(Notice(HOST_AGAIN, Urgency.BELL))
    seat = replace(seat, host=keys, words_before=None)
    return connecting.watch_lobby(connecting.invite(seat, keys, moment), moment)
