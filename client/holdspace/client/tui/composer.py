"""The composer: several lines, kept until they are really sent.

Enter sends and Ctrl+J makes a new line, and the two never swap. A paste inserts and never sends,
whatever line breaks it has in it. The caret does not blink: nothing on the screen does.
"""

from dataclasses import dataclass

from textual import events
from textual.message import Message
from textual.widgets import TextArea
from typing_extensions import override

from holdspace.client.tui.last_filter import harmless

NEW_LINE_KEYS = frozenset({"ctrl+j", "shift+enter", "alt+enter"})


class Composer(TextArea):
    """Where a person writes."""

    ALLOW_SELECT = False

    @dataclass
    class Sent(Message):
        """The person pressed Enter on this text, which has left the field."""

        text: str

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002  Textual's name
        super().__init__(
            id=id,
            soft_wrap=True,
            tab_behavior="focus",
            show_line_numbers=False,
            highlight_cursor_line=False,
            compact=True,
        )
        self.cursor_blink = False

    def write(self, text: str) -> None:
        """Put this text in, with the caret after it."""
        self.text = text
        self.move_cursor(self.document.end)
        # Textual lets the terminal's cursor follow, also when another screen lies over this one.
        place = getattr(self.app.screen, "place_cursor", None)
        if place is not None and not self.screen.is_current:
            place()

    @override
    async def _on_key(self, event: events.Key) -> None:
        """Send with Enter, make a line with Ctrl+J; in the order they were typed in."""
        # Not as bindings with priority: those act before the letters that wait in this field's queue.
        if event.key == "enter":
            event.stop()
            event.prevent_default()
            self._send()
        elif event.key in NEW_LINE_KEYS:
            event.stop()
            event.prevent_default()
            self.insert("\n")

    def _send(self) -> None:
        text = self.text
        if text.strip():
            # At once, so that what is typed from here on is a text of its own.
            self.clear()
            self.post_message(self.Sent(text))

    @override
    async def _on_paste(self, event: events.Paste) -> None:
        """Insert what was pasted, without what a terminal might obey."""
        event.stop()
        event.prevent_default()
        lines = (
            event.text.replace("\r\n", "\n").replace("\r", "\n").replace("\t", "    ").split("\n")
        )
        self.replace("\n".join(harmless(line) for line in lines), *self.selection)
