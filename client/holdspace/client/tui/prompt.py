"""The pinned card under the agenda: what this stage asks, or that the room is on hold."""

from rich.cells import cell_len

from holdspace.client.acts import BY_ID
from holdspace.client.seat.view import RoomView, StageView
from holdspace.client.tui.passages import MARGIN, MEASURE
from holdspace.client.tui.rows import Row, apart, cells, clip, paragraph, plain, row, shorten, wrap
from holdspace.protocol.translation import _


def prompt(view: RoomView, width: int, height: int, *, has_say: bool = True) -> list[Row]:
    """Return the card in at most `height` rows; empty while no stage has begun."""
    width = min(width, MEASURE + MARGIN)
    if view.is_held:
        card = [row((_("The room is on hold"), "amber-strong")), *paragraph(view.hold_words, width)]
        return card[:height]
    stage = view.stage
    if stage is None:
        return []
    return _fit(
        [row((stage.title, "sage-strong")), *_answer(view, width), *_asks(stage, width)],
        _say(view, stage, width) if has_say else [],
        width,
        height,
    )


def _answer(view: RoomView, width: int) -> list[Row]:
    if not view.asked.is_waiting:
        return []
    act = BY_ID["answer"]
    return [
        clip(
            row(
                (_("Esc, then {key}").format(key=act.key), "amber"),
                (_(" answers, one thing at a time"), "muted"),
            ),
            width,
        )
    ]


def _asks(stage: StageView, width: int) -> list[Row]:
    asks = [line for ask in stage.asks for line in paragraph(f"· {ask}", width)]
    responses = paragraph(stage.responses, width, "muted") if stage.responses else []
    return [*(paragraph(stage.prompt, width) if stage.prompt else []), *asks, *responses]


def _say(view: RoomView, stage: StageView, width: int) -> list[Row]:
    """A facilitator also reads the beginning of what they could say; the run sheet has the rest."""
    if not (view.is_facilitator and stage.say):
        return []
    first, *rest = wrap(stage.say, max(1, width - cell_len(_("Say  "))))
    more = _("  f: all of it") if rest else ""
    kept = (
        first
        if not more
        else clip(row(first), max(1, width - cell_len(_("Say  ")) - cell_len(more)))[0].text
    )
    return [row((_("Say  "), "sage-strong"), (kept, "muted"), (more, "amber"))]


def _fit(card: list[Row], say: list[Row], width: int, height: int) -> list[Row]:
    room = max(2, height - len(say))
    if len(card) <= room:
        return [*card, *say]
    more = row((_("a: all of it"), "amber"))
    title = clip(card[0], width - cells(more) - 2)
    # Between two paragraphs there is nothing to take the ink from.
    cut = card[room - 1]
    last = row((shorten(f"{plain(cut)} …", width), cut[0].ink if cut else "muted"))
    return [apart(title, more, width), *card[1 : room - 1], last, *say]
