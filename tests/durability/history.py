"""What several people did at a relay at once, and whether one log, in one order, explains all of it.

The log gives its own order away: every entry has a place. So nothing has to be searched for. A
history is linearisable exactly if each act can be given a moment between its beginning and its end
such that the moments follow the places, and such that whoever was told how long the log is was told
so while it was that long. The earliest possible moments are computed, in one pass over the log; if
one of them is later than the end of its act, no others exist either.

Who is refused changes nothing, and is judged less strictly: the relay refuses as soon as somebody
else's bundle is under way, before it is durable and before anybody is told (design.md 4).
"""

import math
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import Enum
from typing import NamedTuple

from holdspace.protocol.frames import Entry
from holdspace.protocol.refusals import Refusal


class Kind(Enum):
    """What somebody asks the log for."""

    APPEND = "append"
    BUNDLE = "bundle"
    ATTACH = "attach"


class BrokenHistoryError(AssertionError):
    """No log could have answered so; the sentence says what is wrong first."""


@dataclass(slots=True, eq=False)
class Act:
    """One request. Without an end nobody knows what became of it."""

    who: str
    kind: Kind
    epoch: int
    began: float
    message: bytes = b""
    # Which of this person's connections it was asked on.
    visit: int = 0
    ended: float = math.inf
    # The place it got, or for ATTACH how much the key may read.
    seq: int | None = None
    refusal: Refusal | None = None

    @property
    def is_unknown(self) -> bool:
        return self.seq is None and self.refusal is None


@dataclass(eq=False)
class History:
    """All that was done at one meeting's log, and all that was heard of it."""

    acts: list[Act] = field(default_factory=list)
    payloads: dict[bytes, bytes] = field(default_factory=dict)
    # When an entry was first handed to anybody.
    heard: dict[int, float] = field(default_factory=dict)

    def begin(self, act: Act, payload: bytes = b"") -> Act:
        """Remember that an act has begun."""
        self.acts.append(act)
        if payload:
            self.payloads[payload] = act.message
        return act

    def hear(self, seq: int, now: float) -> None:
        """Remember that somebody was handed the entry at this place."""
        self.heard.setdefault(seq, now)


def check(history: History, log: Sequence[Entry], *, looks_may_lag: bool = False) -> Counter[str]:
    """Count what was checked; raise for the first thing that no log could have answered.

    Where relays share a log, one that has fallen behind may show how it was a moment ago
    (`looks_may_lag`); it never shows more than there is, nor in another order.
    """
    places = _places(history, log)
    closers = _replay(log)
    attempts: dict[bytes, list[Act]] = defaultdict(list)
    bundles: dict[int, list[Act]] = defaultdict(list)
    for act in history.acts:
        if act.kind is not Kind.ATTACH:
            attempts[act.message].append(act)
        if act.kind is Kind.BUNDLE:
            bundles[act.epoch].append(act)
    for act in history.acts:
        if act.refusal in {Refusal.STALE_EPOCH, Refusal.LOST_RACE}:
            _check_refusal(act, bundles[act.epoch])
        elif act.seq is not None and act.kind is not Kind.ATTACH:
            _check_promise(act, places)
    _check_own_order(history, attempts)
    looks = [
        look._replace(is_more_possible=look.is_more_possible or looks_may_lag)
        for look in _looked(history, closers)
    ]
    _check_moments(log, _written(history, log, attempts), looks)
    return _counted(history, log)


def _places(history: History, log: Sequence[Entry]) -> dict[bytes, int]:
    """Return where each message is."""
    places: dict[bytes, int] = {}
    for seq, entry in enumerate(log, 1):
        if entry.seq != seq:
            raise BrokenHistoryError(f"Where {seq} belongs is {entry.seq}.")
        message = history.payloads.get(entry.payload)
        if message is None:
            raise BrokenHistoryError(f"Nobody said what is at {seq}.")
        if message in places:
            raise BrokenHistoryError(f"What is at {places[message]} is at {seq} again.")
        places[message] = seq
    return places


def _replay(log: Sequence[Entry]) -> dict[int, int]:
    """Go through the log as a relay would; return at which place each epoch was closed."""
    closers: dict[int, int] = {}
    for entry in log:
        if entry.epoch != len(closers):
            raise BrokenHistoryError(f"At {entry.seq} is epoch {entry.epoch}, not {len(closers)}.")
        if entry.commit:
            closers[entry.epoch] = entry.seq
    return closers


