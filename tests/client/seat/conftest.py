"""Every test of this folder gets an empty table to sit at."""

import pytest

from seat_table import Table


@pytest.fixture
def table() -> Table:
    """Return an empty table."""
    return Table()
