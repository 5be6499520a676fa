"""The word list must stay easy to tell apart over a bad line, and must never change."""

import hashlib
from itertools import combinations

from holdspace.protocol.words import WORDS


def _distance(one: str, other: str) -> int:
    row = list(range(len(other) + 1))
    for i, a in enumerate(one, 1):
        diagonal, row[0] = row[0], i
        for j, b in enumerate(other, 1):
            diagonal, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, diagonal + (a != b))
    return row[-1]


def test_one_word_for_each_byte() -> None:
    assert len(WORDS) == len(set(WORDS)) == 256


def test_words_are_short_and_plain() -> None:
    assert [word for word in WORDS if not (word.isascii() and word.islower())] == []
    assert [word for word in WORDS if not 3 <= len(word) <= 7] == []


def test_no_two_words_differ_in_one_letter_only() -> None:
    assert [pair for pair in combinations(WORDS, 2) if _distance(*pair) < 2] == []


def test_the_first_four_letters_tell_words_apart() -> None:
    assert len({word[:4] for word in WORDS}) == 256


def test_the_list_is_part_of_the_protocol_and_stays_as_it_is() -> None:
    digest = hashlib.sha256(" ".join(WORDS).encode()).hexdigest()
    assert digest == "6177b92472df533a87c46a94a9087f9decd482523d2a993f64018448b122cab4"
