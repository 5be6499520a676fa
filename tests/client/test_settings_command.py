"""`holdspace settings`: in plain lines at a terminal, and a list for whoever only wants to read it."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from io import StringIO
from pathlib import Path

import pexpect
import pytest

from by_ear import faults
from holdspace.client import cli, front_end
from holdspace.client.keeping import Keeper
from holdspace.client.plain import session
from holdspace.client.settings import Settings
from holdspace.client.settings_book import SettingsBook
from holdspace.client.tui import app
from holdspace.client.tui.app import Ending


@contextmanager
def person(folder: Path, *words: str, term: str = "xterm") -> Iterator["pexpect.spawn[str]"]:
    """Start the program at a terminal of its own."""
    places = {"HOME": str(folder), "XDG_CONFIG_HOME": str(folder), "XDG_DATA_HOME": str(folder)}
    with pexpect.spawn(
        sys.executable,
        ["-P", "-m", "holdspace.client.cli", "settings", *words],
        env={**os.environ, **places, "TERM": term},
        encoding="utf-8",
        timeout=60,
        dimensions=(24, 80),
    ) as spawned:
        yield spawned


def test_they_can_be_followed_by_ear(tmp_path: Path) -> None:
    typed = ("1", "2", "13", "raise f5", "l", "u", "hello", "x")
    with person(tmp_path, "--plain") as one:
        said = StringIO()
        one.logfile_read = said
        for line in typed:
            one.expect("x: done|usual|down|opened this|answers")
            one.sendline(line)
        one.expect(pexpect.EOF)
    # What was asked for again is said again.
    again = ("settings: Type a number", *(f"settings: {number}." for number in range(1, 14)))
    assert faults(said.getvalue(), typed, again) == []


def test_in_plain_lines_they_are_changed_by_number_and_written_down(tmp_path: Path) -> None:
    with person(tmp_path, "--plain") as one:
        one.expect_exact("settings: 1. Colours: calm, off-white on dark slate.")
        one.sendline("1")
        one.expect_exact("settings: 2. paper, dark ink on light paper.")
        one.sendline("2")
        one.expect_exact("It is written down for every meeting.")
        one.sendline("maybe")
        one.expect_exact("That is none of the answers.")
        one.sendline("x")
        one.expect(pexpect.EOF)
    assert one.exitstatus == 0
    assert (tmp_path / "holdspace" / "settings.toml").read_text() == 'theme = "paper"\n'


def test_on_the_screen_one_key_changes_and_one_ends_it(tmp_path: Path) -> None:
    with person(tmp_path) as one:
        one.expect_exact("Settings")
        one.expect_exact("Enter")
        one.send("3")
        one.expect("written down")
        one.send("q")
        one.expect(pexpect.EOF)
    assert one.exitstatus == 0
    assert (tmp_path / "holdspace" / "settings.toml").read_text() == 'theme = "contrast"\n'


def test_a_list_changes_nothing_and_needs_no_terminal(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    for words in (["settings"], ["settings", "--list"]):
        assert cli.main(words) == 0
        assert 'theme = "calm". The colours of the screen.' in capsys.readouterr().out
    assert list(tmp_path.iterdir()) == []


async def test_who_chose_plain_lines_at_the_door_goes_on_in_them(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    book, keeper, went_on = SettingsBook(Settings(plain=True)), Keeper(), list[object]()

    async def closed_for_plain_lines(*_given: object) -> Ending:
        return Ending.PLAIN

    async def attend(*given: object, **more: object) -> int:
        went_on.extend((*given, more))
        return 0

    monkeypatch.setattr(app, "run_screen", closed_for_plain_lines)
    monkeypatch.setattr(session, "attend", attend)
    attendance = object()
    assert await front_end._on_screen(attendance, book, keeper) == 0  # type: ignore[arg-type]
    assert went_on == [attendance, {"keeper": keeper, "book": book}]
    assert "Plain lines, because you chose them." in capsys.readouterr().out
