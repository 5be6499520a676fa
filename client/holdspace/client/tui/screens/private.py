"""A private word: its own page, its own transcript, its own text field.

The page is there as long as typing goes to the private word, also when that is over: what is in this
text field never becomes the room's, whatever happens on the other side meanwhile.
"""

from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.widgets import TextArea
from typing_extensions import override

from holdspace.client.acts import (
    BY_ID,
    Local,
    Problem,
    Spot,
    acts_for,
    is_useful,
    parse_command,
)
from holdspace.client.exercises import guide
from holdspace.client.seat.intents import Say
from holdspace.client.seat.intents_apart import BackToRoom, SayAside
from holdspace.client.seat.unsent import Unsent
from holdspace.client.seat.view import AsideView, RoomView
from holdspace.client.tui.composer import Composer
from holdspace.client.tui.header import trouble
from holdspace.client.tui.keyline import ALWAYS, act_keys, keys
from holdspace.client.tui.painted import Drawing
from holdspace.client.tui.rows import Ink, Row, clip, paragraph, row
from holdspace.client.tui.screens.base import HoldScreen, act_bindings, notice_rows
from holdspace.client.tui.transcript import Transcript

OVER = "This is over. Esc twice goes back to the room. Your words here are kept, and were not sent."
WRITING = (("Enter", "send"), ("Ctrl+J", "new line"), ("Esc", "keys"))


# What one key does from inside a pair, as it does in the room.
_IN_A_PAIR = ("call", "uncall", "come-back", "all-back")


class PrivateScreen(HoldScreen):
    """One private word, laid over the room."""

    CSS_PATH = "private.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        *act_bindings(Spot.ASIDE, Spot.ANYWHERE),
        *act_bindings(Spot.ROOM, only=_IN_A_PAIR),
    ]

    def __init__(self, handle: bytes, unsent: Unsent) -> None:
        super().__init__()
        self.handle = handle
        self._unsent = unsent
        self._refusal = ""

    @property
    def aside(self) -> AsideView | None:
        """Return the private word, while this person has not gone back from it."""
        return next((one for one in self.view.asides if one.handle == self.handle), None)

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
            yield Drawing(lambda width, _: self._guide(width), id="guide")
        yield Transcript(id="transcript")
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
        aside = self.aside
        self.query_one("#trouble").display = bool(trouble(view, 80))
        self.query_one("#guide").display = bool(self._guide(80))
        self.query_one("#notice").display = bool(notice_rows(self, 80))
        self.query_one(Transcript).show(aside.passages if aside else ())
        self.redraw()

    def give_back(self, words: str) -> None:
        """Put words that came back in front of what is being written here."""
        draft = self.composer.text
        self.composer.write(f"{words}\n\n{draft}" if draft.strip() else words)

    def _title(self, width: int) -> Row:
        label = self.aside.label if self.aside else "private"
        return clip(row((label, "sage-strong"), ("   the room does not read this", "muted")), width)

    def _guide(self, width: int) -> list[Row]:
        """Return the step of the exercise that a pair is at."""
        is_pair = self.aside is not None and self.aside.kind == "pair"
        step = guide(self.view) if is_pair else None
        if step is None:
            return []
        ink: Ink = "amber" if step.is_mine else "muted"
        return [row((step.title, "sage-strong")), *paragraph(step.words, width, ink)]

    def _hint(self, width: int) -> list[Row]:
        if self._refusal:
            return paragraph(self._refusal, width, "amber")[:3]
        if self.aside is None or self.aside.is_over:
            return paragraph(OVER, width, "amber")[:3]
        return paragraph(f"{self.aside.label}: {self.aside.composer_words}", width, "muted")[:3]

    def _keys(self, width: int) -> Row:
        if self.focused is self.composer:
            return keys(WRITING, width, last=ALWAYS)
        is_pair = self.aside is not None and self.aside.kind == "pair" and self.aside.is_open
        in_a_pair = [BY_ID[name] for name in _IN_A_PAIR] if is_pair else []
        here = (*in_a_pair, *acts_for(self.view, Spot.ASIDE))
        useful = [act for act in here if is_useful(act, self.view)]
        # A pair has more keys than fit beside long words.
        pairs = (("Esc", "to the room" if is_pair else "back to the room"), *act_keys(useful))
        return keys(pairs, width, last=ALWAYS)

    @on(TextArea.Changed)
    def _typed(self) -> None:
        self._unsent.put(self.handle, self.composer.text)

    @on(Composer.Sent)
    def _sent(self, event: Composer.Sent) -> None:
        command = parse_command(event.text, self.view)
        self._refusal = ""
        if isinstance(command, Problem):
            self._refuse(command.words, event.text)
        elif isinstance(command, Local):
            self.home.run_local(command)
        else:
            # Whatever the picture shows by now, these words were typed for this one.
            intent = SayAside(self.handle, command.text) if isinstance(command, Say) else command
            refusal = self.home.want(intent)
            if refusal:
                self._refuse(refusal.words, event.text)
        self.redraw()

    def _refuse(self, words: str, draft: str) -> None:
        self.composer.write(draft + self.composer.text)
        self._refusal = words

    @override
    def step_back(self) -> None:
        """Leave the text field; once more, and go back to the room."""
        if self.focused is self.composer:
            self.query_one(Transcript).focus()
            self.redraw()
        else:
            self.home.want(BackToRoom())
