"""What is sealed to one member opens for that member alone, in that epoch, for that purpose."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from holdspace.protocol.mls import (
    DEFAULT_SUITE,
    CipherSuite,
    MLSError,
    Purpose,
    cipher_suite,
    create_group,
)
from holdspace.protocol.mls.ciphersuite import supported_suites
from holdspace.protocol.mls.testing import Circle, seeded_random

every_suite = pytest.mark.parametrize(
    "suite", [cipher_suite(number) for number in supported_suites()], ids=lambda suite: suite.name
)
PURPOSE = Purpose("a test", b"from ada to ben")
WORDS = b"for ben alone"


def sealed_to_ben(circle: Circle) -> bytes:
    ada, ben = circle.groups["ada"], circle.groups["ben"]
    leaf = ben.own_leaf_index
    return ada.seal_to_member(leaf, PURPOSE, WORDS, random=seeded_random(5))


@every_suite
def test_only_the_one_it_is_for_opens_it(suite: CipherSuite) -> None:
    circle = Circle.of(suite, ("ada", "ben", "cleo"))
    sealed = sealed_to_ben(circle)
    assert circle.groups["ben"].open_sealed(PURPOSE, sealed) == WORDS
    for name in ("ada", "cleo"):
        with pytest.raises(MLSError):
            circle.groups[name].open_sealed(PURPOSE, sealed)


@pytest.mark.parametrize("other", [Purpose("another", PURPOSE.context), Purpose("a test", b"")])
def test_it_opens_for_no_other_purpose(other: Purpose) -> None:
    circle = Circle.of(DEFAULT_SUITE, ("ada", "ben"))
    with pytest.raises(MLSError):
        circle.groups["ben"].open_sealed(other, sealed_to_ben(circle))


def test_it_opens_in_no_other_epoch() -> None:
    circle = Circle.of(DEFAULT_SUITE, ("ada", "ben", "cleo"))
    sealed = sealed_to_ben(circle)
    circle.remove("ada", "cleo")
    with pytest.raises(MLSError):
        circle.groups["ben"].open_sealed(PURPOSE, sealed)


@every_suite
def test_what_a_member_signs_is_theirs_in_this_group_and_for_this_purpose(
    suite: CipherSuite,
) -> None:
    circle = Circle.of(suite, ("ada", "ben", "cleo"))
    ada, ben = circle.groups["ada"], circle.groups["ben"]
    signature = ben.sign_as_member(PURPOSE, WORDS)
    ada.verify_of_member(ben.own_leaf_index, PURPOSE, WORDS, signature=signature)
    elsewhere = Circle(suite)
    elsewhere.found("ada")
    other_group = elsewhere.groups["ada"]
    for group, leaf, purpose, words in (
        (ada, ben.own_leaf_index, PURPOSE, b"other words"),
        (ada, ben.own_leaf_index, Purpose(PURPOSE.label, b"from ada to cleo"), WORDS),
        (ada, ben.own_leaf_index, Purpose("another", PURPOSE.context), WORDS),
        (ada, ada.own_leaf_index, PURPOSE, WORDS),
        (other_group, other_group.own_leaf_index, PURPOSE, WORDS),
    ):
        with pytest.raises(MLSError):
            group.verify_of_member(leaf, purpose, words, signature=signature)


def test_the_same_key_signs_for_one_group_alone() -> None:
    """Two groups of one person: what was signed in the one says nothing in the other."""
    groups = []
    for group_id in (b"one", b"other"):
        circle = Circle(DEFAULT_SUITE)
        own = circle.person("ada")
        groups.append(create_group(own, group_id=group_id, random=circle.random))
    one, other = groups
    assert one.member(one.own_leaf_index).signature_key == (
        other.member(other.own_leaf_index).signature_key
    )
    signature = one.sign_as_member(PURPOSE, WORDS)
    with pytest.raises(MLSError):
        other.verify_of_member(other.own_leaf_index, PURPOSE, WORDS, signature=signature)


def test_nobody_comes_in_by_a_commit_that_welcomes_nobody() -> None:
    circle = Circle.of(DEFAULT_SUITE, ("ada", "ben"))
    pending = circle.remove("ada", "ben")
    assert pending.welcome is None
    with pytest.raises(ValueError, match="welcomes nobody"):
        circle.join(pending, circle.person("cleo"))


CIRCLES = [Circle.of(cipher_suite(number), ("ada", "ben")) for number in (0x0001, DEFAULT_SUITE.id)]


@settings(max_examples=40)
@given(st.sampled_from(CIRCLES), st.binary(max_size=1300), st.booleans())
def test_any_bytes_are_refused_by_name(circle: Circle, data: bytes, is_framed: bool) -> None:
    if is_framed:
        half = len(data) // 2
        data = b"".join((0x4000 | len(p)).to_bytes(2) + p for p in (data[:half], data[half:]))
    with pytest.raises(MLSError):
        circle.groups["ben"].open_sealed(PURPOSE, data)
