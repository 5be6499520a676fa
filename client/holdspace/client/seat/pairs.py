"""Pairs from one person's seat: saying yes, being with somebody, calling a facilitator, coming back.

The meeting says who is with whom (protocol's pairing); what is said there travels in an aside.
"""

from __future__ import annotations

from holdspace.protocol.meeting import effects as fx
from holdspace.protocol.meeting import events as ev
from holdspace.protocol.meeting import pairing
from holdspace.protocol.meeting.values import MeetingState, Pair
from holdspace.protocol.translation import N_, _, listed, ngettext

from . import asides, intents, pair_words, saying
from .display import shown_person
from .lines import Teller, is_me, line, named, said
from .replacing import replace
from .seat import Agreed, Seat, Spoken
from .step import Moment
from .view import Line, Notice, PairsView, PersonView, Refusal, Urgency

NOT_YET = Refusal(N_("The room is still opening. One moment, please."))
SAID_YES = N_("You said yes to a pair. Until pairs are formed, /unpair takes it back.")
TOOK_BACK = N_("You will not be paired. Staying here is fine.")
LEFT_OVER = N_(
    "You said yes, and nobody is left over for you this time. You rest here; raise a hand if you "
    "would like company."
)
FORMED = {
    2: N_(
        "You are with {names} now, just the two of you. Nobody else can read what you write there."
    ),
    3: N_(
        "You are with {names} now, just the three of you. Nobody else can read what you write there."
    ),
    4: N_(
        "You are with {names} now, just the four of you. Nobody else can read what you write there."
    ),
}
OTHERS_NOW = N_("You are with {names} now. What was said before stays with those who were there.")
FORMED_ONE = N_("{by} formed 1 pair. Whoever is in none can rest here.")
FORMED_MANY = N_("{by} formed {count} pairs. Whoever is in none can rest here.")
ALONE_AGAIN = N_("{names} is not in your pair any more, so the pair is over.")
BACK = N_("You are back in the room.")
OVER = N_("The pair is over.")
MADE_NOW = N_("Pairs are made now: /pair if you would like one. Staying here is fine.")
SWAP = N_("If you like, change over now: whoever listened writes. There is no hurry.")
WENT_QUIET = N_(
    "{names} has gone quiet; their connection may be gone. You can wait, come back to the room "
    "(/comeback), or call a facilitator (/call)."
)
CALLS = N_("A pair calls for a facilitator: {names}. /tocaller goes to them.")
CALLED = N_("{name} called a facilitator. They would read only what is said after they came.")
NOT_NEEDED = N_("{name} says that no facilitator is needed any more.")


def pair_of(seat: Seat) -> Pair | None:
    """Return the pair this person is in."""
    return pairing.pair_of(seat.state, seat.facts.identity) if seat.state else None


def view(seat: Seat, state: MeetingState, now: float) -> PairsView | None:
    """Return the pairs as the front ends draw them."""
    pairs = state.pairs
    if pairs is None:
        return None
    pair, rules = pair_of(seat), pairing.rules(state)
    calls = tuple(one for one in pairs.pairs if one.is_calling) if seat.is_staff else ()
    return PairsView(
        willing=len(pairs.willing),
        paired=sum(len(one.people) for one in pairs.pairs),
        is_willing=seat.facts.identity in pairs.willing,
        partners=_partners(seat, pair, now),
        is_calling=pair is not None and pair.is_calling,
        calls=tuple(tuple(shown_person(seat, who, now) for who in one.people) for one in calls),
        exercise=rules.exercise,
        speakers=_speakers(seat, pair, now),
        since=seat.paired_at,
        swap_seconds=rules.swap_s,
    )


def _partners(seat: Seat, pair: Pair | None, now: float) -> tuple[PersonView, ...]:
    people = pair.people if pair else ()
    return tuple(shown_person(seat, who, now) for who in people if not is_me(seat, who))


def now_words(shown: PairsView, *, is_facilitator: bool) -> str:
    """Answer "what now?" while pairs are made or meet."""
    if shown.partners:
        return _(
            "You are with {names}. /comeback goes back to the room, /call asks for a facilitator."
        ).format(names=listed([partner.name for partner in shown.partners]))
    if shown.calls:
        return _("A pair calls for a facilitator: /tocaller goes to them.")
    if is_facilitator and shown.paired:
        return _("{count} people are in pairs. /allback brings everybody back.").format(
            count=shown.paired
        )
    if is_facilitator:
        return _("{count} said yes to a pair. /formpairs puts them together.").format(
            count=shown.willing
        )
    if shown.is_willing:
        return _("You said yes to a pair. They are formed soon; /unpair takes it back.")
    return _(MADE_NOW)


