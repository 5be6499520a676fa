"""The board: ideas for somebody who asked, without names; its owner chooses among them here."""

from collections.abc import Sequence
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical, VerticalScroll
from typing_extensions import override

from holdspace.client.acts import BY_ID, Given, Need, Spot, acts_for, same_key_now
from holdspace.client.tui.choices import Choices
from holdspace.client.tui.keyline import act_keys
from holdspace.client.tui.more_below import MORE_TO_CHOOSE, MoreBelow
from holdspace.client.tui.painted import Drawing
from holdspace.client.tui.rows import Piece, Row, indent, paragraph, row
from holdspace.client.tui.screens.base import act_bindings, notice_rows
from holdspace.client.tui.screens.desk import NORMAL, ListScreen
from holdspace.protocol.translation import N_, _

NOBODY_ASKED = N_("Nobody has asked for ideas. a asks for some, about something of yours.")


class BoardScreen(ListScreen):
    """What is asked, and the list."""

    CSS_PATH = "board.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [*act_bindings(Spot.BOARD, Spot.ANYWHERE)]
    TITLE_WORDS = N_("Ideas")
    EMPTY_WORDS = N_("Nothing is listed yet.")
    SPOT = Spot.BOARD

    @override
    def compose(self) -> ComposeResult:
        """Put whose the board is above the list: both need the whole width."""
        yield Drawing(lambda *_: [row((self._title(), "strong"))], id="title")
        yield Drawing(lambda width, _: self._asked(width), id="asked")
        with VerticalScroll(id="body", can_focus=False):
            yield Choices(self._items_or_none, id="choices")
            yield MoreBelow(MORE_TO_CHOOSE)
        with Vertical(id="foot"):
            yield Drawing(lambda width, _: notice_rows(self, width), id="notice")
            yield Drawing(lambda width, _: self._keys(width), id="keys")
        yield self.too_small()

    def _title(self) -> str:
        board = self.view.board
        if board is None:
            return self.TITLE_WORDS
        return (
            _("Ideas for you") if board.is_mine else _("Ideas for {name}").format(name=board.owner)
        )

    @override
    def items(self, width: int) -> Sequence[list[Row]]:
        """Return the ideas, numbered; only one's own is marked."""
        board = self.view.board
        return (
            [self._idea(i.number, i.text, width, is_mine=i.is_mine) for i in board.ideas]
            if board
            else []
        )

    def _idea(self, number: int, text: str, width: int, *, is_mine: bool) -> list[Row]:
        first, *rest = paragraph(f"{text}{_('  (yours)') if is_mine else ''}", max(1, width - 4))
        return [(Piece(f"{number:>2}  ", "sage"), *first), *indent(rest, 4)]

    def _asked(self, width: int) -> list[Row]:
        board = self.view.board
        if board is None:
            return paragraph(NOBODY_ASKED, width, "muted")
        missed = (
            _("{missed} listed before you came are not shown.").format(missed=board.missed)
            if board.missed
            else ""
        )
        how_far = paragraph(f"{board.words} {missed}".strip(), width, "muted")
        # The smallest windows have room for what is asked, and the keys say the rest.
        return [*paragraph(board.problem, width), *(how_far if self.size.height >= NORMAL else [])]

    @override
    def _keys(self, width: int) -> list[Row]:
        useful = [act for act in acts_for(self.view, Spot.BOARD) if act.when(self.view)]
        return self.foot((*act_keys(useful), ("↑ ↓", N_("choose"))), width)

    @override
    def key_of(self, at: int) -> object:
        """Return the idea's number."""
        board = self.view.board
        return board.ideas[at].number if board else at

    @override
    def given(self, at: int) -> Given:
        """Return the number of the chosen idea."""
        board = self.view.board
        return Given(number=board.ideas[at].number if board else 0)

    @override
    def action_act(self, act_id: str, key: str = "") -> None:
        """Begin what needs words in the text field; choose the idea that is marked."""
        act = same_key_now(BY_ID[act_id], self.view)
        if act.needs is Need.TEXT:
            self.home.begin_command(f"/{act.slash} ")
        elif act.spot is Spot.BOARD and act.needs is not Need.NUMBER:
            self.home.want_act(act.id)
        else:
            super().action_act(act.id, key)
