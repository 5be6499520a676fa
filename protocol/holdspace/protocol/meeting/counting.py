"""Counting without names: who would like to be counted, and the sum when the last vector has come.

A count opens with its stage, or by a facilitator's poll. Until it is closed people may join it, each
with a key of their own; closed with fewer than its least number, nothing is asked of anybody any
more. Each of the others gives one masked vector, once; with the last one the sum is there for all.
If one is missing, or the sum cannot be, nothing is shown, and nothing is tried again under this
number: two sums over different people would tell what one of them said.
"""

from collections.abc import Callable
from dataclasses import field
from enum import Enum

from msgspec.structs import replace

from holdspace.protocol.masks import added, is_safe_mask_key
from holdspace.protocol.meeting import events as ev
from holdspace.protocol.meeting.acting import Author
from holdspace.protocol.meeting.effects import Effect, Outcome
from holdspace.protocol.meeting.flow_rules import are_different
from holdspace.protocol.meeting.tallies import (
    FEWEST,
    MAX_TALLIES,
    Joined,
    Part,
    Tally,
    Vote,
    kind_of,
    minimum_of,
    parts_of,
)
from holdspace.protocol.meeting.values import MeetingState
from holdspace.protocol.translation import N_
from holdspace.protocol.values import value

NO_COUNT = N_("There is no count to join just now.")
CLOSED = N_("This count is closed already. Your answer stays with you.")
JOINED_ALREADY = N_("You are in this count already.")
NOT_IN_IT = N_("This count is over, or goes on without you. Your answer stays with you.")
NOT_OPEN = N_("Nothing is being counted just now.")
OPEN_ALREADY = N_("Something is being counted already. /count closes it.")
BAD_KEY = N_("That key cannot be used for a count.")
BAD_VECTOR = N_("That is no answer to this count.")
BAD_OPTIONS = N_("A poll needs a question, and answers that differ.")
NO_SHOW = N_("There is no show of hands just now.")

Change = tuple[MeetingState, tuple[Effect, ...]]


@value()
class CountEffect(Effect):
    """Something that happened to the count with this number."""

    number: int


@value()
class CountOpened(CountEffect):
    """People can join now, or raise their hands for all to see."""

    tally: Tally = field(repr=False)
    by: bytes


@value()
class CountGrew(CountEffect):
    """One more takes part, or showed a hand; `people` are all who do."""

    people: int


@value()
class CountClosed(CountEffect):
    """Whoever is in this tally is asked for their vector; it is the last time that keys are in it."""

    tally: Tally = field(repr=False)


@value()
class TooFew(CountEffect):
    """Not enough people joined: nothing is counted, and nothing was asked of anybody."""

    tally: Tally = field(repr=False)


@value()
class NotCounted(CountEffect):
    """The count ended without a sum: somebody's vector will not come, or it was ended."""


class Fate(Enum):
    """What became of one question of a count."""

    SHOWN = "shown"
    TOO_FEW = "too few to show"
    IMPOSSIBLE = "the count did not come out"


@value()
class Sum:
    """One question of a count, added up over `people`; empty unless it can be shown."""

    fate: Fate
    people: int = 0
    words: tuple[int, ...] = ()


@value()
class Counted(CountEffect):
    """The last vector came: this is the sum, question by question."""

    sums: tuple[Sum, ...]


@value()
class HandsShown(CountEffect):
    """A show of hands is over."""

    tally: Tally = field(repr=False)


# ---- opening


def open_poll(state: MeetingState, event: ev.OpenPoll, by: Author) -> Outcome:
    """Ask everybody a question."""
    if _open_one(state) is not None:
        return by.may_not(state, OPEN_ALREADY)
    if not are_different(event.options):
        return by.may_not(state, BAD_OPTIONS)
    tally = Tally(
        number=state.tallies_begun + 1,
        kind="poll" if event.is_anonymous else "show",
        stage=-1,
        minimum=FEWEST,
        parts=(Part(len(event.options)),),
        question=event.question,
        options=event.options,
    )
    return Outcome(*_with_new(state, tally, by.identity))


