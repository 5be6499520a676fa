"""A word at the door: the same page for the host, over the list of knocks, and for who knocks.

What is written here goes to the other one at the door alone. Who is let in meanwhile finds their
words again on a page of their own, and not in the room's text field.
"""

from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical, VerticalScroll
from textual.widgets import TextArea
from typing_extensions import override

from holdspace.client.acts import Local, Problem, Spot, parse_command
from holdspace.client.seat.at_the_door import DOOR, LEADS
from holdspace.client.seat.intents import Intent, SayAtDoor, WordAtDoor
from holdspace.client.seat.unsent import Unsent
from holdspace.client.seat.view import DoorLine, KnockView, RoomView
from holdspace.client.tui.composer import Composer
from holdspace.client.tui.header import trouble
from holdspace.client.tui.keyline import ALWAYS, keys
from holdspace.client.tui.painted import Drawing
from holdspace.client.tui.rows import BLANK, Row, clip, indent, paragraph, row
from holdspace.client.tui.screens.base import HoldScreen, act_bindings, notice_rows

WRITING = (("Enter", "send"), ("Ctrl+J", "new line"), ("Esc", "keys"))
READING = (("Tab", "write"), ("q", "leave"), ("F1", "help"))
HOST_READING = (("Tab", "write"), ("Esc", "back to the door"), ("F1", "help"))
GONE = "They are no longer waiting at the door. Nothing was sent; your words are kept here."
AT_DOOR = "You are still at the door. Only who leads the room reads what you write here."


class DoorTalkScreen(HoldScreen):
    """What is said at the door, and a text field for it."""

    CSS_PATH = "private.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [*act_bindings(Spot.ANYWHERE)]

    def __init__(self, unsent: Unsent, knock: bytes = b"") -> None:
        super().__init__()
        self._unsent = unsent
        self._knock = knock
        self._refusal = ""

    @property
    def handle(self) -> bytes:
        """Return what the words written here are kept under."""
        return self._knock or DOOR

    @property
    def composer(self) -> Composer:
        """Return the text field."""
        return self.query_one(Composer)

    @override
    def compose(self) -> ComposeResult:
        """Put whom it is with above, what was said in the middle, the text field below."""
        with Vertical(id="top"):
            yield Drawing(lambda width, _: [self._title(width)], id="title")
            yield Drawing(lambda width, _: trouble(self.view, width), id="trouble")
        with VerticalScroll(id="transcript"):
            yield Drawing(lambda width, _: self._lines(width), id="page")
        with Vertical(id="foot"):
            yield Drawing(lambda width, _: notice_rows(self, width), id="notice")
            yield Drawing(lambda width, _: self._hint(width), id="hint")
            yield Composer(id="composer")
            yield Drawing(lambda width, _: [self._keys(width)], id="keys")
        yield self.too_small()

    @override
    def begin(self) -> None:
        """Begin in the text field, with the words that were kept for here."""
        self.composer.write(self._unsent.of(self.handle))
        self.composer.focus()

    @override
    def show(self, view: RoomView) -> None:
        """Draw the new picture, the newest words in sight."""
        self.query_one("#trouble").display = bool(trouble(view, 80))
        self.query_one("#notice").display = bool(notice_rows(self, 80))
        self.redraw()
        self.query_one("#transcript", VerticalScroll).scroll_end(animate=False)

    def _at_door(self) -> KnockView | None:
        return next((one for one in self.view.knocks if one.knock == self._knock), None)

    def _thread(self) -> tuple[DoorLine, ...]:
        if not self._knock:
            return self.view.door_thread
        known = self._at_door()
        return known.thread if known else ()

    def _other(self) -> str:
        if self._knock:
            known = self._at_door()
            return known.name if known else "somebody"
        return LEADS

    def _title(self, width: int) -> Row:
        words = row(
            (
                f"at the door with {self._other() if self._knock else 'a facilitator'}",
                "sage-strong",
            ),
            ("   the room does not read this", "muted"),
        )
        return clip(words, width)

    def _lines(self, width: int) -> list[Row]:
        known = self._at_door()
        first = paragraph(f"“{known.introduction}”", width) if known and known.introduction else []
        said = [
            part
            for line in self._thread()
            for part in (
                row(("You", "me-strong") if line.is_mine else (self._other(), "strong")),
                *indent(paragraph(line.text, width - 2), 2),
                BLANK,
            )
        ]
        return [*first, *([BLANK] if first else []), *said]

    def _hint(self, width: int) -> list[Row]:
        if self._refusal:
            return paragraph(self._refusal, width, "amber")[:3]
        if self._knock and self._at_door() is None:
            return paragraph(GONE, width, "amber")[:3]
        words = f"Only {self._other()} reads what you write here." if self._knock else AT_DOOR
        return paragraph(words, width, "muted")[:3]

    def _keys(self, width: int) -> Row:
        if self.focused is self.composer:
            return keys(WRITING, width, last=ALWAYS)
        return keys(HOST_READING if self._knock else READING, width, last=ALWAYS)

    @on(TextArea.Changed)
    def _typed(self) -> None:
        self._unsent.put(self.handle, self.composer.text)

    @on(Composer.Sent)
    def _sent(self, event: Composer.Sent) -> None:
        self._refusal = ""
        command = self._meant(event.text)
        if isinstance(command, Problem):
            self._refuse(command.words, event.text)
        elif isinstance(command, Local):
            self.home.run_local(command)
        else:
            refusal = self.home.want(command)
            if refusal:
                self._refuse(refusal.words, event.text)
        self.redraw()

    def _meant(self, text: str) -> Intent | Local | Problem:
        if text.lstrip().startswith("/") and not text.lstrip().startswith("//"):
            return parse_command(text, self.view)
        return WordAtDoor(self._knock, text) if self._knock else SayAtDoor(text)

    def _refuse(self, words: str, draft: str) -> None:
        self.composer.write(draft + self.composer.text)
        self._refusal = words

    @override
    def step_back(self) -> None:
        """Leave the text field; the host goes back to the list of knocks with one more."""
        if self.focused is self.composer:
            self.query_one("#transcript").focus()
            self.redraw()
        elif self._knock:
            self.dismiss()
