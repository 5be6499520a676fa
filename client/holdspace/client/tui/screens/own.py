"""Plans, ideas and notes of this person, to read; and keys to write another."""

from typing import ClassVar

from textual.binding import BindingType
from typing_extensions import override

from holdspace.client.acts import ACTS, Spot
from holdspace.client.keeping import Keeper
from holdspace.client.own.words import NOTHING, day_words, plan_words
from holdspace.client.tui.keyline import act_keys
from holdspace.client.tui.rows import BLANK, Row, paragraph, row
from holdspace.client.tui.screens.base import act_bindings
from holdspace.client.tui.screens.page import PageScreen
from holdspace.protocol.translation import N_, _

TITLE = N_("Mine: plans, ideas, notes")


class OwnScreen(PageScreen):
    """What this person wrote down for themselves."""

    BINDINGS: ClassVar[list[BindingType]] = [*act_bindings(Spot.OWN)]

    def __init__(self, keeper: Keeper) -> None:
        own = tuple(act_keys([act for act in ACTS if act.spot is Spot.OWN]))
        super().__init__(TITLE, lambda _view, width: own_rows(keeper, width), own)

    @override
    def action_act(self, act_id: str, key: str = "") -> None:
        """Begin a note in the room's text field."""
        if act_id == "note":
            self.home.begin_command("/note ")
        else:
            super().action_act(act_id, key)


def own_rows(keeper: Keeper, width: int) -> list[Row]:
    """Return the page: the newest first of each kind, and where it is kept."""
    notebook = keeper.notebook
    chapters = (
        (_("Plans"), [plan_words(plan) for plan in reversed(notebook.plans)]),
        (_("Ideas"), [f"{day_words(idea.at)}: {idea.text}" for idea in reversed(notebook.ideas)]),
        (_("Notes"), [f"{day_words(note.at)}: {note.text}" for note in reversed(notebook.notes)]),
    )
    rows = [line for title, texts in chapters if texts for line in _chapter(title, texts, width)]
    return [
        *(rows or [*paragraph(_(NOTHING), width, "muted"), BLANK]),
        *paragraph(keeper.where_words, width, "muted"),
    ]


def _chapter(title: str, texts: list[str], width: int) -> list[Row]:
    rows = [line for text in texts for line in (*paragraph(text, width), BLANK)]
    return [row((title, "sage-strong")), *rows]
