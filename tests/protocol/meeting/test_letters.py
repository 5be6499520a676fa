"""A note has one spelling and one of four sizes; whatever is not exactly a note is refused by name."""

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from holdspace.protocol.meeting import letters

WHO, OTHER, ASIDE = bytes(32), b"o" * 32, bytes(16)
NOTES: list[letters.Note] = [
    letters.NotOk("my hands shake"),
    letters.OkAgain(),
    letters.AsideAsk(ASIDE, "word", (WHO, OTHER), b"package"),
    letters.AsideOpen(ASIDE, b"welcome"),
    letters.AsideNo(ASIDE),
    letters.Answer("Check-in", (("pain", 6), ("energy", 3)), "tired"),
]
WORDS: list[letters.AsideWord] = [letters.Said("It is too much today."), letters.Ended()]
SMALL, LONGER, KEYS, LARGE = letters.SIZES


def filled(data: bytes, size: int = SMALL) -> bytes:
    return (len(data).to_bytes(2) + data).ljust(size, b"\0")


@pytest.mark.parametrize("note", NOTES, ids=lambda note: type(note).__name__)
def test_a_note_comes_back_as_it_was(note: letters.Note) -> None:
    assert letters.decode_note(letters.encode_note(note)) == note


def test_every_note_of_this_chapter_is_among_these() -> None:
    tags = {type(note) for note in NOTES}
    assert tags <= set(letters.AnyNote.__args__)


@pytest.mark.parametrize("word", WORDS, ids=lambda word: type(word).__name__)
def test_a_word_comes_back_as_it_was(word: letters.AsideWord) -> None:
    assert letters.decode_word(letters.encode_word(word)) == word


def test_what_is_short_looks_alike_from_outside() -> None:
    short = (letters.NotOk(), letters.NotOk("a" * 280), letters.OkAgain(), letters.AsideNo(ASIDE))
    assert {len(letters.encode_note(note)) for note in short} == {SMALL}


def test_a_size_is_used_to_its_last_byte() -> None:
    head = len(msgspec.msgpack.encode(letters.AsideOpen(ASIDE, bytes(5_000)))) - 5_000
    fits = KEYS - 2 - head
    assert len(letters.encode_note(letters.AsideOpen(ASIDE, bytes(fits)))) == KEYS
    assert len(letters.encode_note(letters.AsideOpen(ASIDE, bytes(fits + 1)))) == LARGE


def test_long_words_in_a_script_of_many_bytes_take_the_next_size() -> None:
    assert len(letters.encode_note(letters.NotOk("\N{WHITE HEART SUIT}" * 280))) == LONGER


def test_the_question_for_a_word_apart_and_the_yes_to_it_look_alike() -> None:
    asks = letters.AsideAsk(ASIDE, "pair", (WHO, OTHER), bytes(3_000))
    says_yes = letters.AsideOpen(ASIDE, bytes(5_700))
    assert {len(letters.encode_note(note)) for note in (asks, says_yes)} == {KEYS}


def test_the_largest_welcome_takes_the_largest_size() -> None:
    longest = letters.AsideOpen(ASIDE, bytes(letters.MAX_WELCOME))
    assert len(letters.encode_note(longest)) == LARGE


def test_nothing_written_shows_in_a_repr() -> None:
    assert "shake" not in repr(letters.NotOk("my hands shake"))
    assert repr([letters.Said("my hands shake")]) == "[<Said>]"


HOSTILE = {
    "nothing": b"",
    "one byte": b"\0",
    "another size": letters.encode_note(letters.OkAgain())[:-1],
    "the larger size without need": filled(msgspec.msgpack.encode([2]), LARGE),
    "something behind the note": filled(msgspec.msgpack.encode([2]))[:-1] + b"\1",
    "a length beyond the end": b"\xff\xff".ljust(SMALL, b"\0"),
    "an unknown kind": filled(msgspec.msgpack.encode([99])),
    "a field too many": filled(msgspec.msgpack.encode([2, 1])),
    "words too long": filled(msgspec.msgpack.encode([1, "a" * 281])),
    "a word apart with nobody": filled(msgspec.msgpack.encode([3, ASIDE, "word", [WHO], b"k"])),
    "a word apart with five": filled(
        msgspec.msgpack.encode([3, ASIDE, "word", [WHO] * 5, b"package"])
    ),
    "an aside of no kind": filled(msgspec.msgpack.encode([3, ASIDE, "x", [WHO, OTHER], b"k"])),
    "a longer spelling": filled(b"\xdc\x00\x01\x02"),
}


@pytest.mark.parametrize("data", HOSTILE.values(), ids=HOSTILE)
def test_what_is_no_note_is_refused(data: bytes) -> None:
    with pytest.raises(letters.NotALetter):
        letters.decode_note(data)


@given(st.binary(max_size=200), st.sampled_from((0, SMALL, LARGE)))
def test_any_bytes_are_a_note_or_refused(data: bytes, size: int) -> None:
    for read in (letters.decode_note, letters.decode_word):
        try:
            assert read(data.ljust(size, b"\0")) is not None
        except letters.NotALetter:
            continue


def test_nothing_written_shows_where_a_note_is_drawn() -> None:
    assert letters.NotOk("my hands shake").__rich_repr__() == []


def test_what_is_said_aside_has_one_spelling() -> None:
    with pytest.raises(letters.NotALetter, match="the one way"):
        letters.decode_word(b"\xdc\x00\x01" + letters.encode_word(letters.Ended())[1:])


def test_a_letter_is_bound_to_the_room_the_meeting_and_both_people() -> None:
    assert letters.letter_context(b"room", b"meeting", b"from", b"to") == b"roommeetingfromto"
