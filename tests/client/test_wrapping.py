"""Lines broken between words, where a terminal would break them in mid-word."""

import sys

import pexpect
import pytest

from holdspace.client.wrapping import wrapped

QUESTION = "What shall people here call you? Up to 24 letters; it need not be your real name."
SAYING = "from holdspace.client.prompt import *; ask({!r})"


def test_a_line_is_broken_between_words_and_nothing_of_it_is_lost() -> None:
    pieces = wrapped(QUESTION, 40)
    assert pieces == [
        "What shall people here call you? Up to",
        "24 letters; it need not be your real",
        "name.",
    ]
    assert " ".join(pieces) == QUESTION


@pytest.mark.parametrize("width", [0, 19, len(QUESTION), 200])
def test_a_line_stays_whole_where_it_fits_and_where_nothing_is_gained(width: int) -> None:
    assert wrapped(QUESTION, width) == [QUESTION]


def test_a_word_is_never_broken() -> None:
    code = "holdspace1:" + "a" * 60
    assert wrapped(f"Paste {code} here.", 40) == ["Paste", code, "here."]


def test_wide_letters_count_as_what_they_take() -> None:
    assert wrapped("界" * 10 + " " + "界" * 9, 30) == ["界" * 10, "界" * 9]


@pytest.mark.parametrize(
    ("term", "heard"),
    [("xterm", "your real\r\nname.\r\n"), ("dumb", "your real name.\r\n")],
)
def test_a_question_at_a_terminal_is_broken_between_words(term: str, heard: str) -> None:
    child = pexpect.spawn(
        "/usr/bin/env",
        [f"TERM={term}", sys.executable, "-P", "-c", SAYING.format(QUESTION)],
        encoding="utf-8",
        timeout=30,
        dimensions=(24, 80),
    )
    child.expect_exact(heard)
    child.close(force=True)