def _speakers(seat: Seat, pair: Pair | None, now: float) -> tuple[PersonView, ...]:
    """Return who takes part in the exercise: whoever came because they were called does not."""
    people = pair.people if pair else ()
    came = people[-1:] if len(people) > 2 and seat.roles.is_facilitator(people[-1]) else ()
    return tuple(shown_person(seat, who, now) for who in people if who not in came)


# ---- what a person wants


def say_yes(seat: Seat, intent: intents.BePaired, moment: Moment) -> Seat | Refusal:
    """Say yes to a pair, or take it back."""
    return _if_pairs(seat, ev.BeWilling(intent.is_willing), moment)


def come_back(seat: Seat, intent: intents.ComeBackFromPair, moment: Moment) -> Seat | Refusal:
    """Come back from the pair."""
    return _if_paired(seat, ev.ComeBack(), moment)


def call(seat: Seat, intent: intents.CallIntoPair, moment: Moment) -> Seat | Refusal:
    """Call a facilitator into the pair, or say that it is not needed any more."""
    called = _if_paired(seat, ev.CallFacilitator(intent.is_calling), moment)
    if isinstance(called, Refusal):
        return called
    return replace(called, has_called=intent.is_calling)


def form(seat: Seat, state: MeetingState, intent: intents.MakePairs) -> ev.Event | Refusal:
    """Return the event that forms pairs."""
    return ev.FormPairs(state.version) if state.pairs else Refusal(pairing.NO_PAIRS_NOW)


def go_to_caller(seat: Seat, state: MeetingState, intent: intents.GoToCaller) -> ev.Event | Refusal:
    """Return the event of going to the pair that called first."""
    pairs = state.pairs.pairs if state.pairs else ()
    calls = (pair for pair in pairs if pair.is_calling)
    first = next(calls, None)
    return ev.JoinPair(first.number) if first else Refusal(_("No pair calls just now."))


def _if_pairs(seat: Seat, event: ev.Event, moment: Moment) -> Seat | Refusal:
    if seat.state is None:
        return NOT_YET
    if seat.state.pairs is None:
        return Refusal(pairing.NO_PAIRS_NOW)
    return saying.say(seat, event, moment)


def _if_paired(seat: Seat, event: ev.Event, moment: Moment) -> Seat | Refusal:
    if seat.state is None:
        return NOT_YET
    return saying.say(seat, event, moment) if pair_of(seat) else Refusal(pairing.IN_NO_PAIR)


# ---- what is told


def settle(seat: Seat, before: MeetingState, agreed: Agreed, moment: Moment) -> Seat:
    """Tell somebody whose pair is another one now whom they are with, or that they are back."""
    by = agreed.author if isinstance(agreed, Spoken) else agreed.by
    was, pair = pairing.pair_of(before, seat.facts.identity), pair_of(seat)
    if (was and was.number) == (pair and pair.number):
        return seat
    if was is not None:
        seat = _end(seat, was, agreed, moment)
    if pair is None:
        return replace(seat, paired_at=0.0, pair_told=frozenset(), pair_by_choice=False)
    sentence = OTHERS_NOW if was else FORMED.get(len(pair.people), FORMED[4])
    words = _(sentence).format(names=_names(seat, pair.people))
    moment.notices.append(Notice(words, Urgency.BELL))
    seat = replace(
        seat,
        paired_at=seat.paired_at if was else moment.now,
        pair_told=frozenset(),
        pair_by_choice=_is_by_choice(seat, before, pair, was=was, by=by),
        has_called=False,
    )
    return pair_words.begin(seat, pair, moment)


def _end(seat: Seat, was: Pair, agreed: Agreed, moment: Moment) -> Seat:
    by = agreed.author if isinstance(agreed, Spoken) else agreed.by
    gone = tuple(who for who in was.people if not is_me(seat, who))
    is_for_all = isinstance(agreed, Spoken) and isinstance(agreed.event, ev.ReturnAll)
    is_theirs = (by in gone and not is_for_all) or any(seat.person(who) is None for who in gone)
    why = _(ALONE_AGAIN).format(names=_names(seat, gone)) if is_theirs else _(OVER)
    if is_me(seat, by):
        why = _(BACK)
    if pair_of(seat) is None:
        is_kept = is_chosen(seat, was) and not is_me(seat, by)
        words = f"{why} {_(asides.GOES_NOWHERE)}" if is_kept else why
        moment.notices.append(Notice(words, Urgency.BELL))
    seat = pair_words.finish(seat, was, why, moment)
    # After their own act, what they type goes to the room again; nobody else's act turns it there.
    return asides.choose(seat, b"") if is_chosen(seat, was) and is_me(seat, by) else seat


