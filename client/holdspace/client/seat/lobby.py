"""The door, from inside: letters of people who knock, opened, checked and answered."""

from __future__ import annotations

import hmac
from dataclasses import replace

from holdspace.protocol import frames
from holdspace.protocol.invite import InvitationError, KnockLetter, Reply, open_letter, seal_reply
from holdspace.protocol.meeting.roles import identity_of
from holdspace.protocol.mls import KeyPackage, MLSError
from holdspace.protocol.text import NameRefused, check_name, clean_line

from . import changing
from .seat import Admission, HostKeys, Letter, Seat
from .step import Moment
from .view import Notice, Urgency

MOST_LETTERS = 32
# Ours have 2.9 KB. What more is in one would be in everybody's tree, until no Welcome fits a frame.
LONGEST_PACKAGE = 3 * 1024
DECLINED = "Not this time. It is nothing against you."
UNREADABLE = "Somebody knocked with a letter that cannot be read. They were not let in."
TWICE = "This invitation was used before. Ask them for the four words another way."
NOT_THEIRS = "The name in the letter and the name on the key differ."


def on_knocking(seat: Seat, frame: frames.Knocking, moment: Moment) -> Seat:
    """Open a letter and put it on the doorstep; a second copy of it changes nothing."""
    host = seat.host
    # A relay can bring a letter again as often as it likes; it was answered once and for all.
    if host is None or frame.knock in seat.answered_knocks:
        return seat
    if any(letter.knock == frame.knock for letter in seat.letters):
        return seat
    if len(seat.letters) >= MOST_LETTERS:
        return seat
    letter = _open(seat, host, frame, moment)
    if letter is None:
        moment.notices.append(Notice(UNREADABLE, Urgency.QUIET))
        return seat
    moment.notices.append(Notice(f"{letter.name} is at the door.", Urgency.BELL))
    letter = replace(letter, number=seat.letters_seen + 1)
    return replace(seat, letters=(*seat.letters, letter), letters_seen=letter.number)


def on_knock_gone(seat: Seat, frame: frames.KnockGone, moment: Moment) -> Seat:
    """Take a letter from the doorstep whose writer went away or was answered."""
    return replace(seat, letters=_without(seat, frame.knock))


def admit(seat: Seat, knock: bytes, moment: Moment) -> Seat:
    """Let in whoever wrote this letter."""
    letter = find(seat, knock)
    return seat if letter is None else changing.wish(seat, Admission(letter), moment)


def decline(seat: Seat, knock: bytes, words: str, moment: Moment) -> Seat:
    """Answer a letter with no, kindly."""
    letter = find(seat, knock)
    if letter is None:
        return seat
    reply = Reply(words=clean_line(words or DECLINED, 280))
    sealed = seal_reply(reply, letter.reply_secret, moment.random)
    seat, ref = seat.asking("decline")
    moment.frames.append(frames.DeclineKnock(ref, knock, sealed))
    knocks = seat.answered_knocks | {knock}
    return replace(seat, letters=_without(seat, knock), answered_knocks=knocks)


def find(seat: Seat, knock: bytes) -> Letter | None:
    """Return the letter of this knock."""
    return next((letter for letter in seat.letters if letter.knock == knock), None)


def _without(seat: Seat, knock: bytes) -> tuple[Letter, ...]:
    return tuple(letter for letter in seat.letters if letter.knock != knock)


def _open(seat: Seat, host: HostKeys, frame: frames.Knocking, moment: Moment) -> Letter | None:
    # The relay is asked to turn late knocks away, and not trusted to.
    if host.sealing_key is None or host.card is None or moment.now >= host.card[1] * 60:
        return None
    try:
        letter = open_letter(
            frame.sealed, host.sealing_key, room=seat.facts.room, knock=frame.knock
        )
        package = KeyPackage.decode(letter.key_package)
    except (InvitationError, MLSError):
        return None
    if len(letter.key_package) > LONGEST_PACKAGE:
        return None
    # Consent before keys: only who accepted exactly these agreements can be let in at all.
    if not hmac.compare_digest(letter.agreements_digest, host.agreements_digest):
        return None
    # All of it: what stood behind the name would be in everybody's group unseen.
    if package.leaf_node.credential.identity != letter.name.encode():
        return None
    return Letter(
        knock=frame.knock,
        key_package=letter.key_package,
        reply_secret=letter.reply_secret,
        name=letter.name,
        introduction=letter.introduction,
        since=moment.now,
        warning=_warning(seat, letter, package),
    )


def _warning(seat: Seat, letter: KnockLetter, package: KeyPackage) -> str:
    taken = [person.name for person in seat.state.people] if seat.state else []
    taken += [other.name for other in seat.letters]
    try:
        check_name(letter.name, taken)
    except NameRefused as refused:
        return str(refused)
    known = seat.author(identity_of(package.leaf_node.signature_key))
    return TWICE if known else ""
