"""An exercise heard in plain lines, under a clock of the test's own."""

import asyncio
from collections.abc import AsyncIterator

import pytest_asyncio

from holdspace.client import pacing
from holdspace.client.plain.practice import COPIES, HELP, STOPPED, Pacer


class Ear:
    """Hears a pacer, and holds its clock."""

    def __init__(self) -> None:
        self.now = 0.0
        self.lines: list[str] = []
        self.pacer = Pacer(self.lines.extend, lambda: self.now)

    async def at(self, now: float) -> str:
        """Let it be this time, and return the newest line."""
        self.now = now
        self.pacer._changed.set()
        for _ in range(5):
            await asyncio.sleep(0)
        return self.lines[-1]


@pytest_asyncio.fixture
async def ear() -> AsyncIterator[Ear]:
    heard = Ear()
    running = asyncio.create_task(heard.pacer.run())
    yield heard
    running.cancel()


async def heard_in_time(ear: Ear, now: float, words: str) -> bool:
    """Wait until a line is said at this time."""
    await ear.at(now)
    for _ in range(100):
        if ear.lines[-1].startswith(words):
            return True
        await asyncio.sleep(0.01)
    return False


async def test_each_line_comes_when_it_is_due(ear: Ear) -> None:
    ear.pacer.begin("breath")
    assert ear.lines[0] == "practice: Breathing, four in and six out"
    assert HELP in ear.lines
    assert await heard_in_time(ear, 10.0, "practice: In")
    assert await heard_in_time(ear, 14.0, "practice: Out")
    assert await heard_in_time(ear, 20.0, "practice: In")


async def test_a_letter_goes_another_way_and_every_other_line_is_the_rooms(ear: Ear) -> None:
    ear.pacer.begin("breath")
    assert not ear.pacer.hears("hello everybody")
    assert not ear.pacer.hears("/leave")
    assert ear.pacer.hears("g")
    assert ear.lines[-1].startswith("practice: Five things you can see")
    assert ear.pacer.hears("")
    assert ear.lines[-1].startswith("practice: Four things")
    assert ear.pacer.hears("r")
    assert ear.lines[-1] == f"practice: {pacing.REST_WORDS}"
    assert ear.pacer.hears("x")
    assert ear.lines[-1] == STOPPED


async def test_without_an_exercise_the_letters_are_words(ear: Ear) -> None:
    assert not any(map(ear.pacer.hears, ("", "g", "r", "x")))
    ear.pacer.begin("rest")
    assert ear.pacer.hears("")
    assert ear.lines[-1] == f"practice: {pacing.DONE_WORDS}"
    assert not ear.pacer.hears("g")


def test_the_lines_of_a_form_become_a_draft() -> None:
    said: list[str] = []
    kept: list[str] = []
    pacer = Pacer(said.extend, copy=kept.append)
    pacer.begin("rehearse")
    assert COPIES in said
    assert pacer.hears("c")
    assert "practice: One request:" in said
    assert "One request:" in kept[0].splitlines()
    pacer.begin("breath")
    assert not pacer.hears("c")
