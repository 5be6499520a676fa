"""What is sealed to one member opens for that member alone, in that epoch, for that purpose."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from holdspace.protocol.mls import DEFAULT_SUITE, CipherSuite, MLSError, Purpose, cipher_suite
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


CIRCLES = [Circle.of(cipher_suite(number), ("ada", "ben")) for number in (0x0001, DEFAULT_SUITE.id)]


@settings(max_examples=40)
@given(st.sampled_from(CIRCLES), st.binary(max_size=1300), st.booleans())
def test_any_bytes_are_refused_by_name(circle: Circle, data: bytes, is_framed: bool) -> None:
    if is_framed:
        half = len(data) // 2
        data = b"".join((0x4000 | len(p)).to_bytes(2) + p for p in (data[:half], data[half:]))
    with pytest.raises(MLSError):
        circle.groups["ben"].open_sealed(PURPOSE, data)
