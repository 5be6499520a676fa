"""Every test of this folder gets an empty table to sit at, and a host if it asks for one."""

import pytest

from seat_table import Guest, Table


@pytest.fixture
def table() -> Table:
    """Return an empty table."""
    return Table()


@pytest.fixture
def host(table: Table) -> Guest:
    """Return somebody who holds a meeting at it."""
    return table.host("Mara")
