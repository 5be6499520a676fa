""" "I'm not OK": a quiet flag that only the facilitators' clients show (A14, M26).

It asks nothing, works in every way of taking turns and on hold, and can be taken back. Who becomes a
facilitator while it is up is told, too: a flag must not be lost with the person who saw it.
"""

from __future__ import annotations

from holdspace.protocol.meeting.kinds import MAX_WORDS
from holdspace.protocol.meeting.letters import NotOk, OkAgain
from holdspace.protocol.text import clean_line
from holdspace.protocol.translation import N_, _

from . import letters
from .apart import OwnFlag, RaisedFlag
from .display import shown_name
from .replacing import replace
from .seat import Seat
from .step import Moment
from .view import Notice, Refusal, Urgency

MOST_FLAGS = 32
TOLD = N_("The facilitators were told, nobody else. /ok takes it back.")
ON_ITS_WAY = N_("The facilitators are being told, and nobody else.")
ONLY_BEGUN = N_(
    "The facilitators are being told, and nobody else. They read the first {max_words} characters of "
    "your words. /notok and the rest tells them the rest."
).filled(max_words=str(MAX_WORDS))
NOBODY_TO_TELL = Refusal(
    N_(
        "You are the only facilitator here, so there is nobody to tell. /support shows where there is "
        "help, and /hold lets the room rest."
    )
)
NOT_RAISED = Refusal(N_("You have not said that you are not OK, so there is nothing to take back."))
TAKEN_BACK = N_("Taken back: the facilitators read that you are OK.")
_IS_NOT_OK = N_("{name} is not OK. /flags says what you can do.")
_IS_NOT_OK_AND_SAYS = N_('{name} is not OK. They say: "{words}". /flags says what you can do.')


def raise_flag(seat: Seat, text: str, moment: Moment) -> Seat | Refusal:
    """Tell every facilitator, in these words if there are any."""
    if not letters.facilitators(seat):
        return NOBODY_TO_TELL
    words = clean_line(text)
    # Nobody who is not OK is asked to shorten anything first.
    is_whole = len(words) <= MAX_WORDS
    moment.notices.append(Notice(ON_ITS_WAY, Urgency.QUIET) if is_whole else Notice(ONLY_BEGUN))
    seat = _with_own(seat, OwnFlag(words[:MAX_WORDS], frozenset()))
    return _tell_facilitators(seat, moment)


def take_back(seat: Seat, moment: Moment) -> Seat | Refusal:
    """Tell whoever was told that it is over."""
    flag = seat.apart.own_flag
    if flag is None:
        return NOT_RAISED
    for identity in sorted(flag.written_to):
        seat = letters.write(seat, identity, OkAgain(), moment)
    moment.notices.append(Notice(TAKEN_BACK))
    return _with_own(seat, None)


def settle(seat: Seat, moment: Moment) -> Seat:
    """Tell who became a facilitator since; and a facilitator, that somebody who was not OK is gone."""
    seat = _tell_facilitators(_without_who_is_gone(seat, moment), moment)
    gone = [flag for flag in seat.apart.flags if seat.person(flag.who) is None]
    for flag in gone:
        words = _("{name}, who was not OK, is no longer in the room.").format(
            name=shown_name(seat, flag.who)
        )
        moment.notices.append(Notice(words, Urgency.BELL))
        seat = _without(seat, flag.who)
    return seat


def arrived(seat: Seat, to: bytes, note: NotOk, moment: Moment) -> Seat:
    """Note that a facilitator has it."""
    flag = seat.apart.own_flag
    if flag is None or to in flag.arrived_at:
        return seat
    return _told(seat, flag, replace(flag, arrived_at=flag.arrived_at | {to}), moment)


def _without_who_is_gone(seat: Seat, moment: Moment) -> Seat:
    """Wait for no letter that nobody is here to read."""
    flag = seat.apart.own_flag
    gone = [who for who in flag.written_to if seat.person(who) is None] if flag else []
    if flag is None or not gone:
        return seat
    here = flag.written_to.difference(gone)
    return _told(seat, flag, replace(flag, written_to=here), moment)


def _told(seat: Seat, before: OwnFlag, flag: OwnFlag, moment: Moment) -> Seat:
    """Say that the facilitators were told, when the last letter to one who is here is in the log."""
    if flag.is_told and not before.is_told:
        moment.notices.append(Notice(TOLD))
    return _with_own(seat, flag)


def heard(seat: Seat, author: bytes, note: NotOk, moment: Moment) -> Seat:
    """Show a facilitator that somebody is not OK; who does not lead takes no notice."""
    if not seat.is_staff:
        return seat
    before = next((flag for flag in seat.apart.flags if flag.who == author), None)
    words = clean_line(note.words)
    flag = RaisedFlag(author, words, before.since if before else moment.now)
    if before is None or before.words != words:
        # One bell for each flag (M4); who says more is read, not rung.
        urgency = Urgency.LINE if before else Urgency.BELL
        moment.notices.append(Notice(flag_words(seat, flag), urgency))
    flags = (*_without(seat, author).apart.flags, flag)[-MOST_FLAGS:]
    return replace(seat, apart=replace(seat.apart, flags=flags))


def heard_back(seat: Seat, author: bytes, note: OkAgain, moment: Moment) -> Seat:
    """Show a facilitator that somebody took it back."""
    if all(flag.who != author for flag in seat.apart.flags):
        return seat
    moment.notices.append(
        Notice(_("{name} says they are OK again.").format(name=shown_name(seat, author)))
    )
    return _without(seat, author)


def flag_words(seat: Seat, flag: RaisedFlag) -> str:
    """Return the sentence for facilitators, with the person's own words in quotes."""
    words = _IS_NOT_OK_AND_SAYS if flag.words else _IS_NOT_OK
    return _(words).format(name=shown_name(seat, flag.who), words=flag.words)


def _tell_facilitators(seat: Seat, moment: Moment) -> Seat:
    flag = seat.apart.own_flag
    if flag is None:
        return seat
    missing = [who for who in letters.facilitators(seat) if who not in flag.written_to]
    if not missing:
        return seat
    for identity in missing:
        seat = letters.write(seat, identity, NotOk(flag.words), moment)
    return _with_own(seat, replace(flag, written_to=flag.written_to | set(missing)))


def _with_own(seat: Seat, flag: OwnFlag | None) -> Seat:
    return replace(seat, apart=replace(seat.apart, own_flag=flag))


def _without(seat: Seat, who: bytes) -> Seat:
    flags = tuple(flag for flag in seat.apart.flags if flag.who != who)
    return replace(seat, apart=replace(seat.apart, flags=flags))
