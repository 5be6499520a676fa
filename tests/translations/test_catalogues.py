"""The catalogues we ship: fit to be shown, without contradiction, and complete where they are called so."""

import re
from collections.abc import Sequence
from pathlib import Path

import pytest

from checks import contradictions, problems, unfinished
from extract import chapters, mistakes
from holdspace.client.acts import ACTS
from holdspace.client.language import LANGUAGES
from holdspace.protocol.translation import SOURCE
from po import Catalogue, Entry, compile_language
from words import WORDS, catalogues, languages

# What only who writes line by line has to type.
OF_PLAIN_LINES = {"draft", "send", "take"}
CHAPTERS = [
    pytest.param(path, catalogue, id=f"{language.name}-{path.stem}")
    for language in languages()
    for path, catalogue in catalogues(language)
]


@pytest.fixture(scope="module")
def sentences() -> dict[str, list[Entry]]:
    return chapters()


def test_every_mark_can_be_kept() -> None:
    assert [one.line() for one in mistakes()] == []


def test_every_language_has_a_folder_and_a_name() -> None:
    assert {SOURCE, *(folder.name for folder in languages())} == set(LANGUAGES)


def test_every_command_that_a_sentence_names_can_be_typed(
    sentences: dict[str, list[Entry]],
) -> None:
    commands = {name for act in ACTS for name in (act.slash, *act.also)} | OF_PLAIN_LINES
    named = {
        word: entry.msgid
        for entries in sentences.values()
        for entry in entries
        for word in re.findall(r"(?<![\w/.}])/([a-z]+)", entry.msgid)
    }
    assert {word: named[word] for word in named.keys() - commands} == {}
    assert named.keys() >= OF_PLAIN_LINES


@pytest.mark.parametrize(("path", "catalogue"), CHAPTERS)
def test_what_is_translated_is_fit_to_be_shown(path: Path, catalogue: Catalogue) -> None:
    assert [*problems(catalogue)] == []


@pytest.mark.parametrize("language", languages(), ids=lambda folder: folder.name)
def test_every_sentence_of_every_chapter_is_translated(
    language: Path, sentences: dict[str, Sequence[Entry]]
) -> None:
    there = dict(catalogues(language))
    assert {path.stem for path in there} == set(sentences)
    left = {
        chapter: found
        for chapter, wanted in sentences.items()
        if (found := [*unfinished(there[language / f"{chapter}.po"], wanted)])
    }
    assert not left, f"./dev words writes the catalogues anew; then translate: {left}"


@pytest.mark.parametrize("language", languages(), ids=lambda folder: folder.name)
def test_nothing_is_said_in_two_ways(language: Path) -> None:
    assert [*contradictions(catalogues(language))] == []


@pytest.mark.parametrize("language", languages(), ids=lambda folder: folder.name)
def test_one_language_counts_in_one_way(language: Path) -> None:
    headers = {catalogue.header for _path, catalogue in catalogues(language)}
    assert len(headers) == 1
    assert f"Language: {language.name}\n" in headers.pop()


@pytest.mark.parametrize("language", languages(), ids=lambda folder: folder.name)
def test_what_the_program_reads_is_what_is_written(language: Path) -> None:
    spoken = WORDS / f"{language.name}.mo"
    is_current = spoken.exists() and spoken.read_bytes() == compile_language(language)
    assert is_current, "The catalogues are not compiled; `./dev words` does it."
