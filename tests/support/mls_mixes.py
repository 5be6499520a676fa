"""Which implementations meet in a test, in which suite, and who of them founds the group."""

from typing import Any, NamedTuple

import pytest
from typing_extensions import override

from mls_peers import Person, Someone


class Mix(NamedTuple):
    """Two implementations and a suite that both speak."""

    one: str
    other: str
    suite: int

    @override
    def __str__(self) -> str:
        return f"{self.one} and {self.other} in {self.suite:#06x}".replace(
            ", with rine's suite", ""
        )

    def turned(self) -> "Mix":
        """Return the same, founded by the other."""
        return Mix(self.other, self.one, self.suite)

    def people(self, someone: Someone, *names: str, **options: Any) -> list[Person]:
        """Make people who use the two implementations in turn."""
        engines = (self.one, self.other)
        return [
            someone(engines[number % 2], name, self.suite, **options)
            for number, name in enumerate(names)
        ]


TS_MLS = Mix("ours", "ts-mls", 1)
MLS_RS = Mix("ours", "mls-rs", 1)
RINE = Mix("ours", "rine", 1)
# rine's own post-quantum suite, which our engine learns from tests/interop/rine_suite.py.
RINE_XWING = Mix("ours, with rine's suite", "rine", 0xF057)
# Nobody else speaks our own post-quantum suite yet.
OURS = Mix("ours", "ours", 0xF04F)
OTHER_SUITES = [Mix("ours", "ts-mls", suite) for suite in (2, 3, 4, 5, 6, 7)]
BASIC = [TS_MLS, MLS_RS, RINE, RINE_XWING]


def mixes(*chosen: Mix) -> pytest.MarkDecorator:
    """Run a test with each mix, founded by us and by them."""
    both_ways = dict.fromkeys(way for mix in chosen for way in (mix, mix.turned()))
    return pytest.mark.parametrize("mix", both_ways, ids=str)
