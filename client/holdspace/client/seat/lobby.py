"""The door, from inside: letters of people who knock, opened, checked and answered."""

from __future__ import annotations

import hmac
from collections.abc import Sequence
from contextlib import suppress

from holdspace.protocol import frames
from holdspace.protocol.invite import InvitationError, KnockLetter, Reply, open_letter
from holdspace.protocol.meeting.roles import identity_of
from holdspace.protocol.mls import KeyPackage, MLSError
from holdspace.protocol.text import NameRefused, check_name, clean_line, looks_like
from holdspace.protocol.translation import N_, _

from . import changing, connecting, door_talk, returning, taking_up
from .door_keys import doors_of
from .for_others import for_others
from .invitations import pass_of
from .people import room_key_in
from .replacing import replace
from .seat import Admission, DoorKeys, Known, Letter, Seat
from .step import Moment
from .view import Notice, Urgency

MOST_LETTERS = 32
# Ours have 2.9 KB. What more is in one would be in everybody's tree, until no Welcome fits a frame.
LONGEST_PACKAGE = 3 * 1024
UNREADABLE = N_("Somebody knocked with a letter that cannot be read. They were not let in.")
ALIKE = N_(
    "Somebody here has a name that looks the same. It may be them, coming back; a word with them first "
    "tells."
)
TWICE = N_("This invitation was used before. Ask them for the four words another way.")
NOT_THEIRS = N_("The name in the letter and the name on the key differ.")
OTHER_CLOCK = N_(
    "Their device's clock and yours differ by more than half an hour, so they cannot be let in. Is yours "
    "right? When you let them in, they read that, too."
)
NOT_WITH_THESE_CLOCKS = N_(
    "{name} was not let in: their device's clock and yours differ by more than half an hour. They read "
    "that, and can knock again. Is yours right?"
)


def on_knocking(seat: Seat, frame: frames.Knocking, moment: Moment) -> Seat:
    """Open a letter and put it on the doorstep; a second copy of it changes nothing."""
    doors = doors_of(seat)
    if not doors:
        return seat
    # A relay can bring a letter again as often as it likes; it was answered once and for all.
    if frame.knock in seat.answered_knocks:
        return door_talk.answer_again(seat, frame.knock, moment)
    if any(letter.knock == frame.knock for letter in seat.letters):
        return seat
    if len(seat.letters) >= MOST_LETTERS:
        return seat
    letter = _open(seat, doors, frame, moment)
    if letter is None:
        return _unreadable(seat, frame, moment)
    known = door_talk.before(seat, letter)
    if known is not None:
        return door_talk.go_on(seat, known, letter, moment)
    if seat.host is not None and seat.host.is_locked and letter.known is Known.NOT:
        return door_talk.turn_away(seat, letter, moment)
    seat, letter = returning.witnessed(seat, letter, moment)
    letter = replace(letter, number=seat.letters_seen + 1, handle=letter.knock)
    if returning.comes_often(seat, letter):
        letter = replace(letter, warning=letter.warning or returning.OFTEN)
    seat = replace(seat, letters=(*seat.letters, letter), letters_seen=letter.number)
    is_host = taking_up.comes_in_at_once(seat, letter, moment.now)
    if is_host or returning.comes_in_at_once(seat, letter):
        return _let_in_at_once(seat, letter, moment)
    is_own = taking_up.is_own(seat, letter)
    words = _(taking_up.OWN_KEY) if is_own else _("{name} is at the door.").format(name=letter.name)
    moment.notices.append(Notice(words, Urgency.BELL))
    return seat


def settle(seat: Seat, moment: Moment) -> Seat:
    """Let in the host who waits, as soon as nothing is heard any more from the seat they left."""
    for letter in seat.letters:
        seat = taking_up.doubted(seat, letter, moment)
        if not taking_up.comes_in_at_once(seat, letter, moment.now):
            continue
        wanted = Admission(letter, returning.role_of(seat, letter))
        if wanted not in seat.wishes and changing.is_worth_trying(seat, wanted):
            seat = _let_in_at_once(seat, letter, moment)
    return seat


def _let_in_at_once(seat: Seat, letter: Letter, moment: Moment) -> Seat:
    moment.notices.append(Notice(_(returning.COMES_IN).format(name=letter.name)))
    return admit(returning.noted(seat, letter), letter, moment)


def _unreadable(seat: Seat, frame: frames.Knocking, moment: Moment) -> Seat:
    """Answer so that they ask for the card again, or they would wait for an answer of nobody.

    The code of a meeting before has no new card: the host's relay lets go of it, and of who knocks with it.
    While the host cannot be reached, whoever leads answers who comes with the pass.
    """
    moment.notices.append(Notice(UNREADABLE, Urgency.QUIET))
    host, kept = seat.host, seat.lasting.kept
    if host is None:
        is_by_pass = kept is not None and frame.knock_key == pass_of(kept).knock_key.public
        is_ours = is_by_pass and taking_up.leads_without_host(seat)
        return door_talk.answer_blindly(seat, frame.knock, moment) if is_ours else seat
    if host.door is not None and frame.knock_key == host.door.card[0]:
        return door_talk.answer_blindly(seat, frame.knock, moment)
    return connecting.end_invitation(seat, host, frame.knock_key, moment)


