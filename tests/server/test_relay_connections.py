"""What a connection may do when: every pair of phase and frame type, and the time it has."""

import copy
import pickle
from collections.abc import Callable
from dataclasses import replace

import pytest

from holdspace.protocol import frames
from holdspace.protocol.frames import ClientFrame, Greeting, Hello, Refuse
from holdspace.protocol.refusals import Close, LocalError, Refusal
from holdspace.server.connections import FRAMES, TRANSITIONS, Happening, Phase, step
from holdspace.server.limits import Limits
from holdspace.server.relay import HANDLERS
from holdspace.server.terms import Terms
from relay_papers import Circle, Papers, welcome
from relay_table import Caller, Table, refused, running

MINUTE_LATER = 30_000_001

MAKE: dict[type[ClientFrame], Callable[[Papers, Circle], ClientFrame]] = {
    frames.Hello: lambda _papers, _circle: Hello(1, 1),
    frames.OpenRoom: lambda papers, circle: papers.open(circle),
    frames.BeginMeeting: lambda papers, circle: papers.begin(circle),
    frames.Attach: lambda papers, circle: papers.attach(circle),
    frames.Prove: lambda papers, circle: papers.prove(circle, 1),
    frames.Append: lambda papers, _circle: papers.append("words"),
    frames.Bundle: lambda papers, circle: papers.bundle(circle, 0, welcomes=(welcome(),)),
    frames.PutInvitation: lambda papers, circle: papers.invite(circle, MINUTE_LATER),
    frames.RevokeInvitation: lambda papers, circle: papers.revoke(circle),
    frames.GetCard: lambda papers, circle: papers.card(circle),
    frames.Knock: lambda papers, circle: papers.knock(circle),
    frames.WatchLobby: lambda papers, circle: papers.watch(circle),
    frames.DeclineKnock: lambda papers, _circle: papers.decline(),
    frames.CloseMeeting: lambda papers, circle: papers.close(circle),
}


def caller_in(phase: Phase, table: Table, circle: Circle, host: Caller) -> Caller:
    caller = table.call(says_hello=phase is not Phase.NEW)
    if phase in {Phase.MEMBER, Phase.WALKING}:
        caller.attach(circle)
    if phase is Phase.WALKING:
        host.send(host.papers.bundle(circle, 0))
    caller.news()
    return caller


def world_without(table: Table, caller: Caller) -> bytes:
    """Return everything the relay knows, less this one connection."""
    world = copy.deepcopy(table.relay._world)
    world.strangers.pop(caller.number, None)
    connection = world.connections.pop(caller.number, None)
    if connection is not None and connection.meeting is not None:
        connection.meeting.leave_out(caller.number)
    return pickle.dumps(world)


def test_every_frame_type_is_made_and_handled() -> None:
    every = set(frames.AnyClientFrame.__args__)
    assert set(MAKE) == set(HANDLERS) == every
    assert set().union(*FRAMES.values()) == every


ILLEGAL = [(phase, kind) for phase in Phase for kind in MAKE if kind not in FRAMES[phase]]
ALWAYS_REFUSED = [
    (phase, kind)
    for phase, row in FRAMES.items()
    for kind, refusal in row.items()
    if refusal is not None
]


@pytest.mark.parametrize(("phase", "kind"), ILLEGAL)
def test_what_breaks_the_protocol_closes_the_connection_and_changes_nothing(
    table: Table, circle: Circle, host: Caller, phase: Phase, kind: type[ClientFrame]
) -> None:
    caller = caller_in(phase, table, circle, host)
    before = world_without(table, caller)
    assert caller.send(MAKE[kind](caller.papers, circle)) == []
    assert caller.closed is Close.NOT_UNDERSTOOD
    assert world_without(table, caller) == before


@pytest.mark.parametrize(("phase", "kind"), ALWAYS_REFUSED)
def test_what_is_refused_in_a_phase_changes_nothing_at_all(
    table: Table, circle: Circle, host: Caller, phase: Phase, kind: type[ClientFrame]
) -> None:
    caller = caller_in(phase, table, circle, host)
    before = pickle.dumps(table.relay._world)
    assert refused(caller.send(MAKE[kind](caller.papers, circle))) == [FRAMES[phase][kind]]
    assert pickle.dumps(table.relay._world) == before


