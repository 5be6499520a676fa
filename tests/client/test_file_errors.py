"""The system's reasons are said in the language of whoever reads them."""

import os
from errno import EACCES, EIO, ENOENT, ENOSPC

import pytest

from holdspace.client.file_errors import KNOWN, why
from holdspace.client.pseudo import PSEUDO
from holdspace.protocol.translation import ENGLISH, use


@pytest.mark.parametrize("number", [EACCES, EIO, ENOENT, ENOSPC])
def test_what_the_system_says_can_be_translated(number: int) -> None:
    error = OSError(number, os.strerror(number))
    assert why(error) == os.strerror(number)
    assert why(error) in KNOWN
    use(PSEUDO["qps"])
    try:
        assert why(error) != os.strerror(number)
    finally:
        use(ENGLISH)


def test_an_error_without_words_has_some() -> None:
    assert why(OSError()) == os.strerror(EIO)