def enter_stage(state: MeetingState, by: bytes) -> Change:
    """Close what was open in the stage before, and open what this one counts."""
    left = _open_one(state)
    state, effects = _close(state, left) if left else (state, ())
    stage = state.flow.stages[state.stage] if state.flow else None
    kind = kind_of(stage) if stage else None
    if stage is None or kind is None:
        return state, effects
    tally = Tally(
        number=state.tallies_begun + 1,
        kind=kind,
        stage=state.stage,
        minimum=minimum_of(stage),
        parts=parts_of(stage),
    )
    state, opened = _with_new(state, tally, by)
    return state, (*effects, *opened)


def forget_stages(state: MeetingState) -> Change:
    """Let the counts of another flow be."""
    gone = [tally for tally in state.tallies if tally.stage >= 0]
    kept = tuple(tally for tally in state.tallies if tally.stage < 0)
    return replace(state, tallies=kept), tuple(NotCounted(tally.number) for tally in gone)


def _with_new(state: MeetingState, tally: Tally, by: bytes) -> Change:
    room = MAX_TALLIES - 1
    waiting, dropped = state.tallies[-room:], state.tallies[:-room]
    opened = replace(state, tallies=(*waiting, tally), tallies_begun=tally.number)
    ended = (NotCounted(old.number) for old in dropped)
    return opened, (*ended, CountOpened(tally.number, tally, by))


# ---- taking part


def join(state: MeetingState, event: ev.JoinCount, by: Author) -> Outcome:
    """Let somebody be counted."""
    tally = _find(state, event.number)
    if tally is None or tally.kind == "show":
        return by.may_not(state, NO_COUNT)
    if tally.is_closed:
        return by.may_not(state, CLOSED)
    if tally.person(by.identity):
        return by.may_not(state, JOINED_ALREADY)
    is_used = any(one.key == event.key for one in tally.joined)
    if is_used or event.parts >> len(tally.parts) or not is_safe_mask_key(event.key):
        return by.may_not(state, BAD_KEY)
    joined = (*tally.joined, Joined(by.identity, event.key, event.parts))
    grown = CountGrew(tally.number, len(joined))
    return Outcome(_with(state, replace(tally, joined=joined)), (grown,))


def leave(state: MeetingState, event: ev.LeaveCount, by: Author) -> Outcome:
    """Let somebody not be counted after all."""
    tally = _find(state, event.number)
    if tally is None or not tally.person(by.identity):
        return by.may_not(state, NOT_IN_IT)
    if tally.is_closed:
        return by.may_not(state, CLOSED)
    return Outcome(_with(state, _without(tally, lambda who: who != by.identity)))


def give(state: MeetingState, event: ev.GiveVector, by: Author) -> Outcome:
    """Add somebody's masked vector; a second one has no effect."""
    tally = _find(state, event.number)
    person = tally.person(by.identity) if tally else None
    if tally is None or not tally.is_closed or person is None or person.has_given:
        return by.may_not(state, NOT_IN_IT)
    if len(event.words) != tally.words_of(person.parts):
        return by.may_not(state, BAD_VECTOR)
    given = replace(person, has_given=True)
    joined = tuple(given if one is person else one for one in tally.joined)
    sums = added(tally.sums, _spread_out(tally, person.parts, event.words))
    return Outcome(_with(state, replace(tally, joined=joined, sums=sums)))


def show_hand(state: MeetingState, event: ev.ShowHand, by: Author) -> Outcome:
    """Let somebody choose openly; until it is over they may choose anew."""
    tally = _find(state, event.number)
    if tally is None or tally.kind != "show":
        return by.may_not(state, NO_SHOW)
    if event.choice >= tally.parts[0].size:
        return by.may_not(state, BAD_VECTOR)
    others = (vote for vote in tally.votes if vote.identity != by.identity)
    votes = (*others, Vote(by.identity, event.choice))
    grown = CountGrew(tally.number, len(votes))
    return Outcome(_with(state, replace(tally, votes=votes)), (grown,))


