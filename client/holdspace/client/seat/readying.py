"""Own words that are ready and wait on this device: until all are released, or until people have read.

Nothing here is sent before its moment, and nothing is lost: whatever cannot be released any more
goes back into the text field, with a sentence why.
"""

from __future__ import annotations

from holdspace.protocol.meeting import gathering
from holdspace.protocol.meeting.events import Ready, Share
from holdspace.protocol.meeting.rights import rights
from holdspace.protocol.meeting.values import MeetingState
from holdspace.protocol.translation import N_

from . import saying
from .replacing import replace
from .seat import Seat
from .step import Moment
from .unled import allowed
from .view import Notice, Refusal, Urgency

READY_WORDS = N_(
    "Your words are ready. They stay on this device until all are released; /edit takes them back."
)
CHANGED_WORDS = N_("Your words are changed, and ready.")
AFTER_READING = N_("People are still reading. Your words follow when they have read.")
BACK_WORDS = N_("Your words are back in the text field; nothing was sent.")
PASSED_WORDS = N_("You pass, and read. Your words are kept in the text field; nothing was sent.")
MOVED_ON = N_("The room has moved on. Your words are back in the text field; nothing was sent.")
BY_HAND = N_(
    "Your words are back in the text field. Raise a hand when you would like to share them."
)
NOTHING_READY = Refusal(N_("No words of yours are waiting."))


def keep(seat: Seat, text: str, moment: Moment) -> Seat:
    """Keep these words here, and tell the room only that they are ready."""
    is_first = not seat.ready_words
    moment.notices.append(Notice(READY_WORDS if is_first else CHANGED_WORDS, Urgency.QUIET))
    seat = replace(seat, ready_words=text)
    return _mark(seat, moment, is_ready=True)


def keep_until_read(seat: Seat, text: str, moment: Moment) -> Seat:
    """Keep the words of a turn until the reading pause is over (T8)."""
    moment.notices.append(Notice(AFTER_READING, Urgency.QUIET))
    return replace(seat, ready_words=text)


def rewrite(seat: Seat, moment: Moment) -> Seat | Refusal:
    """Give the words back to the text field."""
    if not seat.ready_words:
        return NOTHING_READY
    return _give_back(_mark(seat, moment, is_ready=False), BACK_WORDS, moment)


def put_by(seat: Seat, moment: Moment) -> Seat:
    """Give words that were ready back to whoever passes: they read only, and nothing is lost."""
    return _give_back(seat, PASSED_WORDS, moment) if seat.ready_words else seat


def is_reading(seat: Seat, now: float) -> bool:
    """Tell whether people are being given time to read the newest share."""
    return bool(seat.state and seat.state.pause_seconds) and now < seat.pause_until


def settle(seat: Seat, moment: Moment) -> Seat:
    """Send words whose moment has come; give back those whose moment will not come any more."""
    state, me = seat.state, seat.facts.identity
    if state is None or not seat.ready_words:
        return seat
    if not _can_still_come(state, me):
        words = BY_HAND if state.mode == "hands" else MOVED_ON
        return _give_back(seat, words, moment)
    if not _is_now(seat, state) or is_reading(seat, moment.now):
        return seat
    text, seat = seat.ready_words, replace(seat, ready_words="")
    return saying.say(seat, Share(text), moment)


def _mark(seat: Seat, moment: Moment, *, is_ready: bool) -> Seat:
    state, me = seat.state, seat.facts.identity
    if state is None or state.gather is None or rights(state, me).why_not_ready:
        return seat
    # What was said last counts, also while it is still on its way.
    under_way = [i.event.is_ready for i in seat.outbox.waiting if isinstance(i.event, Ready)]
    is_marked = under_way[-1] if under_way else me in state.gather.ready
    return seat if is_marked == is_ready else saying.say(seat, Ready(is_ready), moment)


def _can_still_come(state: MeetingState, me: bytes) -> bool:
    if state.has_floor(me):
        return True
    return state.gather is not None and not gathering.why_not_ready(state, me)


def _is_now(seat: Seat, state: MeetingState) -> bool:
    # A facilitator may write at any time, but what they wrote with the others comes with theirs.
    if not allowed(seat, state).can_write or state.is_held:
        return False
    gather = state.gather
    is_together = state.mode == "gather" and gather is not None and gather.is_released
    return state.has_floor(seat.facts.identity) or is_together


def _give_back(seat: Seat, words: str, moment: Moment) -> Seat:
    moment.notices.append(Notice(words, kept=seat.ready_words))
    return replace(seat, ready_words="")
