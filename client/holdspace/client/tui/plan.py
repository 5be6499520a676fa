"""The left-hand panel of a large window: the evening's stages, and what one likes to have in sight.

Who leads has the run sheet there: what to say, the ready phrases, what comes next. Everybody else has
what was agreed. Nothing is only here: smaller windows have the strip on top, and pages.
"""

from itertools import pairwise

from holdspace.client.acts import BY_ID
from holdspace.client.seat.view import RoomView, StageView
from holdspace.client.tui import marks
from holdspace.client.tui.clock import left_words, progress
from holdspace.client.tui.group_card import agreements
from holdspace.client.tui.rows import BLANK, Piece, Row, clip, indent, pad, paragraph, row
from holdspace.protocol.translation import _

_MINUTES = 8


def plan(view: RoomView, now: float, width: int, height: int) -> list[Row]:
    """Return the panel in this size: the stages, and of the rest as much as can be shown whole."""
    shown = _stages(view, now, width)[: max(1, height)]
    for block in (_say, _ready, _next) if view.is_facilitator else (_agreed,):
        lines = block(view, width)
        if lines and len(shown) + 1 + len(lines) <= height:
            shown += [BLANK, *lines]
    return shown


def _head(title: str, act_id: str) -> Row:
    return row((title, "sage-strong"), (f"  {BY_ID[act_id].key}", "amber-strong"))


def _stages(view: RoomView, now: float, width: int) -> list[Row]:
    if not view.stages:
        return paragraph(_("Nothing is planned: everybody may write."), width, "muted")
    head = _head(_("Agenda"), "agenda")
    return [head, *(line for stage in view.stages for line in _stage(view, stage, now, width))]


def _stage(view: RoomView, stage: StageView, now: float, width: int) -> list[Row]:
    if stage.is_current:
        left = left_words(view, now)
        title = clip(row((f"{marks.NOW} {stage.title}", "amber-strong")), width)
        bar = progress(view, now, width - 2)
        time = [bar] if bar else []
        return [title, *indent([*time, *(paragraph(left, width - 2, "muted") if left else [])], 2)]
    sign = marks.DONE if stage.is_done else marks.LATER
    title = clip(row((f"{sign} {stage.title}", "muted")), width - _MINUTES)
    if stage.is_done:
        return [title]
    minutes = _("{number} min").format(number=stage.minutes)
    return [(*pad(title, width - len(minutes)), Piece(minutes, "muted"))]


def _agreed(view: RoomView, width: int) -> list[Row]:
    card = view.card
    if card is None or not card.agreements:
        return []
    return [_head(_("What we agreed"), "about"), *agreements(card, width)]


def _say(view: RoomView, width: int) -> list[Row]:
    stage = view.stage
    if stage is None or not stage.say:
        return []
    return [_head(_("Say"), "sheet"), *paragraph(stage.say, width)]


def _ready(view: RoomView, width: int) -> list[Row]:
    stage = view.stage
    if stage is None or not stage.ready:
        return []
    lines = [row((_("Ready phrases"), "sage-strong"))]
    for at, phrase in enumerate(stage.ready[:9], 1):
        first, *rest = paragraph(phrase, width - 3)
        lines += [(Piece(f"{at}  ", "amber-strong"), *first), *indent(rest, 3)]
    return lines


def _next(view: RoomView, width: int) -> list[Row]:
    after = next((two for one, two in pairwise(view.stages) if one.is_current), None)
    if after is None or not after.prompt:
        return []
    return [
        row((_("Next"), "sage-strong"), (f"  {after.title}", "muted")),
        *paragraph(after.prompt, width, "muted"),
    ]
