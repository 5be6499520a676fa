"""A relay core, a room and its host, for the stories in this folder; and a NATS cluster."""

import os
from collections.abc import Iterator

import pytest

from nats_cluster import NatsCluster, server_program
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


@pytest.fixture(scope="session")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[NatsCluster]:
    """Three nodes that sync before they acknowledge; where they cannot run, no CI passes."""
    if server_program() is None:
        why = "there is no nats-server here; the development lock installs it on Linux"
        if os.environ.get("CI") == "true":
            pytest.fail(why)
        pytest.skip(why)
    with NatsCluster(tmp_path_factory.mktemp("nats")) as cluster:
        yield cluster
