"""A count as everybody holds it: what is asked, who takes part, and the sum of what came so far.

Nobody's answer is in here: an open count has the public keys of those who would like to be counted,
a closed one the sum of masked vectors (protocol/masks.py), which is chance until the last one came.
A show of hands is the other thing, and says so: there everybody sees who chose what.
"""

from collections.abc import Iterable
from typing import Annotated, Literal

from msgspec import Meta, Struct

from holdspace.protocol.masks import KEY_BYTES, is_safe_mask_key
from holdspace.protocol.meeting.events import (
    MAX_COUNT_PARTS,
    MAX_COUNT_WORDS,
    MAX_OPTIONS,
    MAX_QUESTION,
    CountNumber,
    Identity,
    MaskWord,
    Option,
)
from holdspace.protocol.meeting.flow import MAX_STAGES, Flow, Stage
from holdspace.protocol.meeting.roles import MAX_PEOPLE

# Under this many answers nothing is added up at all, whatever a flow says.
FEWEST = 5
MAX_TALLIES = 2
# How many people lie low, in the middle, high: of a scale from 0 to 10.
SPREAD = ("low", "middle", "high")
TallyKind = Literal["checkin", "poll", "feedback", "show"]


class _Value(Struct, frozen=True, array_like=True, forbid_unknown_fields=True):
    """A part of the state."""


class Part(_Value, frozen=True):
    """One question: a choice of `size` options, or with size 1 a number up to `top`."""

    size: Annotated[int, Meta(ge=1, le=MAX_OPTIONS)]
    top: Annotated[int, Meta(ge=1, le=10)] = 1


class Joined(_Value, frozen=True):
    """Somebody who would like to be counted; bit n of `parts` is question n."""

    identity: Identity
    key: Annotated[bytes, Meta(max_length=KEY_BYTES)]
    parts: Annotated[int, Meta(ge=1, lt=2**MAX_COUNT_PARTS)]
    has_given: bool = False

    def has(self, part: int) -> bool:
        """Tell whether this person answers that question."""
        return bool(self.parts >> part & 1)


class Vote(_Value, frozen=True):
    """What somebody chose in a show of hands."""

    identity: Identity
    choice: Annotated[int, Meta(ge=0, lt=MAX_OPTIONS)]


class Tally(_Value, frozen=True):
    """A count that runs. `number` is never used twice.

    With `stage` -1 it is a poll by hand, which brings its own words as long as it is open. A closed
    one has no keys any more: who takes part has read them.
    """

    number: CountNumber
    kind: TallyKind
    stage: Annotated[int, Meta(ge=-1, lt=MAX_STAGES)]
    minimum: Annotated[int, Meta(ge=FEWEST, le=32)]
    parts: Annotated[tuple[Part, ...], Meta(min_length=1, max_length=MAX_COUNT_PARTS)]
    question: Annotated[str, Meta(max_length=MAX_QUESTION)] = ""
    options: Annotated[tuple[Option, ...], Meta(max_length=MAX_OPTIONS)] = ()
    joined: Annotated[tuple[Joined, ...], Meta(max_length=MAX_PEOPLE)] = ()
    is_closed: bool = False
    sums: Annotated[tuple[MaskWord, ...], Meta(max_length=MAX_COUNT_WORDS)] = ()
    votes: Annotated[tuple[Vote, ...], Meta(max_length=MAX_PEOPLE)] = ()

    def person(self, identity: bytes) -> Joined | None:
        """Return somebody who takes part."""
        return next((one for one in self.joined if one.identity == identity), None)

    def roster(self, part: int) -> tuple[Joined, ...]:
        """Return who answers that question, in the order they joined."""
        return tuple(one for one in self.joined if one.has(part))

    def words_of(self, parts: int) -> int:
        """Return how many words a vector for these questions has."""
        return sum(part.size for at, part in enumerate(self.parts) if parts >> at & 1)


