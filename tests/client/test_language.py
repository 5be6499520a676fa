"""The language is chosen once, from what somebody set, said for this run, or has on their computer."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from holdspace.client import language
from holdspace.client.pseudo import PSEUDO, accented, hebrew
from holdspace.protocol.translation import ENGLISH, _, spoken, use


@pytest.fixture(autouse=True)
def english_again() -> Iterator[None]:
    yield
    use(ENGLISH)


@pytest.fixture
def home(tmp_path: Path) -> dict[str, str]:
    """Return the environment of somebody whose settings are in a folder of their own."""
    (tmp_path / "holdspace").mkdir()
    return {"XDG_CONFIG_HOME": str(tmp_path)}


def set_(home: dict[str, str], text: str) -> None:
    """Write somebody's settings."""
    (Path(home["XDG_CONFIG_HOME"]) / "holdspace" / "settings.toml").write_text(text)


@pytest.mark.parametrize(
    ("variables", "names"),
    [
        ({}, ()),
        ({"LANG": "C.UTF-8"}, ()),
        ({"LANG": "C", "LANGUAGE": "de"}, ()),
        ({"LANG": "de_AT.UTF-8"}, ("de",)),
        ({"LANG": "en_GB", "LC_MESSAGES": "de_DE@euro"}, ("de",)),
        ({"LANG": "de_DE", "LC_ALL": "POSIX"}, ()),
        ({"LANG": "en_GB", "LANGUAGE": "fr:de"}, ("fr", "de", "en")),
        ({"LANG": "en_GB", "HOLDSPACE_LANGUAGE": "de-CH"}, ("de",)),
    ],
)
def test_the_computer_says_which_languages_somebody_reads(
    home: dict[str, str], variables: dict[str, str], names: tuple[str, ...]
) -> None:
    assert language.wanted(home | variables) == names


def test_what_is_set_goes_before_the_computers_and_what_is_said_now_before_both(
    home: dict[str, str],
) -> None:
    set_(home, 'theme = "paper"\nlanguage = "de"\n')
    assert language.wanted(home | {"LANG": "en_GB"}) == ("de",)
    assert language.wanted(home | {"HOLDSPACE_LANGUAGE": "en"}) == ("en",)


@pytest.mark.parametrize("text", ["language = 3", "language = de", "language = [", "[" * 9999, ""])
def test_settings_with_a_mistake_choose_no_language(home: dict[str, str], text: str) -> None:
    set_(home, f"{text}\n# language\n")
    assert language.wanted(home) == ()


def test_a_language_that_is_not_there_is_english(home: dict[str, str]) -> None:
    assert language.choose(home | {"LANG": "xx_YY"}) == "en"
    assert language.choose(home | {"LANG": "../../etc"}) == "en"
    assert language.choose(home | {"LANG": "en_GB", "LANGUAGE": "fr:qps"}) == "qps"


def test_a_language_whose_catalogue_is_gone_is_english(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(language, "WORDS", tmp_path)
    assert language.choose({"HOLDSPACE_LANGUAGE": "de"}) == "en"


def test_german_is_spoken_and_known_to_be() -> None:
    assert language.choose({"HOLDSPACE_LANGUAGE": "de"}) == "de"
    assert spoken() == "de"
    assert _("{names} and {last}") == "{names} und {last}"
    assert language.choose({"HOLDSPACE_LANGUAGE": "en"}) == "en"
    assert spoken() == "en"
    assert _("{names} and {last}") == "{names} and {last}"


def test_who_reads_english_loads_no_catalogue() -> None:
    program = """
import sys
from holdspace.client import language
language.choose()
print({"gettext", "tomllib", "holdspace.client.pseudo"} & {*sys.modules})
"""
    ended = subprocess.run(
        [sys.executable, "-c", program],
        env={"PATH": os.environ["PATH"], "HOME": "/nowhere", "LANG": "en_GB.UTF-8"},
        capture_output=True,
        check=True,
        text=True,
    )
    assert ended.stdout == "set()\n"


class TestPseudo:
    """Languages for tests: what was not marked stands out, and what is typed stays."""

    def test_it_is_longer_accented_and_in_brackets(self) -> None:
        assert accented("It is your turn.") == "⟦ÍÍţ íıš ýýóóúúŕ ţúúŕñ.⟧".replace("ı", "í")
        assert accented(" to wait: ") == " ⟦ţóó ŵááííţ:⟧ "

    def test_what_is_filled_in_or_typed_is_kept(self) -> None:
        said = accented("{name} types /raise, or `holdspace join` with --plain.")
        assert all(part in said for part in ("{name}", " /raise,", "`holdspace join`", "--plain"))
        assert "{name}" in hebrew("{name} leaves.")

    def test_a_number_has_its_sentence(self) -> None:
        assert PSEUDO["qps"].ngettext("a", "b", 1) == "⟦áá⟧"
        assert PSEUDO["qps"].ngettext("a", "b", 2) == "⟦ƀ⟧"

    def test_hebrew_letters_go_from_right_to_left(self) -> None:
        assert hebrew("Az") == "אץ"[0] + hebrew("z")
        assert all("\u0590" < sign < "\u0600" for sign in hebrew("abcdefghijklmnopqrstuvwxyz"))