@pytest.mark.parametrize("happening", Happening)
@pytest.mark.parametrize("phase", Phase)
def test_the_table_alone_moves_a_connection(
    table: Table, phase: Phase, happening: Happening
) -> None:
    caller = table.call()
    connection = table.relay._world.connections[caller.number]
    connection.phase = phase
    following = TRANSITIONS.get((phase, happening))
    if following is None:
        with pytest.raises(LocalError):
            step(connection, happening)
        assert connection.phase is phase
    else:
        step(connection, happening)
        assert connection.phase is following


@pytest.mark.parametrize(
    ("lowest", "highest", "version"), [(1, 1, 1), (0, 1, 1), (1, 9, 1), (2, 9, 0), (0, 0, 0)]
)
def test_both_ends_agree_on_the_newest_version_both_speak(
    table: Table, lowest: int, highest: int, version: int
) -> None:
    caller = table.call(says_hello=False)
    got = caller.send(Hello(lowest, highest))
    if version:
        assert got == [Greeting(version, caller.nonce)]
    else:
        assert caller.closed is Close.WRONG_VERSION


def test_who_says_nothing_has_five_seconds(table: Table) -> None:
    silent = table.call(says_hello=False)
    table.wait(4.9)
    assert silent.closed is None
    table.wait(0.1)
    assert silent.closed is Close.TOO_QUIET


def test_who_proves_nothing_has_five_more(table: Table, circle: Circle, host: Caller) -> None:
    idle, member = table.call(), table.call()
    member.attach(circle)
    table.wait(5)
    assert idle.closed is Close.TOO_QUIET
    assert member.closed is None


def test_who_takes_long_to_say_hello_has_as_long_to_prove_something(table: Table) -> None:
    slow = table.call(says_hello=False)
    table.wait(4)
    slow.send(Hello(1, 1))
    table.wait(4.9)
    assert slow.closed is None
    table.wait(0.1)
    assert slow.closed is Close.TOO_QUIET


def test_a_wrong_proof_does_not_stop_the_clock(table: Table, circle: Circle, host: Caller) -> None:
    stranger = table.call()
    stranger.attach(Circle("never opened"))
    table.wait(5)
    assert stranger.closed is Close.TOO_QUIET


def test_a_relay_takes_only_so_many_connections() -> None:
    table = Table(replace(Limits(), connections=1))
    first = running(table, Circle())
    second = table.call(says_hello=False)
    assert first.closed is None
    assert second.closed is Close.CROWDED


def test_whoever_came_first_and_has_shown_nothing_makes_place() -> None:
    table = Table(replace(Limits(), connections=3))
    host = running(table, Circle())
    first, second, third = (table.call() for _ in range(3))
    assert [one.closed for one in (host, first, second, third)] == [
        None,
        Close.CROWDED,
        None,
        None,
    ]


def test_ws01_a_key_that_anybody_can_make_keeps_no_connection_open() -> None:
    table = Table()
    table.relay.agree(Terms(rooms_are_open=False))
    stranger = table.call()
    opening = stranger.papers.open(Circle("of a stranger"))
    assert Refuse(opening.ref, Refusal.NEEDS_CODE) in stranger.send(opening)
    table.wait(5)
    assert stranger.closed is Close.TOO_QUIET


def test_ws01_who_idles_makes_place_for_somebody_who_has_only_just_come() -> None:
    table = Table(replace(Limits(), connections=3))
    idle = [table.call() for _ in range(3)]
    for number, one in enumerate(idle):
        one.send(one.papers.open(Circle(f"room {number}")))
    newcomer, next_one = table.call(), table.call()
    assert newcomer.closed is next_one.closed is None
    assert [one.closed for one in idle] == [Close.CROWDED, Close.CROWDED, None]
    # Whoever shows nothing for a while goes first all the same.
    table.now += table.limits.alone_seconds
    table.call()
    assert newcomer.closed is Close.CROWDED
    assert idle[2].closed is None


def test_nothing_is_heard_from_a_connection_that_was_closed(table: Table, circle: Circle) -> None:
    caller = table.call()
    caller.send(Hello(1, 1))
    assert caller.closed is Close.NOT_UNDERSTOOD
    assert caller.send(caller.papers.open(circle)) == []
    caller.hang_up()
    assert table.log.load().rooms == ()


def test_a_restarting_relay_tells_everybody_to_come_back(
    table: Table, circle: Circle, host: Caller
) -> None:
    table.perform(table.relay.closing(table.now))
    assert host.closed is Close.RESTARTING


def test_a_relay_that_ends_for_good_lets_nobody_wait_for_it(
    table: Table, circle: Circle, host: Caller
) -> None:
    table.perform(table.relay.closing(table.now, for_good=True))
    assert host.closed is Close.MEETING_OVER
