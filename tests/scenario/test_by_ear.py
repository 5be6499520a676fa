"""A whole meeting in plain lines on two real terminals, heard as a screen reader would read it out."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pexpect
import pytest
from tests.scenario.conftest import BIN, PATIENCE, host_command

from by_ear import faults, lines_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.scenario.conftest import House, Relay

HOST, GUEST = "Ottilie", "Jonquille"


class Listener:
    """Somebody at a terminal that can do nothing but write line after line."""

    def __init__(self, env: dict[str, str], *argv: str) -> None:
        self.typed: list[str] = []
        self.sent = ""
        self._child: pexpect.spawn[str] = pexpect.spawn(
            str(BIN / argv[0]),
            list(argv[1:]),
            env=env | {"TERM": "dumb"},
            encoding="utf-8",
            timeout=PATIENCE,
            dimensions=(24, 80),
        )

    def hears(self, pattern: str) -> str:
        """Wait for a line; return it."""
        self._child.expect(rf"(?m)({pattern})[^\r\n]*\r\n")
        self.sent += f"{self._child.before}{self._child.after}"
        return str(self._child.after).strip()

    def asked(self, pattern: str) -> None:
        """Wait for a question, which may stand at the end of a line that is still open."""
        self._child.expect(pattern)
        self.sent += f"{self._child.before}{self._child.after}"

    def types(self, line: str) -> None:
        """Type a line."""
        self.typed.append(line)
        self._child.send(line + "\n")

    def ends(self) -> None:
        """Wait for the end."""
        self._child.expect(pexpect.EOF)
        self.sent += str(self._child.before)
        self._child.close()
        assert self._child.exitstatus == 0, self.sent[-800:]

    def close(self) -> None:
        """End it, if a test did not."""
        self._child.close(force=True)


@pytest.fixture
def sits(house: House) -> Iterator[Callable[..., Listener]]:
    """Return what seats somebody at a terminal of their own."""
    seated: list[Listener] = []

    def sit(*argv: str) -> Listener:
        seated.append(Listener(house.env, *argv))
        return seated[-1]

    yield sit
    for listener in seated:
        listener.close()


@pytest.mark.long
def test_an_evening_can_be_followed_by_ear(relay: Relay, sits: Callable[..., Listener]) -> None:
    # Without --plain: a terminal like this one asks for plain lines by itself, and is told so.
    host = sits(*(word for word in host_command(relay.url, HOST) if word != "--plain"))
    host.hears("plain: Plain lines, because this terminal is a plain one")
    code = host.hears("holdspace[12]:")
    guest = come_in(host, sits("holdspace", "join"), code)
    lead_through(host, guest)
    say_what_is_hard(host, guest)
    look_around(host)
    look_around(guest)
    host.types("/close")
    host.asked("Type y for yes")
    host.types("y")
    guest.hears("room: .*over")
    guest.ends()
    host.ends()

    # What somebody asks for or does twice is answered twice; nothing comes again by itself.
    answers = ("room: Now: ", "room: You can ", "queue: ", "time: ", "stage: ", "agenda: ")
    leading = ("say: ", "notice: The next stage has begun", f"room: {GUEST} is not OK")
    assert faults(host.sent, host.typed, (*answers, *leading)) == []
    assert faults(guest.sent, guest.typed, answers) == []
    assert len(lines_of(host.sent, host.typed)) > 100


def come_in(host: Listener, guest: Listener, code: str) -> Listener:
    guest.asked("not shown")
    # Never echoed, so it was not typed as far as anybody can hear.
    guest._child.send(code + "\n")
    guest.asked("Type y to accept")
    guest.types("y")
    guest.asked("What shall people here call you")
    guest.types(GUEST)
    guest.asked("One line about you")
    guest.types("It is my first evening.")
    host.hears(f"door: {GUEST} is at the door")
    host.types("/admit")
    guest.hears("room: This is ")
    host.hears(f"room: .*{GUEST} is here")
    return guest


def lead_through(host: Listener, guest: Listener) -> None:
    for number, title in enumerate(("Welcome", "Agreements"), 1):
        host.types("/next")
        for one in (host, guest):
            one.hears(f"stage: {number} of 10, {title}")
    host.types("/stage 7")
    for one in (host, guest):
        one.hears("stage: 7 of 10")
    guest.types("/raise about the stairs")
    guest.hears("turn: You have the floor")
    host.hears(f"turn: {GUEST} has the floor")
    guest.types("I plan a whole morning around the stairs.")
    guest.hears("you: shared")
    host.hears(f"{GUEST}: I plan a whole morning")
    host.types("/nod")
    host.hears(f"room: You nod to {GUEST}")
    guest.hears("room: 1 nod for you")


def say_what_is_hard(host: Listener, guest: Listener) -> None:
    guest.types("/notok it is too much today")
    host.hears(f".*{GUEST}.*not OK")
    host.types("/hold")
    guest.hears("turn: .*hold|room: .*hold|notice: .*hold")
    host.types("/resume")
    guest.hears("turn: .*goes on|room: .*goes on|notice: .*goes on")
    host.types(f"/remove {GUEST}")
    host.asked("why: ")
    host.types("/what")
    host.hears("room: Nothing was done")
    host.types("/poll Which one? tea | rest | neither")
    guest.hears("count: |room: .*poll|.*/answer")


def look_around(one: Listener) -> None:
    for command in ("/who", "/queue", "/agenda", "/what", "/time"):
        one.types(command)
    one.hears("time: ")
    one.types("/help")
    one.hears("help: Ctrl")
    one.types("/support")
    one.hears("support: ")


def test_the_lens_sees_what_it_looks_for() -> None:
    # Guards the evening above: a lens that finds nothing anywhere would always be content.
    bad = {
        "\x1b[2J": "an order to the terminal",
        "\x1b[31mroom: red\x1b[0m": "an order to the terminal",
        "room: one\rroom: two": "written over",
        "│ room: hello": "drawn instead of said",
        "room: ⠋ waiting": "drawn instead of said",
        "room: ✓": "a sign instead of a word",
        "19:04 Mara: hello": "the time before the words",
        "hello there": "nobody knows who says it",
        "room: a    b": "laid out by blanks",
        "room: hello\nroom: hello": "said 2 times",
        "room: hel\u200blo": "a character that nobody hears",
    }
    for sent, fault in bad.items():
        assert re.search(fault, "\n".join(faults(sent, ()))), sent
    assert faults("Mara: Good evening (19:04)\r\n/who\r\nroom: 1 here.\r\n", ["/who"]) == []
