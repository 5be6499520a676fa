"""Ideas from one person's seat: asking first, waiting here with the words, and answering (S10).

The words of an idea stay on the device of whoever has it until they are welcome, and go back into
the text field when they are not.
"""

from __future__ import annotations

from holdspace.protocol.meeting import effects as fx
from holdspace.protocol.meeting import events as ev
from holdspace.protocol.meeting import offering
from holdspace.protocol.meeting.kinds import MAX_TEXT
from holdspace.protocol.meeting.values import MeetingState, Offer
from holdspace.protocol.translation import N_, _

from . import intents, saying
from .display import shown_name
from .lines import Teller, is_me, line
from .replacing import replace
from .seat import Seat
from .step import Moment
from .view import Line, Notice, Passage, Refusal, Urgency

NOT_YET = Refusal(N_("The room is still opening. One moment, please."))
NOBODY_SPOKE = N_("Nobody else has said anything yet that an idea could be for.")
WRITE_IT = N_("Write the idea after /offer. It stays here until whoever spoke says yes.")
ASKING = N_(
    "{name} is asked whether an idea is welcome. Your words wait here; /unoffer takes them back."
)
ASKED = N_(
    "{name} asks: may I offer an idea about what you said? /yes or /no. No answer is a quiet no."
)
WELCOME = N_("{name} says yes to your idea. It is shared now.")
NOT_NOW = N_(
    "{name} would rather not have an idea just now. Your words are back in the text field."
)
MOVED_ON = N_("The room has moved on. The words of your idea are back in the text field.")
OPENS = N_("An idea for {name}, who said yes to it:")
SAID_NO = N_("That is said. Only {name} reads it.")
OWN_BACK = N_("The words of your idea are back in the text field; nothing was sent.")
NOTHING_ASKED = Refusal(N_("You have not asked to offer anything."))


def ask(seat: Seat, intent: intents.OfferAnIdea, moment: Moment) -> Seat | Refusal:
    """Keep the words here, and ask whoever shared last."""
    state, text = seat.state, intent.text.strip()
    if state is None:
        return replace(NOT_YET, kept=intent.text)
    why_not = offering.why_not_offer(state, seat.facts.identity)
    about = _newest(seat, state)
    if about is None or about.author is None:
        why_not = why_not or NOBODY_SPOKE
    if not text or len(text) > MAX_TEXT:
        why_not = why_not or WRITE_IT
    if why_not or about is None or about.author is None:
        return Refusal(why_not, intent.text)
    owner = about.author.identity
    moment.notices.append(Notice(_(ASKING).format(name=shown_name(seat, owner))))
    seat = replace(seat, offer_words=text)
    return saying.say(seat, ev.AskToOffer(about.key, owner), moment)


def _newest(seat: Seat, state: MeetingState) -> Passage | None:
    shares = (p for p in reversed(seat.transcript) if p.line is Line.SHARE and not p.is_mine)
    here = (p for p in shares if p.author and state.person(p.author.identity))
    return next((p for p in here if len(p.key) == saying.MESSAGE_ID_BYTES), None)


def take_back(seat: Seat, intent: intents.TakeOfferBack, moment: Moment) -> Seat | Refusal:
    """Ask no more; the words go back into the text field."""
    if not seat.offer_words:
        return NOTHING_ASKED
    seat = _give_back(seat, OWN_BACK, moment)
    me = seat.facts.identity
    is_asked = seat.state is not None and offering.offer_by(seat.state, me) is not None
    if not (is_asked or _is_under_way(seat)):
        return seat
    return saying.say(seat, ev.AnswerOffer(me, is_yes=False), moment)


def answer(seat: Seat, state: MeetingState, *, is_yes: bool, moment: Moment) -> Seat | None:
    """Answer whoever asked first; None if nobody asks this person."""
    waiting = asks(state, seat.facts.identity)
    if not waiting:
        return None
    return saying.say(seat, ev.AnswerOffer(waiting[0].asker, is_yes), moment)


def asks(state: MeetingState, owner: bytes) -> tuple[Offer, ...]:
    """Return who asks this person and has no answer yet."""
    return tuple(one for one in state.offers if one.owner == owner and not one.is_welcome)


def settle(seat: Seat, moment: Moment) -> Seat:
    """Open an idea that is welcome once the room lets it; give back one that nobody can answer now."""
    state, me = seat.state, seat.facts.identity
    if state is None or not seat.offer_words:
        return seat
    offer = offering.offer_by(state, me)
    if offer is None:
        return seat if _is_under_way(seat) else _give_back(seat, MOVED_ON, moment)
    if not offer.is_welcome or state.is_held or me in state.quiet:
        return seat
    words, seat = seat.offer_words, replace(seat, offer_words="")
    return saying.say(seat, ev.OpenOffer(words), moment)


def _is_under_way(seat: Seat) -> bool:
    return any(isinstance(item.event, ev.AskToOffer) for item in seat.outbox.lasting().waiting)


def _give_back(seat: Seat, words: str, moment: Moment) -> Seat:
    moment.notices.append(Notice(words, kept=seat.offer_words))
    return replace(seat, offer_words="")


def _asked(seat: Seat, effect: fx.OfferAsked, moment: Moment) -> Seat:
    if is_me(seat, effect.owner):
        words = _(ASKED).format(name=shown_name(seat, effect.identity))
        moment.notices.append(Notice(words, Urgency.BELL))
    return seat


def _answered(seat: Seat, effect: fx.OfferAnswered, moment: Moment) -> Seat:
    owner = shown_name(seat, effect.owner)
    if is_me(seat, effect.asker) and seat.offer_words:
        if effect.is_yes:
            moment.notices.append(Notice(_(WELCOME).format(name=owner)))
            return seat
        return _give_back(seat, _(NOT_NOW).format(name=owner), moment)
    if is_me(seat, effect.owner) and not effect.is_yes and is_me(seat, effect.identity):
        asker = shown_name(seat, effect.asker)
        moment.notices.append(Notice(_(SAID_NO).format(name=asker), Urgency.QUIET))
    return seat


def _opens(seat: Seat, effect: fx.Offered, moment: Moment) -> Seat:
    return line(seat, Line.TURN, _(OPENS).format(name=shown_name(seat, effect.owner)), moment)


TELLERS: dict[type[fx.Effect], Teller] = {
    fx.OfferAsked: _asked,
    fx.OfferAnswered: _answered,
    fx.Offered: _opens,
}
