"""A number that somebody typed: whatever it looks like, it is one of the choices or none of them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from holdspace.client.numbers import number_in


@pytest.mark.parametrize(("typed", "number"), [("1", 1), (" 12 ", 12), ("0012", 12), ("20", 20)])
def test_a_number_among_the_choices_is_that_choice(typed: str, number: int) -> None:
    assert number_in(typed, 20) == number


@pytest.mark.parametrize(
    "typed", ["", "0", "000", "21", "-1", "1.5", "1 2", "one", "²", "١", "00012", "9" * 5000]
)
def test_anything_else_is_no_choice(typed: str) -> None:
    assert number_in(typed, 20) == 0


@given(st.text(), st.integers(0, 9999))
def test_whatever_is_typed_there_is_an_answer_in_range(typed: str, most: int) -> None:
    assert 0 <= number_in(typed, most) <= most
