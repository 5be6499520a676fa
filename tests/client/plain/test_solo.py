"""Practising alone in plain lines: every exercise, the crisis card, and no connection (D5)."""

import asyncio

from tests.client.plain.scripted import ScriptedTerminal

from holdspace.client import pacing
from holdspace.client.plain.solo import GOODBYE, HELP, UNKNOWN, Solo


async def solo(*typed: str, name: str = "") -> list[str]:
    """Type these lines to somebody practising alone, and return what was said."""
    terminal = ScriptedTerminal()
    terminal.type(*typed, None)
    await asyncio.wait_for(Solo(terminal).run(name), 10)
    return terminal.said


async def test_the_exercises_are_listed_and_begun_by_number_or_name() -> None:
    said = await solo("4", "x", "plan", "q")
    assert "solo: 4. Five senses" in said
    assert said[len(pacing.names())] == HELP
    assert "practice: Five things you can see; name them to yourself." in said
    assert "practice: A plan by the clock" in said
    assert said[-1] == GOODBYE


async def test_every_exercise_can_be_done_alone_and_says_how_to_stop() -> None:
    for name in pacing.names():
        said = await solo(name=name)
        assert f"practice: {pacing.title_of(name)}" in said
        practice = pacing.begin(name, 0.0)
        if name != pacing.REST:
            assert practice.opening == "Stop or switch whenever you like. Nothing has to happen."
            assert practice.stop_line


async def test_help_is_there_and_an_unknown_word_is_answered() -> None:
    said = await solo("dance", "/support")
    assert UNKNOWN in said
    assert any(line.startswith("support: If you or someone is in danger now") for line in said)
