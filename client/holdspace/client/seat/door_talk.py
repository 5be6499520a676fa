"""A word at the door, from inside: the host and somebody who knocks talk before anybody is let in.

The relay knows knocks and answers only, and learns nothing new: a word is an answer that says, sealed,
that it is none yet; and whoever reads it knocks again, with the same key package, so that the host's
client knows whose words come with it. Nobody at the door learns more than the card and these words.
"""

from __future__ import annotations

from holdspace.protocol import frames
from holdspace.protocol.invite import MAX_DECLINE, REPLY_SECRET_BYTES, Reply, seal_reply
from holdspace.protocol.text import clean_line
from holdspace.protocol.translation import N_, _

from .for_others import for_others
from .replacing import replace
from .seat import Letter, Seat
from .step import Moment
from .view import DoorLine, Notice, Refusal, Urgency

# Whoever was sent a word knocks again at once; who does not has gone.
PATIENCE = 45.0
# What is asked of the relay then. That the knock is gone, or was answered by another of those who lead,
# shows by itself.
WORD = "word"
# A relay that brings letters and confirms no answer gets no more of them than a door has places.
MOST_ON_THEIR_WAY = 32
MOST_LINES = 200
NO_WORDS = Refusal(N_("Write the words after the number: /doorword 1 What brings you here?"))
BETWEEN = Refusal(N_("They are reading what you wrote. One moment, please."))


def say(seat: Seat, letter: Letter, words: str, moment: Moment) -> Seat | Refusal:
    """Send words to somebody at the door, who stays there."""
    text = clean_line(words)
    if not text:
        return NO_WORDS
    if len(text) > MAX_DECLINE:
        over = len(text) - MAX_DECLINE
        return Refusal(
            _("That is too long for the door, by {over} characters. Nothing was sent.").format(
                over=over
            )
        )
    if letter.is_between:
        return BETWEEN
    seat = answer(seat, letter, Reply(words=text, is_word=True), moment, what=WORD)
    line = DoorLine(text, moment.now, is_mine=True)
    talked = replace(letter, is_between=True, talked_at=moment.now, thread=(*letter.thread, line))
    return with_letter(seat, talked)


def answer(
    seat: Seat, letter: Letter, reply: Reply, moment: Moment, *, what: str = "decline"
) -> Seat:
    """Hand an answer to the relay for the knock that is there now."""
    sealed = seal_reply(reply, letter.reply_secret, moment.random)
    seat = _hand_over(seat, letter.knock, sealed, what=what, moment=moment)
    return seat.having_said(letter.knock, sealed)


def answer_again(seat: Seat, knock: bytes, moment: Moment) -> Seat:
    """Give the answer that was given before: they still wait, so the relay has lost it."""
    sealed = next((one for known, one in seat.door_answers if known == knock), b"")
    is_on_its_way = seat.has_asked(WORD, knock) or seat.has_asked("decline", knock)
    if not sealed or is_on_its_way:
        return seat
    return _hand_over(seat, knock, sealed, what=WORD, moment=moment)


def answer_blindly(seat: Seat, knock: bytes, moment: Moment) -> Seat:
    """Answer a knock whose letter cannot be opened: who cannot read the answer asks for the card again.

    R16: the relay sees an answer as long as any other. The secret that opens it is nobody's.
    """
    on_their_way = sum(what == WORD for _ref, what, _knock in seat.wire.asked)
    if on_their_way >= MOST_ON_THEIR_WAY or seat.has_asked(WORD, knock):
        return seat
    sealed = seal_reply(Reply(), moment.random(REPLY_SECRET_BYTES), moment.random)
    return _hand_over(seat, knock, sealed, what=WORD, moment=moment)


def _hand_over(seat: Seat, knock: bytes, sealed: bytes, *, what: str, moment: Moment) -> Seat:
    seat, ref = seat.asking(what, knock)
    moment.frames.append(frames.DeclineKnock(ref, knock, sealed))
    return seat


def before(seat: Seat, letter: Letter) -> Letter | None:
    """Return what is known of somebody who knocks again with the keys of an earlier knock."""
    same = (one for one in seat.letters if one.key_package == letter.key_package)
    return next(same, None)


def go_on(seat: Seat, known: Letter, letter: Letter, moment: Moment) -> Seat:
    """Take in the next knock of somebody who is talked with, and the words that came with it."""
    if any(getattr(wish, "letter", None) == known for wish in seat.wishes):
        # They are being let in by the knock before, which their client waits for, too.
        return seat
    if not known.is_between:
        # The knock before is still there: it gives its place at the door to this one.
        seat = answer(seat, known, Reply(is_word=True), moment, what=WORD)
    thread = known.thread
    if letter.introduction and thread:
        thread = (*thread, DoorLine(letter.introduction, moment.now))[-MOST_LINES:]
        moment.notices.append(
            Notice(_("{name} answers at the door.").format(name=known.name), Urgency.BELL)
        )
    again = replace(
        known,
        knock=letter.knock,
        reply_secret=letter.reply_secret,
        is_between=False,
        thread=thread,
    )
    return with_letter(seat, again)


def with_letter(seat: Seat, letter: Letter) -> Seat:
    """Return the seat with this letter as it is now, at its place on the doorstep."""
    letters = (letter if one.number == letter.number else one for one in seat.letters)
    return replace(seat, letters=tuple(letters))


def turn_away(seat: Seat, letter: Letter, moment: Moment) -> Seat:
    """Answer somebody new politely while the door is locked (M17)."""
    moment.notices.append(
        Notice(
            _("{name} knocked. The door is locked; they read a kind no.").format(name=letter.name),
            Urgency.QUIET,
        )
    )
    return answer(seat, letter, Reply(words=for_others(seat).locked), moment)


def settle(seat: Seat, moment: Moment) -> Seat:
    """Take from the doorstep who did not knock again after a word."""
    for letter in seat.letters:
        if letter.is_between and moment.now - letter.talked_at > PATIENCE:
            moment.notices.append(
                Notice(_("{name} has gone from the door.").format(name=letter.name))
            )
            left = tuple(one for one in seat.letters if one.number != letter.number)
            seat = replace(seat, letters=left)
    return seat
