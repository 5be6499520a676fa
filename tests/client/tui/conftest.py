"""What the tests of the screen share: a style sheet is read once, not once for every app.

A program shows one app; here hundreds follow on one another, and reading the same style sheets again was
an eighth of what each of them cost.
"""

from collections.abc import Iterator
from typing import Any

import pytest
from textual.css.model import RuleSet
from textual.css.stylesheet import Stylesheet

Rules = dict[tuple[object, ...], list[RuleSet]]


@pytest.fixture(autouse=True, scope="session")
def read_once() -> Iterator[None]:
    """Keep the rules of a style sheet under all that they are made of: its text, place and colours."""
    known: Rules = {}
    read = Stylesheet._parse_rules

    def parse_rules(sheet: Stylesheet, *what: Any, **how: Any) -> list[RuleSet]:
        made_of = (*what, *how.items(), *sheet._variables.items())
        if made_of not in known:
            known[made_of] = read(sheet, *what, **how)
        return known[made_of]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Stylesheet, "_parse_rules", parse_rules)
        yield
