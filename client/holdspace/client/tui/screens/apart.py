"""What every page has whose words go to few: its own text field, kept apart from the room's.

What is written here is kept under the handle of this page. Whatever happens on the other side meanwhile,
it never becomes the room's.
"""

from abc import abstractmethod
from collections.abc import Callable, Iterator
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.widget import Widget
from textual.widgets import TextArea
from typing_extensions import override

from holdspace.client.acts import Command, Local, Problem, is_spent, parse_command
from holdspace.client.seat.intents import Intent
from holdspace.client.seat.unsent import Unsent
from holdspace.client.seat.view import RoomView
from holdspace.client.tui.composer import Composer
from holdspace.client.tui.header import trouble
from holdspace.client.tui.keyline import ESCAPE, NEW_LINE
from holdspace.client.tui.painted import Drawing
from holdspace.client.tui.rows import Row, flow, paragraph, row
from holdspace.client.tui.screens.base import HoldScreen, notice_rows
from holdspace.protocol.translation import N_, _

WRITING = (("Enter", N_("send")), NEW_LINE, ESCAPE)


class ApartScreen(HoldScreen):
    """A page over the room: whom it is with above, what was said in the middle, the text field below."""

    CSS_PATH: ClassVar[str] = "apart.tcss"
    IS_APART = True
    HELP_WORDS = N_(
        "Only those named above read what you write here. Enter sends it; Esc leaves the text field, "
        "and once more goes back."
    )

    def __init__(self, unsent: Unsent) -> None:
        super().__init__()
        self._unsent = unsent
        self._refusal = ""

    @property
    @abstractmethod
    def handle(self) -> bytes:
        """Return what the words written here are kept under."""

    @property
    def composer(self) -> Composer:
        """Return the text field."""
        return self.query_one(Composer)

    @override
    def compose(self) -> ComposeResult:
        """Lay out the page."""
        with Vertical(id="top"):
            yield Drawing(lambda width, _: self._title(width), id="title")
            yield Drawing(lambda width, _: trouble(self.view, width), id="trouble")
            yield from self._guides()
        yield from self._said()
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
        """Draw the new picture."""
        self.query_one("#trouble").display = bool(trouble(view, 80))
        self.query_one("#notice").display = bool(notice_rows(self, 80))
        self.redraw()

    @property
    def unsent_here(self) -> str:
        """Return what is written here and was not sent."""
        return self.composer.text if self.is_mounted else self._unsent.of(self.handle)

    def give_back(self, words: str) -> None:
        """Put words that came back in front of what is being written here."""
        draft = self.composer.text
        self.composer.write(f"{words}\n\n{draft}" if draft.strip() else words)

    def take_up(self, text_of: Callable[[str], str]) -> None:
        """Go on with what became of the draft elsewhere; if this page has gone, it is kept for it."""
        self._unsent.put(self.handle, text_of(self._unsent.of(self.handle)))
        if self.is_attached:
            self.composer.write(self._unsent.of(self.handle))
            self.composer.focus()

    @abstractmethod
    def _who(self) -> str:
        """Return whom this page is with."""

    def _guides(self) -> Iterator[Widget]:
        """Yield what stands between the title and what was said."""
        yield from ()

    @abstractmethod
    def _said(self) -> ComposeResult:
        """Yield the widget, or the one around it, whose id is `transcript`."""

    @abstractmethod
    def _hint_words(self) -> tuple[str, bool]:
        """Return who reads what is written here, and whether it has to be noticed."""

    @abstractmethod
    def _keys(self, width: int) -> Row:
        """Return the line of keys."""

    @abstractmethod
    def _for_here(self, command: Intent) -> Intent:
        """Return what was typed, with words to share going to whom this page is with."""

    def _title(self, width: int) -> list[Row]:
        parts = row((self._who(), "sage-strong")), row((_("the room does not read this"), "muted"))
        return flow(parts, width)

    def _hint(self, width: int) -> list[Row]:
        words, is_strong = (self._refusal, True) if self._refusal else self._hint_words()
        return paragraph(words, width, "amber" if is_strong else "muted")[:3]

    @on(TextArea.Changed)
    def _typed(self) -> None:
        self._unsent.put(self.handle, self.composer.text)

    @on(Composer.Sent)
    def _sent(self, event: Composer.Sent) -> None:
        command = parse_command(event.text, self.view)
        self._refusal = ""
        kept = self._why_kept(command)
        if kept:
            self._refuse(kept, event.text)
        elif isinstance(command, Problem):
            self._refuse(command.words, event.text)
        elif isinstance(command, Local):
            self.home.run_local(command)
        else:
            # Whatever the picture shows by now, these words were typed for here.
            refusal = self.home.want(self._for_here(command))
            if refusal:
                self._refuse(refusal.words, event.text)
        self.redraw()

    def _why_kept(self, command: Command) -> str:
        """Return why nothing is done about what was typed, or ""."""
        del command
        return ""

    def _refuse(self, words: str, draft: str) -> None:
        self.composer.write(("" if is_spent(draft) else draft) + self.composer.text)
        self._refusal = words

    @override
    def step_back(self) -> None:
        """Leave the text field; once more, and go back."""
        if self.focused is self.composer:
            self.query_one("#transcript").focus()
            self.redraw()
            self.call_later(self.home.follow_typing)
        else:
            self._go_back()

    @abstractmethod
    def _go_back(self) -> None:
        """Go back to where this page was laid over."""
