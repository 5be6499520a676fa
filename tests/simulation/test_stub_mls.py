"""The stand-in for MLS refuses what the real engine refuses: what one hides, the other would show."""

from random import Random

import pytest

from holdspace.client.seat.host import own_key_package
from holdspace.client.seat.step import Engine, World
from holdspace.protocol import mls
from holdspace.protocol.mls import (
    Add,
    ApplicationData,
    Group,
    Proposal,
    ValidationError,
    unsafe_accept_everything,
)
from holdspace.protocol.mls.messages import ProposalType
from holdspace.protocol.mls.secret_tree import DEFAULT_WINDOW
from stub_mls import StubEngine


def two_of(engine: Engine) -> tuple[Group, Group, World]:
    """Return the group as two people have it, and their world."""
    world = World(1_800_000_000.0, Random(1).randbytes)
    ana, ben = (own_key_package(name, bytes(32), world) for name in ("Ana", "Ben"))
    group = engine.create_group(ana, group_id=b"circle", random=world.random)
    add = Proposal(ProposalType.add, Add(ben.key_package))
    made = group.commit((add,), now=world.now, random=world.random)
    assert made.welcome is not None
    joined = engine.join_group(made.welcome, ben, now=world.now, policy=unsafe_accept_everything)
    return made.group, joined, world


def said(group: Group, times: int, world: World) -> tuple[Group, bytes]:
    """Return the group and the message after something was said so often."""
    message = b""
    for _ in range(times):
        made = group.protect(b"words", random=world.random)
        group, message = made.group, made.message
    return group, message


@pytest.mark.parametrize("engine", [mls, StubEngine()], ids=["real", "stub"])
def test_commits_that_never_counted_take_nothing_from_how_far_words_are_followed(
    engine: Engine,
) -> None:
    ana, ben, world = two_of(engine)
    ana = ana.commit(now=world.now, random=world.random).current
    ana, furthest = said(ana, DEFAULT_WINDOW.forward + 1, world)
    read = ben.process(furthest, policy=unsafe_accept_everything)
    assert isinstance(read, ApplicationData)
    _, beyond = said(ana, 1, world)
    with pytest.raises(ValidationError):
        ben.process(beyond, policy=unsafe_accept_everything)


@pytest.mark.parametrize("engine", [mls, StubEngine()], ids=["real", "stub"])
def test_of_all_that_was_passed_over_only_the_newest_can_still_be_read(engine: Engine) -> None:
    ana, ben, world = two_of(engine)
    ana, first = said(ana, 1, world)
    ana, second = said(ana, 1, world)
    for times in (DEFAULT_WINDOW.forward - 1, DEFAULT_WINDOW.forward + 1):
        ana, message = said(ana, times, world)
        read = ben.process(message, policy=unsafe_accept_everything)
        assert isinstance(read, ApplicationData)
        ben = read.group
    # Twice 32 were passed over, as many as are kept; one more, and the oldest is gone.
    assert isinstance(ben.process(first, policy=unsafe_accept_everything), ApplicationData)
    _, message = said(ana, 2, world)
    read = ben.process(message, policy=unsafe_accept_everything)
    assert isinstance(read, ApplicationData)
    with pytest.raises(ValidationError):
        read.group.process(first, policy=unsafe_accept_everything)
    assert isinstance(read.group.process(second, policy=unsafe_accept_everything), ApplicationData)
