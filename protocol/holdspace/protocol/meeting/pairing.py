"""Pairs: two people, or three, by themselves for a while, because each of them said yes.

Who meets whom follows from who said yes and from the message that formed the pairs, so every
client makes the same ones and neighbours do not always meet. What is said in a pair never comes
this way: it is sealed for its people alone. Whenever somebody comes or goes the pair gets another
number, and with it other keys, so that whoever is gone reads nothing more.
"""

import hashlib

from msgspec.structs import replace

from holdspace.protocol.meeting import events as ev
from holdspace.protocol.meeting.acting import Author
from holdspace.protocol.meeting.effects import (
    CameBack,
    FacilitatorCalled,
    JoinedPair,
    Outcome,
    PairsFormed,
    PairsReturned,
    SaidWilling,
)
from holdspace.protocol.meeting.flow_schema import Pairs
from holdspace.protocol.meeting.rights import ON_HOLD, PAUSED
from holdspace.protocol.meeting.roles import MEMBER
from holdspace.protocol.meeting.values import (
    LARGEST_PAIR,
    SMALLEST_PAIR,
    MeetingState,
    Pair,
    Pairing,
)
from holdspace.protocol.translation import N_

NO_PAIRS_NOW = N_("Pairs are not made just now.")
IN_A_PAIR = N_("You are in a pair already.")
IN_NO_PAIR = N_("You are in no pair just now.")
NOBODY_IN_A_PAIR = N_("Nobody is in a pair just now.")
WILLING_ALREADY = N_("You have said yes already.")
NOT_WILLING_YET = N_("You have not said yes to a pair.")
RESTING = N_("You rest just now. Come back from resting first.")
NOT_ENOUGH = N_("A pair needs two, and each says yes first. There are not enough yet.")
NO_CALL = N_("That pair does not call any more.")
CALLED_ALREADY = N_("A facilitator was called already.")
NOT_CALLED = N_("No facilitator was called.")
IS_WITH_YOU = N_("A facilitator is with you already.")
PAIR_IS_FULL = N_("There are as many in that pair as it can hold.")
_ORDER_LABEL = b"holdspace pairs v1"


def rules(state: MeetingState) -> Pairs:
    """Return what the stage says about pairs, or what is usual."""
    flow = state.flow
    stage = flow.stages[state.stage] if flow and state.stage >= 0 else None
    return (stage.pairs if stage else None) or Pairs()


def pair_of(state: MeetingState, identity: bytes) -> Pair | None:
    """Return the pair somebody is in."""
    if state.pairs is None:
        return None
    return next((pair for pair in state.pairs.pairs if identity in pair.people), None)


def mixed(people: tuple[bytes, ...], seed: bytes) -> tuple[bytes, ...]:
    """Return people in an order that follows from the seed, the same everywhere."""
    return tuple(sorted(people, key=lambda who: hashlib.sha256(_ORDER_LABEL + seed + who).digest()))


def grouped(
    people: tuple[bytes, ...], pairs: Pairs, companion: bytes | None
) -> tuple[tuple[bytes, ...], ...]:
    """Return who meets whom; nobody is alone in a pair, and who is left over is in none."""
    size, count = pairs.size, len(people)
    if count % size != 1:
        return _cut(people, size)
    if companion is not None and pairs.odd == "facilitator":
        return (*_cut(people[:-1], size), (people[-1], companion))
    if count == 1 or pairs.odd == "rest":
        return _cut(people[:-1], size)
    if size == SMALLEST_PAIR:
        return (*_cut(people[:-3], size), people[-3:])
    # Of four, three would leave one alone: two and two.
    return (*_cut(people[:-4], size), *_cut(people[-4:], SMALLEST_PAIR))


def _cut(people: tuple[bytes, ...], size: int) -> tuple[tuple[bytes, ...], ...]:
    return tuple(people[at : at + size] for at in range(0, len(people), size))


def drop(state: MeetingState, identity: bytes) -> MeetingState:
    """Return the state in which this person is in no pair, and waits for none."""
    pairing = state.pairs
    if pairing is None:
        return state
    willing = tuple(who for who in pairing.willing if who != identity)
    state = replace(state, pairs=replace(pairing, willing=willing))
    pair = pair_of(state, identity)
    return (
        _changed(state, pair, tuple(who for who in pair.people if who != identity))
        if pair
        else state
    )


def _changed(state: MeetingState, pair: Pair, people: tuple[bytes, ...]) -> MeetingState:
    """Return the state with other people in a pair, under another number; one alone is in none."""
    pairing = state.pairs or Pairing()
    others = tuple(other for other in pairing.pairs if other != pair)
    if len(people) < SMALLEST_PAIR:
        return replace(state, pairs=replace(pairing, pairs=others))
    made = state.pairs_made + 1
    changed = replace(pair, number=made, people=people)
    pairs = replace(pairing, pairs=(*others, changed))
    return replace(state, pairs=pairs, pairs_made=made)


