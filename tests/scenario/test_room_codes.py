"""A relay for the people its operator knows: they read whose it is, and open rooms with a code."""

from __future__ import annotations

import secrets
from io import StringIO
from typing import TYPE_CHECKING

import pexpect
import pytest
from tests.scenario.conftest import BIN, PATIENCE

from holdspace.protocol.keys import new_room_code, room_code_key

if TYPE_CHECKING:
    from pathlib import Path

    from tests.scenario.conftest import House, Program

WELL = 0
CARD = """
[operator]
runs_it = "Anna Berg, for the self-help centre"
contact = "relay@centre.example"
keeps = "Nothing after a meeting."
rules = "Support groups only."
"""


@pytest.fixture
def code() -> str:
    return new_room_code(secrets.token_bytes)


@pytest.fixture
def url(house: House, tmp_path: Path, code: str) -> str:
    """Run a relay that opens one room for one code."""
    settings = tmp_path / "relay.toml"
    key = room_code_key(code).public.hex()
    settings.write_text(f'[rooms]\nopen = false\ncodes = ["{key} 1 for Tuesday"]\n{CARD}')
    place = ("--config", str(settings), "--port", "0", "--data", str(tmp_path / "data"))
    relay = house.start("relay", "holdspace-relay", *place)
    return relay.expect("^listening on (.*)").group(1)


def hosting(house: House, url: str, *more: str) -> Program:
    asked = ("--plain", "--relay", url, "--room", "Mine", "--name", "Mara", "--flow", "none")
    return house.start("host", "holdspace", "host", *asked, *more)


def expect_card(program: Program) -> None:
    program.expect("^relay: Run by: Anna Berg, for the self-help centre$")
    program.expect("^relay: Contact: relay@centre.example$")
    program.expect("^relay: What it keeps: Nothing after a meeting.$")
    program.expect("^relay: Its rules: Support groups only.$")


def test_a_host_reads_whose_relay_it_is_and_a_wrong_code_costs_only_another_try(
    house: House, url: str, code: str
) -> None:
    host = hosting(house, url)
    expect_card(host)
    host.expect("^relay: This relay opens rooms only with a room code")
    host.expect("^Room code")
    host.type("my dog is called kestrel")
    host.expect("^That is not a room code")
    host.type(new_room_code(secrets.token_bytes))
    host.expect("^relay: This relay opens rooms only with a room code")
    host.type(code.upper())
    host.expect("^Code read. It is used for this meeting only")
    invitation = host.expect("^holdspace1:.*").group()
    assert not host.matching(f"(?i)kestrel|{code}")

    guest = house.start("guest", "holdspace", "join", "--plain")
    guest.type(invitation)
    guest.expect("^Code read.$")
    expect_card(guest)
    guest.expect("^Type y to accept")

    # The code keeps one room at a time.
    other = hosting(house, url)
    other.expect("^Room code")
    other.type(code)
    other.expect("^relay: That room code keeps as many rooms as it may")
    other.expect("^Room code")
    other.type("")
    other.expect("^No room was opened. Nothing is kept.$")
    assert other.ends() == WELL


def test_a_code_comes_from_a_file_that_nobody_else_can_read(
    house: House, url: str, code: str, tmp_path: Path
) -> None:
    file = tmp_path / "room-code"
    file.write_text(code + "\n")
    file.chmod(0o644)
    shared = hosting(house, url, "--room-code-file", str(file))
    shared.expect("^holdspace: Others on this computer can read")
    assert shared.ends() == 1
    file.chmod(0o600)
    hosting(house, url, "--room-code-file", str(file)).expect("^holdspace1:")


def test_whose_relay_it_is_can_be_asked_without_joining(house: House, url: str) -> None:
    asking = house.start("asking", "holdspace", "relay", url)
    asking.expect(f"^relay: {url} answers")
    expect_card(asking)
    asking.expect("^relay: It says this about itself, and nobody checks it.$")
    asking.expect("^relay: It passes sealed messages on and cannot read them.")
    asking.expect("^relay: No room was opened.")
    assert asking.ends() == WELL


def test_who_chose_the_relay_at_the_prompt_can_still_say_no(house: House, url: str) -> None:
    host = house.start("host", "holdspace", "host", "--plain", "--flow", "none", "--name", "Mara")
    host.expect("^What is the room called")
    host.type("Mine")
    host.expect("^Which relay")
    host.type(url)
    expect_card(host)
    host.expect("^Press enter to open the room there, or type n to stop.$")
    host.type("n")
    host.expect("^No room was opened. Nothing is kept.$")
    assert host.ends() == WELL


def test_on_the_screen_the_card_waits_to_be_read_and_the_code_is_never_shown(
    house: House, url: str, code: str
) -> None:
    asked = ["host", "--relay", url, "--room", "Mine", "--name", "Mara", "--flow", "none"]
    screen = pexpect.spawn(
        str(BIN / "holdspace"),
        asked,
        env={**house.env, "TERM": "xterm-256color"},
        dimensions=(30, 100),
        timeout=PATIENCE,
        encoding="utf-8",
    )
    shown = screen.logfile_read = StringIO()
    screen.expect_exact("Its rules: Support groups only.")
    screen.expect_exact("Press enter to open the room there, or type n to stop.")
    screen.sendline()
    screen.expect_exact("Room code (")
    screen.sendline(code)
    screen.expect_exact("drag over the code")
    screen.sendcontrol("c")
    screen.expect_exact("yes, leave quietly")
    screen.send("y")
    screen.expect_exact("You have left")
    screen.send("\r")
    screen.expect(pexpect.EOF)
    screen.close()
    assert screen.exitstatus == WELL
    assert code not in shown.getvalue()


def test_a_room_code_typed_one_question_too_soon_is_shown_to_nobody(
    house: House, url: str, code: str
) -> None:
    host = house.start(
        "host", "holdspace", "host", "--plain", "--relay", url, "--name", "Mara", "--flow", "none"
    )
    host.expect("^What is the room called")
    wrong_by_a_letter = code[:-1] + ("a" if code[-1] != "a" else "b")
    for typed in (code, wrong_by_a_letter):
        host.type(typed)
        host.expect("^That looks like a room code. It was not used")
        host.expect("^What is the room called")
    host.type("Tuesday circle")
    host.expect("^Room code")
    host.type(wrong_by_a_letter)
    host.expect("^relay: That room code was not taken")
    host.expect("^Room code")
    host.type(code)
    host.expect("^holdspace1:")
    assert not host.matching(f"room: .*{code}")