def parts_of(stage: Stage) -> tuple[Part, ...]:
    """Return what a stage of the flow counts; nothing for most."""
    if stage.checkin is not None:
        return (Part(len(SPREAD)),) * len(stage.checkin.scales)
    if stage.poll is not None:
        return (Part(len(stage.poll.options)),)
    if stage.feedback is not None:
        fit = (Part(len(stage.feedback.fit)),) if len(stage.feedback.fit) > 1 else ()
        return (*(Part(1, 10) for _ in stage.feedback.items), *fit)
    return ()


def minimum_of(stage: Stage) -> int:
    """Return under how many answers a stage shows nothing."""
    if stage.checkin is not None:
        return stage.checkin.spread_min
    return stage.feedback.aggregate_min if stage.feedback is not None else FEWEST


def kind_of(stage: Stage) -> TallyKind | None:
    """Return what kind of count a stage of the flow has, if any."""
    if stage.poll is not None:
        return "poll" if stage.poll.anonymous else "show"
    if not parts_of(stage):
        return None
    return "checkin" if stage.checkin is not None else "feedback"


def tallies_are_lawful(
    tallies: tuple[Tally, ...], people: Iterable[bytes], flow: Flow | None, begun: int
) -> bool:
    """Tell whether these counts can run at the same time in one meeting."""
    numbers, here = [tally.number for tally in tallies], frozenset(people)
    is_in_order = numbers == sorted(set(numbers)) and all(number <= begun for number in numbers)
    open_ones = [tally for tally in tallies if not tally.is_closed]
    return (
        is_in_order
        and len(open_ones) <= 1
        and all(_asks_what_it_may(tally, flow) and _is_lawful(tally, here) for tally in tallies)
    )


def _asks_what_it_may(tally: Tally, flow: Flow | None) -> bool:
    if tally.stage >= 0:
        stage = flow.stages[tally.stage] if flow and tally.stage < len(flow.stages) else None
        if stage is None or tally.question or tally.options:
            return False
        asked = (kind_of(stage), parts_of(stage), minimum_of(stage))
        return asked == (tally.kind, tally.parts, tally.minimum)
    if tally.kind not in ("poll", "show") or tally.minimum != FEWEST or len(tally.parts) != 1:
        return False
    part = tally.parts[0]
    if part.top != 1 or part.size < 2:
        return False
    return (
        not (tally.question or tally.options)
        if tally.is_closed
        else bool(tally.question) and len(tally.options) == part.size
    )


def _is_lawful(tally: Tally, here: frozenset[bytes]) -> bool:
    joined = [one.identity for one in tally.joined]
    voters = [vote.identity for vote in tally.votes]
    if len({*joined, *voters}) != len(joined) + len(voters):
        return False
    if tally.kind == "show":
        fits = all(vote.choice < tally.parts[0].size for vote in tally.votes)
        return not (joined or tally.is_closed or tally.sums) and fits and set(voters) <= here
    if voters or any(one.parts >> len(tally.parts) for one in tally.joined):
        return False
    return _closed_is_lawful(tally, here) if tally.is_closed else _open_is_lawful(tally, here)


def _open_is_lawful(tally: Tally, here: frozenset[bytes]) -> bool:
    keys = [one.key for one in tally.joined]
    return (
        not tally.sums
        and len(set(keys)) == len(keys)
        and all(map(is_safe_mask_key, keys))
        and not any(one.has_given for one in tally.joined)
        and {one.identity for one in tally.joined} <= here
    )


def _closed_is_lawful(tally: Tally, here: frozenset[bytes]) -> bool:
    missing = {one.identity for one in tally.joined if not one.has_given}
    sizes = (len(tally.roster(part)) for part in range(len(tally.parts)))
    return (
        len(tally.sums) == tally.words_of(2 ** len(tally.parts) - 1)
        and not any(one.key for one in tally.joined)
        and all(size == 0 or size >= tally.minimum for size in sizes)
        and bool(missing)
        and missing <= here
    )
