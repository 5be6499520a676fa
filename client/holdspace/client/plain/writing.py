"""What is one's own, outside the lines: one's own editor, one's own words bare, the clipboard."""

import asyncio
import os
from collections.abc import Callable, Iterable

from holdspace.client.acts import Local
from holdspace.client.copying import (
    HANDED_OVER,
    NothingToCopy,
    chosen,
    copies,
    to_clipboard,
)
from holdspace.client.editor import UNKNOWN, NoEditor, find_editor, write_in
from holdspace.client.plain.kept_back import KeptBack
from holdspace.client.plain.labels import labelled
from holdspace.client.plain.terminal import Terminal
from holdspace.client.seat.view import Place, RoomView
from holdspace.protocol.translation import N_, _, shown

NO_TERMINAL = N_("There is no terminal here that could be used for that. Nothing was changed.")
OPEN = N_(
    "Your editor has the terminal now. What happens in the room is told when you come back; nothing is sent."
)
BACK = N_("You are back from your editor.")
OVER = N_("The meeting was over before you came back. These words were not sent:")
EMPTY = N_("You are back from your editor, and nothing is kept back.")
ENDS = N_("That was all. /clipboard and a number hands one to the clipboard.")
# Where words can still be sent from.
_HERE = frozenset({Place.ROOM, Place.WAITING})


class Writing:
    """The editor and the copies of one session."""

    def __init__(
        self,
        terminal: Terminal,
        kept: KeptBack,
        view: Callable[[], RoomView],
        read_draft: Callable[[], None],
    ) -> None:
        self._terminal = terminal
        self._kept = kept
        self._view = view
        self._read_draft = read_draft
        self._wanted: set[str] = set()
        self._open: asyncio.Task[None] | None = None
        self.answers: dict[str, Callable[[Local], None]] = {
            "editor": self._open_editor,
            "copy": self._show,
            "clipboard": self._hand_over,
        }

    async def end(self, *, is_over: bool) -> None:
        """Wait for an editor that is still open when the meeting is over; close it otherwise."""
        task = self._open
        if task is None or task.done():
            return
        if not is_over:
            task.cancel()
        await asyncio.gather(task, return_exceptions=True)

    def _say(self, label: str, lines: Iterable[str]) -> None:
        self._terminal.say(labelled(label, words) for words in lines)

    def _open_editor(self, local: Local) -> None:
        if local.text:
            self._kept.prepare(local.text)
        try:
            editor = find_editor(os.environ)
        except NoEditor as refused:
            self._say("editor", [str(refused)])
            return
        if not editor.is_known and editor.name not in self._wanted:
            self._wanted.add(editor.name)
            self._say("editor", [_(UNKNOWN).format(name=editor.name)])
            return
        self._open = asyncio.create_task(self._write_in(), name="holdspace editor")

    async def _write_in(self) -> None:
        self._say("editor", [shown(OPEN)])
        before, to = self._kept.here, self._kept.to
        try:
            with self._terminal.lend() as is_lent:
                if not is_lent:
                    raise NoEditor(shown(NO_TERMINAL))
                written = await write_in(find_editor(os.environ), before, os.environ)
        except NoEditor as refused:
            self._say("editor", [str(refused)])
            return
        # What came back into it meanwhile stays before it.
        self._kept.replace(to, before, written.text)
        if self._view().place not in _HERE:
            if written.text:
                self._say("editor", [shown(OVER)])
                self._terminal.say(written.text.split("\n"))
            return
        self._say("editor", [written.words or shown(BACK if self._kept.here else EMPTY)])
        if self._kept.here:
            self._read_draft()

    def _show(self, local: Local) -> None:
        try:
            found = copies(local.text, self._view(), *self._kept.all)
        except NothingToCopy as refused:
            self._say("copy", [str(refused)])
            return
        self._say("copy", [found.about])
        for number, piece in enumerate(found.pieces, 1):
            self._say("copy", [_("number {number}:").format(number=number)])
            # Bare: a label would be copied with the words.
            self._terminal.say(piece.split("\n"))
        self._say("copy", [shown(ENDS)])

    def _hand_over(self, local: Local) -> None:
        try:
            sequence = to_clipboard(chosen(local.text, self._view(), *self._kept.all), os.environ)
        except NothingToCopy as refused:
            self._say("copy", [str(refused)])
            return
        is_done = self._terminal.hand_over(sequence)
        self._say("copy", [shown(HANDED_OVER if is_done else NO_TERMINAL)])
