"""The operator restarts the relay in the middle of a meeting: everybody is told, and comes back."""

from __future__ import annotations

import signal
from typing import TYPE_CHECKING

from holdspace.protocol.refusals import CLOSES, Close

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.scenario.conftest import Meeting, Relay

HOST, MARA = "Ottilie", "Marabelle"


def test_sigterm_saves_what_was_acked_and_people_come_back(
    relay: Relay, meet: Callable[[str, str], Meeting]
) -> None:
    meeting = meet(relay.url, HOST)
    host, mara = meeting.host, meeting.admit(MARA)
    host.type("/stage 7")
    meeting.everybody_expects("^stage: 7 of 10, What helps a little")
    mara.type("/raise")
    meeting.everybody_expects(f"^turn: ({MARA}|You) ha(s|ve) the floor")
    host.type("Warm hands.")
    meeting.everybody_expects(": Warm hands.")

    relay.program.signal(signal.SIGTERM)
    # They hear why, not only that the connection is gone.
    meeting.everybody_expects(f"^room: {CLOSES[Close.RESTARTING].sentence}")
    assert relay.program.ends() == 0
    assert relay.program.matching("holdspace-relay: stopped: everything acknowledged is saved")
    host.type("A walk.")

    relay.start_again()
    meeting.everybody_expects("^room: Connected again")
    meeting.everybody_expects(": A walk.")
    mara.type("The sea.")
    meeting.everybody_expects(": The sea.")
    for person in meeting.people:
        assert person.shares(r"(hands|walk)\.$") == [f"{HOST}: Warm hands.", f"{HOST}: A walk."]
        assert person.stages()[-1].startswith("stage: 7 of 10")
