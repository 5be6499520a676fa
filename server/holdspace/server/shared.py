"""What a relay hears from a log that it shares with others, and what follows from it."""

from collections.abc import Callable, Iterator
from typing import Any

from holdspace.protocol.frames import Refuse
from holdspace.protocol.refusals import Close, Refusal
from holdspace.server import lobby
from holdspace.server.effects import Effect
from holdspace.server.log import (
    CutOff,
    GivenUp,
    Joined,
    Noted,
    NotPlaced,
    Outcome,
    Placed,
    StartedAgain,
)
from holdspace.server.world import World

# A relay that lags says these of what others know: it hears them out first, then judges again.
MAY_BE_LATE = frozenset(
    (
        Refusal.NOT_HERE,
        Refusal.NO_MEETING,
        Refusal.GAP,
        Refusal.NOT_FACILITATOR,
        Refusal.NEEDS_CODE,
    )
)


def placed(world: World, outcome: Placed, now: float) -> Iterator[Effect]:
    """Judge and take durable records, each at its place."""
    for ticket, record, place in outcome.records:
        yield from world.placed(ticket, record, place, now)


def not_placed(world: World, outcome: NotPlaced, now: float) -> Iterator[Effect]:
    """Tell who asked why nothing came of it."""
    for ticket in outcome.tickets:
        waiter = world.no_longer_asked(ticket)
        if waiter is not None:
            yield from world.send(waiter[:1], Refuse(waiter[1], outcome.refusal))


def given_up(world: World, outcome: GivenUp, now: float) -> Iterator[Effect]:
    """Hang up on who asked: they come back, and ask again under the same message id."""
    for ticket in outcome.tickets:
        waiter = world.no_longer_asked(ticket)
        if waiter is not None:
            yield from world.hang_up(waiter[0], Close.NOT_SAVING, now)


def noted(world: World, outcome: Noted, now: float) -> Iterator[Effect]:
    """Take in what another relay said of its lobby."""
    yield from lobby.hear(world, outcome.note, now)


def cut_off(world: World, outcome: CutOff, now: float) -> Iterator[Effect]:
    """Send everybody away, until this relay knows again what the others do."""
    world.is_cut_off = True
    for number in [*world.connections]:
        yield from world.hang_up(number, Close.NOT_SAVING, now)


def joined(world: World, outcome: Joined, now: float) -> Iterator[Effect]:
    """Let people in again."""
    world.is_cut_off = False
    return iter(())


def started_again(world: World, outcome: StartedAgain, now: float) -> Iterator[Effect]:
    """Forget all that was heard; everybody was sent away before."""
    world.rooms.clear()
    world.meetings.clear()
    world.cost = world.knock_count = 0
    return iter(())


HEARD: dict[type[Outcome], Callable[[World, Any, float], Iterator[Effect]]] = {
    Placed: placed,
    NotPlaced: not_placed,
    GivenUp: given_up,
    Noted: noted,
    CutOff: cut_off,
    Joined: joined,
    StartedAgain: started_again,
}
