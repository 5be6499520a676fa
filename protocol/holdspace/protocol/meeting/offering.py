"""Ideas that were asked for: "may I offer an idea?" comes first, and the idea only after a yes.

Nobody gets advice they did not want. What is asked about is a share, and only whoever said it can
answer; until then the idea is on the device of whoever has it, and nowhere else.
"""

from msgspec.structs import replace

from holdspace.protocol.meeting import events as ev
from holdspace.protocol.meeting.acting import Author
from holdspace.protocol.meeting.effects import OfferAnswered, OfferAsked, Offered, Outcome, Spoke
from holdspace.protocol.meeting.rights import (
    LISTING,
    NO_RESPONSES,
    ON_HOLD,
    PAUSED,
    RESPONSES_ALLOWED,
)
from holdspace.protocol.meeting.values import MAX_OFFERS, MeetingState, Offer
from holdspace.protocol.translation import N_

OWNER_IS_GONE = N_("Whoever said that is not in the room any more.")
YOUR_OWN = N_("Those are your own words.")
ASKED_ALREADY = N_("You have asked already. The answer is theirs to give; none is a quiet no.")
MANY_ASK = N_("Several people ask already. Give them a little time.")
NOTHING_ASKED = N_("Nobody asks to offer you an idea just now.")
NOT_WELCOME_YET = N_("They have not said yes to an idea of yours.")


def why_not_offer(state: MeetingState, identity: bytes) -> str:
    """Return why this person cannot ask to offer an idea just now, or nothing."""
    flow = state.flow
    if state.is_held:
        return ON_HOLD
    if identity in state.quiet:
        return PAUSED
    if flow and state.stage >= 0 and flow.response_in(state.stage) not in RESPONSES_ALLOWED:
        return NO_RESPONSES
    if offer_by(state, identity):
        return ASKED_ALREADY
    return MANY_ASK if len(state.offers) >= MAX_OFFERS else ""


def offer_by(state: MeetingState, asker: bytes) -> Offer | None:
    """Return what somebody asked to offer."""
    return next((offer for offer in state.offers if offer.asker == asker), None)


def drop(state: MeetingState, identity: bytes) -> MeetingState:
    """Return the state in which this person asks nobody and is asked by nobody."""
    rest = tuple(one for one in state.offers if identity not in (one.asker, one.owner))
    return replace(state, offers=rest)


def ask(state: MeetingState, event: ev.AskToOffer, by: Author) -> Outcome:
    """Ask whoever said something whether they would like an idea."""
    why_not = why_not_offer(state, by.identity)
    if state.person(event.owner) is None:
        why_not = OWNER_IS_GONE
    if event.owner == by.identity:
        why_not = YOUR_OWN
    if why_not:
        return by.may_not(state, why_not)
    offers = (*state.offers, Offer(by.identity, event.owner))
    effect = OfferAsked(by.identity, event.owner, event.to)
    return Outcome(replace(state, offers=offers), (effect,))


def answer(state: MeetingState, event: ev.AnswerOffer, by: Author) -> Outcome:
    """Say yes or no, or take the own asking back."""
    offer = offer_by(state, event.asker)
    may_answer = offer is not None and (
        by.identity == offer.owner or (by.identity == offer.asker and not event.is_yes)
    )
    if offer is None or not may_answer or (offer.is_welcome and event.is_yes):
        return by.may_not(state, NOTHING_ASKED)
    others = tuple(one for one in state.offers if one != offer)
    offers = (*others, replace(offer, is_welcome=True)) if event.is_yes else others
    effect = OfferAnswered(by.identity, offer.asker, offer.owner, event.is_yes)
    return Outcome(replace(state, offers=offers), (effect,))


def open_offer(state: MeetingState, event: ev.OpenOffer, by: Author) -> Outcome:
    """Show an idea that is welcome."""
    offer = offer_by(state, by.identity)
    why_not = "" if offer and offer.is_welcome else NOT_WELCOME_YET
    if by.identity in state.quiet:
        why_not = PAUSED
    if state.is_listing:
        why_not = LISTING
    if state.is_held:
        why_not = ON_HOLD
    if why_not or offer is None:
        return by.may_not(state, why_not)
    after = replace(state, offers=tuple(one for one in state.offers if one != offer))
    spoke = Spoke(by.identity, event.text, by.message_id)
    effects = (Offered(by.identity, offer.owner), spoke)
    return Outcome(after.with_one_more_spoken(by.identity), effects)
