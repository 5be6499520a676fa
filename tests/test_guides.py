"""The pages for people name only keys and commands there are, in easy words, with pictures that are drawn."""

import re
from pathlib import Path

import pytest
from tests.client.tui.pictures import DOCS

from holdspace.client.acts import ACTS
from holdspace.client.plain.helping import OWN_HELP

DOCUMENTS = Path(__file__).parent.parent / "docs"
PAGES = [DOCUMENTS / "participants.md", DOCUMENTS / "facilitators.md"]
COMMANDS = {f"/{name}" for act in ACTS for name in (act.slash, *act.also)}
COMMANDS |= {command for command, _words in OWN_HELP}
KEYS = {act.key for act in ACTS} | {"esc", "enter", "g", "r", "u"}
TOGETHER = {(act.key, f"/{act.slash}") for act in ACTS}
# An understanding at eleven or twelve: short sentences of short words (Flesch, 1948; 60 to 100 is easy).
EASY = 75


TOLD = [*PAGES, *(DOCUMENTS / f"{name}.md" for name in ("rooms", "on-this-device"))]


@pytest.mark.parametrize("page", TOLD, ids=lambda page: page.name)
class TestPage:
    def test_every_command_in_it_exists(self, page: Path) -> None:
        named = set(re.findall(r"`(/\w+)[^`]*`", page.read_text()))
        assert named
        assert named - COMMANDS == set()

    def test_every_key_in_it_exists(self, page: Path) -> None:
        named = {key if len(key) == 1 else key.lower() for key in keys_in(page.read_text())}
        assert named - KEYS == set()

    def test_a_key_and_a_command_named_together_do_the_same(self, page: Path) -> None:
        pairs = re.findall(r"`(\S|F\d+)`,? or `(/\w+)[^`]*`", page.read_text())
        named = {(key if len(key) == 1 else key.lower(), command) for key, command in pairs}
        assert named - TOGETHER == set()


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_its_pictures_are_drawn_by_the_command_that_draws_them(page: Path) -> None:
    shown = set(re.findall(r"pictures/screen-([\w-]+)\.svg", page.read_text()))
    assert shown
    assert shown <= set(DOCS)


def test_keys_are_found_where_they_are_named() -> None:
    assert keys_in("`h` or `/raise`, `F2`, `Esc`") == ["h", "F2", "Esc"]


def keys_in(text: str) -> list[str]:
    return re.findall(r"`(Esc|Enter|F\d+|[^`\s\\/])`", text)


def test_every_picture_is_shown_somewhere() -> None:
    shown = {
        name for page in PAGES for name in re.findall(r"screen-([\w-]+)\.svg", page.read_text())
    }
    drawn = {
        path.stem.removeprefix("screen-") for path in (DOCUMENTS / "pictures").glob("screen-*")
    }
    assert shown == drawn == set(DOCS)


def test_the_page_for_everybody_is_easy_to_read() -> None:
    text = PAGES[0].read_text()
    prose = re.sub(r"```.*?```|!\[.*?\]\(.*?\)|\]\(.*?\)|[`*#\[\]_]", " ", text, flags=re.DOTALL)
    sentences = [part for part in re.split(r"[.:!?]\s|\n\s*\n|\n- ", prose) if part.strip()]
    words = re.findall(r"[A-Za-z']+", prose)
    syllables = sum(max(1, len(re.findall(r"[aeiouy]+", word.lower()))) for word in words)
    ease = 206.835 - 1.015 * len(words) / len(sentences) - 84.6 * syllables / len(words)
    assert ease >= EASY
