"""The host whose program died comes back to a meeting that another leads on, and is its host again (A5).

Their room key brings them back to their seat, as it does everybody (returning.py). The role does not
come with it: only the root key makes a host. It is in the notebook of whoever keeps the room, so their
client vouches for itself by letter, and the client of somebody who leads puts that into the list of
roles. Without a notebook the root key died with the program, and nobody can be the host of this meeting
any more; whoever leads, leads it to its end.
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
from holdspace.protocol.meeting.values import MeetingState
from holdspace.protocol.translation import N_

from . import changing, connecting, letters
from .invitations import new_door, new_invitation
from .replacing import replace
from .returning import comes_often, sitting_by
from .seat import CardWords, Changed, HostKeys, Letter, Restoration, Seat
from .step import Moment
from .view import Notice, Urgency

INVITATION_MINUTES = 24 * 60
# So long a letter may be on its way, and the commit that follows it, before one asks again.
AGAIN_SECONDS = 15.0
# So often one who leads tries it for them with the same keys, if the relay refuses.
MOST_TRIES = 8
ASKS = N_("You are back in your meeting. In a moment you are its host again.")
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


def comes_in_at_once(seat: Seat, letter: Letter) -> bool:
    """Tell whether this is the host at the door, whose seat is still here, and ours to let in."""
    hosts = [who for who in sitting_by(seat, letter.room_key) if seat.roles.role_of(who) == HOST]
    person = seat.person(hosts[0]) if hosts else None
    if person is None or not seat.is_staff or comes_often(seat, letter) or letter.warning:
        return False
    return person.name == letter.name and changing.is_first_facilitator(seat, person.identity)


def noticed(seat: Seat, before: MeetingState, changed: Changed) -> Seat:
    """Remember under which identity the host's own seat goes on: nobody else is believed to be the host."""
    for old, new in changed.came_back:
        person = before.person(old)
        if person is not None and (person.role == HOST or old == seat.host_seat):
            seat = replace(seat, host_seat=new)
    return seat


def received(seat: Seat, author: bytes, note: HostAgain, moment: Moment) -> Seat:
    """Put the host back into the list of roles, if it is they, and nobody else does it first."""
    entry = RoleEntry(author, HOST, note.vouch)
    facts, roles = seat.facts, seat.roles
    has_host = any(one.role == HOST for one in roles.entries)
    is_theirs = author == seat.host_seat and seat.is_staff and not has_host
    if not is_theirs or not changing.is_first_facilitator(seat, author):
        return seat
    if not is_vouched(entry, roles.host_key, room=facts.room, meeting=facts.meeting):
        return seat
    wanted = Restoration(entry)
    if not changing.is_worth_trying(seat, wanted, MOST_TRIES):
        return seat
    return changing.wish(seat, wanted, moment)


def tick(seat: Seat, moment: Moment) -> Seat:
    """Host: ask to be the host again, and be it as soon as the list of roles says so."""
    kept, facts = seat.lasting.kept, seat.facts
    part = kept.host if kept else None
    words = seat.words_before
    if part is None or kept is None or seat.host is not None or words is None:
        return seat
    root = part.secrets.root
    role = seat.roles.role_of(facts.identity)
    if role == HOST:
        # A relay in a program that died is nobody's any more: it does not go when the host goes.
        keys = HostKeys(root=root, words=words, seed=part.seed, opened=True)
        return _be_host(seat, keys, kept, moment)
    if role != MEMBER or moment.now - seat.asked_to_be_host < AGAIN_SECONDS:
        return seat
    if not seat.asked_to_be_host:
        moment.notices.append(Notice(ASKS))
    entry = vouch(root, facts.identity, HOST, room=facts.room, meeting=facts.meeting)
    seat = replace(seat, asked_to_be_host=moment.now)
    return letters.write_to_facilitators(seat, HostAgain(entry.vouch), moment)


def _be_host(seat: Seat, keys: HostKeys, kept: KeptRoom, moment: Moment) -> Seat:
    keys = new_invitation(seat, keys, minutes=INVITATION_MINUTES, world=moment)
    keys = new_door(seat, keys, kept, moment)
    moment.notices.append(Notice(HOST_AGAIN, Urgency.BELL))
    seat = replace(seat, host=keys, words_before=None)
    return connecting.watch_lobby(connecting.invite(seat, keys, moment), moment)
