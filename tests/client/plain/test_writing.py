"""One's own editor and one's own words bare, in plain lines."""

import asyncio
import os
from base64 import b64decode
from dataclasses import replace
from pathlib import Path

import pytest
from tests.client.plain.test_session import ANA, ROOM, Evening, evening

from holdspace.client import editor
from holdspace.client.plain.kept_back import KEPT_ELSEWHERE
from holdspace.client.plain.writing import NO_TERMINAL, OVER
from holdspace.client.seat.intents import Say
from holdspace.client.seat.view import AsideView, Line, Passage, Place
from own_editor import APPENDS, make_editor

MINE = Passage(b"1", Line.SHARE, "I said this.\nIn two lines.", 1000.0, author=ANA, is_mine=True)
SAID = replace(ROOM, transcript=(MINE,))


@pytest.fixture(autouse=True)
def memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Take a folder for one in memory, and a small program for somebody's editor."""
    (tmp_path / "memory").mkdir()
    monkeypatch.setattr(editor, "place_in_memory", lambda _environment: tmp_path / "memory")
    use_editor(tmp_path, monkeypatch)


def use_editor(
    folder: Path, monkeypatch: pytest.MonkeyPatch, does: str = APPENDS, name: str = "vim"
) -> None:
    monkeypatch.setenv("VISUAL", make_editor(folder, does, name=name)["VISUAL"])


async def back(one: Evening) -> None:
    """Wait until the editor is closed, however long its program takes."""
    while one.session._writing._open is None:
        await asyncio.sleep(0)
    await one.session._writing._open


async def test_what_was_kept_is_written_on_and_goes_out_only_when_it_is_sent() -> None:
    async with evening(ROOM) as one:
        await one.type("/editor My name is Ana")
        await back(one)
        assert (
            one.terminal.last(2)
            == [
                "draft: My name is Ana and more",
                "draft: /send sends this; what you type next is a share of its own.",
            ]
            or "draft: My name is Ana and more" in one.terminal.said
        )
        assert one.meeting.wanted == []
        await one.type("/send")
        assert one.meeting.wanted == [Say("My name is Ana and more")]


async def test_an_editor_that_may_keep_copies_has_to_be_wanted_twice(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    use_editor(tmp_path, monkeypatch, name="jed")
    async with evening(ROOM) as one:
        (said,) = await one.type("/editor Hello")
        assert said.startswith("editor: jed is not an editor we know: it may keep copies")
        assert one.session._writing._open is None
        await one.type("/editor")
        await back(one)
        assert "draft: Hello and more" in one.terminal.said


async def test_words_for_a_private_word_are_not_offered_to_the_room_when_it_ends_meanwhile(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    gate = tmp_path / "gate"
    os.mkfifo(gate)
    use_editor(tmp_path, monkeypatch, f"read line < {gate}; {APPENDS}")
    aside = AsideView(
        handle=b"a" * 16, kind="word", people=(ANA,), passages=(), is_open=True, is_chosen=True
    )
    async with evening(replace(ROOM, asides=(aside,))) as one:
        await one.type("/editor only for few")
        one.meeting.become(ROOM)
        await one.until(lambda: one.session._to == b"")
        await asyncio.to_thread(gate.write_text, "go on\n")
        await back(one)
        assert KEPT_ELSEWHERE in one.terminal.said
        await one.type("/send")
        assert one.meeting.wanted == []


async def test_a_meeting_that_ends_meanwhile_waits_and_gives_the_words_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    gate = tmp_path / "gate"
    os.mkfifo(gate)
    use_editor(tmp_path, monkeypatch, f"read line < {gate}; {APPENDS}")
    one = Evening(ROOM)
    await one.until(lambda: bool(one.terminal.said))
    await one.type("/editor My name is Ana")
    one.meeting.become(replace(ROOM, place=Place.CLOSED))
    await asyncio.to_thread(gate.write_text, "go on\n")
    assert await one.run == 0
    at = one.terminal.said.index(f"editor: {OVER}")
    assert one.terminal.said[at + 1] == "My name is Ana and more"


async def test_without_a_terminal_no_editor_is_opened_and_the_words_stay() -> None:
    async with evening(ROOM) as one:
        one.terminal.has_terminal = False
        await one.type("/editor Hello")
        await back(one)
        assert f"editor: {NO_TERMINAL}" in one.terminal.said
        assert "draft: Hello" in await one.type("/draft")
        assert await one.type("/clipboard") == [f"copy: {NO_TERMINAL}"]


async def test_ones_own_words_are_read_bare_between_two_lines_that_say_so() -> None:
    async with evening(SAID) as one:
        assert await one.type("/copy") == [
            "copy: These are your own words, the newest first. What others said is not here.",
            "copy: number 1:",
            "I said this.",
            "In two lines.",
            "copy: That was all. /clipboard and a number hands one to the clipboard.",
        ]
        assert one.terminal.handed_over == []


async def test_the_clipboard_gets_what_was_asked_for_and_nobody_says_that_it_worked() -> None:
    async with evening(SAID) as one:
        said = await one.type("/clipboard 1")
        sequence = one.terminal.handed_over[0]
        assert b64decode(sequence.removeprefix("\x1b]52;c;")[:-1]).decode() == MINE.text
        assert "Some terminals take it and some do not" in said[0]
        assert "nothing to copy with that number" in (await one.type("/clipboard 2"))[0]
        assert len(one.terminal.handed_over) == 1
