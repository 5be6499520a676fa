"""The run sheet: what to say now and why, what comes next, the ready phrases, all the stages."""

from collections.abc import Sequence
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from typing_extensions import override

from holdspace.client.acts import BY_ID, MODE_WORDS, Given, Spot, acts_for
from holdspace.client.seat.view import RoomView, StageView
from holdspace.client.tui import marks
from holdspace.client.tui.choices import Choices
from holdspace.client.tui.clock import left_words
from holdspace.client.tui.keyline import act_keys, as_it_is_now, key_name
from holdspace.client.tui.more_below import MoreBelow
from holdspace.client.tui.painted import Drawing
from holdspace.client.tui.rows import BLANK, Ink, Piece, Row, clip, indent, pad, paragraph, row
from holdspace.client.tui.screens.base import act_bindings
from holdspace.client.tui.screens.desk import ListScreen
from holdspace.protocol.translation import N_, _

# These work on the sheet as they do in the room, so that a whole meeting can be led from here.
FROM_ROOM = ("next", "more-time", "hold", "resume", "drift", "ready")


class SheetScreen(ListScreen):
    """The stages on the left, the chosen one in full on the right."""

    BINDINGS: ClassVar[list[BindingType]] = [
        *act_bindings(Spot.SHEET, Spot.ANYWHERE),
        *act_bindings(Spot.ROOM, only=FROM_ROOM),
        # The list scrolls by itself with what is chosen.
        Binding("pagedown", "read(1)", "read on", priority=True),
        Binding("pageup", "read(-1)", "read back", priority=True),
    ]
    TITLE_WORDS = N_("Run sheet")
    READS = "detail"
    EMPTY_WORDS = N_("No flow is laid out.")
    SPOT = Spot.SHEET

    @override
    def compose_more(self) -> ComposeResult:
        """Yield the chosen stage in full."""
        with VerticalScroll(id="detail", can_focus=False):
            yield Drawing(self._detail, id="stage")
            yield MoreBelow()

    @override
    def begin(self) -> None:
        """Begin at the current stage."""
        current = next((at for at, stage in enumerate(self.view.stages) if stage.is_current), 0)
        self.choices.at = current
        super().begin()

    @on(Choices.Moved)
    def _moved(self) -> None:
        self.query_one("#stage", Drawing).redraw()

    @override
    def items(self, width: int) -> Sequence[list[Row]]:
        """Return one row for each stage: where it stands, its title, its minutes."""
        return [[self._stage(stage, width)] for stage in self.view.stages]

    def _stage(self, stage: StageView, width: int) -> Row:
        sign = marks.NOW if stage.is_current else marks.DONE if stage.is_done else marks.LATER
        ink: Ink = "amber-strong" if stage.is_current else "muted" if stage.is_done else "text"
        title = clip(row((f"{sign} ", ink), (stage.title, ink)), width - 5)
        return (*pad(title, width - 4), Piece(f"{stage.minutes:>3}′", "muted"))

    def _detail(self, width: int, height: int) -> list[Row]:
        del height
        stages = self.view.stages
        if not stages:
            return paragraph(_("Open a flow with /flow FILE in the text field."), width, "muted")
        at = min(self.choices.at, len(stages) - 1)
        stage = stages[at]
        after = stages[at + 1] if at + 1 < len(stages) else None
        parts = [
            paragraph(_drift(self.view), width, "hand") if self.view.drift_words else [],
            [
                row((stage.title, "amber-strong" if stage.is_current else "strong")),
                *self._facts(stage, width),
            ],
            _titled(_("Say"), stage.say, width),
            _titled(_("Everybody sees"), stage.prompt, width),
            [row((f"  · {ask}", "text")) for ask in stage.asks],
            _ready(stage, width),
            _titled(_("Next"), _preview(after), width, "muted") if after else [],
        ]
        return [line for part in parts if part for line in (*part, BLANK)]

    def _facts(self, stage: StageView, width: int) -> list[Row]:
        left = (
            left_words(self.view, self.home.now())
            if stage.is_current
            else _("{number} min").format(number=stage.minutes)
        )
        facts = " · ".join(
            part for part in (stage.purpose, _(MODE_WORDS[stage.mode]), left) if part
        )
        return paragraph(facts, width, "muted")

    @override
    def _keys(self, width: int) -> list[Row]:
        first = [
            as_it_is_now(BY_ID["next"], self.view),
            BY_ID["resume" if self.view.is_held else "hold"],
            BY_ID["more-time"],
            *([BY_ID["drift"]] if self.view.drift_words else []),
        ]
        return self.foot(act_keys([*first, *acts_for(self.view, Spot.SHEET)]), width)

    @override
    def key_of(self, at: int) -> object:
        """Return the stage's number."""
        return at

    @override
    def given(self, at: int) -> Given:
        """Return the number of the chosen stage."""
        return Given(number=at + 1)

    @override
    def action_act(self, act_id: str, key: str = "") -> None:
        """Do the act; a digit copies the ready phrase of the current stage and goes to the room."""
        if act_id == "ready" and key.isdigit():
            self.dismiss()
            self.home.want_act(act_id, Given(number=int(key)))
        else:
            super().action_act(act_id, key)


def _titled(title: str, text: str, width: int, ink: str = "text") -> list[Row]:
    if not text:
        return []
    return [
        row((title, "sage-strong")),
        *paragraph(text, width, "muted" if ink == "muted" else "text"),
    ]


def _ready(stage: StageView, width: int) -> list[Row]:
    if not stage.ready:
        return []
    head = row((_("Ready phrases"), "sage-strong"), (_("  a number copies it"), "muted"))
    phrases = []
    for at, phrase in enumerate(stage.ready[:9], 1):
        first, *rest = paragraph(phrase, width - 3)
        phrases += [(Piece(f"{at}  ", "amber-strong"), *first), *indent(rest, 3)]
    return [head, *phrases]


def _preview(stage: StageView) -> str:
    return (
        _("{title}, {minutes} min: {mode}. {prompt}")
        .format(
            title=stage.title,
            minutes=stage.minutes,
            mode=_(MODE_WORDS[stage.mode]),
            prompt=stage.prompt,
        )
        .strip()
    )


def _drift(view: RoomView) -> str:
    return _("{drift} {key} makes it so.").format(
        drift=view.drift_words, key=key_name(BY_ID["drift"].key)
    )
