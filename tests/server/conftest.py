"""A relay core, a room and its host, for the stories in this folder."""

import pytest

from relay_papers import Circle
from relay_table import Caller, Table, running


@pytest.fixture
def table() -> Table:
    return Table()


@pytest.fixture
def circle() -> Circle:
    return Circle()


@pytest.fixture
def host(table: Table, circle: Circle) -> Caller:
    """The host of a running meeting, attached at epoch 0."""
    return running(table, circle)
