"""The facilitator's cards: the moments on the left, the chosen one with its phrases on the right."""

from collections.abc import Sequence
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from typing_extensions import override

from holdspace.client.acts import Spot
from holdspace.client.care.cards import cards, filled
from holdspace.client.library import Card
from holdspace.client.tui.choices import Choices
from holdspace.client.tui.more_below import MoreBelow
from holdspace.client.tui.painted import Drawing
from holdspace.client.tui.rows import BLANK, Piece, Row, indent, paragraph, row
from holdspace.client.tui.screens.base import act_bindings
from holdspace.client.tui.screens.desk import NOBODY, ListScreen
from holdspace.protocol.translation import N_, _


class CardsScreen(ListScreen):
    """Private to the facilitator; a number copies a phrase into the text field, and nothing is sent."""

    BINDINGS: ClassVar[list[BindingType]] = [
        *act_bindings(Spot.ANYWHERE),
        *((str(number), f"copy({number})", "copy the phrase") for number in range(1, 10)),
        # The list scrolls by itself with what is chosen.
        Binding("pagedown", "read(1)", "read on", priority=True),
        Binding("pageup", "read(-1)", "read back", priority=True),
    ]
    TITLE_WORDS = N_("Cards, for you alone")
    READS = "detail"
    EMPTY_WORDS = N_("There are no cards.")

    def __init__(self, lang: str = "") -> None:
        super().__init__()
        self._cards = cards(lang)

    @override
    def compose_more(self) -> ComposeResult:
        """Yield the chosen card."""
        with VerticalScroll(id="detail", can_focus=False):
            yield Drawing(lambda width, _: self._detail(width), id="stage")
            yield MoreBelow()

    @on(Choices.Moved)
    def _moved(self) -> None:
        self.query_one("#stage", Drawing).redraw()

    @override
    def items(self, width: int) -> Sequence[list[Row]]:
        """Return one row for each moment."""
        return [paragraph(card.title, width) for card in self._cards]

    def _chosen_card(self) -> Card | None:
        at = self.choices.at
        return self._cards[at] if at != NOBODY and at < len(self._cards) else None

    def _detail(self, width: int) -> list[Row]:
        card = self._chosen_card()
        if card is None:
            return []
        steps = [line for step in card.steps for line in paragraph(step, width)]
        phrases: list[Row] = []
        for at, phrase in enumerate(card.phrases, 1):
            first, *rest = paragraph(filled(phrase, self.view), width - 3)
            phrases += [(Piece(f"{at}  ", "amber-strong"), *first), *indent(rest, 3), BLANK]
        return [
            row((card.title, "strong")),
            BLANK,
            *steps,
            *([BLANK] if steps else []),
            *phrases,
        ]

    @override
    def _keys(self, width: int) -> list[Row]:
        pairs = (("1-9", _("copy a phrase; nothing is sent")), ("↑ ↓", N_("choose")))
        return self.foot(pairs, width)

    def action_copy(self, number: int) -> None:
        """Copy this phrase of the chosen card into the text field."""
        card = self._chosen_card()
        if card is not None and 1 <= number <= len(card.phrases):
            self.dismiss()
            self.home.copy_phrase(filled(card.phrases[number - 1], self.view))

    @override
    def key_of(self, at: int) -> object:
        """Return the card's id."""
        return self._cards[at].id
