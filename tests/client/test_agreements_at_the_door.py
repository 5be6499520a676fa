"""What people accept at the door is what the host's flow names, in its language."""

from pathlib import Path

import pytest

from holdspace.client.commands.host import agreements_for
from holdspace.client.library import read_agreements, read_flow


@pytest.fixture(autouse=True)
def own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    return tmp_path / "holdspace"


def test_a_german_flow_brings_german_agreements() -> None:
    agreements = agreements_for(read_flow("weekly-60.de"))
    assert agreements.lines[0] == "Was hier geteilt wird, bleibt hier."


def test_a_flow_of_ones_own_brings_agreements_of_ones_own(own_folder: Path) -> None:
    (own_folder / "agreements").mkdir(parents=True)
    standard = 'format = 1\nlang = "en"\ntitle = "Ours"\nversion = 3\nitems = ["Be kind."]\n'
    (own_folder / "agreements" / "ours.toml").write_text(standard)
    flow = read_flow().replace("agreements/standard.en.toml", "agreements/ours.toml")
    assert (agreements_for(flow).lines, agreements_for(flow).version) == (("Be kind.",), 3)


def test_without_a_flow_and_without_a_file_the_standard_ones_hold(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert agreements_for("") == read_agreements()
    assert capsys.readouterr().out == ""
    flow = read_flow().replace("agreements/standard.en.toml", "agreements/gone.toml")
    assert agreements_for(flow) == read_agreements()
    assert "agreements/gone.toml cannot be used" in capsys.readouterr().out
