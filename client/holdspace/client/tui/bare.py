"""The copy view: words with nothing around them, so that the terminal's own selection takes them whole.

No bars, no padding, no colours, no mouse that is ours, and lines that the terminal breaks itself, so
that it puts them together again when they are copied. Drawn past Textual, which pads every line.
"""

import asyncio
import os
import re
import shutil
import sys
import termios
import tty
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from rich.cells import cell_len

from holdspace.client.copying import (
    HANDED_OVER,
    NOT_THAT_MANY,
    Copies,
    NothingToCopy,
    to_clipboard,
)
from holdspace.client.tui import terminal
from holdspace.protocol.text import last_stage
from holdspace.protocol.translation import N_, _, shown

if TYPE_CHECKING:
    from holdspace.client.tui.app import HoldspaceApp

HOW = N_(
    "Select with the mouse. A number hands that piece to the clipboard, which other programs can read. "
    "Esc goes back."
)
PAGE_OF = N_("Page {page} of {pages}: the space bar goes on, b back.")
_ENTERED, _LEFT = "\x1b[?1049h", "\x1b[2J\x1b[H\x1b[?1049l"
_CLEARED = "\x1b[2J\x1b[H"
_ONWARD = frozenset({" ", "\x1b[6~", "\x1b[B", "\x1bOB"})
_BACK = frozenset({"b", "\x1b[5~", "\x1b[A", "\x1bOA"})
# What these keys do everywhere; F2 comes in the spellings of several terminals.
_SUPPORT = frozenset({"\x1bOQ", "\x1b[12~", "\x1b[[B", "\x1b[Q"})
_ESCAPE = "\x1b"
_THREE_ESCAPES = _ESCAPE * 3
_VANISH = frozenset({"\x1b[24~", _THREE_ESCAPES})
# ECMA-48: a function key is ESC [ parameters final, or ESC O final.
_KEY = re.compile(r"\x1b(?:\[\[?[0-9;]*[A-Za-z~]|O[A-Za-z])?|.", re.DOTALL)


@dataclass
class Bare:
    """What is shown, which page of it, and what was said about the last key. Pure but for its place."""

    copies: Copies = field(repr=False)
    page: int = 0
    said: str = ""

    def lines(self) -> list[str]:
        """Return all lines below the head, each piece under its number."""
        found: list[str] = []
        for number, piece in enumerate(self.copies.pieces, 1):
            found += ["", f"[{number}]", *map(last_stage, piece.split("\n"))]
        return found

    def picture(self, width: int, height: int) -> str:
        """Return the text of the page; the terminal breaks its lines."""
        head = [self.said or shown(self.copies.about), shown(HOW)]
        most = _rows([*head, _(PAGE_OF).format(page=99, pages=99)], width)
        pages = _pages(self.lines(), width, height - most)
        self.page = max(0, min(self.page, len(pages) - 1))
        if len(pages) > 1:
            head.append(_(PAGE_OF).format(page=self.page + 1, pages=len(pages)))
        return "\n".join((*head, *pages[self.page]))


def _rows(lines: list[str], width: int) -> int:
    return sum(max(1, -(-cell_len(line) // max(1, width))) for line in lines)


def _pages(lines: list[str], width: int, height: int) -> list[list[str]]:
    """Return the lines in as many pages as they need; a line longer than a page is cut between them."""
    pages: list[list[str]] = [[]]
    room = max(1, height) * max(1, width) // 2
    for line in (part for whole in lines for part in _cut(whole, room)):
        if pages[-1] and _rows([*pages[-1], line], width) > max(1, height):
            pages.append([])
        pages[-1].append(line)
    return pages


def _cut(line: str, most: int) -> list[str]:
    return [line[at : at + most] for at in range(0, len(line), most)] or [""]


async def show_bare(app: "HoldspaceApp", copies: Copies) -> None:
    """Show words to be copied until a key goes back; the meeting goes on meanwhile."""
    bare = Bare(copies)
    with terminal.lent(app):
        key = await _Keys(bare).until_back()
    if key in _VANISH:
        app.vanish()
    elif key in _SUPPORT:
        app.want_act("support")
    elif key == _ESCAPE:
        app.count_escape()


class _Keys:
    """The keyboard and the screen, while the copy view has them."""

    def __init__(self, bare: Bare) -> None:
        self._bare = bare
        self._input, self._output = sys.__stdin__, sys.__stdout__
        self._pressed: asyncio.Queue[str] = asyncio.Queue()

    async def until_back(self) -> str:
        """Draw, and do what keys say, until one goes back; return it."""
        assert self._input is not None  # noqa: S101  can_be_lent
        keyboard, loop = self._input.fileno(), asyncio.get_running_loop()
        found = termios.tcgetattr(keyboard)
        tty.setcbreak(keyboard)
        loop.add_reader(keyboard, self._read, keyboard)
        self._write(_ENTERED)
        try:
            while True:
                size = shutil.get_terminal_size()
                self._write(_CLEARED + self._bare.picture(size.columns, size.lines))
                key = await self._pressed.get()
                if not self._is_for_here(key):
                    return key
        finally:
            loop.remove_reader(keyboard)
            self._write(_LEFT)
            termios.tcsetattr(keyboard, termios.TCSANOW, found)

    def _is_for_here(self, key: str) -> bool:
        bare = self._bare
        if key in _ONWARD or key in _BACK:
            bare.page += 1 if key in _ONWARD else -1
            return True
        if not (key.isascii() and key.isdigit()):
            return False
        number, pieces = int(key), bare.copies.pieces
        is_there = 1 <= number <= len(pieces)
        bare.said = hand_over(pieces[number - 1], self._write) if is_there else shown(NOT_THAT_MANY)
        return True

    def _read(self, keyboard: int) -> None:
        try:
            data = os.read(keyboard, 64)
        except OSError:
            data = b""
        # The terminal is gone: there is nobody to show anything to.
        for key in keys_in(data.decode("utf-8", "replace") or _ESCAPE):
            self._pressed.put_nowait(key)

    def _write(self, data: str) -> None:
        if self._output is not None:
            self._output.write(data)
            self._output.flush()


def keys_in(data: str) -> list[str]:
    """Return the keys that somebody pressed one soon after the other."""
    return [_THREE_ESCAPES] if data.startswith(_THREE_ESCAPES) else _KEY.findall(data)


def hand_over(piece: str, write: Callable[[str], None]) -> str:
    """Hand a piece to the terminal's clipboard; return what to say of it."""
    try:
        write(to_clipboard(piece, os.environ))
    except NothingToCopy as refused:
        return str(refused)
    return shown(HANDED_OVER)
