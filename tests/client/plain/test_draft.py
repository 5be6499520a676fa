"""Typing a line: what the keys do, and that echo only appends or takes back what it wrote."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from holdspace.client.plain.draft import MAX_DRAFT, Draft, press
from holdspace.protocol.text import cells


def type_keys(keys: str) -> tuple[list[str], str, str]:
    """Return the finished lines, what is left of the draft, and all echo."""
    draft, lines, echo = Draft(), [], ""
    for key in keys:
        typed = press(draft, key)
        draft, echo = typed.draft, echo + typed.echo
        if typed.line is not None:
            lines.append(typed.line)
    return lines, draft.text, echo


@pytest.mark.parametrize(
    ("keys", "lines", "left"),
    [
        ("hello\n", ["hello"], ""),
        ("one\rtwo\nthree", ["one", "two"], "three"),
        ("helpo\x7f\x7flo\n", ["hello"], ""),
        ("all gone\x15new\n", ["new"], ""),
        ("two words\x17more\n", ["two more"], ""),
        ("a\tb\n", ["a b"], ""),
        ("\x7f\x7f\n", [""], ""),
        ("e\u0301\x7fx\n", ["x"], ""),
        ("木村\x7f\n", ["木"], ""),
        ("up\x1b[A\x1b[1;5Cdown\x1bOPend\x1bxed\n", ["updownended"], ""),
        ("\x1b[200~pasted\x1b[201~\n", ["pasted"], ""),
        ("hidden\u202e\u200b\x01\n", ["hidden"], ""),
    ],
)
def test_keys_do_what_people_expect(keys: str, lines: list[str], left: str) -> None:
    assert type_keys(keys)[:2] == (lines, left)


def test_taking_back_a_wide_letter_takes_back_its_cells() -> None:
    assert type_keys("木\x7f")[2] == "木" + "\b\b  \b\b"


def test_end_of_input_counts_on_an_empty_line_only() -> None:
    assert press(Draft(), "\x04").is_end
    assert not press(Draft("words"), "\x04").is_end


def test_ctrl_r_asks_for_the_line_again_and_keeps_it() -> None:
    typed = press(Draft("words"), "\x12")
    assert typed.wants_again
    assert typed.draft.text == "words"


def test_a_draft_may_be_longer_than_what_can_be_sent_but_not_endless() -> None:
    lines, _, _ = type_keys("x" * (MAX_DRAFT + 5) + "\n")
    assert len(lines[0]) == MAX_DRAFT > 3 * 4000


@given(st.text(st.sampled_from("ab 木\u0301\x7f\x15\x17\x1b[A;5~O\n\t\x04\x12\u202e"), max_size=40))
def test_echo_shows_exactly_the_draft_and_never_more_than_backspace(keys: str) -> None:
    _, left, echo = type_keys(keys)
    assert set(echo) <= set("ab 木\u0301[A;5~O\n\b")
    row: list[str] = []
    for character in echo.rpartition("\n")[2]:
        if character == "\b":
            row.pop()
        elif cells(character):
            row.extend(character if cells(character) == 1 else ("木", ""))
    # Taking back writes spaces over what was there; they stay at the end of the row.
    shown = "".join(row).rstrip(" ")
    assert shown == "".join(c for c in left if cells(c)).rstrip(" ")
