"""The doctor as a whole: one line for each thing, and an exit code for scripts."""

import re
from pathlib import Path

import pytest

from holdspace.server.cli import main
from relay_process import RelayProcess


def lines(said: str) -> dict[str, str]:
    """Return how each thing is."""
    found = re.findall(r"^(pass|warn|FAIL)  (\S+(?: \S+)?)", said, re.MULTILINE)
    return {what: how for how, what in found}


def test_a_relay_that_runs_is_well(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = str(tmp_path / "data")
    with RelayProcess("--data", folder, "--port", "0") as relay:
        port = relay.url.rpartition(":")[2]
        code = main(["doctor", "--data", folder, "--port", port])
    said = capsys.readouterr().out
    assert code == 0, said
    assert set(lines(said)) >= {"settings", "running", "folder", "space", "sync", "clock", "files"}
    assert lines(said)["address"] == "pass"
    assert "0 failed" in said


def test_a_relay_that_does_not_run_fails(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["doctor", "--data", str(tmp_path / "data")]) == 1
    said = capsys.readouterr().out
    assert lines(said)["running"] == "FAIL"
    assert "\n                    -> Start it, and ask as its user or root" in said
    assert main(["doctor", "--memory"]) == 1
    assert "Set admin.socket" in capsys.readouterr().out


def test_settings_come_first(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "r.toml"
    file.write_text("[listen]\nport = 'x'\n")
    assert main(["doctor", "--config", str(file)]) == 1
    said = capsys.readouterr().out
    assert lines(said) == {"settings": "FAIL"}
    assert "line 2: port must be a whole number" in said


def test_a_variable_that_means_nothing_is_a_warning(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOLDSPACE_RELAY_LISTEN_PROT", "1")
    main(["doctor", "--data", str(tmp_path / "data")])
    said = capsys.readouterr().out
    assert said.startswith("warn  settings      HOLDSPACE_RELAY_LISTEN_PROT: There is no such")