def be_willing(state: MeetingState, event: ev.BeWilling, by: Author) -> Outcome:
    """Say yes to a pair, or take it back."""
    pairing = state.pairs
    if pairing is None:
        return by.may_not(state, NO_PAIRS_NOW)
    why_not = _why_not_willing(state, by.identity) if event.is_willing else ""
    if (by.identity in pairing.willing) == event.is_willing:
        why_not = why_not or (WILLING_ALREADY if event.is_willing else NOT_WILLING_YET)
    if why_not:
        return by.may_not(state, why_not)
    others = tuple(who for who in pairing.willing if who != by.identity)
    willing = (*others, by.identity) if event.is_willing else others
    after = replace(state, pairs=replace(pairing, willing=willing))
    return Outcome(after, (SaidWilling(by.identity, event.is_willing),))


def _why_not_willing(state: MeetingState, identity: bytes) -> str:
    if pair_of(state, identity):
        return IN_A_PAIR
    if identity in state.quiet:
        return PAUSED
    return RESTING if identity in state.resting else ""


def form_pairs(state: MeetingState, _event: ev.FormPairs, by: Author) -> Outcome:
    """Put those who said yes together."""
    pairing = state.pairs
    if pairing is None or state.is_held:
        return by.may_not(state, ON_HOLD if pairing else NO_PAIRS_NOW)
    # Who forms the pairs says by that that they would sit with the odd one out.
    is_free = by.identity not in pairing.willing and pair_of(state, by.identity) is None
    people = mixed(pairing.willing, by.message_id)
    groups = grouped(people, rules(state), by.identity if is_free else None)
    if not groups:
        return by.may_not(state, NOT_ENOUGH)
    made = state.pairs_made
    pairs = tuple(Pair(made + at, group) for at, group in enumerate(groups, 1))
    left = tuple(who for who in people if not any(who in group for group in groups))
    formed = Pairing(left, (*pairing.pairs, *pairs))
    after = replace(state, pairs=formed, pairs_made=made + len(pairs))
    return Outcome(after, (PairsFormed(len(pairs), left, by.identity),))


def return_all(state: MeetingState, _event: ev.ReturnAll, by: Author) -> Outcome:
    """Bring everybody back; for other pairs everybody is asked again."""
    pairing = state.pairs
    if pairing is None or not pairing.pairs:
        return by.may_not(state, NOBODY_IN_A_PAIR)
    back = replace(state, pairs=Pairing())
    return Outcome(back, (PairsReturned(by.identity),))


def come_back(state: MeetingState, _event: ev.ComeBack, by: Author) -> Outcome:
    """Come back; the other one alone comes back too, three go on as two."""
    if pair_of(state, by.identity) is None:
        return by.may_not(state, IN_NO_PAIR)
    return Outcome(drop(state, by.identity), (CameBack(by.identity),))


def call_facilitator(state: MeetingState, event: ev.CallFacilitator, by: Author) -> Outcome:
    """Ask a facilitator into the pair, or take that back."""
    pair, pairing = pair_of(state, by.identity), state.pairs
    if pair is None or pairing is None:
        return by.may_not(state, IN_NO_PAIR)
    why_not = IS_WITH_YOU if event.is_calling and _is_led(state, pair) else ""
    if pair.is_calling == event.is_calling:
        why_not = CALLED_ALREADY if event.is_calling else NOT_CALLED
    if why_not:
        return by.may_not(state, why_not)
    calling = replace(pair, is_calling=event.is_calling)
    pairs = tuple(calling if other == pair else other for other in pairing.pairs)
    after = replace(state, pairs=replace(pairing, pairs=pairs))
    return Outcome(after, (FacilitatorCalled(by.identity, event.is_calling),))


def _is_led(state: MeetingState, pair: Pair) -> bool:
    people = (state.person(who) for who in pair.people)
    return any(person is not None and person.role != MEMBER for person in people)


def join_pair(state: MeetingState, event: ev.JoinPair, by: Author) -> Outcome:
    """Go to a pair that called."""
    pairs = state.pairs.pairs if state.pairs else ()
    pair = next((one for one in pairs if one.number == event.number and one.is_calling), None)
    if pair is None or by.identity in pair.people:
        return by.may_not(state, IN_A_PAIR if pair else NO_CALL)
    if len(pair.people) >= LARGEST_PAIR:
        return by.may_not(state, PAIR_IS_FULL)
    state = drop(state, by.identity)
    joined = _changed(state, pair, (*pair.people, by.identity))
    after = _without_call(joined, by.identity)
    return Outcome(after, (JoinedPair(by.identity, pair.people),))


def _without_call(state: MeetingState, identity: bytes) -> MeetingState:
    pairing = state.pairs or Pairing()
    pairs = tuple(
        replace(pair, is_calling=False) if identity in pair.people else pair
        for pair in pairing.pairs
    )
    return replace(state, pairs=replace(pairing, pairs=pairs))
