"""What can be copied out of a meeting: what is one's own, and what is there to be passed on."""

from base64 import b64decode
from dataclasses import replace

import pytest

import screen_samples as sample
from holdspace.client.copying import (
    NO_CODE,
    NO_OWN_WORDS,
    NOT_THAT_MANY,
    TOO_LONG,
    WHAT_THERE_IS,
    NothingToCopy,
    chosen,
    copies,
    to_clipboard,
)
from holdspace.client.seat.view import Line

SAID = replace(
    sample.ROOM,
    transcript=(
        *sample.ROOM.transcript,
        sample.passage(40, Line.SHARE, "I said this first.", author=sample.SAM, is_mine=True),
        sample.passage(41, Line.SHARE, "Fay's, and not mine.", author=sample.FAY),
        sample.passage(42, Line.SHARE, "And this\nlater.", author=sample.SAM, is_mine=True),
    ),
)


def test_ones_own_words_can_be_copied_and_nobody_elses() -> None:
    found = copies("", SAID, "still writing ")
    assert found.pieces == ("still writing", "And this\nlater.", "I said this first.")
    others = {p.text for p in SAID.transcript if not p.is_mine}
    for kind in ("", "numbers", "code"):
        try:
            pieces = copies(kind, replace(SAID, invitation="holdspace1:abc")).pieces
        except NothingToCopy:
            continue
        assert not others & {*pieces}


def test_the_host_can_copy_the_code_with_its_words() -> None:
    found = copies("code", replace(SAID, invitation="holdspace1:abc"))
    assert found.pieces == ("holdspace1:abc", sample.PHRASE)


@pytest.mark.parametrize(
    ("kind", "why"),
    [("code", NO_CODE), ("", NO_OWN_WORDS), ("everything", WHAT_THERE_IS), ("chi", WHAT_THERE_IS)],
)
def test_what_cannot_be_copied_is_said_in_a_sentence(kind: str, why: str) -> None:
    with pytest.raises(NothingToCopy) as refused:
        copies(kind, sample.ROOM)
    assert str(refused.value) == why


@pytest.mark.parametrize(
    ("typed", "piece"),
    [
        ("", "And this\nlater."),
        ("1", "And this\nlater."),
        ("2", "I said this first."),
        ("code", "holdspace1:abc"),
        ("code 2", sample.PHRASE),
    ],
)
def test_a_piece_is_chosen_by_its_number(typed: str, piece: str) -> None:
    assert chosen(typed, replace(SAID, invitation="holdspace1:abc")) == piece


def test_a_number_that_is_not_there_is_refused() -> None:
    with pytest.raises(NothingToCopy) as refused:
        chosen("3", SAID)
    assert str(refused.value) == NOT_THAT_MANY


def test_the_clipboard_gets_exactly_the_words() -> None:
    sequence = to_clipboard("Zeile 1\nZeile 2 – ü", {})
    assert sequence.startswith("\x1b]52;c;")
    assert sequence.endswith("\x07")
    assert b64decode(sequence[7:-1]).decode() == "Zeile 1\nZeile 2 – ü"


def test_inside_tmux_it_is_said_to_tmux_and_through_it() -> None:
    usual = to_clipboard("words", {})
    inside = to_clipboard("words", {"TMUX": "/tmp/tmux-1000/default,1,0"})
    assert inside == usual + f"\x1bPtmux;\x1b{usual}\x1b\\"


def test_what_terminals_would_cut_is_not_handed_over() -> None:
    with pytest.raises(NothingToCopy) as refused:
        to_clipboard("x" * 60_000, {})
    assert str(refused.value) == TOO_LONG
