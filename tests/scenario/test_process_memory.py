"""Guards what the search for leaked words says: where a word is, it is found."""

import os

import pytest

from process_memory import can_read_memory, memory_holds


def test_memory_is_really_searched() -> None:
    if not can_read_memory(os.getpid()):
        pytest.skip("This system does not let a process be looked into.")
    here = bytearray(b"quagmire-") + bytearray(b"found")
    assert memory_holds(os.getpid(), [bytes(here)])