def _check_promise(act: Act, places: dict[bytes, int]) -> None:
    there = places.get(act.message)
    if there is None:
        raise BrokenHistoryError(f"{act.who} was promised {act.seq}, and it is nowhere.")
    if there != act.seq:
        raise BrokenHistoryError(f"{act.who} was promised {act.seq}, and it is at {there}.")


def _check_refusal(act: Act, bundles: list[Act]) -> None:
    """Somebody else must have begun to end this epoch, before the refusal was heard."""
    if not any(one.began <= act.ended and one.message != act.message for one in bundles):
        raise BrokenHistoryError(
            f"{act.who} was refused in epoch {act.epoch}, which nobody else wanted to end."
        )


def _check_own_order(history: History, attempts: dict[bytes, list[Act]]) -> None:
    """What one connection was asked for the first time is there in the order of asking."""
    last: dict[tuple[str, int], int] = {}
    for act in history.acts:
        if act.seq is None or act.kind is Kind.ATTACH or attempts[act.message][0] is not act:
            continue
        before = last.get((act.who, act.visit), 0)
        if act.seq < before:
            raise BrokenHistoryError(f"{act.who} asked for {before} first, and then for {act.seq}.")
        last[act.who, act.visit] = act.seq


class _Span(NamedTuple):
    """Between which moments something happened."""

    began: float
    ended: float


def _written(
    history: History, log: Sequence[Entry], attempts: dict[bytes, list[Act]]
) -> list[_Span]:
    """Return for each place when it can have been filled."""
    spans = []
    for entry in log:
        tries = [
            act
            for act in attempts[history.payloads[entry.payload]]
            if act.refusal is None and act.epoch == entry.epoch
        ]
        wanted = Kind.BUNDLE if entry.commit else Kind.APPEND
        if not any(act.kind is wanted for act in tries):
            raise BrokenHistoryError(f"Nobody asked for what is at {entry.seq} in its epoch.")
        # Any of the tries may have filled it; all who were promised it, or heard it, came later.
        known = [act.ended for act in tries if act.seq is not None]
        heard = history.heard.get(entry.seq, math.inf)
        spans.append(_Span(min(act.began for act in tries), min([*known, heard])))
    return spans


class _Look(NamedTuple):
    """Somebody was told that the log is so long, and no longer unless `is_more_possible`."""

    span: _Span
    length: int
    is_more_possible: bool
    who: str


def _looked(history: History, closers: dict[int, int]) -> list[_Look]:
    return [
        _Look(_Span(act.began, act.ended), act.seq, closers.get(act.epoch) == act.seq, act.who)
        for act in history.acts
        if act.kind is Kind.ATTACH and act.seq is not None
    ]


def _check_moments(log: Sequence[Entry], written: list[_Span], looks: list[_Look]) -> None:
    """Give everything the earliest moment it can have, in the order of the log."""
    by_length: dict[int, list[_Look]] = defaultdict(list)
    for look in looks:
        by_length[look.length].append(look)
    if by_length and max(by_length) > len(log):
        raise BrokenHistoryError(f"Somebody saw {max(by_length)} entries, and {len(log)} are left.")
    moment = -math.inf
    for length in range(len(log) + 1):
        if length:
            moment = max(moment, written[length - 1].began)
            if moment > written[length - 1].ended:
                raise BrokenHistoryError(f"What is at {length} was known before it can be there.")
        for look in by_length[length]:
            if moment > look.span.ended:
                raise BrokenHistoryError(f"{look.who} saw {length} entries before there were.")
        # Nothing is added before all have looked who saw no more than this.
        exact = (look.span.began for look in by_length[length] if not look.is_more_possible)
        moment = max([moment, *exact])


def _counted(history: History, log: Sequence[Entry]) -> Counter[str]:
    counts: Counter[str] = Counter(act.kind.value for act in history.acts)
    counts["acts"] = len(history.acts)
    counts["acknowledged"] = sum(
        act.seq is not None and act.kind is not Kind.ATTACH for act in history.acts
    )
    counts["refused"] = sum(act.refusal is not None for act in history.acts)
    counts["unknown"] = sum(act.is_unknown for act in history.acts)
    counts["entries"] = len(log)
    return counts
