"""What docs/relay-privacy.md says about a relay's memory and disk is so."""

import re
import shlex
import subprocess
from math import ceil
from pathlib import Path

import pytest

from holdspace.server import visitors
from holdspace.server.limits import Limits
from holdspace.server.log.copies import DATABASE, KEPT_SECONDS
from seized_disk import MEANINGS, SECRETS, meeting, readable, rows, write
from typed_page import ROOT

TEXT = (ROOT / "docs" / "relay-privacy.md").read_text()
LIMITS = Limits()


def long(minutes: float) -> str:
    """Return a duration as the page says it."""
    for name, size in (("day", 24 * 60), ("hour", 60), ("minute", 1)):
        if minutes >= size and minutes % size == 0 and minutes != 48 * 60:
            count = int(minutes // size)
            return f"{count} {name}{'' if count == 1 else 's'}"
    return f"{minutes / 60:g} hours"


KEPT = {
    "what is said, encrypted": LIMITS.meeting_minutes,
    "a room's number and its host's key": LIMITS.room_minutes,
    "an invitation, encrypted": LIMITS.invitation_minutes,
    "the answer to a knock, encrypted": LIMITS.knock_seconds / 60 + 1,
    "a knock, encrypted": LIMITS.knock_seconds / 60,
    "how much a visitor used": ceil((visitors._REMEMBERED_SECONDS + LIMITS.sweep_seconds) / 60),
    "a copy from before an upgrade": KEPT_SECONDS / 60,
}


@pytest.mark.parametrize("what", KEPT)
def test_how_long_things_are_kept(what: str) -> None:
    [row] = [line for line in TEXT.splitlines() if line.startswith(f"| {what} ")]
    assert f"**{long(KEPT[what])}**" in row


def test_how_late_deleting_is() -> None:
    # What runs out in the course of a minute does so at its end, and is swept away after that.
    late = ceil((LIMITS.sweep_seconds + 30) / 60)
    assert f"Deleting is at most {long(late)} late." in TEXT


def test_the_page_explains_every_column(tmp_path: Path) -> None:
    write(tmp_path, meeting())
    there = {f"{row.table}.{row.column}" for row in rows(tmp_path)}
    assert there == set(MEANINGS)
    explained = dict(re.findall(r"^\| (\w+\.\w+) \| `.*` \| (.*) \|$", TEXT, re.MULTILINE))
    assert explained == MEANINGS


@pytest.mark.parametrize("is_closed", [False, True], ids=["in mid-meeting", "after it"])
def test_a_seized_disk_says_nothing_of_what_was_said(tmp_path: Path, is_closed: bool) -> None:
    records = meeting(is_closed=is_closed)
    write(tmp_path, records)
    kept = b"".join(file.read_bytes() for file in tmp_path.iterdir())
    assert [secret for secret in SECRETS if secret.encode() in kept] == []
    # Guards the line above: what is really there is found.
    assert any("CREATE TABLE meeting" in text for text in readable(tmp_path))
    left = {row.table for row in rows(tmp_path) if row.example != "(none)"}
    assert ("entry" in left) != is_closed
    if is_closed:
        assert left == {"room", "invitation"}


def test_the_drill_finds_what_is_there_and_nothing_that_was_said(tmp_path: Path) -> None:
    """Its search is the one on the page, with three words of ours."""
    write(tmp_path, meeting())
    [search] = re.findall(r"`(grep -c .*?) /\S+`", TEXT)
    said = search.replace("one", SECRETS[0]).replace("two", SECRETS[1]).replace("three", "quagmire")
    assert counted(said, tmp_path) == 0
    assert counted(search.replace("one", "'create table'"), tmp_path) > 0


def counted(search: str, folder: Path) -> int:
    words = [*shlex.split(search), str(folder / DATABASE)]
    return int(subprocess.run(words, check=False, capture_output=True, text=True).stdout)
