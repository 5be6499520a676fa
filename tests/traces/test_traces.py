"""One meeting of `./dev traces` in every test run, and proof that a word would be found anywhere."""

import sys
from collections.abc import Iterator
from pathlib import Path
from random import Random

import pytest
from tests.scenario.conftest import House

import traces
from traces import Meeting, TraceError, Words, files, places


@pytest.fixture
def words() -> Words:
    words = Words(Random(1))
    words.new()
    return words


@pytest.mark.long
def test_no_word_of_a_meeting_is_anywhere(tmp_path: Path) -> None:
    counts = Meeting(tmp_path, 1, 1).hold()
    assert counts["places"] > 50
    assert counts["crashes"] == 2
    assert counts["words"] > 12


def test_a_word_is_found_in_any_usual_form(words: Words) -> None:
    [word] = words.all
    for form in (word, word.upper(), f"x{word}y"):
        assert words.are_in(form.encode())
    assert words.are_in(word.encode("utf-16-le"))
    assert not words.are_in(word[:-1].encode())


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    house = House(tmp_path)
    yield house
    house.close()


def test_a_word_on_a_command_line_and_in_an_open_file_is_found(
    house: House, words: Words, tmp_path: Path
) -> None:
    [word] = words.all
    script = f"f = open({str(tmp_path / word)!r}, 'w'); print('there', flush=True); input()"
    program = house.start("careless", sys.executable, "-c", script)
    program.expect("there")
    found = {where for where, data in places([program]) if words.are_in(data)}
    assert found == {"cmdline of careless", "open files of careless"}
    assert any(words.are_in(data) for _, data in files(tmp_path))


@pytest.mark.long
def test_a_file_that_a_meeting_left_is_noticed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    close = Meeting._close

    def carelessly(meeting: Meeting) -> None:
        (meeting.house.home / ".cache").mkdir()
        (meeting.house.home / ".cache" / "log").write_text(f"{meeting.words.all[-2]} was here")
        close(meeting)

    monkeypatch.setattr(Meeting, "_close", carelessly)
    with pytest.raises(TraceError, match=r"after closing: a word is in \.cache/log"):
        Meeting(tmp_path, 2, 1).hold()


def test_what_is_found_is_said_without_the_word(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def hold(_meeting: Meeting) -> None:
        raise TraceError("Meeting 0, in mid-meeting: a word is in relay.db-wal.")

    monkeypatch.setattr(Meeting, "__init__", lambda *_: None)
    monkeypatch.setattr(Meeting, "hold", hold)
    assert traces.main(["--meetings", "1"]) == 1
    assert "FOUND: Meeting 0, in mid-meeting: a word is in relay.db-wal." in capsys.readouterr().out
