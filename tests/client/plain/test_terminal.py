"""A person at a real terminal: lines that arrive wait for the line being typed, and nothing is redrawn."""

import os
import re
import signal
import sys
from collections.abc import Iterator

import pexpect
import pytest

# Answers what is typed, and lets a line arrive when it is signalled, with a bell to tell the test;
# everything else is the real code at a real terminal.
PROGRAM = """
import asyncio, select, signal, sys
from holdspace.client.plain.terminal import open_terminal

async def main():
    terminal = open_terminal()

    def arrive():
        # What was typed before the signal is older than the line.
        terminal.entered()
        terminal.conceal(False)
        terminal.say(["Mara: I arrived meanwhile."])
        terminal.bell()

    def look():
        terminal.bell()
        select.select([sys.stdin], [], [], 20)
        terminal.say([f"entered: {terminal.entered()}"])

    asyncio.get_running_loop().add_signal_handler(signal.SIGUSR1, arrive)
    asyncio.get_running_loop().add_signal_handler(signal.SIGUSR2, look)
    terminal.say(["room: ready."])
    while (line := await terminal.read()) is not None:
        terminal.say([f"heard {len(line)}: {line[:40]}"])
        if line == "conceal":
            terminal.conceal(True)
        if line == "wipe":
            terminal.wipe()
            terminal.bell()
        if line == "hostile":
            terminal.say(["Mara: \\x1b[2J\\u202e gone"])
    terminal.close()
    sys.stdout.write("closed\\n")

asyncio.run(main())
"""
ARRIVED = "Mara: I arrived meanwhile."


@pytest.fixture
def person() -> Iterator["pexpect.spawn[str]"]:
    """A program at a terminal of its own, 80 columns wide."""
    child = pexpect.spawn(
        sys.executable,
        ["-P", "-c", PROGRAM],
        encoding="utf-8",
        timeout=20,
        dimensions=(24, 80),
        env={**os.environ, "TERM": "xterm"},
    )
    child.delaybeforesend = None
    child.expect_exact("room: ready.\r\n")
    yield child
    child.close(force=True)


def arrive_unseen(person: "pexpect.spawn[str]") -> None:
    """Let a line arrive, and see that only its bell was heard."""
    person.kill(signal.SIGUSR1)
    person.expect_exact("\a")
    assert ARRIVED not in str(person.before)


def test_a_line_arrives_at_once_while_nobody_types(person: "pexpect.spawn[str]") -> None:
    person.kill(signal.SIGUSR1)
    person.expect_exact(f"{ARRIVED}\r\n\a")


def test_a_line_that_arrives_waits_for_the_line_being_typed(person: "pexpect.spawn[str]") -> None:
    person.send("half a sen")
    person.expect_exact("half a sen")
    arrive_unseen(person)
    person.send("tence\n")
    person.expect_exact(f"tence\r\n{ARRIVED}\r\nheard 15: half a sentence\r\n")


def test_an_emptied_line_lets_waiting_lines_out(person: "pexpect.spawn[str]") -> None:
    person.send("x")
    person.expect_exact("x")
    arrive_unseen(person)
    person.send("\x7f")
    person.expect_exact(f"{ARRIVED}\r\n")


def test_ctrl_r_reads_what_waits_and_then_the_line_again(person: "pexpect.spawn[str]") -> None:
    person.send("my words")
    person.expect_exact("my words")
    arrive_unseen(person)
    person.send("\x12")
    person.expect_exact(f"\r\n{ARRIVED}\r\nmy words")
    person.send("\n")
    person.expect_exact("heard 8: my words")


def test_a_line_longer_than_a_terminal_takes_is_not_cut(person: "pexpect.spawn[str]") -> None:
    for _ in range(60):
        person.send("word " * 20)
        person.expect_exact("word " * 3)
    person.send("\n")
    person.expect_exact("heard 6000: ")


def test_a_line_that_was_entered_is_known_of_before_anything_is_told(
    person: "pexpect.spawn[str]",
) -> None:
    person.kill(signal.SIGUSR2)
    person.expect_exact("\a")
    person.send("one\n")
    person.expect_exact("entered: 1\r\n")
    person.expect_exact("heard 3: one\r\n")


def test_half_a_passphrase_goes_when_it_is_asked_for_no_more(person: "pexpect.spawn[str]") -> None:
    person.sendline("conceal")
    person.expect_exact("heard 7: conceal\r\n")
    person.send("heron over")
    person.kill(signal.SIGUSR1)
    person.expect_exact(f"{ARRIVED}\r\n\a")
    assert "heron" not in str(person.before)
    person.send("\n")
    person.expect_exact("heard 0: ")


def test_hostile_bytes_do_not_reach_the_terminal(person: "pexpect.spawn[str]") -> None:
    person.sendline("hostile")
    person.expect_exact("Mara: \ufffd[2J\ufffd gone\r\n")


def test_everything_written_is_text_backspace_or_bell(person: "pexpect.spawn[str]") -> None:
    person.send("\x1b[A\x1b[Dwrong\x17right\t!\n")
    person.expect_exact("heard 7: right !\r\n")
    person.sendline("hostile")
    person.expect_exact(" gone\r\n")
    person.send("\x04")
    person.expect_exact("closed")
    assert not re.search(r"[\x00-\x06\x09\x0b\x0c\x0e-\x1f\x7f-\x9f]", str(person.before))


def test_the_terminal_is_left_as_it_was_found() -> None:
    # The real pages of settings, before and after, as a person's shell would have them.
    script = f'stty -a; {sys.executable} -P -c "$PROGRAM"; stty -a'
    env = {**os.environ, "PROGRAM": PROGRAM, "TERM": "xterm"}
    child = pexpect.spawn("/bin/sh", ["-c", script], encoding="utf-8", timeout=20, env=env)
    child.expect_exact("room: ready.")
    before = str(child.before)
    child.send("\x04")
    child.expect_exact("closed\r\n")
    child.expect(pexpect.EOF)
    settings = r"-?\b(?:icanon|echo|isig)\b"
    assert re.findall(settings, before) == ["isig", "icanon", "echo"]
    assert re.findall(settings, str(child.before)) == ["isig", "icanon", "echo"]
    child.close()


@pytest.mark.parametrize(("term", "orders"), [("xterm", ["H", "2J", "3J"]), ("dumb", [])])
def test_a_window_is_emptied_with_what_was_scrolled_away(term: str, orders: list[str]) -> None:
    child = pexpect.spawn(
        sys.executable,
        ["-P", "-c", PROGRAM],
        encoding="utf-8",
        timeout=20,
        env={**os.environ, "TERM": term},
    )
    child.expect_exact("room: ready.\r\n")
    child.send("wipe\n")
    child.expect_exact("\a")
    assert re.findall(r"\x1b\[(\w+)", str(child.before)) == orders
    child.close(force=True)
