"""A room that lasts: two meetings of the same people, and one that goes on at another relay."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.scenario.conftest import ROOM, House, Program, Relay, Somebody, host_command

from holdspace.client.vault import LEAST_COST, Vault

PASSPHRASE = "heron over quiet water"


class Device:
    """Somebody's computer with a notebook on it; commands are given to it as they are typed."""

    def __init__(self, house: House, name: str) -> None:
        self._house, self.name = house, name
        self.notebook = house.home / f"{name}.notebook"
        self._passphrase = house.home / f"{name}.passphrase"
        Vault.create(self.notebook, PASSPHRASE, LEAST_COST).close()
        self._passphrase.touch(mode=0o600)
        self._passphrase.write_text(PASSPHRASE)

    def start(self, *argv: str) -> Program:
        kept = ("--notebook", str(self.notebook), "--passphrase-file", str(self._passphrase))
        return self._house.start(self.name, *argv[:2], *kept, *argv[2:])

    def says(self, *argv: str, answers: tuple[str, ...] = ()) -> str:
        """Run a command to its end and return all that it said."""
        program = self.start(*argv)
        program.type(*answers)
        assert program.ends() == 0, program.lines
        return "\n".join(program.lines)


@pytest.fixture
def device(house: House) -> Callable[[str], Device]:
    return lambda name: Device(house, name)


def first_meeting(relay: str, mara: Device, ana: Device) -> tuple[Program, Program]:
    """Let Mara host and Ana come by a code; both say yes to keeping the room."""
    host = mara.start(*host_command(relay, "Mara"))
    code = host.expect("^holdspace1:.*").group()
    guest = ana.start("holdspace", "join", "--plain")
    Somebody(guest, "Ana").knock(code)
    host.expect("^door: Ana is at the door")
    host.type("/admit")
    guest.expect("^room: This is ")
    host.type("/keeproom")
    host.expect("You keep this room now: `holdspace open`")
    guest.type("/keeproom")
    host.expect("Ana asks to keep this room")
    host.type("/letkeep Ana")
    guest.expect("You keep this room now. Next time `holdspace join`")
    return host, guest


def close(host: Program, *others: Program) -> None:
    host.type("/close", "y")
    for program in (host, *others):
        program.expect("^room: The meeting is over")
        assert program.ends() == 0


@pytest.mark.long
def test_two_meetings_of_one_room_and_a_crash_in_the_second(
    relay: Relay, device: Callable[[str], Device]
) -> None:
    mara, ana = device("mara"), device("ana")
    host, guest = first_meeting(relay.url, mara, ana)
    words = host.has_said("four words another way: (.*)").group(1)
    host.type("/schedule 2046-12-04 18:00 weekly")
    guest.expect("^room: This room meets on Tuesday 4 December 2046, 18:00")
    guest.type("/lasting")
    guest.expect("^room: It meets on Tuesday 4 December 2046")
    close(host, guest)

    assert f"1. {ROOM}, you are Ana there" in ana.says("holdspace", "rooms")
    calendar = ana.notebook.with_name("next.ics")
    assert "4 December 2046" in ana.says("holdspace", "next", "1", "--ics", str(calendar))
    text = calendar.read_bytes().decode()
    assert text.startswith("BEGIN:VCALENDAR\r\n")
    assert not re.search("Kestrel|Mara|Ana|holdspace|group", text, re.IGNORECASE)

    early = ana.start("holdspace", "join", "--plain", "1")
    early.expect("The room is not open")
    host = mara.start("holdspace", "open", "--plain", "1")
    assert host.expect("four words another way: (.*)").group(1) == words
    host.expect("Ana belongs to this room, and comes in at once")
    early.expect("^room: This is ")
    early.type("/raise", "Hello again.")
    host.expect("Ana raises a hand")
    early.kill()
    again = ana.start("holdspace", "join", "--plain", "1")
    again.expect("^room: This is ")
    host.expect("Ana is back, at the same place")
    host.type("/queue")
    host.expect("^queue: .*Ana")
    assert not host.matching("Ana has left|removed Ana")
    close(host, again)

    assert "It is forgotten" in ana.says("holdspace", "forget", "1", answers=("y",))
    vault = Vault.open(ana.notebook, PASSPHRASE)
    assert vault.read().rooms == ()
    vault.close()


@pytest.mark.long
def test_the_relay_dies_for_good_and_the_host_has_the_phrase_only(
    house: House, device: Callable[[str], Device], tmp_path: Path
) -> None:
    mara, ana, new = device("mara"), device("ana"), device("mara-again")
    first = Relay(house, tmp_path / "first")
    host, guest = first_meeting(first.url, mara, ana)
    words = host.has_said("four words another way: (.*)").group(1)
    close(host, guest)
    shown = mara.says("holdspace", "rooms", "phrase", "1", answers=("y",))
    phrase = " ".join(re.findall(r"\d+\. ([a-z]+)", shown))
    first.kill()
    mara.notebook.unlink()

    second = Relay(house, tmp_path / "second")
    said = new.says("holdspace", "recover", answers=(phrase, ROOM, "Mara", second.url))
    assert phrase.split()[0] not in said.split()
    note = next(line for line in said.splitlines() if line.startswith("holdspacemoved1:"))
    host = new.start("holdspace", "open", "--plain", "1")
    assert host.expect("four words another way: (.*)").group(1) == words
    guest = ana.start("holdspace", "join", "--plain")
    guest.type(note)
    guest.expect(f"is at {second.url} now")
    guest.type("1")
    host.expect("^door: Ana is at the door")
    assert host.matching("a slip that you signed")
    host.type("/admit")
    guest.expect("^room: This is ")
    host.type("/lasting")
    host.expect(r"^room: 1\. Ana keeps this room; here now")
    close(host, guest)

    host = new.start("holdspace", "open", "--plain", "1")
    guest = ana.start("holdspace", "join", "--plain", "1")
    host.expect("Ana belongs to this room, and comes in at once")
    guest.expect("^room: This is ")
    close(host, guest)
