"""The composer: several lines, kept until they are really sent.

Enter sends and Ctrl+J makes a new line, and the two never swap. A paste inserts and never sends,
whatever line breaks it has in it. The caret does not blink: nothing on the screen does.
"""

from dataclasses import dataclass
from typing import ClassVar

from textual import events
from textual.binding import Binding, BindingType
from textual.message import Message
from textual.widgets import TextArea
from typing_extensions import override

from holdspace.client.tui.last_filter import harmless

NEW_LINE_KEYS = "ctrl+j,shift+enter,alt+enter"


class Composer(TextArea):
    """Where a person writes."""

    ALLOW_SELECT = False
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "send", "send", show=False, priority=True),
        Binding(NEW_LINE_KEYS, "new_line", "new line", show=False, priority=True),
    ]

    @dataclass
    class Sent(Message):
        """The person pressed Enter on this text."""

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

    def action_send(self) -> None:
        """Offer the text to the room; whoever sends it clears the field."""
        self.post_message(self.Sent(self.text))

    def action_new_line(self) -> None:
        """Begin a new line."""
        self.insert("\n")

    @override
    async def _on_paste(self, event: events.Paste) -> None:
        """Insert what was pasted, without what a terminal might obey."""
        event.stop()
        event.prevent_default()
        lines = (
            event.text.replace("\r\n", "\n").replace("\r", "\n").replace("\t", "    ").split("\n")
        )
        self.replace("\n".join(harmless(line) for line in lines), *self.selection)
