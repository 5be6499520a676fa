"""Who leads just now, of those who may: the host, until somebody hands the room over (A5, A24).

All facilitators keep the same powers. This only says whom people look to, so that two do not lead
at once, and nobody has to when it is too much.
"""

from msgspec.structs import replace

from holdspace.protocol.meeting import events as ev
from holdspace.protocol.meeting.acting import Author
from holdspace.protocol.meeting.effects import HandedOver, Outcome
from holdspace.protocol.meeting.roles import HOST, MEMBER
from holdspace.protocol.meeting.values import MeetingState
from holdspace.protocol.translation import N_

NOT_A_FACILITATOR = N_("Only a facilitator can lead. The host can make somebody one.")
LEADS_ALREADY = N_("They lead already.")


def leader(state: MeetingState) -> bytes:
    """Return who leads now: whom it was handed to, else the host, else the first who may."""
    staff = [person for person in state.people if person.role != MEMBER]
    here = [person.identity for person in staff]
    hosts = [person.identity for person in staff if person.role == HOST]
    named = [state.leading] if state.leading in here else []
    return next(iter((*named, *hosts, *here)), b"")


def hand_over(state: MeetingState, event: ev.HandOver, by: Author) -> Outcome:
    """Let another facilitator lead."""
    person = state.person(event.to)
    if person is None or person.role == MEMBER:
        return by.may_not(state, NOT_A_FACILITATOR)
    if leader(state) == event.to:
        return by.may_not(state, LEADS_ALREADY)
    return Outcome(replace(state, leading=event.to), (HandedOver(event.to, by.identity),))
