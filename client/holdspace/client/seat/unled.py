"""A room whose facilitators cannot be reached: it rests on every client alike until one is back (A6).

No event says so, because nobody who could be trusted with it is there: each client hears for itself
that the facilitators went silent, and keeps its composer closed. Who leads and comes back finds the
room on hold, and lets it go on with one key. If nobody does, everybody's client closes it gently.
"""

from __future__ import annotations

from holdspace.protocol.meeting.events import Hold
from holdspace.protocol.meeting.rights import Rights, rights
from holdspace.protocol.meeting.roles import MEMBER
from holdspace.protocol.meeting.values import MeetingState
from holdspace.protocol.text import clean_line
from holdspace.protocol.translation import N_, _

from . import saying
from .lines import line
from .replacing import replace
from .seat import Seat
from .step import Moment
from .view import Line, Notice, Place

# What a flow says unless it says otherwise: everybody is heard every 15 s, and five for a slow line.
REST_AFTER = 20.0
CLOSES_AFTER_MINUTES = 10
RESTS = N_(
    "The room is on hold: no facilitator can be reached. Drafts and places are kept. It goes on when "
    "one is back."
)
GOES_ON = N_("A facilitator is back.")
# How long before the end people read that it comes.
WARNED_BEFORE = 120.0
CLOSES_SOON = N_("If no facilitator is back in about two minutes, the meeting closes, gently.")
CLOSED = N_(
    "No facilitator came back, so the meeting closes here, for you and for the others. Nothing of it is "
    "kept on the relay for long. You did nothing wrong. F2 shows where to turn, and whoever invited you "
    "can tell you when the group meets again. Go gently."
)
HOLD_WORDS = N_(
    "No facilitator can be reached just now. Nothing is lost: your draft, your hand and your place are "
    "kept. Rest, or read back; the room goes on when one is back. You can leave whenever you like."
)
WHY_NOT = N_(
    "The room rests until a facilitator is back. Your words are kept, and so is your place."
)
YOU_WERE_AWAY = N_(
    "You were away, and nobody led: the room is on hold. Say a word, and let it go on with z, "
    "or /resume."
)


def allowed(seat: Seat, state: MeetingState) -> Rights:
    """Return what this person may do now: what the meeting says, and less while nobody leads."""
    granted = rights(state, seat.facts.identity)
    if not seat.is_unled:
        return granted
    return replace(granted, why_not=WHY_NOT, why_not_pass=WHY_NOT, why_not_nod=WHY_NOT)


def settle(seat: Seat, moment: Moment) -> Seat:
    """Return the seat that rests, or goes on, by who was heard; tell the person when that changes."""
    if seat.place is not Place.ROOM or seat.state is None or not seat.wire.attached:
        return seat
    if seat.is_staff:
        seat = replace(seat, is_unled=False) if seat.is_unled else seat
        return _come_back(seat, moment)
    silence = _silence(seat, moment.now)
    is_unled = silence > rest_after(seat)
    if is_unled == seat.is_unled:
        return _closing(seat, silence, moment) if is_unled else seat
    seat = replace(seat, is_closing_soon=False)
    return line(replace(seat, is_unled=is_unled), Line.ROOM, RESTS if is_unled else GOES_ON, moment)


def _closing(seat: Seat, silence: float, moment: Moment) -> Seat:
    """Return the seat as the room closes that nobody came back to: each client closes for itself (A6)."""
    left = _close_after(seat) - silence
    if left <= 0:
        words = f"{_closing_words(seat)} {_(CLOSED)}".strip()
        return replace(seat, place=Place.CLOSED, ended_words=words)
    if left > WARNED_BEFORE or seat.is_closing_soon:
        return seat
    return line(replace(seat, is_closing_soon=True), Line.ROOM, CLOSES_SOON, moment)


def rest_after(seat: Seat) -> float:
    """Return after how many seconds of silence somebody who leads counts as not to be reached."""
    flow = seat.state.flow if seat.state else None
    return float(flow.policy.facilitator_lost.after_s) if flow else REST_AFTER


def _close_after(seat: Seat) -> float:
    flow = seat.state.flow if seat.state else None
    minutes = flow.policy.facilitator_lost.close_after_min if flow else CLOSES_AFTER_MINUTES
    return minutes * 60.0


def _closing_words(seat: Seat) -> str:
    """Return the words that the flow closes with."""
    flow = seat.state.flow if seat.state else None
    stages = flow.stages if flow else ()
    words = (stage.closing.words for stage in reversed(stages) if stage.closing)
    return clean_line(next(words, ""))


def was_away(seat: Seat, moment: Moment) -> Seat:
    """Remember, on a new connection, since when this person was not heard, if they lead."""
    me = seat.author(seat.facts.identity)
    if me is None or not seat.is_staff or moment.now - me.heard <= rest_after(seat):
        return seat
    return replace(seat, away_since=me.heard)


def _silence(seat: Seat, now: float) -> float:
    """Return for how long no facilitator was heard, on this connection or before it broke."""
    people = seat.state.people if seat.state else ()
    leading = [p.identity for p in people if p.role != MEMBER and p.identity not in seat.goodbyes]
    heard = [author.heard for author in map(seat.author, leading) if author is not None]
    # Whoever was cut off themselves has not listened for long enough to tell.
    return now - max((*heard, seat.wire.since)) if leading else rest_after(seat) + 1


def _come_back(seat: Seat, moment: Moment) -> Seat:
    """Hold the room that nobody led meanwhile, so that it goes on when somebody leads it again."""
    state = seat.state
    if not seat.away_since or not seat.is_caught_up or state is None:
        return seat
    since, seat = seat.away_since, replace(seat, away_since=0.0)
    others = (p.identity for p in state.people if p.role != MEMBER)
    heard = [
        known.heard for who in others if who != seat.facts.identity and (known := seat.author(who))
    ]
    if state.is_held or any(at > since + rest_after(seat) for at in heard):
        return seat
    moment.notices.append(Notice(YOU_WERE_AWAY))
    return saying.say(seat, Hold(), moment)
