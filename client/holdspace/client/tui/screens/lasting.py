"""What lasts of a room: whether it is kept, when it meets, and for the host who asks and who keeps it."""

from collections.abc import Sequence
from typing import ClassVar

from textual.binding import BindingType
from typing_extensions import override

from holdspace.client import lasting_words
from holdspace.client.acts import BY_ID, Given, Need, Spot, acts_for
from holdspace.client.seat.view import PersonView, PinView
from holdspace.client.tui.keyline import act_keys, key_rows
from holdspace.client.tui.rows import Row, paragraph, row
from holdspace.client.tui.screens.base import act_bindings
from holdspace.client.tui.screens.desk import BACK, ListScreen
from holdspace.protocol.translation import N_, _

_Item = PersonView | PinView | None


class LastingScreen(ListScreen):
    """The facts first, then who asks, then who keeps the room by number."""

    BINDINGS: ClassVar[list[BindingType]] = [
        *act_bindings(Spot.LASTING, Spot.ANYWHERE),
        *act_bindings(Spot.ROOM, only=("keep-room",)),
    ]
    TITLE_WORDS = N_("What lasts of this room")
    SPOT = Spot.LASTING
    IS_SPACED = True

    @property
    def _listed(self) -> tuple[_Item, ...]:
        lasts = self.view.keeping
        return (None, *lasts.asking, *lasts.pins)

    @override
    def items(self, width: int) -> Sequence[list[Row]]:
        """Return the facts, and one item for each person."""
        return [self._item(item, width) for item in self._listed]

    def _item(self, item: _Item, width: int) -> list[Row]:
        if isinstance(item, PinView):
            return [row((f"{item.number:>2}  ", "sage"), (lasting_words.pin_words(item), "text"))]
        if isinstance(item, PersonView):
            return paragraph(
                _("{name} asks to keep this room.").format(name=item.name), width, "amber"
            )
        return [
            line for words in lasting_words.facts(self.view) for line in paragraph(words, width)
        ]

    @override
    def _keys(self, width: int) -> list[Row]:
        keep = () if self.view.keeping.is_kept else (BY_ID["keep-room"],)
        acts = [act for act in acts_for(self.view, Spot.LASTING) if act.when(self.view)]
        return key_rows((*act_keys((*keep, *acts)), ("↑ ↓", N_("choose")), BACK), width)

    @override
    def key_of(self, at: int) -> object:
        """Return who is chosen, or the facts."""
        item = self._listed[at]
        return item.identity if isinstance(item, PersonView) else item and item.number

    @override
    def given(self, at: int) -> Given:
        """Return the chosen person, or the number of who keeps the room."""
        item = self._listed[at]
        if isinstance(item, PersonView):
            return Given(person=item.identity)
        return Given(number=item.number if item else 0)

    @override
    def action_act(self, act_id: str, key: str = "") -> None:
        """Do the act; what needs words is typed in the room."""
        if BY_ID[act_id].needs is Need.TEXT:
            self.home.begin_command(f"/{BY_ID[act_id].slash} ")
        else:
            super().action_act(act_id, key)
