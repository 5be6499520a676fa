"""Two relays on one NATS cluster: whichever dies in mid-meeting, people go on over the other."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from nats_cluster import RELAY, SYSTEM, NatsCluster, server_program

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from tests.scenario.conftest import House, Meeting, Somebody

pytestmark = pytest.mark.skipif(
    server_program() is None, reason="there is no NATS server for this machine in the lock"
)
HOST, MARA, JON, LATE = "Ottilie", "Marabelle", "Jonquille", "Latisha"
EACH = 10
MOVED = "^notice: The relay changed, to {}. Nothing was lost.$"


class OneOfTwo:
    """A relay of the cluster, that can be killed and started again where it was."""

    def __init__(self, house: House, settings: Path, name: str) -> None:
        self._house = house
        self._settings = settings
        self._name = name
        self.url = self._start("0")

    def kill(self) -> None:
        self._program.kill()

    def start_again(self) -> None:
        assert self._start(self.url.rpartition(":")[2]) == self.url

    def _start(self, port: str) -> str:
        data = str(self._settings.parent / self._name)
        place = ("--config", str(self._settings), "--port", port, "--data", data)
        self._program = self._house.start(self._name, "holdspace-relay", *place)
        return self._program.expect("^listening on (.*)").group(1)


@pytest.fixture
def two(house: House, tmp_path: Path) -> Iterator[tuple[OneOfTwo, OneOfTwo]]:
    (tmp_path / "nats").mkdir()
    with NatsCluster(tmp_path / "nats") as cluster:
        settings = tmp_path / "relay.toml"
        servers = ", ".join(f'"{server}"' for server in cluster.servers)
        settings.write_text(
            f'[log]\nkind = "jetstream"\nservers = [{servers}]\nname = "tests"\n'
            f'credentials = "{RELAY}"\nsystem_credentials = "{SYSTEM}"\n'
        )
        yield OneOfTwo(house, settings, "first"), OneOfTwo(house, settings, "second")
        house.close()


def relay_of(person: Somebody) -> str:
    """Return the relay that somebody was last told they are at."""
    told = r"^(?:relay: The room is at|relay:|notice: The relay changed, to) (ws://[^ ]+?)[. ]"
    lines = (re.search(told, line) for line in person.program.lines)
    return [found.group(1) for found in lines if found][-1]


@pytest.mark.long
def test_kill_9_of_either_relay_loses_doubles_and_reorders_nothing(
    two: tuple[OneOfTwo, OneOfTwo], meet: Callable[[str, str], Meeting]
) -> None:
    meeting = meet(" ".join(relay.url for relay in two), HOST)
    meeting.admit(MARA)
    meeting.admit(JON)
    typed: list[str] = []
    for relay, other in (two, two[::-1]):
        # Words are on their way, acknowledged or not yet, when the relay dies under some of them.
        begin, end = len(typed), len(typed) + EACH
        words = [f"words {number:03}" for number in range(begin, end)]
        typed += [f"{HOST}: {each}" for each in words]
        there = [person for person in meeting.people if relay_of(person) == relay.url]
        meeting.host.type(*words)
        meeting.people[1].program.has_said(f": {words[2]}$")
        relay.kill()
        for person in there:
            person.program.has_said(MOVED.format(re.escape(other.url)))
        for person in meeting.people:
            person.program.has_said(f": {words[-1]}$")
        relay.start_again()
    # Who was at a relay that died was told so above. Who was turned away by one that was behind, before
    # they had come in, moved without a word; whoever it was, somebody has moved.
    assert any(person.program.matching(MOVED.format(".*")) for person in meeting.people)
    for person in meeting.people:
        assert person.shares(r"words \d+$") == typed

    # Somebody new comes in over whichever relay, and the meeting goes on and ends for everybody.
    late = meeting.admit(LATE)
    late.type("I came late.")
    meeting.everybody_expects(": I came late.")
    meeting.host.type("/close", "y")
    meeting.everybody_expects("^room: The meeting is over")
