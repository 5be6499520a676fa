"""Four words to compare by voice: the same for the same things, and others for anything else."""

from holdspace.protocol.phrases import check_phrase, knock_fingerprint, knock_phrase
from holdspace.protocol.words import WORDS

HOST, ROOM = b"h" * 32, b"r" * 16


def test_the_check_phrase_is_four_words_that_follow_key_and_room() -> None:
    phrase = check_phrase(HOST, ROOM)
    assert len(phrase.split()) == 4
    assert set(phrase.split()) <= set(WORDS)
    assert phrase != check_phrase(b"x" * 32, ROOM)
    assert phrase != check_phrase(HOST, b"ROOM" * 4)


def test_the_check_phrase_is_part_of_the_protocol_and_stays_as_it_is() -> None:
    assert check_phrase(b"h" * 32, b"r" * 16) == "sofa marble rainbow pancake"


def test_the_words_of_a_knock_follow_the_room_and_the_key_package() -> None:
    fingerprint = knock_fingerprint(ROOM, b"key package")
    assert fingerprint == knock_fingerprint(ROOM, b"key package")
    assert knock_fingerprint(b"R" * 16, b"key package") != fingerprint
    assert knock_fingerprint(ROOM, b"Key package") != fingerprint
    assert len(knock_phrase(fingerprint).split()) == 4
    assert knock_phrase(knock_fingerprint(ROOM, b"another")) != knock_phrase(fingerprint)
