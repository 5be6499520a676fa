"""Masks: the sum comes out, each vector alone is chance, and bad keys are known."""

import random
from collections.abc import Sequence

import pytest
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from hypothesis import given, settings
from hypothesis import strategies as st

from holdspace.protocol import masks
from holdspace.protocol.masks import MODULUS, added, is_safe_mask_key, masked, public_half

CONTEXT = b"this room, this meeting, count 1, question 0"


def key(number: int) -> bytes:
    return random.Random(number).randbytes(32)


def all_masked(
    answers: Sequence[Sequence[int]], privates: Sequence[bytes]
) -> list[tuple[int, ...]]:
    roster = [public_half(private) for private in privates]
    return [
        masked(answer, private, roster, context=CONTEXT)
        for answer, private in zip(answers, privates, strict=True)
    ]


def total(vectors: Sequence[Sequence[int]]) -> tuple[int, ...]:
    summed: tuple[int, ...] = (0,) * len(vectors[0])
    for vector in vectors:
        summed = added(summed, vector)
    return summed


ANSWERS = st.integers(1, 6).flatmap(
    lambda words: st.lists(
        st.lists(st.integers(0, 10), min_size=words, max_size=words), min_size=2, max_size=7
    )
)


@settings(max_examples=40)
@given(ANSWERS, st.integers(0, 2**32), st.randoms(use_true_random=False))
def test_the_masks_cancel_out_in_any_order(
    answers: list[list[int]], seed: int, order: random.Random
) -> None:
    vectors = all_masked(answers, [key(seed + at) for at in range(len(answers))])
    order.shuffle(vectors)
    assert total(vectors) == tuple(sum(column) for column in zip(*answers, strict=True))


def test_without_one_of_them_there_is_no_sum() -> None:
    answers = [[1, 0, 0]] * 6
    vectors = all_masked(answers, [key(at) for at in range(6)])
    for missing in range(6):
        rest = total([v for at, v in enumerate(vectors) if at != missing])
        assert max(rest) > MODULUS // 2**16, "a sum that looks like one of answers"


def test_all_but_two_together_see_only_the_sum_of_the_two() -> None:
    """Whoever swaps the two's answers changes nothing that the rest could take the masks from."""
    privates = [key(at) for at in range(6)]
    roster = [public_half(private) for private in privates]
    first = [[1, 0, 0], [0, 0, 1], [1, 0, 0], [0, 1, 0], [0, 1, 0], [0, 1, 0]]
    swapped = [first[1], first[0], *first[2:]]
    one, other = all_masked(first, privates), all_masked(swapped, privates)
    assert one[2:] == other[2:]
    assert added(one[0], one[1]) == added(other[0], other[1])

    # Every mask that the four share with one of the two they can take away again. What is left is
    # the answer under the one mask that only the two know, and any answer could be under it.
    left = [_without_masks_of(privates[2:], one[at], roster, at) for at in (0, 1)]
    assert added(*left) == (1, 0, 1)
    for vector in left:
        assert vector not in {(1, 0, 0), (0, 1, 0), (0, 0, 1)}
        assert min(vector) > 10


def _without_masks_of(
    colluders: Sequence[bytes], vector: Sequence[int], roster: Sequence[bytes], at: int
) -> tuple[int, ...]:
    """Return somebody's vector without the masks that these others can compute."""
    for private in colluders:
        mine = public_half(private)
        secret = X25519PrivateKey.from_private_bytes(private).exchange(
            X25519PublicKey.from_public_bytes(roster[at])
        )
        is_before = at < roster.index(mine)
        pair = roster[at] + mine if is_before else mine + roster[at]
        mask = masks._stretched(secret, masks._binding(roster, CONTEXT) + pair, len(vector))
        vector = added(vector, [word if is_before else -word for word in mask])
    return tuple(vector)


@pytest.mark.parametrize("answer", [0, 1, 10])
def test_whatever_the_answer_a_masked_one_is_anywhere(answer: int) -> None:
    """With one honest other, whose key nobody else has, every value is as likely as any other."""
    counts = [0] * 16
    for seed in range(480):
        mine, other = key(2 * seed), key(2 * seed + 1)
        roster = [public_half(mine), public_half(other)]
        (word,) = masked((answer,), mine, roster, context=CONTEXT)
        counts[word * 16 // MODULUS] += 1
    # 30 on average; a seeded test, so this is a fact about these keys and never a matter of luck.
    assert all(12 <= count <= 52 for count in counts), counts


@pytest.mark.parametrize("change", ["context", "roster", "key"])
def test_a_mask_is_for_one_roster_and_one_question(change: str) -> None:
    privates = [key(at) for at in range(5)]
    roster = [public_half(private) for private in privates]
    first = masked((0, 0), privates[0], roster, context=CONTEXT)
    if change == "context":
        second = masked((0, 0), privates[0], roster, context=CONTEXT + b"!")
    elif change == "roster":
        second = masked((0, 0), privates[0], roster[:4], context=CONTEXT)
    else:
        roster[0] = public_half(key(99))
        second = masked((0, 0), key(99), roster, context=CONTEXT)
    assert first[0] != second[0]
    assert first[1] != second[1]


_PRIME = 2**255 - 19
SMALL = (
    0,
    1,
    325606250916557431795983626356110631294008115727848805560023387167927233504,
    39382357235489614581723060781553021112529911719440698176882885853963445705823,
    _PRIME - 1,
)


@pytest.mark.parametrize("u", [*SMALL, _PRIME, _PRIME + 1, 2**255 - 1, 2**255, 2**256 - 1])
def test_keys_that_leave_no_secret_or_have_two_spellings_are_known(u: int) -> None:
    assert not is_safe_mask_key(u.to_bytes(32, "little"))


def test_other_keys_are_taken() -> None:
    assert all(is_safe_mask_key(public_half(key(at))) for at in range(20))
    assert not is_safe_mask_key(b"")
    assert not is_safe_mask_key(public_half(key(1)) + b"\0")


def test_a_mask_is_the_same_in_every_version() -> None:
    """Made once by hand, from the label, the context, the roster and the shared secret."""
    privates = [bytes([1]) * 32, bytes([2]) * 32]
    roster = [public_half(private) for private in privates]
    vectors = [masked((1, 2, 3), private, roster, context=b"sum 1") for private in privates]
    assert vectors == [
        (2077050866, 4028488132, 172191390),
        (2217916432, 266479168, 4122775912),
    ]
    assert added(*vectors) == (2, 4, 6)


def test_words_are_added_around_the_modulus() -> None:
    assert added((2**32 - 1, 7), (2, 5)) == (1, 12)


@pytest.mark.parametrize("key", [b"", bytes(31), bytes(33), (2**255 - 19).to_bytes(32, "little")])
def test_a_key_has_one_length_and_one_spelling(key: bytes) -> None:
    assert is_safe_mask_key(key) is False