def is_chosen(seat: Seat, pair: Pair) -> bool:
    """Tell whether what this person types goes to this pair."""
    return seat.apart.chosen == pair_words.handle_of(seat, pair)


def _is_by_choice(
    seat: Seat, before: MeetingState, pair: Pair, *, was: Pair | None, by: bytes
) -> bool:
    """Tell whether what is typed may go to the new pair by itself: this person chose those people."""
    me = seat.facts.identity
    willing = before.pairs.willing if before.pairs else ()
    # Fewer of the same people were chosen with the first; one who comes in addition was not, but by
    # whoever called, and by whoever came.
    is_fewer = was is not None and set(pair.people) <= set(was.people) and is_chosen(seat, was)
    came_to_a_call = was is None and me not in willing and me == by and len(pair.people) > 2
    return me in willing or is_fewer or came_to_a_call or (was is not None and seat.has_called)


def tick(seat: Seat, moment: Moment) -> Seat:
    """Tell once when it is time to change over, and when a partner has gone quiet."""
    pair, state = pair_of(seat), seat.state
    if pair is None or state is None:
        return seat
    swap_at = seat.paired_at + pairing.rules(state).swap_s
    if moment.now >= swap_at:
        seat = _tell_once(seat, b"swap", SWAP, moment)
    for partner in _partners(seat, pair, moment.now):
        if partner.is_away:
            words = _(WENT_QUIET).format(names=partner.name)
            seat = _tell_once(seat, partner.identity, words, moment)
    return seat


def _tell_once(seat: Seat, what: bytes, words: str, moment: Moment) -> Seat:
    if what in seat.pair_told:
        return seat
    moment.notices.append(Notice(words))
    return replace(seat, pair_told=seat.pair_told | {what})


def _names(seat: Seat, people: tuple[bytes, ...]) -> str:
    return asides.names_of(seat, tuple(who for who in people if not is_me(seat, who)))


def _said_willing(seat: Seat, effect: fx.SaidWilling, moment: Moment) -> Seat:
    if is_me(seat, effect.identity):
        moment.notices.append(Notice(SAID_YES if effect.is_willing else TOOK_BACK))
    elif seat.is_staff and seat.state and seat.state.pairs:
        count = len(seat.state.pairs.willing)
        words = ngettext(
            "{count} has said yes to a pair.", "{count} have said yes to a pair.", count
        ).format(count=count)
        moment.notices.append(Notice(words, Urgency.QUIET))
    return seat


def _formed(seat: Seat, effect: fx.PairsFormed, moment: Moment) -> Seat:
    if seat.facts.identity in effect.left_over:
        moment.notices.append(Notice(LEFT_OVER))
    words = FORMED_ONE if effect.count == 1 else FORMED_MANY
    return line(seat, Line.TURN, named(seat, words, effect, count=effect.count), moment)


def _called(seat: Seat, effect: fx.FacilitatorCalled, moment: Moment) -> Seat:
    state = seat.state
    pair = pairing.pair_of(state, effect.identity) if state else None
    people = pair.people if pair else ()
    said = named(seat, CALLED if effect.is_calling else NOT_NEEDED, effect)
    if seat.facts.identity in people:
        moment.notices.append(Notice(said))
    elif seat.is_staff:
        calls = _(CALLS).format(names=_names(seat, people))
        bell = Urgency.BELL if effect.is_calling else Urgency.QUIET
        moment.notices.append(Notice(calls if effect.is_calling else said, bell))
    return seat


TELLERS: dict[type[fx.Effect], Teller] = {
    fx.SaidWilling: _said_willing,
    fx.PairsFormed: _formed,
    fx.PairsReturned: said(Line.TURN, N_("{by} brought everybody back from their pairs.")),
    fx.CameBack: said(Line.TURN, N_("{name} is back in the room.")),
    fx.FacilitatorCalled: _called,
}
