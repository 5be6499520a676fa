"""What a simulated person remembers from one look at the room to the next.

A RoomView says how things are, not since when; these values add only that, and what the person
has already done about it. Time is session time: real seconds times the demo's speed.
"""

from dataclasses import replace

from holdspace.client.demo.cast import ARRIVING, slug
from holdspace.client.seat.intents import Intent, PassTurn, Say
from holdspace.client.seat.view import Line, Passage, Place, RoomView
from holdspace.protocol.values import value

# Holding the floor this long after having used it means that the turn came back.
TURN_CAME_BACK = 12.0


@value()
class Move:
    """An intent, and the marks by which it is remembered as done."""

    intent: Intent
    mark: str = ""
    also: str = ""


@value()
class Memory:
    """Since when things are as they are, and what was done about them."""

    place: Place = Place.OUTSIDE
    place_since: float = 0.0
    stage: str = ARRIVING
    stage_since: float = 0.0
    visit: int = 0
    mode: str = ""
    mode_since: float = 0.0
    floor: bytes = b""
    floor_since: float = 0.0
    hand: bytes = b""
    hand_since: float = 0.0
    newest: bytes = b""
    newest_since: float = 0.0
    arrivals: tuple[tuple[bytes, float], ...] = ()
    knocks: tuple[tuple[bytes, float], ...] = ()
    done: frozenset[str] = frozenset()
    acted_at: float = 0.0
    used_floor_at: float = 0.0

    def here(self, what: str) -> str:
        """Return the mark for something done once in this visit to this stage."""
        return f"{what} in {self.stage} {self.visit}"

    def arrival(self, identity: bytes) -> float:
        """Return when this person was first seen here."""
        return dict(self.arrivals).get(identity, self.place_since)


def remember(memory: Memory, view: RoomView, now: float) -> Memory:
    """Return the memory after looking at the room."""
    memory = _remember_place(memory, view, now)
    memory = _remember_stage(memory, view, now)
    memory = _remember_floor(memory, view, now)
    hand = view.hands[0].person.identity if view.hands else b""
    if hand != memory.hand:
        memory = replace(memory, hand=hand, hand_since=now)
    newest = newest_share(view)
    if newest and newest.key != memory.newest:
        memory = replace(memory, newest=newest.key, newest_since=now)
    return replace(
        memory,
        arrivals=_since(memory.arrivals, tuple(p.identity for p in view.people), now),
        knocks=_since(memory.knocks, tuple(k.knock for k in view.knocks), now),
    )


def after(memory: Memory, move: Move, now: float) -> Memory:
    """Return the memory after having made a move."""
    marks = {mark for mark in (move.mark, move.also) if mark}
    uses_floor = isinstance(move.intent, Say | PassTurn)
    return replace(
        memory,
        done=memory.done | marks,
        acted_at=now,
        used_floor_at=now if uses_floor else memory.used_floor_at,
    )


def newest_share(view: RoomView) -> Passage | None:
    """Return the newest thing somebody else said, if it has arrived for good."""
    shares = (p for p in reversed(view.transcript) if p.line is Line.SHARE and p.author)
    return next((p for p in shares if not (p.is_mine or p.is_sending or p.is_ready)), None)


def _remember_place(memory: Memory, view: RoomView, now: float) -> Memory:
    if view.place is memory.place:
        return memory
    return replace(memory, place=view.place, place_since=now)


def _remember_stage(memory: Memory, view: RoomView, now: float) -> Memory:
    stage = slug(view.stage.title) if view.stage else ARRIVING
    if stage != memory.stage:
        memory = replace(memory, stage=stage, stage_since=now, mode="", visit=memory.visit + 1)
    return memory if view.mode == memory.mode else replace(memory, mode=view.mode, mode_since=now)


def _remember_floor(memory: Memory, view: RoomView, now: float) -> Memory:
    floor = view.floor.identity if view.floor else b""
    is_mine = bool(view.floor and view.floor.is_me)
    used = memory.used_floor_at > memory.floor_since and not view.sending
    came_back = is_mine and used and now - memory.used_floor_at > TURN_CAME_BACK
    if floor == memory.floor and not came_back:
        return memory
    return replace(memory, floor=floor, floor_since=now)


def _since(
    known: tuple[tuple[bytes, float], ...], present: tuple[bytes, ...], now: float
) -> tuple[tuple[bytes, float], ...]:
    before = dict(known)
    return tuple((key, before.get(key, now)) for key in present)
