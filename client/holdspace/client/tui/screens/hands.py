"""The queue for whoever leads: the hands in order, and what can be done for the one chosen."""

from collections.abc import Sequence
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical, VerticalScroll
from typing_extensions import override

from holdspace.client.acts import BY_ID, Act, Given, Spot, is_useful
from holdspace.client.seat.view import HandView
from holdspace.client.tui import marks, pages
from holdspace.client.tui.choices import Choices
from holdspace.client.tui.more_below import MORE_TO_CHOOSE, MoreBelow
from holdspace.client.tui.painted import Drawing
from holdspace.client.tui.rows import Row, indent, paragraph, row
from holdspace.client.tui.screens.base import act_bindings, notice_rows
from holdspace.client.tui.screens.desk import ListScreen
from holdspace.protocol.translation import N_, _

FOR_THE_CHOSEN = ("give", "first", "last-word", "lower-for")
FOR_ALL = ("onward", "order", "close-queue", "open-queue", "lower-all", "hands-up")


class HandsScreen(ListScreen):
    """Who waits to speak."""

    BINDINGS: ClassVar[list[BindingType]] = [
        *act_bindings(Spot.PEOPLE, only=FOR_THE_CHOSEN),
        *act_bindings(Spot.ROOM, only=FOR_ALL),
        *act_bindings(Spot.ANYWHERE),
    ]
    TITLE_WORDS = N_("Hands")
    EMPTY_WORDS = N_("No hand is raised. That is fine: quiet is often thinking.")
    SPOT = Spot.PEOPLE

    @override
    def compose(self) -> ComposeResult:
        """Put the hands above, the going-around under them, the keys below."""
        yield Drawing(lambda *_: [row((self.TITLE_WORDS, "strong"))], id="title")
        with VerticalScroll(id="body", can_focus=False):
            yield Choices(self._items_or_none, id="choices")
            yield Drawing(
                lambda width, _: list(indent(pages.beside_the_hands(self.view, width - 2), 2)),
                id="beside",
            )
            yield MoreBelow(MORE_TO_CHOOSE)
        with Vertical(id="foot"):
            yield Drawing(lambda width, _: notice_rows(self, width), id="notice")
            yield Drawing(lambda width, _: self._keys(width), id="keys")
        yield self.too_small()

    @override
    def items(self, width: int) -> Sequence[list[Row]]:
        """Return one item for each hand, in order: who, what for, how often they spoke."""
        return [self._hand(hand, width) for hand in self.view.hands]

    def _hand(self, hand: HandView, width: int) -> list[Row]:
        spoken = _("has spoken {times_spoken}×").format(times_spoken=hand.person.times_spoken)
        facts = " · ".join(part for part in (hand.about, spoken) if part)
        head = row(
            (f"{marks.place_mark(hand.place)} ", "hand"),
            (marks.called(hand.person), marks.name_ink(hand.person)),
        )
        return [head, *indent(paragraph(facts, max(1, width - 2), "muted"), 2)]

    @override
    def acts(self) -> Sequence[Act]:
        """Return what can be done for the hand chosen, and for all of them."""
        at, hands = self.choices.at, self.view.hands
        chosen = FOR_THE_CHOSEN if 0 <= at < len(hands) else ()
        first = [BY_ID[name] for name in chosen if name != "first" or hands[at].place > 1]
        rest = (BY_ID[name] for name in FOR_ALL)
        return [*first, *(act for act in rest if is_useful(act, self.view))]

    @override
    def key_of(self, at: int) -> object:
        """Return the person's identity."""
        return self.view.hands[at].person.identity

    @override
    def given(self, at: int) -> Given:
        """Return the chosen person."""
        return Given(person=self.view.hands[at].person.identity)
