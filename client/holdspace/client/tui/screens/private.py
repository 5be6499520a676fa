"""A private word: its own page, its own transcript, its own text field.

The page is there as long as typing goes to the private word, also when that is over.
"""

from collections.abc import Iterator
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.widget import Widget
from typing_extensions import override

from holdspace.client.acts import BY_ID, Spot, acts_for, is_useful
from holdspace.client.exercises import guide
from holdspace.client.seat.intents import Intent, Say
from holdspace.client.seat.intents_apart import BackToRoom, SayAside
from holdspace.client.seat.unsent import Unsent
from holdspace.client.seat.view import AsideView, RoomView
from holdspace.client.tui.keyline import ALWAYS, act_keys, keys
from holdspace.client.tui.painted import Drawing
from holdspace.client.tui.rows import Ink, Row, paragraph, row
from holdspace.client.tui.screens.apart import WRITING, ApartScreen
from holdspace.client.tui.screens.base import act_bindings
from holdspace.client.tui.transcript import Transcript
from holdspace.protocol.translation import N_, _

OVER = N_(
    "This is over. Esc twice goes back to the room. Your words here are kept, and were not sent."
)
# What one key does from inside a pair, as it does in the room.
_IN_A_PAIR = ("call", "uncall", "come-back", "all-back")


class PrivateScreen(ApartScreen):
    """One private word, laid over the room."""

    BINDINGS: ClassVar[list[BindingType]] = [
        *act_bindings(Spot.ASIDE, Spot.WRITING, Spot.ANYWHERE),
        *act_bindings(Spot.ROOM, only=_IN_A_PAIR),
    ]

    def __init__(self, handle: bytes, unsent: Unsent) -> None:
        super().__init__(unsent)
        self._handle = handle

    @property
    @override
    def handle(self) -> bytes:
        return self._handle

    @property
    @override
    def aside_handle(self) -> bytes:
        return self._handle

    @property
    def aside(self) -> AsideView | None:
        """Return the private word, while this person has not gone back from it."""
        return next((one for one in self.view.asides if one.handle == self.handle), None)

    @override
    def show(self, view: RoomView) -> None:
        """Draw the new picture."""
        aside = self.aside
        self.query_one("#guide").display = bool(self._guide(80))
        self.query_one(Transcript).show(aside.passages if aside else ())
        super().show(view)

    @override
    def _who(self) -> str:
        return self.aside.label if self.aside else _("private")

    @override
    def _guides(self) -> Iterator[Widget]:
        yield Drawing(lambda width, _: self._guide(width), id="guide")

    @override
    def _said(self) -> ComposeResult:
        yield Transcript(id="transcript")

    def _guide(self, width: int) -> list[Row]:
        """Return the step of the exercise that a pair is at."""
        is_pair = self.aside is not None and self.aside.kind == "pair"
        step = guide(self.view) if is_pair else None
        if step is None:
            return []
        ink: Ink = "amber" if step.is_mine else "muted"
        return [row((step.title, "sage-strong")), *paragraph(step.words, width, ink)]

    @override
    def _hint_words(self) -> tuple[str, bool]:
        if self.aside is None or self.aside.is_over:
            return OVER, True
        words = self.aside.composer_words
        # Who reads it, the words say; why nobody does, they do not.
        is_heard = self.aside.is_open and not self.aside.is_frozen
        return words if is_heard else f"{self.aside.label}: {words}", False

    @override
    def _keys(self, width: int) -> Row:
        if self.focused is self.composer:
            return keys(WRITING, width, last=ALWAYS)
        is_pair = self.aside is not None and self.aside.kind == "pair" and self.aside.is_open
        in_a_pair = [BY_ID[name] for name in _IN_A_PAIR] if is_pair else []
        here = (*in_a_pair, *acts_for(self.view, Spot.ASIDE))
        useful = [act for act in here if is_useful(act, self.view)]
        # A pair has more keys than fit beside long words.
        pairs = (("Esc", _("to the room") if is_pair else _("back to the room")), *act_keys(useful))
        # What is for here goes before the help, which F1 opens all the same.
        return keys((*pairs, ALWAYS[0]), width, last=ALWAYS[1:])

    @override
    def _for_here(self, command: Intent) -> Intent:
        return SayAside(self.handle, command.text) if isinstance(command, Say) else command

    @override
    def _go_back(self) -> None:
        self.home.want(BackToRoom())
