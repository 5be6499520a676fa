"""One's own editor and the copy view, in a real terminal: lent away, given back, and nothing lost."""

import re
from base64 import b64decode
from pathlib import Path

import pytest
from tests.client.tui.test_terminal_bytes import F2, F12, LEFT, Terminal, terminal

from holdspace.client.copying import Copies
from holdspace.client.tui.bare import Bare, keys_in
from own_editor import APPENDS, make_editor
from terminal_bytes import words

F3, F4 = "\x1bOR", "\x1bOS"
ENTERED = "\x1b[?1049h"
MOUSE_ON = "\x1b[?1000h"
DRAFT = "My name is Sam"
ROOM = "Fibromyalgia"
SHOWN = rf"\[1\]\s+{DRAFT}"


def begin(one: Terminal) -> None:
    """Wait for the room, and write something."""
    one.until(ROOM)
    after(one, DRAFT, DRAFT[-1])


def after(one: Terminal, keys: str, shown: str) -> str:
    """Press keys, wait until something (a pattern) is shown, and return all that was written since."""
    before = len(one.written)
    one.child.send(keys)
    for _ in range(200):
        one.read(0.1)
        if re.search(shown, words(one.written[before:])):
            return one.written[before:]
    raise AssertionError(f"never came: {shown!r}\n{words(one.written[before:])[-800:]!r}")


@pytest.mark.skipif(not Path("/dev/shm").is_dir(), reason="no place that is only in memory")
def test_the_draft_goes_through_the_editor_and_the_screen_comes_back(tmp_path: Path) -> None:
    seen = tmp_path / "seen"
    editor = make_editor(tmp_path, f'cat "$file" > {seen}; echo EDITING; {APPENDS}')
    with terminal("room", editor) as one:
        begin(one)
        written = after(one, F4, f"{DRAFT} and more")
        assert seen.read_text() == DRAFT
        lent, back = written.index(LEFT) + len(LEFT), written.rindex(ENTERED)
        # Between the two the terminal is the editor's: nothing of ours is written over it.
        assert words(written[lent:back]).strip() == "EDITING"
        assert MOUSE_ON not in written[lent:back]
        assert MOUSE_ON in written[back:]
        one.child.send(F12)
        one.until("ended: vanished")


def test_an_editor_that_is_not_named_changes_nothing() -> None:
    with terminal("room", {"VISUAL": "", "EDITOR": ""}) as one:
        begin(one)
        assert LEFT not in after(one, F4, "No editor is named")


def test_the_copy_view_has_nothing_around_the_words_and_hands_over_only_what_is_asked() -> None:
    with terminal("room", {"TMUX": ""}) as one:
        begin(one)
        written = after(one, F3, SHOWN)
        bare = written[written.index(ENTERED) :]
        assert MOUSE_ON not in bare
        assert f"\r\n[1]\r\n{DRAFT}" in bare
        # No colours, no padding, no cursor that jumps about: only a clear page.
        assert {*re.findall(r"\x1b[^a-zA-Z]*[a-zA-Z]", bare)} == {ENTERED, "\x1b[2J", "\x1b[H"}
        assert not re.search(r" \r?\n", bare)
        assert ROOM not in bare
        written += after(one, " 2", "nothing to copy with that number")
        assert "]52;" not in written
        handed = after(one, "1", "Handed to the terminal")
        (data,) = re.findall(r"\x1b\]52;c;([^\x07]*)\x07", handed)
        assert b64decode(data).decode() == DRAFT
        assert MOUSE_ON in after(one, "\r", f"(?s:{ROOM}.*{DRAFT})")


def test_from_the_copy_view_the_screen_can_be_closed_at_once_and_help_is_one_key_away() -> None:
    with terminal("room") as one:
        begin(one)
        after(one, F3, SHOWN)
        after(one, F2, "in danger now")
        after(one, "\x1b", ROOM)
        after(one, F3, SHOWN)
        one.child.send(F12)
        gone = one.rest()
        assert "ended: vanished" in gone
        assert ROOM not in words(gone)


@pytest.mark.parametrize("width", [40, 80, 200])
def test_what_is_longer_than_the_window_is_turned_over_in_pages(width: int) -> None:
    text = " ".join(f"word{number}" for number in range(600))
    bare = Bare(Copies("Yours.", (text, "the second")))
    said = []
    for page in range(40):
        bare.page = page
        picture = bare.picture(width, 12)
        assert sum(max(1, -(-len(line) // width)) for line in picture.split("\n")) <= 12
        said.append(picture)
    # All of it can be reached, and beyond the last page there is nothing else.
    head = 3
    shown = "".join(row for one in dict.fromkeys(said) for row in one.split("\n")[head:])
    assert text in shown
    assert shown.endswith("[2]the second")
    assert said[-1] == said[-2]


@pytest.mark.parametrize(
    ("data", "keys"),
    [
        ("1", ["1"]),
        (" 2", [" ", "2"]),
        ("\x1b", ["\x1b"]),
        ("\x1b[6~1", ["\x1b[6~", "1"]),
        (f"{F2}{F12}", [F2, F12]),
        ("\x1b\x1b\x1b", ["\x1b\x1b\x1b"]),
    ],
)
def test_keys_that_come_at_once_are_told_apart(data: str, keys: list[str]) -> None:
    assert keys_in(data) == keys


def test_nothing_that_a_terminal_might_obey_is_shown_bare() -> None:
    picture = Bare(Copies("Yours.", ("a\x1b]52;c;aGk=\x07b\u202ec",))).picture(80, 24)
    assert "\x1b" not in picture
    assert "\u202e" not in picture
