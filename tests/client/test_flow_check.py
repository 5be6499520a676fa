"""`holdspace flow check FILE` tells a host what to put right, or when everything would be."""

from datetime import date
from pathlib import Path

import pytest

from holdspace.client.flow_check import BROKEN, OK, UNREADABLE, check, export
from holdspace.client.library import list_flows, read_flow

TODAY = date(2026, 11, 23)
CARD = 'format = 1\nlang = "en"\nemergency = "known"\nlines = []\nchecked_on = 2026-11-01\n'


@pytest.fixture
def flow_file(tmp_path: Path) -> Path:
    """Return a host's own copy of the introductory session."""
    path = tmp_path / "evening.toml"
    path.write_text(read_flow())
    return path


@pytest.fixture
def own_library(tmp_path: Path) -> Path:
    """Return a host's own folder, with a crisis card that is filled in."""
    (tmp_path / "crisis").mkdir()
    (tmp_path / "crisis" / "en.toml").write_text(CARD)
    return tmp_path


def test_a_usable_flow_is_shown_as_a_timetable(flow_file: Path, own_library: Path) -> None:
    code, lines = check(str(flow_file), own=own_library, today=TODAY)
    assert code == OK
    assert lines[:2] == ["Introductory session: this flow can be used.", ""]
    assert lines[2] == "Stage                Turns   5 people         8 people         12 people"
    assert (
        lines[7] == "Who we are           gather  18:00 for 9:00   18:00 for 12:00  18:00 for 16:00"
    )
    assert lines[-1] == "Total                        54:00            57:00            61:00"


def test_the_output_reads_well_aloud(flow_file: Path) -> None:
    _, lines = check(str(flow_file), today=TODAY)
    assert all(line.isascii() and line.isprintable() for line in lines)
    assert all(len(line) <= 100 for line in lines)


@pytest.mark.parametrize("name", list_flows())
def test_every_shipped_flow_passes(name: str, tmp_path: Path) -> None:
    (tmp_path / "flow.toml").write_text(read_flow(name))
    assert check(str(tmp_path / "flow.toml"))[0] == OK


def test_a_broken_flow_is_told_line_by_line(flow_file: Path) -> None:
    broken = flow_file.read_text().replace('title = "Settle"', 'titel = "Settle"')
    flow_file.write_text(broken.replace('share = "me"', 'share = "group"'))
    line = broken[: broken.index("titel")].count("\n") + 1
    header = broken[: broken.index('id = "settle"')].count("\n")
    code, lines = check(str(flow_file), today=TODAY)
    assert code == BROKEN
    assert f"evening.toml:{line}: Nobody knows the key titel here. Did you mean title?" in lines
    assert f"evening.toml:{header}: stage needs a key title." in lines
    assert lines[-1] == "This flow cannot be used yet: 2 things to put right."


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "evening.toml:1: A flow file begins with format = 1."),
        (b"\xff", "evening.toml:1: The file is not UTF-8 text."),
        (b"format = 1\n[[stage", "evening.toml:2: This is not TOML"),
        (b"# " + b"a" * 40_000, "evening.toml:1: The file is over 20000 bytes long."),
    ],
)
def test_what_is_no_flow_at_all_is_told_kindly(flow_file: Path, content: bytes, words: str) -> None:
    flow_file.write_bytes(content)
    code, lines = check(str(flow_file), today=TODAY)
    assert code == BROKEN
    assert lines[0].startswith(words)
    assert lines[-1].endswith("one thing to put right.")


def test_a_file_that_cannot_be_opened_has_an_exit_code_of_its_own(tmp_path: Path) -> None:
    assert check(str(tmp_path))[0] == UNREADABLE
    code, lines = check(str(tmp_path / "nothing.toml"))
    assert (code, len(lines)) == (UNREADABLE, 1)


def test_what_a_host_should_know_is_noted_without_refusing(
    flow_file: Path, own_library: Path
) -> None:
    flow_file.write_text(flow_file.read_text().replace("standard.en", "ours.en"))
    code, lines = check(str(flow_file), own=own_library, today=date(2028, 1, 1))
    assert code == OK
    notes = [line for line in lines if line.startswith("Note: ")]
    assert notes[0] == "Note: It was to be reviewed by 2027-11-01."
    assert "Note: agreements/ours.en.toml is not in the library." in notes
    assert any("last checked on 2026-11-01" in note for note in notes)


@pytest.mark.parametrize("name", list_flows())
def test_a_shipped_flow_is_checked_by_its_name(name: str) -> None:
    code, lines = check(name, today=TODAY)
    assert code == OK
    assert lines[0].endswith("this flow can be used.")


@pytest.mark.parametrize("name", ["intro-60.en", "intro-60"])
def test_a_shipped_flow_is_written_out_to_edit(name: str, tmp_path: Path) -> None:
    file = tmp_path / "ours.toml"
    code, lines = export(name, str(file))
    assert code == OK
    assert f"holdspace flow check {file}" in lines[0]
    assert file.read_text() == read_flow("intro-60.en")
    assert check(str(file), today=TODAY)[0] == OK


def test_writing_a_flow_out_changes_no_file_that_is_there(tmp_path: Path) -> None:
    file = tmp_path / "ours.toml"
    file.write_text("mine")
    assert export("intro-60.en", str(file)) == (
        UNREADABLE,
        ["ours.toml is there already. Nothing was changed."],
    )
    assert file.read_text() == "mine"


def test_a_flow_that_is_not_shipped_or_a_place_that_is_not_there_is_said_so(tmp_path: Path) -> None:
    code, lines = export("kestrel", str(tmp_path / "ours.toml"))
    assert code == UNREADABLE
    assert "there are: " in lines[0]
    assert not list(tmp_path.iterdir())
    code, lines = export("intro-60.en", str(tmp_path / "nowhere" / "ours.toml"))
    assert code == UNREADABLE
    assert "cannot be written" in lines[0]
