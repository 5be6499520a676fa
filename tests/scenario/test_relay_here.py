"""A relay in the host's own program goes with the host: asked first, and told to everybody."""

from collections.abc import Iterator

import pexpect
import pytest
from tests.scenario.conftest import BIN, PATIENCE, House, Somebody

CTRL_C, CTRL_D = "\x03", "\x04"
HOST = ("host", "--plain", "--here", "--room", "Mine", "--name", "Mara", "--flow", "none")


class Host:
    """Somebody at a terminal who hosts a room with a relay of their own."""

    def __init__(self, house: House) -> None:
        self._house = house
        self.program = pexpect.spawn(
            str(BIN / "holdspace"),
            [*HOST],
            env={**house.env, "TERM": "xterm"},
            encoding="utf-8",
            timeout=PATIENCE,
        )
        self.expect(r"holdspace1:\S+")
        self.code = str(self.program.after)

    def expect(self, words: str) -> None:
        self.program.expect(words)

    def press(self, key: str) -> None:
        self.program.send(key)

    def type(self, line: str) -> None:
        self.program.sendline(line)

    def ends(self) -> None:
        self.program.expect(pexpect.EOF)

    def let_in(self, name: str) -> Somebody:
        guest = self.waits(name)
        self.type("/admit")
        guest.expect("^room: This is ")
        self.expect(f"{name} is here")
        return guest

    def waits(self, name: str) -> Somebody:
        guest = Somebody(self._house.start(name, "holdspace", "join", "--plain"), name)
        guest.knock(self.code)
        self.expect(f"door: {name} is at the door")
        return guest


@pytest.fixture
def host(house: House) -> Iterator[Host]:
    host = Host(house)
    yield host
    host.program.close(force=True)


def test_the_host_is_asked_before_the_room_goes_with_them(host: Host) -> None:
    ana = host.let_in("Ana")
    for key in (CTRL_D, CTRL_C):
        host.press(key)
        host.expect("Others are still here, and the room goes with you")
        host.type("n")
        host.expect("room: Nothing was done.")
    host.type("Still here.")
    ana.expect("^Mara: Still here.$")
    host.press(CTRL_D)
    host.expect("Others are still here")
    host.type("y")
    host.expect("room: The meeting is over.")
    host.ends()
    ana.expect("^room: The meeting is over.")
    assert ana.program.ends() == 0


def test_who_insists_goes_and_the_meeting_is_closed_for_everybody(host: Host) -> None:
    ana = host.let_in("Ana")
    host.press(CTRL_C)
    host.expect("Others are still here")
    host.press(CTRL_C)
    host.ends()
    ana.expect("^room: The meeting is over.")


def test_alone_nobody_is_asked(host: Host) -> None:
    host.press(CTRL_D)
    host.ends()
    assert "Others are still here" not in str(host.program.before)


def test_when_the_host_s_program_dies_alone_the_relay_goes_with_it(host: Host) -> None:
    ben = host.waits("Ben")
    host.program.kill(9)
    # Nobody sits in the meeting, so there is nobody who could open the door.
    ben.expect("This meeting is over.")
    ben.program.ends()
