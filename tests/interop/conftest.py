"""Peers of other implementations for the tests here; where one is missing, the skip says so."""

import os
from collections.abc import Iterator

import pytest

from mls_peers import MissingPeer, Person, Pool, Someone


@pytest.fixture(scope="session")
def pool(pytestconfig: pytest.Config) -> Iterator[Pool]:
    def say(line: str) -> None:
        capture = pytestconfig.pluginmanager.getplugin("capturemanager")
        with capture.global_and_fixture_disabled():
            os.write(2, f"\n{line}\n".encode())

    pool = Pool(say)
    yield pool
    pool.end()


@pytest.fixture
def someone(pool: Pool) -> Iterator[Someone]:
    """Make somebody who uses one of the implementations: someone("ts-mls", "Ada", suite)."""

    def start(engine: str, name: str, suite: int = 1, **options: object) -> Person:
        try:
            return pool.person(engine, name, suite, **options)
        except MissingPeer as missing:
            # A peer that cannot be had is no reason to be red on a laptop in a train, but CI has all.
            if os.environ.get("CI") == "true":
                pytest.fail(str(missing))
            pytest.skip(str(missing))

    yield start
    pool.take_back()
