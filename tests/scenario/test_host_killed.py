"""The host's program dies in mid-meeting (kill -9), and another leads: nobody loses the evening (A5)."""

from collections.abc import Callable, Iterator

import pytest
from tests.scenario.conftest import House, Relay
from tests.scenario.test_relay_here import Host
from tests.scenario.test_rooms_over_time import Device, close, first_meeting

# Twenty seconds of silence, and then the next look at the clock.
SILENCE = 120.0


@pytest.fixture
def device(house: House) -> Callable[[str], Device]:
    return lambda name: Device(house, name)


@pytest.mark.long
def test_another_leads_on_and_the_host_comes_back_as_the_host(
    relay: Relay, device: Callable[[str], Device]
) -> None:
    mara, ana = device("mara"), device("ana")
    host, guest = first_meeting(relay.url, mara, ana)
    host.type("/promote Ana", "y")
    guest.expect("You stand at the door now")
    host.kill()
    guest.expect("Mara cannot be reached just now. You hold the room", patience=SILENCE)
    guest.type("/next")
    guest.expect("^stage: 1 of ")
    guest.type("/who")
    guest.expect("Ana .*leads now")

    again = mara.start("holdspace", "open", "--plain", "1")
    again.expect("A meeting of this room goes on")
    again.expect("You are the host again")
    again.expect("^holdspace1:")
    guest.expect("Mara is a host now")
    again.type("/who")
    again.expect("Mara .*host.*leads now")
    again.type("/next")
    guest.expect("^stage: 2 of ")
    close(again, guest)


@pytest.mark.long
def test_with_a_relay_of_the_host_s_own_the_meeting_goes_on_to_its_end(host: Host) -> None:
    ana = host.let_in("Ana")
    host.type("/promote Ana")
    host.expect("Make Ana a co-facilitator")
    host.type("y")
    ana.expect("You stand at the door now")
    ben = host.waits("Ben")
    host.program.kill(9)
    ana.program.expect("Mara cannot be reached just now. You hold the room", patience=SILENCE)
    ana.type("/admit")
    ben.expect("^room: This is ")
    ben.type("Is anybody there?")
    ana.expect("^Ben: Is anybody there")
    ana.type("/close", "y")
    for person in (ana, ben):
        person.expect("^room: The meeting is over.")
        assert person.program.ends() == 0


@pytest.fixture
def host(house: House) -> Iterator[Host]:
    host = Host(house)
    yield host
    host.program.close(force=True)
