"""M28: somebody's machine dies in the middle of a sentence, and the sentence is still there (kill -9)."""

import signal
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pexpect
import pytest
from tests.scenario.conftest import BIN, House, Meeting, Relay, Somebody

from holdspace.client.notebook import Draft, Notebook
from holdspace.client.vault import LEAST_COST, Vault

PASSPHRASE = "heron over quiet water"
SENTENCE = "It was a long kestrel night, and then I could not fin"


def make_notebook(house: House) -> Path:
    """Make one in its usual place; the host, who was here before, has none."""
    path = house.home / ".local/share/holdspace/notebook"
    Vault.create(path, PASSPHRASE, LEAST_COST).close()
    return path


class Screen:
    """The full screen in a terminal that can be killed."""

    def __init__(self, house: House) -> None:
        self.child = pexpect.spawn(
            str(BIN / "holdspace"),
            ["join"],
            env={**house.env, "TERM": "xterm-256color"},
            dimensions=(24, 80),
            encoding="utf-8",
            timeout=30,
        )
        self.child.delaybeforesend = None

    def until(self, condition: Callable[[], bool], *, press: str = "") -> None:
        """Wait until something is so; read meanwhile, and press a key again and again."""
        end = time.monotonic() + 60
        while not condition():
            assert time.monotonic() < end, "it never came"
            self.child.send(press)
            with suppress(pexpect.TIMEOUT):
                self.child.read_nonblocking(65_536, timeout=0.3)

    def kill(self) -> None:
        """End it as a crash would."""
        self.child.kill(signal.SIGKILL)
        self.child.wait()
        self.child.close()


def on_disk(path: Path) -> tuple[Draft, ...]:
    """Return the drafts that a crash would leave."""
    copy = path.with_name("copy")
    copy.touch(mode=0o600)
    copy.write_bytes(path.read_bytes())
    vault = Vault.open(copy, PASSPHRASE)
    vault.close()
    copy.unlink()
    found: Notebook = vault.read()
    return found.drafts


def is_anywhere(folder: Path, words: str) -> bool:
    """Tell whether a word of it stands readable in any file."""
    return any(words.encode() in path.read_bytes() for path in folder.rglob("*") if path.is_file())


@pytest.mark.long
def test_kill_minus_nine_mid_sentence(
    relay: Relay, house: House, meet: Callable[[str, str], Meeting]
) -> None:
    meeting = meet(relay.url, "Mara")
    notebook = make_notebook(house)
    screen = Screen(house)
    screen.child.expect_exact("Its passphrase")
    screen.child.sendline(PASSPHRASE)
    screen.child.expect_exact("Invitation code")
    screen.child.sendline(meeting.code)
    screen.child.expect_exact("What we agree on here")
    screen.child.send("Ana")
    host = meeting.host.program
    screen.until(lambda: bool(host.matching("^door: Ana is at the door")), press="\r")
    host.expect("^door: Ana is at the door")
    meeting.host.type("/admit")
    screen.until(lambda: bool(host.matching("Ana is here")))
    screen.until(lambda: bool(on_disk(notebook)), press="I")
    screen.child.send(SENTENCE)
    screen.until(lambda: on_disk(notebook)[0].text.endswith(SENTENCE))
    # However many were pressed until the room was there, all of them stand before it.
    written = "I" * (len(on_disk(notebook)[0].text) - len(SENTENCE)) + SENTENCE
    screen.kill()
    assert not is_anywhere(house.home, "kestrel night")
    ana = Somebody(house.start("Ana", "holdspace", "join", "--plain"), "Ana")
    ana.expect("Its passphrase")
    ana.type(PASSPHRASE)
    ana.knock(meeting.code)
    host.expect("^door: Ana is at the door")
    host.type("/remove 2", "y")
    host.expect("You have removed Ana")
    host.type("/admit")
    ana.expect("^draft: What you were writing here is back")
    ana.program.has_said("^room: You are in the room")
    ana.type("/draft")
    ana.expect(f"^draft: {written}$")
    ana.type("/send")
    host.expect(f"^Ana: {written}$")
    end = time.monotonic() + 60
    while on_disk(notebook):
        assert time.monotonic() < end, [(d.text, d.ready) for d in on_disk(notebook)]
        time.sleep(0.1)
    assert not is_anywhere(house.home, "kestrel night")
