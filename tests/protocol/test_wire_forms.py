"""What is written keeps its form: another tag, order or bound, and two versions cannot meet.

`wire_forms.txt` is the form in words. Who changes one on purpose writes the file anew, and everybody
can read in it what changed: `.venv/bin/python tests/support/wire_forms.py`.
"""

import pytest

import wire_forms


def written() -> dict[str, str]:
    """Return what the file says, by module."""
    parts = wire_forms.WRITTEN.read_text().split("# ")[1:]
    return {name: form.rstrip("\n") for name, _, form in (part.partition("\n") for part in parts)}


@pytest.mark.parametrize("module", wire_forms.modules())
def test_what_travels_or_is_kept_is_written_as_before(module: str) -> None:
    assert wire_forms.form_of(module).rstrip("\n") == written()[module]


def test_no_form_is_written_down_that_is_gone() -> None:
    assert list(written()) == wire_forms.modules()
