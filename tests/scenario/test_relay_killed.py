"""The relay crashes in the middle of a meeting: people come back by themselves, with their places."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.scenario.conftest import Meeting, Relay

HOST, MARA, JON = "Ottilie", "Marabelle", "Jonquille"
BEFORE, DURING = 12, 6
NUMBERED = r" (before|during) \d\d$"


def test_kill_9_loses_doubles_and_reorders_nothing(
    relay: Relay, meet: Callable[[str, str], Meeting]
) -> None:
    meeting = meet(relay.url, HOST)
    host, mara, jon = meeting.host, meeting.admit(MARA), meeting.admit(JON)

    # Hands in a queue, so that there are places to keep.
    host.type("/stage 7")
    meeting.everybody_expects("^stage: 7 of 10, What helps a little")
    jon.type("/raise")
    meeting.everybody_expects(f"^turn: ({JON}|You) ha(s|ve) the floor")
    mara.type("/raise about the kettle")
    meeting.everybody_expects(f"^turn: {MARA} raises a hand")
    host.type("/raise")
    meeting.everybody_expects(f"^turn: {HOST} raises a hand")
    queue = host.queue()

    # The host writes while the relay dies: some of it is acknowledged, some on its way, some later.
    for number in range(BEFORE):
        host.type(f"before {number:02}")
    jon.expect("before 03")
    relay.kill()
    for number in range(DURING):
        host.type(f"during {number:02}")
    meeting.everybody_expects("^room: .*[Cc]onnection")
    delivered = {line for person in (mara, jon) for line in person.shares(NUMBERED)}
    relay.start_again()
    meeting.everybody_expects("^room: Connected again")

    # Everything that was typed is there once, in one order, with everybody.
    meeting.everybody_expects(f": during {DURING - 1:02}")
    typed = [f"{HOST}: before {n:02}" for n in range(BEFORE)]
    typed += [f"{HOST}: during {n:02}" for n in range(DURING)]
    for person in meeting.people:
        assert person.shares(NUMBERED) == typed
    # What somebody had read, the relay had acknowledged; it would be lost with a lesser disk log.
    assert delivered
    assert delivered <= set(typed)

    # Place, hands and stage are what they were, and the meeting goes on.
    for person in meeting.people:
        assert person.queue() == queue
    jon.type("The sea.")
    meeting.everybody_expects(": The sea.")
    meeting.everybody_expects(f"^turn: ({MARA}|You) ha(s|ve) the floor")
    assert host.stages() == mara.stages() == jon.stages()
