"""Secrets at the prompt: not on the screen, whole, and only from a file that is ours alone."""

import os
import sys
from pathlib import Path

import pexpect
import pytest

from holdspace.client.prompt import NotASecretFileError, read_secret_file

ASKING = (
    "from holdspace.client.prompt import *\n"
    "with unseen():\n"
    "    try: secret = ask('The secret?')\n"
    "    except NobodyAnswersError: secret = 'NOBODY'\n"
    "say(f'{len(secret)} {sum(map(ord, secret))}')\n"
    "say(ask('And in sight?'))\n"
)


def asking() -> "pexpect.spawn[str]":
    child = pexpect.spawn(sys.executable, ["-P", "-c", ASKING], encoding="utf-8", timeout=30)
    child.delaybeforesend = None
    child.expect_exact("The secret?")
    return child


def digest(secret: str) -> str:
    return f"{len(secret)} {sum(map(ord, secret))}"


def test_what_is_typed_is_not_shown_and_is_again_afterwards() -> None:
    child = asking()
    child.sendline("kestrel")
    child.expect_exact(digest("kestrel"))
    assert "kestrel" not in (child.before or "")
    child.expect_exact("And in sight?")
    child.sendline("finch")
    child.expect("finch\r\nfinch")
    child.close()


def test_more_than_a_terminals_line_can_be_pasted() -> None:
    secret = "abcdefgh" * 700
    child = asking()
    child.sendline(secret)
    child.expect_exact(digest(secret))
    child.close()


@pytest.mark.parametrize("typed", ["kestrex\x7fl", "kestrex\x08l", "wrong\x15kestrel"])
def test_what_is_typed_can_be_corrected(typed: str) -> None:
    child = asking()
    child.sendline(typed)
    child.expect_exact(digest("kestrel"))
    child.close()


def test_an_end_at_once_is_nobody() -> None:
    child = asking()
    child.send("\x04")
    child.expect_exact(digest("NOBODY"))
    child.close()


def test_after_ctrl_c_the_terminal_shows_again_what_is_typed() -> None:
    child = pexpect.spawn("/bin/sh", encoding="utf-8", timeout=30)
    child.sendline(f'"{sys.executable}" -P -m holdspace.client.cli join --plain; stty -a')
    child.expect_exact("Invitation code")
    child.sendintr()
    child.expect_exact("Stopped. Nothing is kept.")
    child.expect(r"(?<!-)\becho\b")
    child.close()


def private(path: Path, text: str, mode: int = 0o600) -> Path:
    path.write_text(text)
    path.chmod(mode)
    return path


def test_a_secret_file_of_ours_alone_is_read(tmp_path: Path) -> None:
    assert read_secret_file(private(tmp_path / "code", "kestrel\n")) == "kestrel"


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o620, 0o666])
def test_a_file_that_others_can_touch_is_refused_without_its_text(
    tmp_path: Path, mode: int
) -> None:
    with pytest.raises(NotASecretFileError, match="chmod 600") as refused:
        read_secret_file(private(tmp_path / "code", "kestrel", mode))
    assert "kestrel" not in str(refused.value)


def test_what_is_no_file_or_not_there_is_said_so(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe", 0o600)
    with pytest.raises(NotASecretFileError, match="is not a file"):
        read_secret_file(tmp_path / "pipe")
    with pytest.raises(NotASecretFileError, match="No such file"):
        read_secret_file(tmp_path / "nowhere")
