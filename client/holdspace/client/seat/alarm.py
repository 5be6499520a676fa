"""Alarms: what a person is told once when the relay or somebody in the room is not honest."""

from __future__ import annotations

from holdspace.protocol.translation import N_

from .replacing import replace
from .seat import Seat
from .step import Moment
from .view import Notice, Urgency

# One way back for everything: the host opens the room again, at this relay or another.
_AGAIN = N_(
    "The host can open the room again, at another relay if they like; come back by its number or a new "
    "code."
)
FORK = N_(
    "Something is wrong with this relay: people here were shown different things. "
    "Nothing you wrote was read by the relay. Please check the four words with your "
    "facilitator another way, and leave. {again}"
).filled(again=_AGAIN)
SKIPPED = N_(
    "The relay left out or mixed up part of the meeting. Nothing you wrote was read "
    "by it. Please leave, and tell your facilitator another way. {again}"
).filled(again=_AGAIN)
BROKEN_CHANGE = N_(
    "A change of who is here could not be checked, so it was not believed. Please "
    "leave and knock again. {again}"
).filled(again=_AGAIN)
MUTED = N_(
    "The relay turned back so much of yours that people here could not read what you send now. "
    "Your words are kept here. Please leave and knock again."
)
FALSE_PICTURE = N_(
    "A facilitator's client told this one something false about who is here. It was not believed. "
    "Please check the four words with whoever invited you another way."
)


def alarm(seat: Seat, words: str, moment: Moment) -> Seat:
    """Tell the person once that the relay or somebody in the room is not honest."""
    if seat.alarm:
        return seat
    moment.notices.append(Notice(words, Urgency.BELL))
    return replace(seat, alarm=words)
