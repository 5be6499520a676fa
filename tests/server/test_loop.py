"""A relay runs on the fastest event loop there is, and on Python's own where there is no other."""

import asyncio
import gc
import sys
from collections.abc import Iterator
from types import SimpleNamespace

import pytest

from holdspace.server.loop import loop_factory, run_loop


@pytest.fixture
def collector() -> Iterator[None]:
    before = gc.get_threshold()
    yield
    gc.set_threshold(*before)
    gc.unfreeze()


def test_without_the_extra_it_is_pythons_own(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "uvloop", None)
    assert loop_factory() is None


@pytest.mark.usefixtures("collector")
def test_with_it_that_is_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    made = []

    def new_event_loop() -> asyncio.AbstractEventLoop:
        made.append(asyncio.new_event_loop())
        return made[-1]

    monkeypatch.setitem(sys.modules, "uvloop", SimpleNamespace(new_event_loop=new_event_loop))

    async def look() -> None:
        assert [asyncio.get_running_loop()] == made

    run_loop(look())
    assert len(made) == 1
