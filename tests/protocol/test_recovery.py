"""The recovery phrase: what is written down is enough, and a slip of the pen is noticed."""

import random

import pytest

from holdspace.protocol.keys import SigningKey
from holdspace.protocol.recovery import (
    PHRASE_WORDS,
    SEED_BYTES,
    NotAPhrase,
    phrase_of,
    secrets_of,
    seed_of,
)
from holdspace.protocol.refusals import LocalError
from holdspace.protocol.words import WORDS

SEED = bytes(range(16))


def test_a_phrase_gives_back_its_seed_and_the_same_room() -> None:
    phrase = phrase_of(SEED)
    assert len(phrase.split()) == PHRASE_WORDS == 18
    assert seed_of(phrase) == SEED
    assert secrets_of(seed_of(phrase)) == secrets_of(SEED)


def test_each_secret_of_a_room_is_its_own() -> None:
    secrets = secrets_of(SEED)
    parts = {secrets.handle, secrets.root_seed[:16], secrets.root_seed[16:], secrets.pass_secret}
    assert len(parts) == 4
    assert SEED not in parts


def test_a_phrase_may_be_typed_as_people_write_it_down() -> None:
    words = phrase_of(SEED).split()
    typed = ", ".join(f"{number}. {word.upper()}" for number, word in enumerate(words, 1))
    assert seed_of(typed + "\n") == SEED


def test_one_wrong_word_or_two_that_changed_places_are_noticed() -> None:
    random_ = random.Random(3)
    for _ in range(500):
        words = phrase_of(random_.randbytes(SEED_BYTES)).split()
        one, other = random_.sample(range(PHRASE_WORDS), 2)
        if random_.random() < 0.5 and words[one] != words[other]:
            words[one], words[other] = words[other], words[one]
        else:
            words[one] = random_.choice([word for word in WORDS if word != words[one]])
        with pytest.raises(NotAPhrase) as refused:
            seed_of(" ".join(words))
        assert words[one] not in str(refused.value)


@pytest.mark.parametrize(
    "typed", ["", "acorn", "acorn " * 17, "acorn " * 19, "hello " * 18, "x" * 5000]
)
def test_anything_else_is_no_phrase(typed: str) -> None:
    with pytest.raises(NotAPhrase):
        seed_of(typed)


def test_keys_do_not_show() -> None:
    assert repr(secrets_of(SEED)) == f"RoomSecrets(handle={secrets_of(SEED).handle!r})"


def test_a_room_has_the_root_key_of_its_seed() -> None:
    secrets = secrets_of(SEED)
    assert secrets.root.public == SigningKey.from_seed(secrets.root_seed).public


@pytest.mark.parametrize("length", [SEED_BYTES - 1, SEED_BYTES + 1])
def test_only_a_whole_seed_is_written_down(length: int) -> None:
    with pytest.raises(LocalError):
        phrase_of(bytes(length))


def test_a_phrase_opens_the_same_room_in_every_version() -> None:
    """Somebody wrote these words on paper years ago."""
    phrase = (
        "acorn almond amber anchor apple apron arrow autumn bacon badger bakery bamboo banjo barley "
        "basket beetle lumber igloo"
    )
    assert (phrase_of(SEED), seed_of(phrase)) == (phrase, SEED)
    secrets = secrets_of(SEED)
    assert secrets.handle.hex() == "983d46d4ce4f98d5a68a5ac8bac71479"
    assert secrets.pass_secret.hex() == "65f951cfb1a8040226ea4740f17c2686"
    assert secrets.root_seed.hex() == (
        "26d41940a197291397600e727346ab1f3467840c588b0af188fad7a71d9ef93f"
    )


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("acorn almond", "these are 2"),
        (f"{phrase_of(SEED)} acorn", "these are 19"),
        (phrase_of(SEED).replace("amber", "amberr"), "Word 3 is not one"),
        (phrase_of(SEED).replace("amber", "anchor"), "do not belong together"),
    ],
)
def test_what_is_wrong_with_a_phrase_is_said(typed: str, words: str) -> None:
    with pytest.raises(NotAPhrase, match=words):
        seed_of(typed)
