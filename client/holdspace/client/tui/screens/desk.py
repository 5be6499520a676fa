"""What the facilitator's lists share: choose with the arrow keys, act with the key of the act."""

from abc import abstractmethod
from collections.abc import Iterable, Sequence

from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical, VerticalScroll
from typing_extensions import override

from holdspace.client.acts import BY_ID, Act, Given, Spot, acts_for
from holdspace.client.seat.view import RoomView
from holdspace.client.tui.choices import Choices
from holdspace.client.tui.keyline import act_keys, few_key_rows, key_rows
from holdspace.client.tui.more_below import MORE_TO_CHOOSE, MoreBelow
from holdspace.client.tui.painted import Drawing
from holdspace.client.tui.rows import Row, paragraph, row
from holdspace.client.tui.screens.base import HoldScreen, notice_rows
from holdspace.protocol.translation import N_, _

BACK = ("Esc", N_("back"))
HELP = ("?", N_("help"))
NOBODY = -1
NORMAL = 20


class ListScreen(HoldScreen):
    """Items to choose from; subclasses say which, and what an act is given."""

    CSS_PATH = "desk.tcss"
    HELP_WORDS = N_(
        "This is a list: up and down choose, and a key does something for what is chosen. "
        "Esc goes back."
    )
    TITLE_WORDS = ""
    EMPTY_WORDS = ""
    SPOT = Spot.PEOPLE
    IS_SPACED = False

    def __init__(self) -> None:
        super().__init__()
        self._chosen: object = None

    @abstractmethod
    def items(self, width: int) -> Sequence[list[Row]]:
        """Return the rows of each item."""

    @abstractmethod
    def key_of(self, at: int) -> object:
        """Return what makes this item the same one when the list has changed."""

    def given(self, at: int) -> Given:
        """Return what an act is given when this item is chosen: nothing, where acts are for nobody."""
        del at
        return Given()

    @override
    def compose(self) -> ComposeResult:
        """Put the list in the middle, the keys of its acts below."""
        yield Drawing(lambda *_: [row((self.TITLE_WORDS, "strong"))], id="title")
        with Horizontal(id="desk"):
            with VerticalScroll(id="body", can_focus=False):
                yield Choices(self._items_or_none, spaced=self.IS_SPACED, id="choices")
                yield MoreBelow(MORE_TO_CHOOSE)
            yield from self.compose_more()
        with Vertical(id="foot"):
            yield Drawing(lambda width, _: notice_rows(self, width), id="notice")
            yield Drawing(lambda width, _: self._keys(width), id="keys")
        yield self.too_small()

    def compose_more(self) -> ComposeResult:
        """Yield what stands beside the list."""
        yield from ()

    @property
    def choices(self) -> Choices:
        """Return the list."""
        return self.query_one(Choices)

    @override
    def begin(self) -> None:
        """Begin in the list."""
        self.choices.focus()

    @override
    def show(self, view: RoomView) -> None:
        """Draw the new picture; who was chosen stays chosen, and nobody is when they are gone.

        A key pressed at the moment the list changes must never act on whoever moved up.
        """
        keys = [self.key_of(at) for at in range(len(self.items(80)))]
        if self._chosen in keys:
            self.choices.at = keys.index(self._chosen)
        elif self._chosen is not None:
            self.choices.at = NOBODY
        self._remember()
        super().show(view)

    @on(Choices.Moved)
    def _chose(self) -> None:
        self._remember()
        self.query_one("#keys", Drawing).redraw()

    def _remember(self) -> None:
        at = self.choices.at
        self._chosen = self.key_of(at) if 0 <= at < len(self.items(80)) else None

    def _items_or_none(self, width: int) -> Sequence[list[Row]]:
        return self.items(width) or [paragraph(self.EMPTY_WORDS, width, "muted")]

    @override
    def acts(self) -> Sequence[Act]:
        """Return the acts that would do something here, for what is chosen."""
        return acts_for(self.view, self.SPOT) if self.items(80) else ()

    def _keys(self, width: int) -> list[Row]:
        return self.foot((*act_keys(self.acts()), ("↑ ↓", N_("choose"))), width)

    def foot(self, pairs: Iterable[tuple[str, str]], width: int) -> list[Row]:
        """Return the keys and the way back; in a low window as many as leave room for the list."""
        if self.size.height >= NORMAL:
            return key_rows((*pairs, BACK), width)
        return few_key_rows(pairs, width, last=(HELP, BACK))

    @override
    def action_act(self, act_id: str, key: str = "") -> None:
        """Do the act for the chosen item."""
        del key
        if BY_ID[act_id].spot is not self.SPOT:
            self.home.want_act(act_id)
        elif self.choices.at == NOBODY:
            self.home.tell(_("The list has changed. Choose with ↑ and ↓ first."))
        elif self.items(80):
            self.home.want_act(act_id, self.given(self.choices.at))
