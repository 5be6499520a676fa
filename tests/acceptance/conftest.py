"""A relay process for the tests of each file, and an evening at it for each test."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from plain_people import Evening
from relay_process import RelayProcess


@pytest.fixture(scope="module")
def relay_data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("relay")


@pytest.fixture(scope="module")
def relay(relay_data: Path) -> Iterator[RelayProcess]:
    # Everybody here comes from one place, which gets a twelfth of the rooms of an hour.
    with RelayProcess("--port", "0", "--data", relay_data, rooms_per_hour="2400") as process:
        yield process


@pytest.fixture
async def evening(relay: RelayProcess) -> AsyncIterator[Evening]:
    evening = Evening(relay.url)
    yield evening
    await evening.close()