def on_knock_gone(seat: Seat, frame: frames.KnockGone, moment: Moment) -> Seat:
    """Take a letter from the doorstep whose writer went away or was answered."""
    letter = find(seat, frame.knock)
    # The relay says of a word, too, that it was an answer.
    if letter is not None and letter.is_between:
        return seat
    return replace(seat, letters=_without(seat, frame.knock))


def admit(seat: Seat, letter: Letter, moment: Moment) -> Seat:
    """Let in whoever wrote this letter."""
    if not _is_in_time(KeyPackage.decode(letter.key_package), moment):
        return _turn_to_the_clock(seat, letter, moment)
    return changing.wish(seat, Admission(letter, returning.role_of(seat, letter)), moment)


def _is_in_time(package: KeyPackage, moment: Moment) -> bool:
    """Tell whether a key package is good now, by this device's clock (RFC 9420, 7.2)."""
    lifetime = package.leaf_node.lifetime
    return lifetime is not None and lifetime.not_before <= moment.now <= lifetime.not_after


def _turn_to_the_clock(seat: Seat, letter: Letter, moment: Moment) -> Seat:
    """Tell both that no commit could let them in, and why."""
    moment.notices.append(Notice(_(NOT_WITH_THESE_CLOCKS).format(name=letter.name)))
    seat = door_talk.answer(seat, letter, Reply(words=for_others(seat).clock), moment)
    return replace(seat, letters=_without(seat, letter.knock))


def decline(seat: Seat, letter: Letter, words: str, moment: Moment) -> Seat:
    """Answer a letter with no, kindly."""
    reply = Reply(words=clean_line(words or for_others(seat).declined, 280))
    seat = door_talk.answer(seat, letter, reply, moment)
    return replace(seat, letters=_without(seat, letter.knock))


def find(seat: Seat, knock: bytes) -> Letter | None:
    """Return the letter of this knock, or of whoever knocked so first."""
    return next((one for one in seat.letters if knock in (one.knock, one.handle)), None)


def _without(seat: Seat, knock: bytes) -> tuple[Letter, ...]:
    return tuple(letter for letter in seat.letters if letter.knock != knock)


def _open(
    seat: Seat, doors: Sequence[DoorKeys], frame: frames.Knocking, moment: Moment
) -> Letter | None:
    letter, agreed = _opened(seat, doors, frame, moment)
    try:
        package = KeyPackage.decode(letter.key_package) if letter else None
    except MLSError:
        return None
    if letter is None or package is None:
        return None
    if len(letter.key_package) > LONGEST_PACKAGE:
        return None
    # Consent before keys: only who accepted exactly these agreements can be let in at all.
    if not hmac.compare_digest(letter.agreements_digest, agreed):
        return None
    # All of it: what stood behind the name would be in everybody's group unseen.
    if package.leaf_node.credential.identity != letter.name.encode():
        return None
    room_key = room_key_in(package.leaf_node, seat.facts.room)
    known = returning.how_known(seat, letter, room_key)
    return Letter(
        knock=frame.knock,
        key_package=letter.key_package,
        reply_secret=letter.reply_secret,
        name=letter.name,
        introduction=letter.introduction,
        since=moment.now,
        warning=_warning(seat, letter, package, moment) or returning.WARNINGS.get(known, ""),
        room_key=room_key,
        slip=letter.slip,
        known=known,
    )


def _opened(
    seat: Seat, doors: Sequence[DoorKeys], frame: frames.Knocking, moment: Moment
) -> tuple[KnockLetter | None, bytes]:
    """Return the letter, if it is sealed to a card that is out, and what that card agrees on."""
    for door in doors:
        # The relay is asked to turn late knocks away, and not trusted to.
        if moment.now >= door.expires_minute * 60:
            continue
        with suppress(InvitationError):
            letter = open_letter(
                frame.sealed, door.sealing_key, room=seat.facts.room, knock=frame.knock
            )
            return letter, door.agreements_digest
    return None, b""


def _warning(seat: Seat, letter: KnockLetter, package: KeyPackage, moment: Moment) -> str:
    if not _is_in_time(package, moment):
        return OTHER_CLOCK
    room_key = room_key_in(package.leaf_node, seat.facts.room)
    own = returning.sitting_by(seat, room_key)
    people = seat.state.people if seat.state else ()
    taken = [person.name for person in people if person.identity not in own]
    taken += [one.name for one in seat.letters if not room_key or one.room_key != room_key]
    try:
        name = check_name(letter.name)
    except NameRefused as refused:
        return str(refused)
    if any(looks_like(name, one) for one in taken):
        return ALIKE
    known = seat.author(identity_of(package.leaf_node.signature_key))
    return TWICE if known else ""
