"""Each law of the simulation is broken once on purpose: what is never noticed proves nothing."""

from collections.abc import Callable

import pytest

from holdspace.client.seat.log_position import LogPosition
from holdspace.protocol import frames
from law import LAWS, Broken
from plan import Decision, Plan
from stub_mls import StubGroup
from world import World

# Four people, one sentence, and the minute in which all heals.
SHORT = Plan(seed=3, people=4, seconds=6.0, decisions=(Decision(13.0, "say", 1, 1),))
Spoil = Callable[[pytest.MonkeyPatch], None]


def readable(spoil: pytest.MonkeyPatch) -> None:
    spoil.setattr("stub_mls._xored", lambda _key, text: text)


def nobody_agrees(spoil: pytest.MonkeyPatch) -> None:
    spoil.setattr(LogPosition, "agrees_with", lambda *_: False)


def silent(spoil: pytest.MonkeyPatch) -> None:
    spoil.setattr("holdspace.client.seat.saying.is_heartbeat_due", lambda *_: False)


def own_epochs(spoil: pytest.MonkeyPatch) -> None:
    own = property(lambda group: bytes((group.own_leaf_index,)))
    spoil.setattr(StubGroup, "epoch_authenticator", own)


def untellable(spoil: pytest.MonkeyPatch) -> None:
    spoil.setattr("law.broken_law", lambda _state: "It seats nobody.")


def stumbling(spoil: pytest.MonkeyPatch) -> None:
    def stumble(*_: object) -> None:
        raise LookupError("of a key that is not there")

    spoil.setattr("holdspace.client.seat.ladder.tick", stumble)


SPOILED: dict[str, Spoil] = {
    "I2": own_epochs,
    "I7": nobody_agrees,
    "I8": silent,
    "I9": readable,
    "lawful": untellable,
    "total": stumbling,
}


@pytest.mark.parametrize("law", SPOILED)
def test_a_law_that_is_broken_is_named(law: str, monkeypatch: pytest.MonkeyPatch) -> None:
    SPOILED[law](monkeypatch)
    result = World(SHORT).run()
    assert result.law == law, result.words


def test_who_is_left_standing_at_the_door_is_missed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("person.Person._keep_the_door", lambda *_: None)
    result = World(SHORT).run()
    assert result.law == "I8"
    assert "waits at the door" in result.words


@pytest.fixture(scope="module")
def world() -> World:
    """Return a meeting that went well."""
    world = World(SHORT)
    assert not world.run().law
    return world


def test_an_entry_from_before_somebody_came_is_not_for_them(world: World) -> None:
    late = max(world.people, key=lambda one: one.seat.joined_at if one.seat else 0)
    assert late.wire is not None
    with pytest.raises(Broken, match="I4"):
        world.law.heard(late, late.wire, frames.Entry(1, 0, False, b"old"))


def test_a_frame_of_another_size_says_something(world: World) -> None:
    with pytest.raises(Broken, match="I10"):
        world.law.shown(bytes(1000))


def test_what_was_said_and_is_nowhere_is_missed(world: World) -> None:
    assert world.host.seat is not None
    world.said.append((world.host.name, "nobody read this", world.host.seat.facts.identity))
    with pytest.raises(Broken, match="nowhere"):
        world.law.said()
    world.said.pop()


def test_every_law_is_broken_somewhere_in_these_tests() -> None:
    elsewhere = {"I1", "I3", "I5", "I6", "alarm"}  # test_simulation.py, test_evil_relay.py
    assert {*SPOILED, "I4", "I10", "said", *elsewhere} == {*LAWS}
