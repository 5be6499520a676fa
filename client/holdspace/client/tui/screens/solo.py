"""The exercises to choose from, for somebody who practises alone."""

from collections.abc import Sequence
from typing import ClassVar

from textual.binding import BindingType
from typing_extensions import override

from holdspace.client import pacing
from holdspace.client.acts import Spot
from holdspace.client.tui.keyline import key_rows
from holdspace.client.tui.rows import Row, paragraph
from holdspace.client.tui.screens.base import act_bindings
from holdspace.client.tui.screens.desk import ListScreen
from holdspace.client.tui.screens.practice import PracticeScreen
from holdspace.protocol.translation import N_, _


class SoloScreen(ListScreen):
    """The exercises to choose from."""

    BINDINGS: ClassVar[list[BindingType]] = [
        *act_bindings(Spot.ANYWHERE),
        ("enter", "begin", "begin"),
    ]
    TITLE_WORDS = N_("Practise alone: nothing is sent, there is no connection at all")

    def __init__(self) -> None:
        super().__init__()
        self._names = pacing.names()

    @override
    def items(self, width: int) -> Sequence[list[Row]]:
        """Return one row for each exercise."""
        return [paragraph(pacing.title_of(name), width) for name in self._names]

    @override
    def _keys(self, width: int) -> list[Row]:
        pairs = (
            ("Enter", N_("begin")),
            ("↑ ↓", N_("choose")),
            ("q", N_("end")),
            ("F2", _("need help now")),
        )
        return key_rows(pairs, width)

    def action_begin(self) -> None:
        """Begin the chosen exercise."""
        self.app.push_screen(PracticeScreen(self._names[self.choices.at]))

    @override
    def key_of(self, at: int) -> object:
        """Return the exercise's name."""
        return self._names[at]