def _spread_out(tally: Tally, parts: int, words: tuple[int, ...]) -> tuple[int, ...]:
    """Return a vector over all questions, with nothing where this person does not answer."""
    rest, whole = iter(words), list[int]()
    for at, part in enumerate(tally.parts):
        whole += [next(rest) if parts >> at & 1 else 0 for _ in range(part.size)]
    return tuple(whole)


# ---- closing


def close(state: MeetingState, event: ev.CloseCount, by: Author) -> Outcome:
    """Let nobody else join, and count who did."""
    tally = _find(state, event.number)
    if tally is None or tally.is_closed:
        return by.may_not(state, NOT_OPEN)
    return Outcome(*_close(state, tally))


def end(state: MeetingState, event: ev.EndCount, by: Author) -> Outcome:
    """Let a count be."""
    tally = _find(state, event.number)
    if tally is None:
        return by.may_not(state, NOT_OPEN)
    return Outcome(_drop(state, tally), (NotCounted(tally.number),))


def settle(state: MeetingState) -> Change:
    """Take out who has left, and add up what is complete."""
    if not state.tallies:
        return state, ()
    here = {person.identity for person in state.people}
    effects: tuple[Effect, ...] = ()
    for tally in state.tallies:
        if not tally.is_closed:
            state = _with(state, _without(tally, here.__contains__))
            continue
        missing = [one.identity for one in tally.joined if not one.has_given]
        if not missing:
            effects = (*effects, Counted(tally.number, _added_up(tally)))
        elif not here.issuperset(missing):
            effects = (*effects, NotCounted(tally.number))
        else:
            continue
        state = _drop(state, tally)
    return state, effects


def _close(state: MeetingState, tally: Tally) -> Change:
    if tally.kind == "show":
        return _drop(state, tally), (HandsShown(tally.number, tally),)
    enough = sum(
        1 << at for at in range(len(tally.parts)) if len(tally.roster(at)) >= tally.minimum
    )
    roster = tuple(
        replace(one, parts=one.parts & enough) for one in tally.joined if one.parts & enough
    )
    if not roster:
        return _drop(state, tally), (TooFew(tally.number, tally),)
    closed = replace(tally, joined=roster, is_closed=True)
    kept = replace(
        closed,
        question="",
        options=(),
        joined=tuple(replace(one, key=b"") for one in roster),
        sums=(0,) * tally.words_of(2 ** len(tally.parts) - 1),
    )
    return _with(state, kept), (CountClosed(tally.number, closed),)


def _added_up(tally: Tally) -> tuple[Sum, ...]:
    rest, sums = iter(tally.sums), list[Sum]()
    for at, part in enumerate(tally.parts):
        words = tuple(next(rest) for _ in range(part.size))
        sums.append(_sum(part, words, len(tally.roster(at))))
    return tuple(sums)


def _sum(part: Part, words: tuple[int, ...], people: int) -> Sum:
    if not people:
        return Sum(Fate.TOO_FEW)
    total = sum(words)
    # Somebody who lies can move a count; what no honest answers can add up to is not shown.
    can_be = total == people if part.size > 1 else total <= part.top * people
    return Sum(Fate.SHOWN, people, words) if can_be else Sum(Fate.IMPOSSIBLE)


# ---- finding and putting back


def _find(state: MeetingState, number: int) -> Tally | None:
    return next((tally for tally in state.tallies if tally.number == number), None)


def _open_one(state: MeetingState) -> Tally | None:
    return next((tally for tally in state.tallies if not tally.is_closed), None)


def _with(state: MeetingState, tally: Tally) -> MeetingState:
    tallies = tuple(tally if old.number == tally.number else old for old in state.tallies)
    return replace(state, tallies=tallies)


def _drop(state: MeetingState, tally: Tally) -> MeetingState:
    return replace(state, tallies=tuple(old for old in state.tallies if old.number != tally.number))


def _without(tally: Tally, stays: Callable[[bytes], bool]) -> Tally:
    return replace(
        tally,
        joined=tuple(one for one in tally.joined if stays(one.identity)),
        votes=tuple(vote for vote in tally.votes if stays(vote.identity)),
    )
