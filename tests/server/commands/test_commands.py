"""What operators type, and what they read: everything but the running itself."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from holdspace.protocol.keys import room_code_key
from holdspace.server.cli import main
from holdspace.server.commands import COMMANDS
from holdspace.server.config import RoomCode, Sources, read
from relay_process import RelayProcess

KEY = "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a"
CODES = "HOLDSPACE_RELAY_ROOMS_CODES"


@pytest.fixture(autouse=True)
def _no_settings(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in [name for name in os.environ if name.startswith("HOLDSPACE_RELAY_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))


@pytest.fixture
def relay(tmp_path: Path) -> Iterator[Path]:
    """The folder of a relay that runs."""
    with RelayProcess("--data", tmp_path / "data", "--port", "0"):
        yield tmp_path / "data"


class TestEveryCommand:
    @pytest.mark.parametrize("command", COMMANDS, ids=lambda one: " ".join(one.words))
    def test_explains_itself(self, command: object, capsys: pytest.CaptureFixture[str]) -> None:
        words: tuple[str, ...] = command.words  # type: ignore[attr-defined]
        with pytest.raises(SystemExit) as ended:
            main([*words, "--help"])
        assert ended.value.code == 0
        assert command.about.split(",")[0][1:] in capsys.readouterr().out  # type: ignore[attr-defined]

    def test_an_option_may_stand_on_either_side(
        self, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        file = tmp_path / "r.toml"
        file.write_text("[operator]\nruns_it = 'Anna'\n")
        assert main(["--config", str(file), "card"]) == 0
        assert main(["card", "--config", str(file)]) == 0
        assert capsys.readouterr().out.count("Run by    Anna") == 2

    def test_an_unknown_one_is_refused(self, capsys: pytest.CaptureFixture[str]) -> None:
        with pytest.raises(SystemExit) as ended:
            main(["dance"])
        assert ended.value.code == 2

    def test_somebody_who_stops_reading_is_no_fault(self) -> None:
        ended = subprocess.run(  # noqa: S602  # a pipe is what this is about
            f"{sys.executable} -m holdspace.server config example | head -1",
            shell=True,
            capture_output=True,
            text=True,
            check=True,
        )
        assert ended.stderr == ""


class TestConfig:
    def test_the_example_is_right_as_it_is(
        self, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        assert main(["config", "example"]) == 0
        file = tmp_path / "r.toml"
        file.write_text(capsys.readouterr().out)
        assert main(["config", "check", str(file)]) == 0
        said = capsys.readouterr().out
        assert said.startswith(f"{file}: right.")
        assert "Who can reach it: programs on this machine only" in said

    def test_a_check_says_all_that_is_wrong_and_what_would_be(
        self, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        file = tmp_path / "r.toml"
        file.write_text("[listen]\nprot = 1\norigins = ['wss://r.example']\n[rooms]\nopen = 3\n")
        assert main(["config", "check", str(file)]) == 2
        said = capsys.readouterr().out
        assert f"{file}, line 2: Nobody knows the key prot here. Did you mean port?" in said
        assert f"{file}, line 5: open must be true or false." in said
        assert "would not start: 2 problems" in said
        assert "Known as: wss://r.example" in said

    def test_of_a_file_that_is_no_toml_it_says_only_that(
        self, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        file = tmp_path / "r.toml"
        file.write_text("[listen\n")
        assert main(["config", "check", str(file)]) == 2
        said = capsys.readouterr().out
        assert f"{file}, line 1" in said
        assert "in effect" not in said


class TestAsking:
    def test_health_is_an_exit_code(self, relay: Path, capsys: pytest.CaptureFixture[str]) -> None:
        assert main(["health", "--data", str(relay)]) == 0
        assert main(["health", "--data", str(relay / "other")]) == 1
        assert "No relay answers at" in capsys.readouterr().err
        assert main(["health", "--memory"]) == 1

    def test_a_relay_that_runs_is_asked_though_its_file_was_broken_since(
        self, relay: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        file = tmp_path / "r.toml"
        file.write_text("[listen]\nport = 'many'\n")
        asked = ("--config", str(file), "--data", str(relay))
        assert main(["health", *asked]) == 0
        assert "line 2: port must be" in capsys.readouterr().err
        assert main(["status", *asked]) == 0
        assert main(["code", "list", *asked]) == 0

    def test_status_says_how_it_goes(self, relay: Path, capsys: pytest.CaptureFixture[str]) -> None:
        assert main(["status", "--data", str(relay)]) == 0
        said = capsys.readouterr().out
        assert "running for less than a minute" in said
        assert re.search(r"^  connections +0$", said, re.MULTILINE)
        assert "refusals" not in said
        assert main(["status", "--data", str(relay / "other")]) == 1

    def test_a_relay_with_its_log_in_memory_can_be_given_a_socket(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("HOLDSPACE_RELAY_ADMIN_SOCKET", str(tmp_path / "a.sock"))
        with RelayProcess("--memory", "--port", "0"):
            assert main(["health", "--memory"]) == 0


class TestCodes:
    def test_a_new_code_is_shown_once_with_its_line(
        self, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        assert main(["code", "new", "--rooms", "3", "--note", "for Anna"]) == 0
        said = capsys.readouterr().out
        code = re.search(r"^    ([0-9a-z-]{29})$", said, re.MULTILINE)
        assert code
        key = room_code_key(code[1]).public
        [line] = re.findall(rf'^        "({key.hex()} .*)",$', said, re.MULTILINE)
        file = tmp_path / "r.toml"
        file.write_text(f'[rooms]\ncodes = ["{line}"]\n')
        assert read(Sources(file, {}, {})).config.rooms.codes == (RoomCode(key, 3, "for Anna"),)
        [variable] = re.findall(rf'^    {CODES}="(.*)"$', said, re.MULTILINE)
        assert read(Sources(None, {CODES: variable}, {})).config.rooms.codes[0].key == key

    def test_a_list_that_is_there_gets_one_more_line(
        self, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        file = tmp_path / "r.toml"
        file.write_text(f'[rooms]\ncodes = [\n        "{KEY} 2 for Bert",\n    ]\n')
        main(["code", "new", "--config", str(file)])
        said = capsys.readouterr().out
        assert "[rooms]\n    codes" not in said
        [line] = re.findall(r'^        ".* 1",$', said, re.MULTILINE)
        file.write_text(file.read_text().replace("    ]", f"{line}\n    ]"))
        assert len(read(Sources(file, {}, {})).config.rooms.codes) == 2

    def test_a_variable_that_is_set_is_shown_with_one_more(
        self, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        monkeypatch.setenv(CODES, f"{KEY} 2 for Bert")
        main(["code", "new"])
        said = capsys.readouterr().out
        assert f'{CODES}="{KEY} 2 for Bert,' in said
        assert "In the file" not in said

    @pytest.mark.parametrize("note", ["a,b", 'say "hi"', "x" * 101, "two\nlines", "back\\slash"])
    def test_a_note_that_would_not_fit_in_is_refused(
        self, note: str, capsys: pytest.CaptureFixture[str]
    ) -> None:
        assert main(["code", "new", "--note", note]) == 2
        assert capsys.readouterr().out == ""

    @pytest.mark.parametrize("rooms", ["0", "1001", "many"])
    def test_a_code_keeps_a_number_of_rooms(self, rooms: str) -> None:
        with pytest.raises(SystemExit):
            main(["code", "new", "--rooms", rooms])

    def test_the_list_says_what_each_keeps(
        self,
        tmp_path: Path,
        monkeypatch: pytest.MonkeyPatch,
        capsys: pytest.CaptureFixture[str],
    ) -> None:
        folder = str(tmp_path / "data")
        assert main(["code", "list", "--data", folder]) == 0
        assert "No codes are declared" in capsys.readouterr().out
        monkeypatch.setenv(CODES, f"{KEY} 2 for Bert")
        with RelayProcess("--data", folder, "--port", "0"):
            assert main(["code", "list", "--data", folder]) == 0
            assert capsys.readouterr().out == f"{KEY[:12]}...  0 of 2 rooms  for Bert\n"
        assert main(["code", "list", "--data", folder]) == 0
        assert "? of 2 rooms" in capsys.readouterr().out


class TestBackup:
    def test_a_running_relay_is_copied(
        self, tmp_path: Path, relay: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        file = tmp_path / "b.db"
        assert main(["backup", str(file), "--data", str(relay)]) == 0
        assert file.exists()
        said = capsys.readouterr().out
        assert "It keeps what the relay will forget" in said
        assert "To go back to it: stop the relay" in said
        assert main(["backup", str(file), "--data", str(relay)]) == 3
        assert "Name a new file" in capsys.readouterr().err
        rooms = str(tmp_path / "rooms.db")
        assert main(["backup", "--rooms-only", rooms, "--data", str(relay)]) == 0
        assert "Nothing that was said is in it" in capsys.readouterr().out

    def test_what_has_no_database_is_said(
        self, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        assert main(["backup", str(tmp_path / "b.db"), "--memory"]) == 1
        assert "no database to copy" in capsys.readouterr().err
        assert main(["backup", str(tmp_path / "b.db"), "--data", str(tmp_path)]) == 3


class TestCard:
    def test_it_is_shown_as_people_read_it(
        self, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        monkeypatch.setenv("HOLDSPACE_RELAY_OPERATOR_RUNS_IT", "Anna Berg")
        monkeypatch.setenv("HOLDSPACE_RELAY_OPERATOR_RULES", "Be kind.\nNo recordings.")
        assert main(["card"]) == 0
        said = capsys.readouterr().out
        assert "  Run by    Anna Berg\n" in said
        assert "  Rules     Be kind. No recordings.\n" in said
        assert "  Contact   (it does not say)\n" in said

    def test_saying_nothing_is_said(self, capsys: pytest.CaptureFixture[str]) -> None:
        assert main(["card"]) == 0
        assert "does not say who runs it" in capsys.readouterr().out
